"""Members of a guild, in chunks (events/gateway-events#request-guild-members)."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias

from .. import events
from ..bases.command import Command
from ..bases.event import Event
from ..errors import RequestRateLimited, RequestTimeout
from ..snowflake import Snowflake
from .exchange import Asker, Question, RemoteAsker, ask

if TYPE_CHECKING:
    from ..commands import RequestGuildMembers
    from ..events import GuildMembersChunk
    from ..models.guild_member import GuildMember
    from ..models.presence import Presence

__all__ = ["GuildMembers", "MembersQuestion", "OnRateLimited", "ask_for_members", "gather_members"]

OnRateLimited: TypeAlias = Literal["wait", "raise"]
"""What to do on RATE_LIMITED: wait for the time that it names and ask again, or raise `RequestRateLimited`."""

_MOST_NAMED = 10


class GuildMembers(list["GuildMember"]):
    """The members that were found, each once, in the order in which they arrived.

    Attributes:
        not_found: the ``user_ids`` that are not members.
        presences: presences of the members, if the request had ``presences=True``; offline members may have none.
    """

    def __init__(
        self,
        members: Iterable[GuildMember] = (),
        *,
        not_found: Iterable[Snowflake] = (),
        presences: Iterable[Presence] = (),
    ) -> None:
        super().__init__(members)
        self.not_found = list(not_found)
        self.presences = list(presences)


class MembersQuestion(Question["GuildMembersChunk"]):
    """One REQUEST_GUILD_MEMBERS. Its nonce identifies the chunks, which are passed on in order, each once.

    Attributes:
        on_rate_limited: what to do on RATE_LIMITED.
    """

    def __init__(self, template: RequestGuildMembers, on_rate_limited: OnRateLimited) -> None:
        self.name = f"request_guild_members of guild {template.guild_id}"
        self._template = template
        self.on_rate_limited: OnRateLimited = on_rate_limited
        self.start_over()

    @property
    def answers(self) -> tuple[type[Event], ...]:
        return events.GuildMembersChunk, events.RateLimited

    @property
    def done(self) -> bool:
        return self._count is not None and self._next >= self._count

    def start_over(self) -> None:
        self._nonces: set[str] = set()
        self._nonce: str | None = None
        self._count: int | None = None
        self._next = 0
        self._early: dict[int, GuildMembersChunk] = {}
        self.begun = False

    def command(self) -> Command:
        # Each time it is asked gets a nonce of its own. The answer to any of them will do; the first one counts.
        nonce = secrets.token_hex(16)
        self._nonces.add(nonce)
        return self._template.model_copy(update={"nonce": nonce})

    def wants(self, event: Event) -> bool:
        # A broken field is absent. An event without guild_id or nonce may be another request's.
        where = getattr(event, "meta", None) if isinstance(event, events.RateLimited) else event
        guild_id, nonce = getattr(where, "guild_id", None), getattr(where, "nonce", None)
        return nonce in self._nonces and guild_id == self._template.guild_id

    def retry_after(self, event: Event) -> float | None:
        if not isinstance(event, events.RateLimited):
            return None
        if self.on_rate_limited == "raise" and not self.begun:
            raise RequestRateLimited(self.name, event.retry_after)
        return event.retry_after

    def take(self, event: Event) -> Sequence[GuildMembersChunk]:
        assert isinstance(event, events.GuildMembersChunk)
        if self._nonce is None:
            self._nonce, self.begun = event.nonce, True
        if event.nonce != self._nonce or event.chunk_index < self._next:
            return ()
        self._count = event.chunk_count
        self._early[event.chunk_index] = event
        ready = []
        while self._next in self._early:
            ready.append(self._early.pop(self._next))
            self._next += 1
        return ready

    def timed_out(self, seconds: float) -> RequestTimeout:
        if self._count is None:
            remedy = "the guild may be unavailable, or not be one of this shard's"
            return RequestTimeout(self.name, seconds, "nothing", (), remedy)
        absent = (index for index in range(self._next, self._count) if index not in self._early)
        missing = tuple(f"chunk {index}" for index in islice(absent, _MOST_NAMED))
        came = f"{self._next + len(self._early)} of {self._count} chunks"
        return RequestTimeout(self.name, seconds, came, missing, "ask again, or allow more time with timeout=")


async def ask_for_members(
    shard: Asker | RemoteAsker, questions: Sequence[MembersQuestion], timeout: float | None
) -> AsyncGenerator[GuildMembersChunk, None]:
    """Yield the chunks for several questions, which are asked one after the other."""
    for question in questions:
        async with aclosing(ask(shard, question, timeout)) as chunks:
            async for chunk in chunks:
                yield chunk


async def gather_members(chunks: AsyncGenerator[GuildMembersChunk, None]) -> GuildMembers:
    """Return all members in the chunks, each once: after a lost session, members come again."""
    members: dict[object, GuildMember] = {}
    not_found: dict[Snowflake, None] = {}
    presences: dict[object, Presence] = {}
    async for chunk in chunks:
        members.update((_user_id(member), member) for member in chunk.members)
        not_found.update(dict.fromkeys(chunk.not_found or ()))
        presences.update((_user_id(presence), presence) for presence in chunk.presences or ())
    return GuildMembers(members.values(), not_found=not_found, presences=presences.values())


def _user_id(one: GuildMember | Presence) -> object:
    """Return the user's id. If that is broken, return a new object, so that the member counts as different from all."""
    user_id = getattr(getattr(one, "user", None), "id", None)
    return object() if user_id is None else user_id
