"""Keeps the session up to the last event that was handled, in memory and in the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from ..errors import ConfigurationError, SessionStoreTimeout
from ..protocol import Session
from ..tasks.label import UNSHARDED, Label
from ..tasks.worker import start_task
from .store import SessionStore

__all__ = ["STORE_TIMEOUT", "SessionKeeper", "check_store_timeout"]

T = TypeVar("T")

STORE_TIMEOUT = 10.0
"""Default for ``store_timeout``: seconds that one call of a session store may take."""

_EARLY = 1.0
"""Seconds after which the log says that a store is slow."""


def check_store_timeout(seconds: float) -> None:
    """Raise `ConfigurationError` unless ``seconds`` is positive and finite."""
    if not 0 < seconds < float("inf"):
        raise ConfigurationError(f"store_timeout is {seconds!r}; it takes seconds above 0")


class SessionKeeper:
    """Follows one shard's session a step behind the protocol core.

    The core's sequence number is that of the last event that arrived; the one here is that of the last event that was
    handled, with all before it, so that they need not come again. Only one save runs at a time: two that end in the
    wrong order would leave an old session in the store.

    Args:
        store: the store, or None.
        shard: (shard_id, num_shards), or None.
        session: the session to resume first, or None.
        progress: returns the sequence number up to which all events of the present session were handled; None before.
        report: called with each error of the store that begins a series of failures.
        timeout: seconds that a call of the store may take. Raises `ConfigurationError` unless positive.
        label: names the tasks and log lines.

    Attributes:
        store: the store, or None.
        calls_since: the loop's time when the running call of the store began, or None.
    """

    def __init__(
        self,
        store: SessionStore | None,
        shard: tuple[int, int] | None,
        session: Session | None,
        progress: Callable[[], int | None],
        report: Callable[[Exception], Awaitable[None]],
        timeout: float = STORE_TIMEOUT,
        label: Label = UNSHARDED,
    ) -> None:
        check_store_timeout(timeout)
        self.store = store
        self.calls_since: float | None = None
        self._shard = shard
        self._label = label
        self._session = session
        self._progress = progress
        self._report = report
        self._timeout = timeout
        self._saved = session
        self._failing = False
        self._late = False  # the last save took too long, so that events do not wait for the next
        self._call: asyncio.Task[Any] | None = None  # the last call; it may still run after it was given up
        self._lock = asyncio.Lock()

    @property
    def session(self) -> Session | None:
        """The session to resume from: all events after it come again, and all up to it were handled."""
        session, progress = self._session, self._progress()
        # The number never goes back, nor below READY's: events that the gateway repeats were handled already.
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
        """Follow the new session of a READY; None if it cannot be resumed."""
        self._session = session
        self.seen()

    def seen(self) -> None:
        """Note that the gateway has just confirmed the session: by READY, RESUMED or the ACK of a heartbeat."""
        if self._session is not None:
            self._session = replace(self._session, seen_at=time.time())

    def drop(self) -> None:
        """Forget the session, as it is lost."""
        self._session = None

    async def load(self) -> None:
        """Follow the session that the store has. Raises the store's errors, and `SessionStoreTimeout`."""
        if self.store is not None:
            loaded = await self._call_store("load", self.store.load(self._shard), "the shard waits for it")
            self._session = self._saved = loaded

    async def save(self, *, wait: bool = True) -> None:
        """Return when the store has the present session; at once if it has it already.

        Without ``wait``, also return at once if the last save took too long; a later save with ``wait`` tries again.
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
            # Events go on, but a restart will repeat some. Reported once, not with every event.
            if not self._failing:
                self._failing = True
                self._label.log.error("the session cannot be saved: %s", error)
                await self._report(error)

    async def _call_store(self, name: str, work: Coroutine[Any, Any, T], meanwhile: str) -> T:
        loop = asyncio.get_running_loop()
        previous = self._call
        if previous is not None and not previous.done():
            # The caller that waited for it was cancelled, or has given up.
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
        """Cancel the store's call that still runs, though nobody waits for it. Return its task, if there is one."""
        if self._call is None or self._call.done():
            return []
        self._call.cancel()
        return [self._call]
