"""Questions and answers over NATS: its servers know who listens, and say at once when nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from nats.aio.msg import Msg
from nats.errors import Error, MaxPayloadError, NoRespondersError

from ...errors import BrokerUnavailable, CommandFailed, NobodyServes
from ...tasks.label import UNSHARDED
from ...tasks.worker import start_task
from ..protocols import ServeCommand
from .wire import NatsWire, request

__all__ = ["NatsBus"]

_log = UNSHARDED.log

_AGAIN = 0.1
"""Seconds until the connection is looked at again."""

_ERROR = "Gw-Error"
_MOST_AT_ONCE = 1000
"""Questions to one name that are answered at the same time; more are refused."""


class NatsBus:
    """See `CommandBus`.

    Args:
        wire: the connection.
        before: what stands before names in subjects.
    """

    def __init__(self, wire: NatsWire, before: str) -> None:
        self._wire = wire
        self._client = wire.client
        self._before = before

    async def request(self, name: str, payload: bytes, timeout: float) -> bytes:
        """See `CommandBus`."""
        try:
            answer = await request(self._client, self._before + name, payload, timeout)
        except NoRespondersError:
            raise NobodyServes(f"nobody serves {name} now") from None
        except TimeoutError:
            raise TimeoutError(f"{name} did not answer within {timeout:g} s") from None
        except Error as error:
            raise BrokerUnavailable(f"NATS cannot be reached: {error}") from error
        kind = (answer.headers or {}).get(_ERROR)
        if kind is not None:
            raise CommandFailed(name, kind, answer.data.decode())
        return answer.data

    async def serve(self, name: str, handler: ServeCommand) -> Callable[[], Awaitable[None]]:
        """See `CommandBus`. Of several that serve a name, one gets the question.

        When this returns, the node that we are connected to hands on questions; the others of a cluster learn of it a
        moment later. While our connection is made again, nobody serves.

        While NATS is away it waits; what it returns does not, and raises nothing.

        Raises:
            BrokerUnavailable: the connection was closed.
        """
        tasks: set[asyncio.Task[None]] = set()

        async def begin(question: Msg) -> None:  # nats-py calls it for one message after the other
            if len(tasks) >= _MOST_AT_ONCE:
                await _respond(question, b"%d questions are being answered" % _MOST_AT_ONCE, "Busy")
                return
            task = start_task(_answer(question, handler), f"gatewaysdk answers a question to {name}")
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        # nats-py forgets to tell the server of a subscription that ends while the connection is made again.
        while self._client.is_reconnecting:  # noqa: ASYNC110 - nats-py has no event for it
            await asyncio.sleep(_AGAIN)
        try:
            subscription = await self._client.subscribe(self._before + name, queue="hosts", cb=begin)
        except Error as error:
            raise BrokerUnavailable(f"NATS cannot be reached: {error}") from error

        async def end() -> None:
            if subscription._closed or self._client.is_closed:
                return
            # A server that does not answer hands on no questions, and a new connection does not ask for them.
            with suppress(Error, OSError, BrokerUnavailable):
                await subscription.unsubscribe()
                await self._wire.round_trip()

        try:
            await self._until_confirmed()
        except BaseException:
            await end()
            raise
        return end

    async def _until_confirmed(self) -> None:
        while True:
            try:
                return await self._wire.round_trip()
            except BrokerUnavailable:
                if self._client.is_closed:
                    raise
            await asyncio.sleep(_AGAIN)


async def _answer(question: Msg, handler: ServeCommand) -> None:
    try:
        await _respond(question, await handler(question.data))
    except Exception as error:
        await _respond(question, str(error).encode(), type(error).__name__)


async def _respond(question: Msg, payload: bytes, error: str | None = None) -> None:
    if not question.reply:
        return
    try:
        await question._client.publish(question.reply, payload, headers=None if error is None else {_ERROR: error})
    except MaxPayloadError:
        await _respond(question, b"the answer has more bytes than NATS takes", "MaxPayloadError")
    except Error as problem:
        _log.warning("an answer could not be sent: %s", problem)
