"""Sending for all shards of a bot: each command goes to the shard of its guild."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..bases.command import Command, SnowflakeLike
from ..commands import RequestSoundboardSounds, UpdatePresence
from ..errors import CommandError
from ..requests.exchange import RemoteAsker
from ..snowflake import Snowflake
from .asking import Requests

if TYPE_CHECKING:
    from .shard import Shard

__all__ = ["Routing"]


class Routing(Requests):
    """The part of a manager, or of a consumer of events, that sends and asks by guild."""

    @abstractmethod
    def _route(self, guild_id: SnowflakeLike) -> Shard | RemoteAsker:
        """Return the shard of a guild, here or elsewhere."""

    @abstractmethod
    async def _show_presence(self, command: UpdatePresence, timeout: float | None) -> float:
        """Send a presence on all shards."""

    async def send(self, command: Command, *, timeout: float | None = None, confirm: bool = False) -> float:
        """Send a command on the shard of its guild, or a presence on all; see `Shard.send`.

        A presence returns when it has gone out on the shards that are live; the others begin with it.

        Raises:
            StateError: besides what `Shard.send` means by it: the shard cannot be reached from here.
            WorkerLost: the worker of the shard ended meanwhile; the command may have gone out or not.
            CommandError: besides what `Shard.send` means by it: a command that names no guild.
        """
        if isinstance(command, UpdatePresence):
            return await self._show_presence(command, timeout)
        if isinstance(command, RequestSoundboardSounds):
            waits = [
                await shard.send(RequestSoundboardSounds(guild_ids=ids), timeout=timeout, confirm=confirm)
                for shard, ids in self._askers(command.guild_ids)
            ]
            return max(waits)
        guild_id = getattr(command, "guild_id", None)
        if guild_id is None:
            raise CommandError(type(command).__name__, None, "names no guild; send it on one of manager.shards")
        return await self._route(guild_id).send(command, timeout=timeout, confirm=confirm)

    def _askers(self, guild_ids: Sequence[Snowflake]) -> Iterable[tuple[Shard | RemoteAsker, Sequence[Snowflake]]]:
        by_shard: dict[Shard | RemoteAsker, list[Snowflake]] = {}
        for guild_id in guild_ids:
            by_shard.setdefault(self._route(guild_id), []).append(guild_id)
        return by_shard.items()
