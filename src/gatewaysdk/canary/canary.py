"""Listens to all that comes on the shards of a manager, and notes whatever should not be."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from ..bases.event import Event, InvalidEvent, UnknownEvent
from ..enums.intents import Intents
from ..errors import PayloadError
from ..fleet import FleetStep, ShardFailed, ShardManager, ShardStatus
from ..protocol import Disconnected, SessionStarted
from ..shard.shard import Shard
from ..tables.events import EVENT_CLASSES
from ..tables.intents import EVENT_INTENTS, PARTLY_WITHOUT_INTENTS
from .ledger import Ledger, json_type
from .places import event_place
from .shapes import note_unknown, place_of

__all__ = ["Canary"]

_LATE_ACK = 60.0
"""Seconds without an answered heartbeat that are too many. Discord takes one about every 41 s."""
_LONG_PAUSE = 5.0
"""Seconds for which nothing is read that are too many."""


class Canary:
    """Watches a manager. Make it before the manager runs, and call `poll` every second or so.

    It keeps places, counts, JSON types, and numbers of enum values and bits; nothing of what users wrote.

    Args:
        manager: the manager, which has not started.
        intents: the intents that it will send.
        ledger: where the findings go.

    Attributes:
        sessions: how many sessions the gateway has started.
        disconnects: how often a connection, or an attempt at one, has ended.
    """

    def __init__(self, manager: ShardManager, intents: Intents, ledger: Ledger) -> None:
        self._manager = manager
        self._ledger = ledger
        self._data: dict[Shard, tuple[str, Any]] = {}
        self._known: set[int] = set()
        self._late: set[tuple[str, int]] = set()
        self.sessions = 0
        self.disconnects = 0
        manager.observe(self._step)
        manager.on_error(self._failed)
        for name in EVENT_CLASSES:
            needed = EVENT_INTENTS.get(name)
            # The manager refuses handlers of events that the intents never bring.
            if not needed or needed & intents or name in PARTLY_WITHOUT_INTENTS:
                manager.on_raw(name)(self._keeper(name))
        manager.on(Event)(self._examine)

    # Events

    def _keeper(self, name: str) -> Callable[[Any, Shard], Coroutine[Any, Any, None]]:
        async def keep(data: Any, shard: Shard) -> None:
            self._data[shard] = (name, data)

        return keep

    async def _examine(self, event: Event, shard: Shard) -> None:
        # A shard hands out one event after the other, to raw handlers first: what was kept last is of this event.
        name, data = self._data.pop(shard, ("", None))
        ledger = self._ledger
        if isinstance(event, UnknownEvent):
            ledger.note("events", event_place(event.name))
        elif isinstance(event, InvalidEvent):
            kind = None if event.raw is not None else json_type(event.data)
            ledger.note("violations", event_place(event.name), kind, detail=event.violations[0].kind)
        else:
            kept = data if name == event.event_name else None
            if isinstance(kept, dict):
                note_unknown(type(event), kept, ledger)
            listed = [one for one in event.violations if one.kind != "too_many"]
            ledger.left_out += event.violation_count - len(listed)
            for one in listed:
                at = place_of(type(event), kept, one.path)
                kind = None if one.kind == "missing" else json_type(one.value)
                ledger.note("violations", at, kind, detail=one.kind)

    async def _failed(self, error: Exception, event: Event | None) -> None:
        if not isinstance(error, PayloadError):  # that is about violations, which `_examine` notes
            self._ledger.note("connection", "handler_error", detail=type(error).__name__)

    # The connections

    def _step(self, step: FleetStep, shard: Shard | None) -> None:
        match step:
            case SessionStarted():
                self.sessions += 1
                assert shard is not None  # it is a step of a shard
                if shard.shard_id in self._known:
                    self._ledger.note("connection", "session_lost")
                self._known.add(shard.shard_id)
            case Disconnected():
                self.disconnects += 1
            case ShardFailed(restart_in=float()):  # else it ends the manager, whose `run` raises the error
                self._ledger.note("connection", "shard_failed", detail=type(step.error).__name__)

    def poll(self) -> None:
        """Note what the counters of the manager and the ages of its shards say by now."""
        health = self._manager.health
        stats = health.stats
        self._ledger.set_count("stall", stats.stalls)
        self._ledger.set_count("dropped", stats.dropped)
        self._ledger.set_count("unexpected", stats.unexpected)
        for status in health.shards:
            self.look_at(status)

    def look_at(self, status: ShardStatus) -> None:
        """Note what is too old in the health of one shard; `poll` does so for each."""
        late = status.live and status.since_ack is not None and status.since_ack > _LATE_ACK
        self._episode("late_ack", status.shard_id, late)
        self._episode("reading_paused", status.shard_id, (status.paused_for or 0.0) > _LONG_PAUSE)

    def _episode(self, name: str, shard_id: int, now: bool) -> None:
        """Count a state when it begins."""
        one = (name, shard_id)
        if now and one not in self._late:
            self._ledger.note("connection", name)
            self._late.add(one)
        elif not now:
            self._late.discard(one)
