"""Sends commands to, and asks questions of, shards that other hosts hold."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ...bases.command import Command, SnowflakeLike
from ...errors import BrokerError, ConfigurationError, NobodyServes, ShardsMissing, StateError
from ...fleet.sharding import shard_id_for
from ...requests.exchange import Question, RemoteAsker
from ..protocols import CommandBus
from .jobs import END, ERROR, FRAGMENT, POLL, WAIT
from .serve import shard_name
from .wire import dump, dump_question, load, load_error, load_item

__all__ = ["BrokerShard", "Reach"]

Item = TypeVar("Item")

_ANSWER = POLL + 5.0
"""Seconds for an answer of the other side; it answers within `POLL`, if only that nothing has come yet."""

_AT_ONCE = 50
"""Shards that something for all goes to at the same time."""


@dataclass(frozen=True)
class BrokerShard(RemoteAsker):
    """A shard, wherever it is. Two are equal if they are the same shard."""

    shard_id: int
    num_shards: int
    bus: CommandBus = field(compare=False, repr=False)

    async def send(self, command: Command, *, timeout: float | None = None, confirm: bool = False) -> float:
        """Send a command there; see `Shard.send`.

        Raises:
            NobodyServes: no host holds the shard now.
            TimeoutError: the host has not answered; the command may have gone out or not.
        """
        plain = {"op": command.opcode, "d": command.payload()}
        work = {"do": "send", "command": plain, "timeout": timeout, "confirm": confirm}
        async with aclosing(self._work(work)) as items:
            waited: float = await anext(items)
            return waited

    async def ask(self, question: Question[Item], timeout: float | None) -> AsyncGenerator[Item, None]:
        """Yield the answer as it comes in, pulled part by part, so that the other side reads no further ahead."""
        work = {"do": "ask", "question": dump_question(question), "timeout": timeout}
        async with aclosing(self._work(work)) as items:
            async for item in items:
                yield item

    async def _work(self, work: dict[str, Any]) -> AsyncGenerator[Any, None]:
        """Begin some work there, and yield the parts of its result."""
        key = secrets.token_hex(16)
        following, pieces, over = {**work, "key": key}, b"", False
        try:
            while True:
                answer = await self._request(following)
                following = {"do": "next", "key": key}
                kind, body = answer[:1], answer[1:]
                if kind == ERROR:
                    over = True
                    raise load_error(load(body))
                if kind == END:
                    over = True
                    return
                if kind == WAIT:
                    continue
                pieces += body
                if kind != FRAGMENT:
                    item, pieces = load_item(load(pieces)), b""
                    yield item
        except NobodyServes:
            over = True  # there is nobody to tell
            raise
        finally:
            if not over:
                with suppress(BrokerError, TimeoutError):  # it is left there after a while, too
                    await self._request({"do": "leave", "key": key})

    async def _request(self, asked: dict[str, Any]) -> bytes:
        name = shard_name((self.shard_id, self.num_shards))
        return await self.bus.request(name, dump(asked), _ANSWER)


class Reach:
    """All shards of the bot by way of a bus.

    Args:
        bus: None if there is none.
        num_shards: how many shards there are; None to take it from `learn`.
    """

    def __init__(self, bus: CommandBus | None, num_shards: int | None) -> None:
        if num_shards is not None and (type(num_shards) is not int or num_shards < 1):
            raise ConfigurationError(f"num_shards is {num_shards!r}; it takes an int of at least 1, or None")
        self._bus = bus
        self._given = num_shards
        self._learnt: int | None = None

    def learn(self, num_shards: int) -> None:
        """Note the number of shards that an event of now came with: after a reshard it is another."""
        self._learnt = num_shards

    def route(self, guild_id: SnowflakeLike) -> BrokerShard:
        """Return the shard of a guild. Raises `StateError` without a bus, or a number of shards."""
        bus, num_shards = self._way()
        return BrokerShard(shard_id_for(guild_id, num_shards), num_shards, bus)

    def _way(self) -> tuple[CommandBus, int]:
        if self._bus is None:
            raise StateError("nothing can be sent without a bus; pass bus= to the consumer")
        num_shards = self._learnt if self._given is None else self._given
        if num_shards is None:
            raise StateError("the number of shards is unknown before the first event; pass num_shards= to the consumer")
        return self._bus, num_shards

    async def show_presence(self, command: Command, timeout: float | None) -> float:
        """Send a presence on all shards; return the longest wait.

        Raises `ShardsMissing` once the others have it, for those that nobody holds; else the first error of a shard.
        """
        bus, num_shards = self._way()
        limit = asyncio.Semaphore(_AT_ONCE)

        async def send(shard_id: int) -> float:
            async with limit:
                return await BrokerShard(shard_id, num_shards, bus).send(command, timeout=timeout)

        results = await asyncio.gather(*map(send, range(num_shards)), return_exceptions=True)
        missing = tuple(at for at, result in enumerate(results) if isinstance(result, NobodyServes))
        others = [one for one in results if isinstance(one, BaseException) and not isinstance(one, NobodyServes)]
        if others:
            raise others[0]
        if missing:
            raise ShardsMissing(type(command).__name__, missing, num_shards)
        return max(one for one in results if isinstance(one, float | int))
