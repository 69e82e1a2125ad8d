"""Questions about guilds: soundboard sounds and channel info."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from itertools import islice
from typing import TYPE_CHECKING

from .. import commands, events
from ..bases.command import Command
from ..bases.event import Event
from ..errors import RequestTimeout
from ..snowflake import Snowflake
from .exchange import Asker, Question, RemoteAsker, ask

if TYPE_CHECKING:
    from ..commands import RequestChannelInfo
    from ..events import ChannelInfo, SoundboardSounds

__all__ = ["ChannelInfoQuestion", "SoundboardQuestion", "ask_for_sounds", "gather_sounds"]

# Discord documents no limit on ids here; the 4096 bytes of a command hold about 180.
_MOST_GUILDS = 100
_MOST_NAMED = 10
_UNAVAILABLE = "a guild may be unavailable, or not be one of this shard's"


class SoundboardQuestion(Question["SoundboardSounds"]):
    """REQUEST_SOUNDBOARD_SOUNDS; each guild answers for itself (events/gateway-events#request-soundboard-sounds)."""

    def __init__(self, guild_ids: Sequence[Snowflake]) -> None:
        self.name = f"request_soundboard_sounds of {len(guild_ids)} guilds"
        self._count = len(guild_ids)
        self._missing = dict.fromkeys(guild_ids)

    @property
    def answers(self) -> tuple[type[Event], ...]:
        return (events.SoundboardSounds,)

    @property
    def done(self) -> bool:
        return not self._missing

    def start_over(self) -> None:
        """Forget nothing: guilds that have answered need not answer again."""

    def command(self) -> Command:
        return commands.RequestSoundboardSounds(guild_ids=list(self._missing))

    def wants(self, event: Event) -> bool:
        return getattr(event, "guild_id", None) in self._missing

    def take(self, event: Event) -> Sequence[SoundboardSounds]:
        assert isinstance(event, events.SoundboardSounds)
        if event.guild_id not in self._missing:
            return ()
        del self._missing[event.guild_id]
        return (event,)

    def timed_out(self, seconds: float) -> RequestTimeout:
        came = f"{self._count - len(self._missing)} of {self._count} guilds"
        missing = tuple(f"guild {guild_id}" for guild_id in islice(self._missing, _MOST_NAMED))
        return RequestTimeout(self.name, seconds, came, missing, _UNAVAILABLE)


async def ask_for_sounds(
    askers: Iterable[tuple[Asker | RemoteAsker, Sequence[Snowflake]]], timeout: float | None
) -> AsyncGenerator[SoundboardSounds, None]:
    """Yield the answer of each guild. Asks one shard after another, for up to 100 guilds with each command."""
    for shard, guild_ids in askers:
        for start in range(0, len(guild_ids), _MOST_GUILDS):
            question = SoundboardQuestion(guild_ids[start : start + _MOST_GUILDS])
            async with aclosing(ask(shard, question, timeout)) as answers:
                async for answer in answers:
                    yield answer


async def gather_sounds(answers: AsyncGenerator[SoundboardSounds, None]) -> list[SoundboardSounds]:
    """Return all answers."""
    return [answer async for answer in answers]


class ChannelInfoQuestion(Question["ChannelInfo"]):
    """REQUEST_CHANNEL_INFO; only its guild id ties an answer to it (events/gateway-events#request-channel-info)."""

    def __init__(self, command: RequestChannelInfo) -> None:
        self.name = f"request_channel_info of guild {command.guild_id}"
        self._command = command
        self._answered = False

    @property
    def answers(self) -> tuple[type[Event], ...]:
        return (events.ChannelInfo,)

    @property
    def done(self) -> bool:
        return self._answered

    def start_over(self) -> None:
        """Do nothing: one event is the whole answer, so there is nothing to forget."""

    def command(self) -> Command:
        return self._command

    def wants(self, event: Event) -> bool:
        return self.asked and getattr(event, "guild_id", None) == self._command.guild_id

    def take(self, event: Event) -> Sequence[ChannelInfo]:
        assert isinstance(event, events.ChannelInfo)
        self._answered = True
        return (event,)

    def timed_out(self, seconds: float) -> RequestTimeout:
        return RequestTimeout(self.name, seconds, "nothing", ("CHANNEL_INFO",), _UNAVAILABLE)
