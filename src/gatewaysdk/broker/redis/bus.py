"""Questions and answers by PUBLISH, which says how many have heard it: none is nobody."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError

from ...errors import BrokerUnavailable, CommandFailed, NobodyServes
from ...tasks.label import UNSHARDED
from ...tasks.worker import start_task
from ..protocols import ServeCommand
from .wire import RedisWire, answered

__all__ = ["RedisBus"]

_log = UNSHARDED.log

_AGAIN = 0.5
"""Seconds until a lost connection is tried again."""

_MOST_AT_ONCE = 1000
"""Questions that are answered at the same time; more are refused."""

_TIMEOUT = 5.0
"""Seconds in which the server confirms a subscription."""


class RedisBus:
    """See `CommandBus`. If several serve a name, all of them get a question, and the first answer counts.

    A message is the id of the question, the name of the channel for the answer or the class of an error, and the data.

    Args:
        wire: the client.
    """

    def __init__(self, wire: RedisWire) -> None:
        self._wire = wire
        self._pubsub = wire.client.pubsub()
        self._inbox = wire.key("answers", uuid.uuid4().hex)
        self._listening: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._subscribed: dict[str, asyncio.Event] = {}
        self._handlers: dict[str, ServeCommand] = {}
        self._questions: dict[bytes, asyncio.Future[tuple[str, bytes]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def request(self, name: str, payload: bytes, timeout: float) -> bytes:
        """See `CommandBus`."""
        await self._open()
        number = uuid.uuid4().hex.encode()
        answer: asyncio.Future[tuple[str, bytes]] = asyncio.get_running_loop().create_future()
        self._questions[number] = answer
        try:
            if not await self._publish(self._channel(name), number, self._inbox, payload):
                raise NobodyServes(f"nobody serves {name} now")
            async with asyncio.timeout(timeout):
                error, data = await answer
        except TimeoutError:
            raise TimeoutError(f"{name} did not answer within {timeout:g} s") from None
        finally:
            del self._questions[number]
        if error:
            raise CommandFailed(name, error, data.decode())
        return data

    async def serve(self, name: str, handler: ServeCommand) -> Callable[[], Awaitable[None]]:
        """See `CommandBus`."""
        await self._open()
        channel = self._channel(name)
        self._handlers[channel] = handler

        async def end() -> None:
            if self._handlers.get(channel) is handler:
                del self._handlers[channel]
                await answered(self._pubsub.unsubscribe(channel))

        try:
            await self._subscribe(channel)
        except BaseException:
            with suppress(BrokerUnavailable):
                await end()
            raise
        return end

    async def close(self) -> None:
        """End all."""
        for task in (self._listening, *self._tasks):
            if task is not None:
                task.cancel()
        await asyncio.gather(*self._tasks, *([self._listening] if self._listening else []), return_exceptions=True)
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]

    def _channel(self, name: str) -> str:
        return self._wire.key("bus", name)

    async def _publish(self, channel: str, number: bytes, word: str, data: bytes) -> int:
        heard: int = await answered(self._wire.client.publish(channel, b"\n".join([number, word.encode(), data])))
        return heard

    async def _open(self) -> None:
        async with self._opening:
            if self._listening is None:
                await answered(self._pubsub.subscribe(self._inbox))
                self._listening = start_task(self._listen(), "gatewaysdk listens to Redis")

    async def _subscribe(self, channel: str) -> None:
        """Return when the server has confirmed it."""
        confirmed = self._subscribed[channel] = asyncio.Event()
        await answered(self._pubsub.subscribe(channel))
        try:
            async with asyncio.timeout(_TIMEOUT):
                await confirmed.wait()
        except TimeoutError:
            raise BrokerUnavailable(f"Redis did not confirm a subscription within {_TIMEOUT:g} s") from None

    async def _listen(self) -> None:
        while True:
            try:
                message = await self._pubsub.get_message(timeout=None)
            except (RedisError, OSError) as error:
                _log.warning("the connection to Redis was lost, and is made again: %s", error)
                await asyncio.sleep(_AGAIN)
                continue
            if message is not None:
                await self._take(message)

    async def _take(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode()
        if message["type"] == "subscribe" and channel in self._subscribed:
            self._subscribed.pop(channel).set()
        if message["type"] != "message":
            return
        try:
            number, word, data = message["data"].split(b"\n", 2)
            word = word.decode()
        except ValueError:
            _log.warning("a message to %s is not one of gatewaysdk; let nothing else publish there", channel)
            return
        if channel == self._inbox:
            answer = self._questions.get(number)
            if answer is not None and not answer.done():
                answer.set_result((word, data))
        elif (handler := self._handlers.get(channel)) is not None:
            task = start_task(self._answer(handler, number, word, data), "gatewaysdk answers a question")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, handler: ServeCommand, number: bytes, inbox: str, data: bytes) -> None:
        error = ""
        try:
            if len(self._tasks) > _MOST_AT_ONCE:
                raise RuntimeError(f"{_MOST_AT_ONCE} questions are being answered; ask again later")
            data = await handler(data)
        except Exception as raised:
            error, data = type(raised).__name__, str(raised).encode()
        try:
            await self._publish(inbox, number, error, data)
        except BrokerUnavailable as problem:
            _log.warning("an answer could not be sent: %s", problem)
