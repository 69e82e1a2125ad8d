"""One question to the gateway and its answers, whatever happens to the connection meanwhile."""

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

__all__ = ["Asker", "Question", "ask", "only"]

E = TypeVar("E", bound=Event)
Item = TypeVar("Item")


class Asker(Protocol):
    """What a request needs of a shard."""

    @property
    def user_id(self) -> Snowflake | None: ...

    @property
    def send_wait(self) -> float | None: ...

    async def send(self, command: Command, *, timeout: float | None = None) -> float: ...

    def _tap(self, *classes: type[E], accept: Callable[[E], bool] | None = None) -> Tap[E]: ...


class Question(ABC, Generic[Item]):
    """What is asked, and how far the answer has come. It does no I/O and knows no clock.

    Attributes:
        name: the request as errors name it.
        asked: whether the command has gone out, so that what comes may answer it.
        begun: whether part of an answer has come, the rest of which a resumed session replays.
    """

    name: str
    asked = False
    begun = False

    @property
    @abstractmethod
    def answers(self) -> tuple[type[Event], ...]:
        """Classes of the events that may answer."""

    @property
    @abstractmethod
    def done(self) -> bool:
        """Whether nothing is missing."""

    @abstractmethod
    def command(self) -> Command:
        """Return the command that asks for what is missing."""

    @abstractmethod
    def wants(self, event: Event) -> bool:
        """Whether an event, one of ``answers``, is meant for this question."""

    @abstractmethod
    def take(self, event: Event) -> Sequence[Item]:
        """Note an event that was wanted; return what can be given out now."""

    @abstractmethod
    def start_over(self) -> None:
        """The session is lost, and what it would still have answered with it."""

    def retry_after(self, event: Event) -> float | None:
        """Return the seconds after which to ask again, if an event says that it was too early to ask."""
        return None

    @abstractmethod
    def timed_out(self, seconds: float) -> RequestTimeout:
        """Return the error that says what came and what did not."""


async def ask(shard: Asker, question: Question[Item], timeout: float | None) -> AsyncGenerator[Item, None]:
    """Ask, and yield the answer as it comes in.

    Asks again when the session was lost, when a resumed one brings nothing, and when the gateway says that it was too
    early. Raises `RequestTimeout` after ``timeout`` seconds in which nothing came.
    """
    exchange = _Exchange(shard, question, timeout)
    try:
        while not question.done:
            for item in await exchange.step():
                yield item
    finally:
        exchange.close()


async def only(answers: AsyncGenerator[Item, None]) -> Item:
    """Return the first answer, and listen for no other."""
    async with aclosing(answers):
        return await anext(answers)


class _Exchange(Generic[Item]):
    def __init__(self, shard: Asker, question: Question[Item], timeout: float | None) -> None:
        self._shard = shard
        self._question = question
        self._timeout = timeout
        self._clock = asyncio.get_running_loop().time
        self._ask_at: float | None = self._clock()  # None while an answer is due
        self._tap: Tap[Event] = shard._tap(events.Ready, events.Resumed, *question.answers, accept=self._hears)

    def close(self) -> None:
        self._tap.close()

    def _hears(self, event: Event) -> bool:
        if isinstance(event, events.Ready | events.Resumed):
            # What came before the command went out has nothing to do with its answer.
            return self._question.asked
        return self._question.wants(event)

    async def step(self) -> Sequence[Item]:
        """Ask if it is time to, and return what the next event brings."""
        if self._ask_at is not None and self._ask_at <= self._clock():
            await self._send()
        event = await self._next()
        if event is None:
            return ()
        if isinstance(event, events.Ready):
            self._question.start_over()
            self._ask_again(0)
        elif isinstance(event, events.Resumed):
            # All that the gateway had sent was replayed before this: it may never have got the command.
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
        if self._ask_at is None:  # else it waits for the end of a rate limit, which outlives sessions
            self._ask_at = self._clock() + wait

    async def _send(self) -> None:
        self._question.asked = False
        timeout = self._timeout
        if timeout is not None:
            timeout += self._shard.send_wait or 0.0  # to keep to the send limit is no failure of the gateway's
        await self._shard.send(self._question.command(), timeout=timeout)
        self._question.asked = True
        self._ask_at = None

    async def _next(self) -> Event | None:
        """Return the next event, or None when it is time to ask again before one comes."""
        wait = self._timeout if self._ask_at is None else max(0.0, self._ask_at - self._clock())
        limit = asyncio.timeout(wait)
        try:
            async with limit:
                return await self._tap.get()
        except TimeoutError as error:
            # What ended the shard may be a TimeoutError too.
            if isinstance(error, GatewayError) or not limit.expired():
                raise
        if self._ask_at is not None:
            return None
        raise self._question.timed_out(wait or 0.0)
