"""The session as far as events are done with, in memory and in the store."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from .protocol import Session
from .session_store import SessionStore

__all__ = ["SessionKeeper"]

log = logging.getLogger("gatewaysdk")


class SessionKeeper:
    """Follows one shard's session a step behind the protocol core.

    The core's sequence number says what has arrived; the one here says what needs not come again.

    Args:
        store: where the session outlives the process, if anywhere.
        shard: (shard_id, num_shards), or None.
        session: what to resume first, if known.
        progress: tells up to which sequence number of the present session all is done with; None for nothing yet.
        report: takes an error of the store.
    """

    def __init__(
        self,
        store: SessionStore | None,
        shard: tuple[int, int] | None,
        session: Session | None,
        progress: Callable[[], int | None],
        report: Callable[[Exception], Awaitable[None]],
    ) -> None:
        self.store = store
        self._shard = shard
        self._session = session
        self._progress = progress
        self._report = report
        self._saved = session
        self._failing = False
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
        """Take over what the store has. What the store raises goes to the caller."""
        if self.store is not None:
            self._session = self._saved = await self.store.load(self._shard)

    async def save(self) -> None:
        """Return once the store has the session as it is now; at once if it has."""
        if self.store is None or self.session is self._saved:
            return
        try:
            async with self._lock:  # two saves in the wrong order would bring an old state back
                session = self.session
                if session is not self._saved:
                    await self.store.save(self._shard, session)
                    self._saved = session
                    self._failing = False
        except Exception as error:
            # Events go on, but a restart will repeat some; said once, not with every event.
            if not self._failing:
                self._failing = True
                log.error("the session cannot be saved: %s", error)
                await self._report(error)
