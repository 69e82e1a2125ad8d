"""Methods of the shard that make and send a command; their keywords are those of the command classes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from .. import commands
from ..bases.command import Command, SnowflakeLike

if TYPE_CHECKING:
    from ..commands import PresenceActivity
    from ..enums.presence_status import PresenceStatus

__all__ = ["Shorthands"]


class Shorthands(ABC):
    """The part of `Shard` that makes commands and sends them. Its methods return and raise what `Shard.send` does."""

    @abstractmethod
    async def send(self, command: Command, *, timeout: float | None = None) -> float:
        """Send a command. Returns the seconds that it waited."""

    async def update_presence(
        self,
        *,
        since: int | None,
        activities: Sequence[PresenceActivity],
        status: PresenceStatus | Literal["online", "dnd", "idle", "invisible", "offline"],
        afk: bool,
        timeout: float | None = None,
    ) -> float:
        """Change the bot's status and activity for this session: `send` with an `UpdatePresence`."""
        command = commands.UpdatePresence(since=since, activities=activities, status=status, afk=afk)
        return await self.send(command, timeout=timeout)

    async def update_voice_state(
        self,
        *,
        guild_id: SnowflakeLike,
        channel_id: SnowflakeLike | None,
        self_mute: bool,
        self_deaf: bool,
        timeout: float | None = None,
    ) -> float:
        """Join, move between or leave voice channels: `send` with an `UpdateVoiceState`.

        It does not wait for an answer; `Shard.join_voice` does.
        """
        command = commands.UpdateVoiceState(
            guild_id=guild_id, channel_id=channel_id, self_mute=self_mute, self_deaf=self_deaf
        )
        return await self.send(command, timeout=timeout)
