"""Calls between a parent and a worker, either way, and their answers."""

from __future__ import annotations

import asyncio
import itertools
import pickle
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeAlias

from ...errors import ConfigurationError, StateError
from .messages import RemoteAnswer, RemoteCall, RemoteCancel, portable

__all__ = ["Peer", "Service"]

Service: TypeAlias = Callable[..., Coroutine[Any, Any, Any]]
"""What answers a call."""

_ONE_WAY = 0


class Peer:
    """The other process, as something that can be called and that calls.

    Args:
        send: sends a message.
        services: what answers, by the names of calls.
    """

    def __init__(self, send: Callable[[object], None], services: Mapping[str, Service]) -> None:
        self._send = send
        self._services = services
        self._numbers = itertools.count(_ONE_WAY + 1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._gone: Exception | None = None

    async def call(self, name: str, *arguments: object) -> Any:
        """Return what the other process answers; raise what it raises, or what `end` is told."""
        if self._gone is not None:
            raise self._gone
        number = next(self._numbers)
        self._waiting[number] = future = asyncio.get_running_loop().create_future()
        try:
            self._send(RemoteCall(number, name, _dump(name, arguments)))
            return await future
        except asyncio.CancelledError:
            self._send(RemoteCancel(number))
            raise
        finally:
            del self._waiting[number]

    def tell(self, name: str, *arguments: object) -> None:
        """Call without waiting for the end."""
        if self._gone is None:
            self._send(RemoteCall(_ONE_WAY, name, _dump(name, arguments)))

    def take(self, message: RemoteCall | RemoteAnswer | RemoteCancel) -> None:
        """Take a message of the other process."""
        if isinstance(message, RemoteAnswer):
            future = self._waiting.get(message.number)
            if future is not None and not future.done():
                _settle(future, message)
        elif isinstance(message, RemoteCancel):
            if message.number in self._tasks:
                self._tasks[message.number].cancel()
        else:
            task = asyncio.create_task(self._serve(message), name=f"gatewaysdk {message.name} for another process")
            number = message.number or -next(self._numbers)
            self._tasks[number] = task
            task.add_done_callback(lambda _: self._tasks.pop(number))

    async def _serve(self, call: RemoteCall) -> None:
        try:
            arguments = pickle.loads(call.arguments)  # noqa: S301 - from our own process
            value = await self._services[call.name](*arguments)
            answer = RemoteAnswer(call.number, False, _dump(f"the result of {call.name}", value))
        except asyncio.CancelledError:
            # If the caller waits, the work has cancelled itself.
            error = StateError(f"{call.name} was cancelled in the other process")
            self._send(RemoteAnswer(call.number, True, pickle.dumps(error)))
            raise
        except Exception as error:  # the caller gets it
            answer = RemoteAnswer(call.number, True, pickle.dumps(portable(error)))
        if call.number != _ONE_WAY:
            self._send(answer)

    def end(self, error: Exception) -> None:
        """The other process is gone: calls that wait raise the error, and so do those to come."""
        self._gone = error
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(error)
                future.exception()
        for task in self._tasks.values():
            task.cancel()


def _settle(future: asyncio.Future[Any], answer: RemoteAnswer) -> None:
    try:
        value = pickle.loads(answer.value)  # noqa: S301 - from our own process
    except Exception as error:  # such as a class that only the other process has
        future.set_exception(StateError(f"the answer of the other process cannot be read here: {error}"))
        return
    if answer.failed:
        future.set_exception(value)
    else:
        future.set_result(value)


def _dump(what: str, value: object) -> bytes:
    try:
        return pickle.dumps(value)
    except Exception as error:  # pickle raises several kinds
        raise ConfigurationError(
            f"{what} cannot go to another process: {error}; use what pickle takes, and functions of a module"
        ) from error
