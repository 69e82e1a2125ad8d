"""Sends a question to the gateway and collects its answers, through reconnects and rate limits."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Generic, Protocol, TypeVar

from .. import events
from ..bases.command import Command
from ..bases.event import Event
from ..delivery.tap import Tap
from ..errors import GatewayError, RequestTimeout
from ..snowflake import Snowflake

__all__ = ["Asker", "Question", "RemoteAsker", "ask", "only"]

E = TypeVar("E", bound=Event)
Item = TypeVar("Item")


class Asker(Protocol):
    """The part of a shard that a request needs."""

    @property
    def user_id(self) -> Snowflake | None: ...

    @property
    def send_wait(self) -> float | None: ...

    async def send(self, command: Command, *, timeout: float | None = None) -> float: ...

    def _tap(self, *classes: type[E], accept: Callable[[E], bool] | None = None) -> Tap[E]: ...


class Question(ABC, Generic[Item]):
    """One question, and the parts of its answer so far. It does no I/O and has no clock.

    Attributes:
        name: the request's name in errors.
        asked: whether the command was sent, so that events may answer it.
        begun: whether a part of the answer has come. After a resume, the gateway replays the rest.
        user_id: returns the bot's own id, where the answer needs it. Another process sets its own.
    """

    name: str
    asked = False
    begun = False
    user_id: Callable[[], Snowflake | None] | None = None

    @property
    @abstractmethod
    def answers(self) -> tuple[type[Event], ...]:
        """The classes of the events that may answer it."""

    @property
    @abstractmethod
    def done(self) -> bool:
        """Whether the answer is complete."""

    @abstractmethod
    def command(self) -> Command:
        """Return the command that asks for the missing parts."""

    @abstractmethod
    def wants(self, event: Event) -> bool:
        """Whether an event of a class in ``answers`` answers this question."""

    @abstractmethod
    def take(self, event: Event) -> Sequence[Item]:
        """Note an event that `wants` has accepted. Return the items that the caller can have now."""

    @abstractmethod
    def start_over(self) -> None:
        """Forget what only the lost session could complete: the question is asked anew."""

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "user_id": None}

    def retry_after(self, event: Event) -> float | None:
        """Return the seconds to wait before asking again if ``event`` says that it was too early, else None."""
        return None

    @abstractmethod
    def timed_out(self, seconds: float) -> RequestTimeout:
        """Return the error that says which parts came and which did not."""


class RemoteAsker(ABC):
    """A shard that another process runs: it sends and is asked there."""

    @abstractmethod
    async def send(self, command: Command, *, timeout: float | None = None, confirm: bool = False) -> float:
        """Send a command there, and return the seconds that it waited."""

    @abstractmethod
    def ask(self, question: Question[Item], timeout: float | None) -> AsyncGenerator[Item, None]:
        """Ask there, and yield the answer as it comes in; see `ask`."""


async def ask(
    shard: Asker | RemoteAsker, question: Question[Item], timeout: float | None
) -> AsyncGenerator[Item, None]:
    """Ask, and yield the items of the answer as they come.

    Asks again when the session was lost, when a resumed session replays no answer, and when the gateway says that it
    was too early. Raises `RequestTimeout` when no part of the answer comes for ``timeout`` seconds.
    """
    if isinstance(shard, RemoteAsker):
        async with aclosing(shard.ask(question, timeout)) as answers:
            async for item in answers:
                yield item
        return
    exchange = _Exchange(shard, question, timeout)
    try:
        while not question.done:
            for item in await exchange.step():
                yield item
    finally:
        exchange.close()


async def only(answers: AsyncGenerator[Item, None]) -> Item:
    """Return the first item, and close the generator."""
    async with aclosing(answers):
        return await anext(answers)


class _Exchange(Generic[Item]):
    def __init__(self, shard: Asker, question: Question[Item], timeout: float | None) -> None:
        self._shard = shard
        self._question = question
        self._timeout = timeout
        self._clock = asyncio.get_running_loop().time
        self._ask_at: float | None = self._clock()  # None while we wait for an answer
        self._tap: Tap[Event] = shard._tap(events.Ready, events.Resumed, *question.answers, accept=self._hears)

    def close(self) -> None:
        self._tap.close()

    def _hears(self, event: Event) -> bool:
        if isinstance(event, events.Ready | events.Resumed):
            # A READY or RESUMED from before the command was sent says nothing about its answer.
            return self._question.asked
        return self._question.wants(event)

    async def step(self) -> Sequence[Item]:
        """Ask if it is time to; then wait for the next event and return the items that it brings."""
        if self._ask_at is not None and self._ask_at <= self._clock():
            await self._send()
        event = await self._next()
        if event is None:
            return ()
        if isinstance(event, events.Ready):
            self._question.start_over()
            self._ask_again(0)
        elif isinstance(event, events.Resumed):
            # All that was missed was replayed before RESUMED. Without an answer in it, the command may have been lost.
            if not self._question.begun:
                self._ask_again(0)
        elif (wait := self._question.retry_after(event)) is not None:
            if not self._question.begun:
                self._ask_at = self._clock() + wait
        else:
            self._ask_at = None
            return self._question.take(event)
        return ()

    def _ask_again(self, wait: float) -> None:
        if self._ask_at is None:  # else it waits for the end of a rate limit, which a new session does not lift
            self._ask_at = self._clock() + wait

    async def _send(self) -> None:
        self._question.asked = False
        timeout = self._timeout
        if timeout is not None:
            timeout += self._shard.send_wait or 0.0  # waiting for the send limit is not the gateway's delay
        await self._shard.send(self._question.command(), timeout=timeout)
        self._question.asked = True
        self._ask_at = None

    async def _next(self) -> Event | None:
        """Return the next event, None if it is time to ask again before one comes. Raises `RequestTimeout`."""
        wait = self._timeout if self._ask_at is None else max(0.0, self._ask_at - self._clock())
        limit = asyncio.timeout(wait)
        try:
            async with limit:
                return await self._tap.get()
        except TimeoutError as error:
            # Errors that ended the shard may be TimeoutErrors, too.
            if isinstance(error, GatewayError) or not limit.expired():
                raise
        if self._ask_at is not None:
            return None
        raise self._question.timed_out(wait or 0.0)
