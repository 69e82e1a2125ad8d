"""A dead letter goes to a running process of its consumer once more, over the bus."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from typing import Any

from ...errors import CommandError
from ..protocols import CommandBus, DeadLetter, LoggedEvent

__all__ = ["Replayed", "Replays", "replay", "replay_name"]


def replay_name(consumer: str) -> str:
    """Return the name by which the processes of a consumer are asked."""
    return f"consumer.{consumer}.replay"


async def replay(bus: CommandBus, letter: DeadLetter, timeout: float) -> str | None:
    """Have a process of the consumer handle a dead letter. Returns None once it has, else why it could not.

    Raises:
        NobodyServes: no process of the consumer that has a bus runs now.
        TimeoutError: no answer within ``timeout`` seconds; it may be handled or not.
    """
    answer = json.loads(await bus.request(replay_name(letter.consumer), _dump(letter.event), timeout))
    reason: str | None = answer["reason"]
    return reason


class Replayed:
    """A dead letter in hand: a `Delivered` that no log waits for.

    Attributes:
        event: the event.
        attempt: 1.
        outcome: None once it is handled, else why it is not.
    """

    def __init__(self, event: LoggedEvent) -> None:
        self.event = event
        self.attempt = 1
        self.outcome: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    async def done(self) -> None:
        """See `Delivered`."""
        self.end(None)

    async def failed(self, delay: float = 0.0) -> None:
        """See `Delivered`; it is not delivered again."""
        self.end("it was given back")

    def end(self, reason: str | None) -> None:
        """Say how it went; the first word counts."""
        if not self.outcome.done():
            self.outcome.set_result(reason)


class Replays:
    """Takes the dead letters that are sent to this process.

    Args:
        admit: hands an event to its handlers; False if it is in hand already.
    """

    def __init__(self, admit: Callable[[Replayed], Awaitable[bool]]) -> None:
        self._admit = admit
        self._open: set[Replayed] = set()

    async def answer(self, payload: bytes) -> bytes:
        """Return how it went with one; see `ServeCommand`."""
        replayed = Replayed(_load(payload))
        self._open.add(replayed)
        try:
            if not await self._admit(replayed):
                replayed.end("it is in hand just now")
            return json.dumps({"reason": await replayed.outcome}).encode()
        finally:
            self._open.remove(replayed)

    def end(self) -> None:
        """The consumer closes: those that wait hear it."""
        for replayed in self._open:
            replayed.end("the consumer was closed")


def _dump(event: LoggedEvent) -> bytes:
    data = b64encode(event.data).decode()
    plain = [*event.shard, event.session_id, event.sequence, event.name, event.encoding, data]
    return json.dumps(plain).encode()


def _load(payload: bytes) -> LoggedEvent:
    try:
        plain: Any = json.loads(payload)
        shard_id, num_shards, session_id, sequence, name, encoding, data = plain
        return LoggedEvent((shard_id, num_shards), session_id, sequence, name, b64decode(data), encoding)
    except ValueError as error:
        raise CommandError("a replay", None, f"cannot be read: {error}; both sides need the same release") from None
