"""Sends prepared events to each session at its rate, as far as the client takes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from ...codec import Codec
from ...errors import ConfigurationError
from ...frame import Frame
from ..background import Background
from ..compression import Deflater
from ..payloads import EVENT_NAMES, sample
from ..placing import place
from ..presence_rules import hide_content
from ..sessions import Carrier, SimulatedSession
from ..teller import is_content_hidden
from ..world import BOT_ID, World
from .prepared import EVERYDAY_EVENTS, PreparedEvent

__all__ = ["Load", "LoadCarrier"]

_HANDSHAKE_EVENTS = ("READY", "RESUMED")
_TICK = 0.002  # seconds: a short wait still makes batches of 100 at 50,000 events a second
_MOST_IN_BATCH = 512
_VARIANTS = 32  # of each event, with ids of their own
_MOST_KINDS_KEPT = 64


class LoadCarrier(Carrier, Protocol):
    """What load needs of a connection."""

    @property
    def codec(self) -> Codec:
        """Its encoding."""
        ...

    @property
    def deflater(self) -> Deflater:
        """Its compression."""
        ...

    @property
    def congested(self) -> bool:
        """Whether the client has not yet taken what was sent."""
        ...

    async def send_prepared(self, events: Sequence[PreparedEvent], frames: Sequence[Frame]) -> None:
        """Send events that are numbered already; ``frames`` are the same events."""


class Load:
    """Sends events to all sessions that are connected.

    Attributes:
        sent: how many events it has sent, over all sessions.
    """

    def __init__(
        self,
        rate: int,
        names: Sequence[str],
        world: World,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        background: Background,
    ) -> None:
        self.sent = 0
        self._rate = rate
        names = tuple(names) or EVERYDAY_EVENTS
        for name in names:
            if name not in EVENT_NAMES or name in _HANDSHAKE_EVENTS:
                raise ConfigurationError(f"load has no event {name!r}; choose from EVENT_NAMES, but no handshake")
        self._made = {
            name: sample(name, seed=0, full=True) for name in names
        }  # takes too long to do while clients wait
        self._world = world
        self._clock = clock
        self._sleep = sleep
        self._prepared: dict[object, list[PreparedEvent]] = {}
        self._background = background

    def start(self, session: SimulatedSession, carrier: LoadCarrier) -> None:
        """Send events until another connection carries the session, or none."""
        self._background.begin(self._run(session, carrier), f"load to shard {session.shard_id}")

    async def _run(self, session: SimulatedSession, carrier: LoadCarrier) -> None:
        events = self._events(session, carrier)
        before, due = self._clock(), 0.0
        while events and session.connection is carrier:
            now = self._clock()
            # A client that was slow for a long time does not get all of it at once later on.
            due = min(due + (now - before) * self._rate, max(1.0, self._rate))
            before = now
            count = min(int(due), _MOST_IN_BATCH)
            if count and not carrier.congested:
                due -= count
                # Which event comes is a matter of its number, so that a resumed session goes on in the same row.
                first = session.sequence + 1
                batch = [events[s % len(events)] for s in range(first, first + count)]
                # Nothing is awaited between the numbers and the lock of the connection, which keeps their order.
                await carrier.send_prepared(batch, [session.note(event.name, event.d) for event in batch])
                self.sent += count
                await self._sleep(0 if due >= 1 else _TICK)
            else:
                await self._sleep(_TICK)

    def _events(self, session: SimulatedSession, carrier: LoadCarrier) -> list[PreparedEvent]:
        codec, deflater = carrier.codec, carrier.deflater
        guilds = session.guild_ids[:1]
        key = (codec.name, type(deflater), session.intents, session.shard_id, guilds)
        prepared = self._prepared.get(key)
        if prepared is None:
            names = [name for name in self._made if session.wants(name)]
            prepared = [
                PreparedEvent(name, self._payload(name, number, session), codec, deflater)
                for number in range(_VARIANTS)
                for name in names
            ]
            if len(self._prepared) >= _MOST_KINDS_KEPT:
                self._prepared.pop(next(iter(self._prepared)))
            self._prepared[key] = prepared
        return prepared

    def _payload(self, name: str, number: int, session: SimulatedSession) -> dict[str, object]:
        d = place(name, self._made[name], session, self._world)
        if name == "MESSAGE_CREATE":
            d["content"] = f"message {number}"
        return hide_content(d) if is_content_hidden(name, d, session, BOT_ID) else d
