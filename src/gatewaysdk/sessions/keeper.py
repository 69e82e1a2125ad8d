"""The session as far as events are done with, in memory and in the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from ..errors import ConfigurationError, SessionStoreTimeout
from ..protocol import Session
from ..tasks.label import Label
from ..tasks.worker import start_task
from .store import SessionStore

__all__ = ["STORE_TIMEOUT", "SessionKeeper", "check_store_timeout"]

T = TypeVar("T")

STORE_TIMEOUT = 10.0
"""Default seconds that a session store may take."""

_EARLY = 1.0
"""Seconds after which the log says that a store is slow."""


def check_store_timeout(seconds: float) -> None:
    """Raise `ConfigurationError` unless seconds are positive and finite."""
    if not 0 < seconds < float("inf"):
        raise ConfigurationError(f"store_timeout is {seconds!r}; it takes seconds above 0")


class SessionKeeper:
    """Follows one shard's session a step behind the protocol core.

    The core's sequence number says what has arrived; the one here says what needs not come again. One save is under way
    at a time, as two in the wrong order would bring an old state back.

    Args:
        store: where the session outlives the process, if anywhere.
        shard: (shard_id, num_shards), or None.
        session: what to resume first, if known.
        progress: tells up to which sequence number of the present session all is done with; None for nothing yet.
        report: takes an error of the store.
        timeout: seconds that the store may take. Raises `ConfigurationError` unless positive.

    Attributes:
        store: as given.
        calls_since: when the call of the store that is under way began, or None.
    """

    def __init__(
        self,
        store: SessionStore | None,
        shard: tuple[int, int] | None,
        session: Session | None,
        progress: Callable[[], int | None],
        report: Callable[[Exception], Awaitable[None]],
        timeout: float = STORE_TIMEOUT,
    ) -> None:
        check_store_timeout(timeout)
        self.store = store
        self.calls_since: float | None = None
        self._shard = shard
        self._label = Label(shard)
        self._session = session
        self._progress = progress
        self._report = report
        self._timeout = timeout
        self._saved = session
        self._failing = False
        self._late = False  # it took too long the last time, so that events do not wait for it
        self._call: asyncio.Task[Any] | None = None  # one that was given up, or is under way
        self._lock = asyncio.Lock()

    @property
    def session(self) -> Session | None:
        """The session to resume from: every event after it comes again, none before it needs to."""
        session, progress = self._session, self._progress()
        # Never back, not below READY either: what the gateway repeats has been done with all the same.
        if session is not None and progress is not None and progress > session.sequence:
            session = self._session = Session(
                session.session_id,
                session.resume_gateway_url,
                progress,
                session.shard,
                session.seen_at,
                session.user_id,
            )
        return session

    def begin(self, session: Session | None) -> None:
        """READY came; None if it cannot be resumed."""
        self._session = session
        self.seen()

    def seen(self) -> None:
        """The gateway was heard of."""
        if self._session is not None:
            self._session = replace(self._session, seen_at=time.time())

    def drop(self) -> None:
        """The session is no more."""
        self._session = None

    async def load(self) -> None:
        """Take over what the store has. Raises what the store raises, and `SessionStoreTimeout`."""
        if self.store is not None:
            loaded = await self._call_store("load", self.store.load(self._shard), "the shard waits for it")
            self._session = self._saved = loaded

    async def save(self, *, wait: bool = True) -> None:
        """Return once the store has the session as it is now; at once if it has.

        Without ``wait``, return at once too while the store is known to be late: another save tries again meanwhile.
        """
        if self.store is None or self.session is self._saved or (self._late and not wait):
            return
        try:
            async with self._lock:
                session = self.session
                if session is self._saved:
                    return
                await self._call_store("save", self.store.save(self._shard, session), "events wait for it")
                self._saved = session
                self._failing = self._late = False
        except Exception as error:
            self._late = isinstance(error, SessionStoreTimeout)
            # Events go on, but a restart will repeat some; said once, not with every event.
            if not self._failing:
                self._failing = True
                self._label.log.error("the session cannot be saved: %s", error)
                await self._report(error)

    async def _call_store(self, name: str, work: Coroutine[Any, Any, T], meanwhile: str) -> T:
        loop = asyncio.get_running_loop()
        previous = self._call
        if previous is not None and not previous.done():
            # Its waiter was cancelled, or has given it up.
            await asyncio.wait([previous], timeout=self._timeout)
            if not previous.done():
                previous.cancel()
                await asyncio.wait([previous], timeout=_EARLY)
            if not previous.done():  # two at once could end in the wrong order
                work.close()
                raise SessionStoreTimeout(name, self._timeout)
        call = self._call = start_task(work, self._label.task_name(f"session {name}"))
        if not call.done():
            self.calls_since = loop.time()
            try:
                await self._wait_for(call, name, meanwhile)
            finally:
                self.calls_since = None
        if call.cancelled():
            raise RuntimeError(f"the session store's {name} let a CancelledError out")
        result: T = call.result()
        return result

    async def _wait_for(self, call: asyncio.Task[T], name: str, meanwhile: str) -> None:
        early = min(_EARLY, self._timeout)
        await asyncio.wait([call], timeout=early)
        if not call.done() and self._timeout > early:
            self._label.log.warning(
                "the session store's %s has taken %g s; %s, for store_timeout, %g s, at most",
                name, early, meanwhile, self._timeout,
            )  # fmt: skip
            await asyncio.wait([call], timeout=self._timeout - early)
        if not call.done():
            call.cancel()
            raise SessionStoreTimeout(name, self._timeout)

    def cancel(self) -> list[asyncio.Task[Any]]:
        """Cancel a call of the store that goes on although nobody waits for it any more; return its task."""
        if self._call is None or self._call.done():
            return []
        self._call.cancel()
        return [self._call]
