"""The methods of the shard that ask the gateway and await its answer."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload
from weakref import WeakValueDictionary

from .. import commands
from ..bases.command import UNSET, SnowflakeLike, Unset
from ..enums.intents import Intents
from ..errors import ConfigurationError
from ..requests.exchange import Asker, RemoteAsker, ask, only
from ..requests.guilds import ChannelInfoQuestion, ask_for_sounds, gather_sounds
from ..requests.members import GuildMembers, MembersQuestion, OnRateLimited, ask_for_members, gather_members
from ..requests.request import Request
from ..requests.voice import VoiceConnectionInfo, VoiceQuestion
from ..snowflake import Snowflake, read_id
from .listening import Listening
from .shorthands import Shorthands

if TYPE_CHECKING:
    from ..commands import RequestGuildMembers
    from ..enums.channel_info_field import ChannelInfoField
    from ..events import ChannelInfo, GuildMembersChunk, SoundboardSounds

__all__ = ["Requests"]

_MOST_IDS = 100


class Requests(Shorthands, Listening):
    """The part of `Shard` that asks the gateway.

    Its methods take a ``timeout``: seconds without any answer, None for no limit. Waiting for the send limit or
    RATE_LIMITED does not count. They raise what `Shard.send` raises, and a `RequestTimeout` that says what is missing.
    """

    @property
    @abstractmethod
    def user_id(self) -> Snowflake | None:
        """The bot's own id, None before the first READY."""

    @abstractmethod
    def _askers(self, guild_ids: Sequence[Snowflake]) -> Iterable[tuple[Asker | RemoteAsker, Sequence[Snowflake]]]:
        """Return the shards that the guilds belong to, each with its guilds."""

    def _asker(self, guild_id: Snowflake) -> Asker | RemoteAsker:
        ((shard, _),) = self._askers((guild_id,))
        return shard

    @overload
    def request_guild_members(
        self,
        *,
        guild_id: SnowflakeLike,
        query: str,
        limit: int,
        presences: bool | Unset = ...,
        timeout: float | None = ...,
        on_rate_limited: OnRateLimited = ...,
    ) -> Request[GuildMembersChunk, GuildMembers]: ...
    @overload
    def request_guild_members(
        self,
        *,
        guild_id: SnowflakeLike,
        user_ids: Sequence[SnowflakeLike] | SnowflakeLike,
        presences: bool | Unset = ...,
        timeout: float | None = ...,
        on_rate_limited: OnRateLimited = ...,
    ) -> Request[GuildMembersChunk, GuildMembers]: ...
    def request_guild_members(
        self,
        *,
        guild_id: SnowflakeLike,
        query: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        presences: bool | Unset = UNSET,
        user_ids: Sequence[SnowflakeLike] | SnowflakeLike | Unset = UNSET,
        timeout: float | None = 30.0,
        on_rate_limited: OnRateLimited = "wait",
    ) -> Request[GuildMembersChunk, GuildMembers]:
        """Ask for members of a guild: await the request for a list, or iterate over it for the chunks as they come.

        The list holds each member once. A loop gets the chunks in order, one in memory at a time; if the session is
        lost meanwhile, they begin again with ``chunk_index`` 0. The shard asks for 100 ``user_ids`` at a time; each
        hundred has its own chunks.

        Args:
            guild_id: a guild of this shard.
            query: beginning of the names to find; empty for all.
            limit: most members to find; 0 with an empty query for all members, which needs ``Intents.GUILD_MEMBERS``
                and which Discord answers once in 30 seconds for each guild.
            presences: whether to get presences, too, which needs ``Intents.GUILD_PRESENCES``.
            user_ids: ids of the members to find, instead of ``query``.
            timeout: seconds without a further chunk.
            on_rate_limited: ``wait`` to wait and ask again, or ``raise``.

        Raises:
            CommandError: at once, for arguments that Discord would refuse.
            RequestTimeout: no further chunk came, for example because the guild is unavailable or not on this shard.
            RequestRateLimited: Discord answered RATE_LIMITED, and ``on_rate_limited`` is ``raise``.
            StateError: the request was awaited or iterated over before.
        """
        if on_rate_limited not in ("wait", "raise"):
            raise ConfigurationError(f"on_rate_limited is {on_rate_limited!r}; it takes 'wait' or 'raise'")
        given: dict[str, Any] = {"guild_id": guild_id, "query": query, "limit": limit, "presences": presences}
        questions = [MembersQuestion(one, on_rate_limited) for one in _by_the_hundred(given, user_ids)]
        answers = ask_for_members(self._asker(read_id("guild_id", guild_id)), questions, timeout)
        return Request(f"request_guild_members of guild {guild_id}", answers, gather_members)

    def request_soundboard_sounds(
        self, *, guild_ids: Sequence[SnowflakeLike], timeout: float | None = 30.0
    ) -> Request[SoundboardSounds, list[SoundboardSounds]]:
        """Ask for the soundboard sounds of guilds: await the request for a list, or iterate over the guilds' answers.

        Raises:
            CommandError: at once, for arguments that Discord would refuse.
            RequestTimeout: some guilds did not answer; the error names them.
            StateError: the request was awaited or iterated over before.
        """
        wanted = list(dict.fromkeys(commands.RequestSoundboardSounds(guild_ids=guild_ids).guild_ids))
        answers = ask_for_sounds(self._askers(wanted), timeout)
        return Request(f"request_soundboard_sounds of {len(wanted)} guilds", answers, gather_sounds)

    async def request_channel_info(
        self,
        *,
        guild_id: SnowflakeLike,
        fields: Sequence[ChannelInfoField | Literal["status", "voice_start_time"]],
        timeout: float | None = 30.0,
    ) -> ChannelInfo:
        """Return short-lived data of a guild's channels, such as their voice status.

        Raises:
            CommandError: arguments that Discord would refuse.
            RequestTimeout: the guild did not answer.
        """
        command = commands.RequestChannelInfo(guild_id=guild_id, fields=fields)
        # The answer does not say which fields were requested, so requests for one guild wait for each other.
        async with self._turn("channel_info", command.guild_id):
            return await only(ask(self._asker(command.guild_id), ChannelInfoQuestion(command), timeout))

    async def join_voice(
        self,
        *,
        guild_id: SnowflakeLike,
        channel_id: SnowflakeLike,
        self_mute: bool = False,
        self_deaf: bool = False,
        timeout: float | None = 30.0,
    ) -> VoiceConnectionInfo:
        """Join a voice channel, or move to it, and return what a voice connection needs.

        Afterwards listen for `VoiceServerUpdate`, because voice servers change.

        Raises:
            ConfigurationError: ``Intents.GUILD_VOICE_STATES`` is missing, so no answer would come.
            CommandError: arguments that Discord would refuse.
            RequestTimeout: VOICE_STATE_UPDATE or VOICE_SERVER_UPDATE did not come.
        """
        if Intents.GUILD_VOICE_STATES not in self.intents:
            raise ConfigurationError(
                "join_voice() needs Intents.GUILD_VOICE_STATES, which is not among the intents; add it to extra_intents"
            )
        command = commands.UpdateVoiceState(
            guild_id=guild_id, channel_id=channel_id, self_mute=self_mute, self_deaf=self_deaf
        )
        # Two calls for one guild at the same time would take each other's voice server.
        async with self._turn("voice", command.guild_id):
            question = VoiceQuestion(command, lambda: self.user_id)
            return await only(ask(self._asker(command.guild_id), question, timeout))

    async def leave_voice(self, *, guild_id: SnowflakeLike, timeout: float | None = None) -> float:
        """Leave the voice channel of a guild. Returns when the command was sent, and raises what `Shard.send` does."""
        return await self.update_voice_state(
            guild_id=guild_id, channel_id=None, self_mute=False, self_deaf=False, timeout=timeout
        )

    def _turn(self, kind: str, guild_id: int) -> asyncio.Lock:
        return self._turns.setdefault((kind, guild_id), asyncio.Lock())

    @cached_property
    def _turns(self) -> WeakValueDictionary[tuple[str, int], asyncio.Lock]:
        return WeakValueDictionary()


def _by_the_hundred(
    given: dict[str, Any], user_ids: Sequence[SnowflakeLike] | SnowflakeLike | Unset
) -> list[RequestGuildMembers]:
    if user_ids is UNSET or isinstance(user_ids, int | str):
        return [_command(given, user_ids)]
    ids = list(user_ids)
    parts = (ids[start : start + _MOST_IDS] for start in range(0, max(1, len(ids)), _MOST_IDS))
    checked = [_command(given, part) for part in parts]
    return checked if ids else []  # without ids there is nothing to ask for, but the arguments are checked


def _command(given: dict[str, Any], user_ids: Any) -> RequestGuildMembers:
    # The constructor's overloads cannot be told apart by types here; it refuses wrong combinations when it runs.
    arguments: dict[str, Any] = {**given, "user_ids": user_ids}
    return commands.RequestGuildMembers(**arguments)
