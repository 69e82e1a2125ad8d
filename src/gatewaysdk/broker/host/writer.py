"""Writes the events of one shard into the log: all of them, once and in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol
from uuid import uuid4

from ...codec import Codec, Envelope
from ...delivery.delivery import Delivery
from ...errors import BrokerError, BrokerUnavailable, Fenced
from ...protocol import Session
from ...sessions.store import SessionStore
from ...tasks.label import Label
from ..protocols import LoggedEvent, LogPosition, ShardKey

__all__ = ["AppendLog", "LogWriter"]

_RETRY = 0.5
"""Seconds between two attempts to reach an engine that is away."""


class AppendLog(Protocol):
    """The part of an `EventLog` that a host needs; `EventLog` describes both."""

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int: ...

    async def last(self, shard: ShardKey) -> LogPosition: ...


class LogWriter:
    """Takes the dispatches of a shard undecoded, and appends them to its log in batches.

    It is the shard's `Diversion` and its `SessionStore`: the saved session is the one whose events are all stored, and
    a shard resumes from where the log ends. While the engine is away events wait here; when there are too many,
    reading pauses.

    Args:
        shard: whose events.
        log: where they go.
        store: keeps the sessions.
        codec: of the shard; finds the data of an event.
        check_lease: returns if the shard is still ours, and raises if not.
        size: most events to hold.
        most_bytes: most bytes of their messages.
        batch: most events to append at once.
        retry: seconds between two attempts to reach an engine that is away.

    Attributes:
        written: how many events it has stored.
    """

    def __init__(
        self,
        shard: ShardKey,
        log: AppendLog,
        store: SessionStore,
        codec: Codec,
        check_lease: Callable[[], Awaitable[object]],
        *,
        size: int = 1000,
        most_bytes: int = 16 * 1024 * 1024,
        batch: int = 64,
        retry: float = _RETRY,
    ) -> None:
        self._shard = shard
        self._log = log
        self._store = store
        self._codec = codec
        self._check_lease = check_lease
        self._size = size
        self._most_bytes = most_bytes
        self._batch = batch
        self._retry = retry
        self._report = Label(shard).log
        self._weigh: Callable[[], None] = lambda: None
        self._waiting: deque[tuple[LoggedEvent, int]] = deque()
        self._bytes = 0
        self._full = False
        self._session_id = ""  # of the events that come
        self._taken = 0  # the number of the last one that came
        self._unsaved: Session | None = None  # a new session that has to be saved before its first event is stored
        self._stored: tuple[str | None, int] = (None, 0)  # session and number of the last stored event
        self._position = 0
        self._unsure = False  # whether the log may end elsewhere than at `_position`
        self._away = False
        self._more = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._empty_at = 0.0
        self._lock = asyncio.Lock()
        self.written = 0

    def attach(self, delivery: Delivery) -> None:
        """Take the dispatches of a shard that is about to start."""
        self._weigh = delivery.divert(self)

    # What comes (`Diversion`)

    @property
    def full(self) -> bool:
        """Whether so many events wait that reading has to pause."""
        return self._full

    def take(self, envelope: Envelope) -> None:
        """Queue a dispatch."""
        _, sequence, name, message, _, _ = envelope
        # Without a number an event has no identity, and one that does not grow is a repetition. The core reports both.
        if sequence is None or sequence <= self._taken:
            return
        self._taken = sequence
        codec, size = self._codec, len(message)
        data = codec.undecoded(envelope)
        event = LoggedEvent(self._shard, self._session_id, sequence, name or "", data, codec.name)
        if not self._waiting:
            self._empty_at = asyncio.get_running_loop().time()
            self._empty.clear()
        self._waiting.append((event, size))
        self._bytes += size
        self._more.set()
        if len(self._waiting) >= self._size or self._bytes >= self._most_bytes:
            self._full = True
            self._weigh()

    def done_up_to(self) -> int | None:
        """Return the number of the last stored event of the present session, None before the first."""
        session_id, sequence = self._stored
        return sequence if session_id == self._session_id else None

    def begin(self, session: Session | None) -> None:
        """Count the dispatches from now on as those of a new session, which READY has begun; None if it has no id."""
        self._unsaved = session
        self._session_id = f"nameless-{uuid4().hex}" if session is None else session.session_id
        self._taken = 0

    # Where to resume (`SessionStore`)

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        """Return the session to resume: from the last event in the log, if that is of the stored session.

        What waits here is dropped, as the gateway sends it again.
        """
        async with self._lock:
            session = await self._store.load(shard)
            last = await self._log.last(self._shard)
            self._drop(len(self._waiting))
            self._position, self._unsure, self._unsaved = last.position, False, None
            if session is not None and session.session_id == last.session_id:
                session = replace(session, sequence=max(session.sequence, last.sequence or 0))
            self._session_id, self._taken = ("", 0) if session is None else (session.session_id, session.sequence)
            self._stored = (None, 0) if session is None else (session.session_id, session.sequence)
            return session

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        """Store the session with the number of its last event in the log; 0 before the first, which is READY."""
        if session is not None:
            session_id, sequence = self._stored
            session = replace(session, sequence=sequence if session_id == session.session_id else 0)
        await self._store.save(shard, session)

    # Into the log

    async def run(self) -> None:
        """Append what comes, until cancelled.

        Raises:
            LeaseLost: another host has written the log, and holds the lease.
            Fenced: the log goes on with a session that is not ours: load it, and begin again.
        """
        while True:
            await self._more.wait()
            async with self._lock:
                if not self._waiting:
                    self._more.clear()
                    continue
                try:
                    await self._store_some()
                    self._note_away(None)
                    continue
                except BrokerUnavailable as error:
                    self._unsure = True
                    self._note_away(error)
            await asyncio.sleep(self._retry)

    async def _store_some(self) -> None:
        if self._unsure:
            await self._find_place()
        batch = [event for event, _ in self._next_batch()]
        if not batch:
            return
        unsaved = self._unsaved
        if unsaved is not None and batch[-1].session_id == unsaved.session_id:
            # Before the log has an event of it: else a host that takes over would not know what to resume.
            await self.save(self._shard, unsaved)
            if self._unsaved is unsaved:
                self._unsaved = None
        try:
            self._position = await self._log.append(self._shard, self._position, batch)
        except Fenced:
            await self._check_lease()
            self._unsure = True  # what the last host of the shard wrote while we resumed
            return
        self.written += len(batch)
        self._stored = (batch[-1].session_id, batch[-1].sequence)
        self._drop(len(batch))

    def _next_batch(self) -> list[tuple[LoggedEvent, int]]:
        return [self._waiting[at] for at in range(min(self._batch, len(self._waiting)))]

    async def _find_place(self) -> None:
        """Ask where the log ends, and drop what it has of the events that wait."""
        last = await self._log.last(self._shard)
        if last.position == self._position:
            self._unsure = False
            return
        ours = {self._stored[0], *(event.session_id for event, _ in self._waiting)}
        if last.session_id is not None and last.session_id not in ours:
            raise Fenced(f"the log of shard {self._shard[0]} of {self._shard[1]} goes on with another session")
        known = 0
        for number, (event, _) in enumerate(self._waiting, 1):
            if event.session_id == last.session_id and event.sequence <= (last.sequence or 0):
                known = number
        if known:
            self._stored = (last.session_id, last.sequence or 0)
        self._drop(known)
        self._position, self._unsure = last.position, False

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._bytes -= self._waiting.popleft()[1]
        if not self._waiting:
            self._empty.set()
        # Half, not one place: reading would otherwise stop and start again for every batch.
        if self._full and len(self._waiting) <= self._size // 2 and self._bytes <= self._most_bytes // 2:
            self._full = False
            self._weigh()

    def _note_away(self, error: BrokerError | None) -> None:
        if error is not None and not self._away:
            self._report.warning("events wait, as the log cannot be written: %s", error)
        elif error is None and self._away:
            self._report.info("the log can be written again; %d events wait", len(self._waiting))
        self._away = error is not None

    # What is to be known

    async def drain(self) -> None:
        """Return once nothing waits."""
        await self._empty.wait()

    @property
    def waiting(self) -> int:
        """How many events wait to be stored."""
        return len(self._waiting)

    @property
    def behind(self) -> float:
        """Seconds since everything was stored; 0 while it is."""
        return asyncio.get_running_loop().time() - self._empty_at if self._waiting else 0.0
