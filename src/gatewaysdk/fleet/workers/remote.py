"""A shard that another process runs, as far as it can be used from here; and the side that serves it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ...bases.command import Command
from ...errors import StateError
from ...requests.exchange import Asker, Question, RemoteAsker, ask
from ...shard.shard import Shard
from ...snowflake import Snowflake
from .peer import Peer, Service

__all__ = ["RemoteCalls", "RemoteShard"]

Item = TypeVar("Item")

_keys = itertools.count()
"""Of the questions that this process asks elsewhere."""


@dataclass(frozen=True)
class RemoteShard(RemoteAsker):
    """Sends and asks by way of another process. Two are equal if their shard is the same.

    Args:
        shard_id: which shard.
        guild_id: a guild of it, by which the other process finds it, whatever their number is by then.
        peer: returns the process once there is one.
    """

    shard_id: int
    guild_id: int = field(compare=False)
    peer: Callable[[], Awaitable[Peer]] = field(compare=False)

    async def send(self, command: Command, *, timeout: float | None = None, confirm: bool = False) -> float:
        """Send a command; see `Shard.send`."""
        peer = await self.peer()
        waited: float = await peer.call("send", self.guild_id, command, timeout, confirm)
        return waited

    async def ask(self, question: Question[Item], timeout: float | None) -> AsyncGenerator[Item, None]:
        """Yield the answer as it comes in, asked for part by part, so that the other process reads no further ahead."""
        peer = await self.peer()
        key = next(_keys)
        try:
            await peer.call("ask", key, self.guild_id, question, timeout)
            while part := await peer.call("next", key):
                yield part[0]
        finally:
            peer.tell("leave", key)


class RemoteCalls:
    """What another process asks for of shards that can be reached from here.

    Args:
        find: returns the shard of a guild, here or elsewhere.
        user_id: returns the bot's own id.
    """

    def __init__(
        self,
        find: Callable[[int], Awaitable[Shard | RemoteShard]],
        user_id: Callable[[], Snowflake | None],
    ) -> None:
        self._find = find
        self._user_id = user_id
        self._open: dict[int, AsyncGenerator[Any, None]] = {}

    @property
    def services(self) -> Mapping[str, Service]:
        """What answers, by the names of calls."""
        return {"send": self._send, "ask": self._ask, "next": self._next, "leave": self._leave}

    async def _send(self, guild_id: int, command: Command, timeout: float | None, confirm: bool) -> float:
        shard = await self._find(guild_id)
        return await shard.send(command, timeout=timeout, confirm=confirm)

    async def _ask(self, key: int, guild_id: int, question: Question[Any], timeout: float | None) -> None:
        question.user_id = self._user_id
        shard: Asker | RemoteAsker = await self._find(guild_id)
        self._open[key] = ask(shard, question, timeout)

    async def _next(self, key: int) -> tuple[Any] | None:
        if key not in self._open:
            raise StateError("this request is over")
        item = await anext(self._open[key], None)
        return None if item is None else (item,)

    async def _leave(self, key: int) -> None:
        if key in self._open:
            await self._open.pop(key).aclose()

    async def close(self) -> None:
        """Leave all that is open: the process that asked is gone."""
        for key in list(self._open):
            await self._leave(key)
