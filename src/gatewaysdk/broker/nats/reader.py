"""Reads a partition of a stream, in order and without gaps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

from nats.aio.msg import Msg

from ...errors import BrokerUnavailable
from ..protocols import LoggedEvent
from ..store import Stored
from .inbox import Inbox
from .wire import ApiError, NatsWire

__all__ = ["NatsReader", "make_consumer"]

_NANOSECONDS = 1_000_000_000
_PULL = 30
"""Seconds after which the server forgets a request for messages."""

_HEARTBEAT = 2
"""Seconds after which the server says that it is still there, when there are no messages."""

_SILENCE = 2 * _HEARTBEAT + 0.5
"""Seconds without even a heartbeat after which a reader is given up."""

_FORGOTTEN = 60
"""Seconds after which the server removes a consumer that nobody reads."""

_ENDS_OF_PULL = ("404", "408", "409")


async def make_consumer(wire: NatsWire, stream: str, subjects: list[str], after: int) -> Any:
    """Return what the server knows of a new consumer, which is not replicated: a reader starts anew without it."""
    config = {
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": after + 1,
        "ack_policy": "none",
        "filter_subjects": subjects,
        "inactive_threshold": _FORGOTTEN * _NANOSECONDS,
        "num_replicas": 1,
        "mem_storage": True,
    }
    try:
        return await wire.api(f"CONSUMER.CREATE.{stream}", {"stream_name": stream, "config": config})
    except ApiError as error:
        raise BrokerUnavailable(f"a consumer of {stream} could not be made: {error}") from error


class NatsReader:
    """See `LogReader`.

    The server keeps no account of what it sent, so what gets lost with a connection would be missing. Each message says
    its number among those of the consumer: after a gap, a lost connection or a silent server, the reader is of no use.

    Args:
        wire: the connection.
        stream: the stream.
        consumer: its consumer, from `make_consumer`.
        event: makes an event of subject, headers and data.
    """

    def __init__(
        self, wire: NatsWire, stream: str, consumer: str, event: Callable[[str, dict[str, str], bytes], LoggedEvent]
    ) -> None:
        self._wire = wire
        self._stream = stream
        self._consumer = consumer
        self._event = event
        self._exits = AsyncExitStack()
        self._losses = wire.losses
        self._delivered = 0
        self._asked = 0
        """Messages that were asked for and have not come."""
        self._inbox: Inbox

    async def open(self) -> None:
        """Begin."""
        self._inbox = await self._exits.enter_async_context(self._wire.inbox())

    async def read(self, limit: int, wait: float) -> Sequence[Stored]:
        """See `LogReader`."""
        found: list[Stored] = []
        until = asyncio.get_running_loop().time() + wait
        while not found and (left := until - asyncio.get_running_loop().time()) > 0:
            if self._asked <= 0:
                await self._ask(limit)
            message = await self._next(left)
            while message is not None:
                self._take(message, found)
                message = self._inbox.next_at_once() if len(found) < limit else None
        return found

    async def close(self) -> None:
        """See `LogReader`."""
        await self._exits.aclose()
        if self._losses == self._wire.losses:
            with suppress(BrokerUnavailable, ApiError):
                await self._wire.api(f"CONSUMER.DELETE.{self._stream}.{self._consumer}", {})

    async def _ask(self, limit: int) -> None:
        request = {"batch": limit, "expires": _PULL * _NANOSECONDS, "idle_heartbeat": _HEARTBEAT * _NANOSECONDS}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._consumer}"
        await self._wire.publish(subject, json.dumps(request).encode(), {}, self._inbox.name)
        self._asked = limit

    async def _next(self, seconds: float) -> Msg | None:
        if self._losses != self._wire.losses:
            raise BrokerUnavailable("the connection to NATS was lost")
        message = await self._inbox.next(min(seconds, _SILENCE))
        if message is None and seconds > _SILENCE:
            raise BrokerUnavailable(f"NATS has fallen silent about {self._stream}")
        return message

    def _take(self, message: Msg, found: list[Stored]) -> None:
        headers = message.headers or {}
        status = headers.get("Status")
        if status is None:
            # $JS.ACK.<stream>.<consumer>.<attempt>.<in the stream>.<of the consumer>.<time>.<pending>
            numbers = message.reply.split(".")
            position, delivered = int(numbers[-4]), int(numbers[-3])
            if delivered != self._delivered + 1:
                raise BrokerUnavailable(f"messages of {self._stream} were lost on the way")
            self._delivered = delivered
            self._asked -= 1
            found.append(Stored(position, self._event(message.subject, headers, message.data)))
        elif status in _ENDS_OF_PULL:
            self._asked = 0
        elif status != "100":
            raise BrokerUnavailable(f"NATS does not deliver {self._stream}: {status} {headers.get('Description', '')}")
