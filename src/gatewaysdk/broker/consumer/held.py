"""The events that a consumer has in hand: bounded, each counted until it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ...bases.any_event import AnyEvent
from ...codec import Codec, Envelope
from ...delivery.stream import Channel
from ...delivery.tap import tick
from ...listeners.handler_list import Call
from ..protocols import Delivered, LoggedEvent
from .origin import Origin

__all__ = ["ConsumerStats", "Held", "Identity", "InHand", "identity"]

Identity: TypeAlias = tuple[str, int]
"""Session id and sequence number: no two events have the same."""


def identity(event: LoggedEvent) -> Identity:
    """Return what tells an event from all others."""
    return event.session_id, event.sequence


@dataclass(slots=True)
class ConsumerStats:
    """Counters of a consumer in this process since it was made."""

    delivered: int = 0
    """Events taken from the log, those that came again included."""
    again: int = 0
    """Of these, events that had been delivered before, here or to another process."""
    handled: int = 0
    """Events finished: handlers have returned, and streams have gone on."""
    retries: int = 0
    """Times that an event was tried again after a handler had raised."""
    buried: int = 0
    """Events that became dead letters."""


@dataclass(slots=True, eq=False)
class Held:
    """An event in hand.

    Attributes:
        delivered: what the log gave out last for it.
        codec: decodes its data.
        envelope: what the codec decodes.
        model: it as a model, if somebody wants that.
        struct: it as a struct, if somebody wants that.
        calls: handlers that are still to be called, each with its argument; None before the first try.
        failed: those that have raised in this try.
        failures: how often it was tried in vain.
        reason: what the last error was.
        puts: streams that are still to get it, each with the model or the struct; None before the handlers are done.
        key_error: what the key function raised, until it is reported.
        holders: its line, and each stream that has not gone on.
        number: rises from one event in hand to the next.
    """

    delivered: Delivered
    codec: Codec
    envelope: Envelope
    model: AnyEvent | None
    struct: AnyEvent | None
    number: int = field(default_factory=tick)
    calls: list[tuple[Call, Any]] | None = None
    failed: list[tuple[Call, Any]] = field(default_factory=list)
    failures: int = 0
    reason: str = ""
    puts: list[tuple[Channel, AnyEvent]] | None = None
    key_error: Exception | None = None
    holders: int = 1

    @property
    def size(self) -> int:
        """Bytes of its data."""
        return len(self.envelope[3])

    @property
    def event(self) -> AnyEvent | None:
        """The event for reports."""
        return self.struct if self.model is None else self.model

    def origin(self, consumer: str) -> Origin:
        """Return where it comes from."""
        event, attempt = self.delivered.event, self.delivered.attempt + self.failures
        return Origin(consumer, event.shard, event.session_id, event.sequence, event.name, attempt)


class InHand:
    """All that is in hand, and the bound on it. `delivery.Pressure` asks it whether to read on.

    Args:
        most: events to hold.
        most_bytes: bytes of their data; a single larger event is held alone.
        on_done: called with an event that nothing holds any more.

    Attributes:
        full: whether the bound was reached; False again once half of it is free.
    """

    def __init__(self, most: int, most_bytes: int, on_done: Callable[[Held], None]) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._on_done = on_done
        self._held: dict[int, Held] = {}
        self._known: dict[Identity, Held] = {}
        self._bytes = 0
        self.full = False

    def __len__(self) -> int:
        return len(self._held)

    def find(self, event: LoggedEvent) -> Held | None:
        """Return what is in hand of an event that was delivered again."""
        return self._known.get(identity(event))

    def origin_of(self, event: AnyEvent, consumer: str) -> Origin | None:
        """Return where an event comes from, None if it is not in hand."""
        for held in self._held.values():
            if held.model is event or held.struct is event:
                return held.origin(consumer)
        return None

    def add(self, held: Held) -> None:
        """Hold one more event."""
        self._held[held.number] = self._known[identity(held.delivered.event)] = held
        self._bytes += held.size
        self.full = self.full or len(self._held) >= self._most or self._bytes >= self._most_bytes

    def let_go(self, number: int) -> None:
        """One holder of an event is done with it; after the last one `on_done` is called."""
        held = self._held[number]
        held.holders -= 1
        if not held.holders:
            self._on_done(held)

    def remove(self, held: Held) -> bool:
        """Forget an event that the log knows to be done. Return whether there is room again after it was full."""
        del self._held[held.number]
        self._known.pop(identity(held.delivered.event), None)
        self._bytes -= held.size
        if not self.full or len(self._held) > self._most // 2 or self._bytes > self._most_bytes // 2:
            return False
        self.full = False
        return True

    @property
    def begun(self) -> int:
        """The number of the oldest event in hand, or of the present moment."""
        first = next(iter(self._held), None)
        return tick() if first is None else first

    def overdue(self) -> bool:
        """Whether ten times a bound is reached although it was full, so that a wait must end with an error."""
        return len(self._held) >= 10 * self._most or self._bytes >= 10 * self._most_bytes
