"""Two fleets that see the same events: what of either is handed to handlers, and when.

Each event goes through the delivery of the shard that it came from. Where the events of a guild change from one shard
to another, those of the second wait until handlers are done with those of the first, so that their order stays.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeAlias

from ..codec import Envelope
from ..delivery.plans import Plan
from ..delivery.tap import Tap
from ..enums.intents import Intents
from ..errors import PeerError
from ..events import GuildCreate, Ready
from ..shard.managed import ManagedShard
from .matching import Lane, Sighting

__all__ = ["NEW", "OLD", "Overlap"]

OLD, NEW = 0, 1

_TICK = 0.05
"""Seconds between two looks at what waits."""

_ITS_OWN = frozenset({"READY", "RESUMED", "GUILD_MEMBERS_CHUNK", "SOUNDBOARD_SOUNDS", "CHANNEL_INFO", "RATE_LIMITED"})
"""What a session gets that the other fleet's session does not: its own beginning, and answers to its own requests."""

_URGENT = frozenset({"INTERACTION_CREATE"})
"""What must be answered within 3 s, and has no order."""

_GUILDS = frozenset({"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"})
"""Events whose ``id`` is the guild's."""


@dataclass(frozen=True, slots=True)
class _Held:
    shard: ManagedShard
    plan: Plan
    envelope: Envelope
    ticket: int


_Sighting: TypeAlias = Sighting[_Held]


@dataclass(slots=True)
class _Way:
    """Where the events of a guild went last, and those that wait until that is done with."""

    shard: ManagedShard
    mark: tuple[int, int]
    waiting: deque[_Sighting] = field(default_factory=deque)

    @property
    def drained(self) -> bool:
        """Whether handlers are done with all that went there."""
        delivery = self.shard.delivery
        oldest = delivery.backlog.oldest
        return delivery.over or oldest is None or oldest > self.mark


class Overlap:
    """Stands between the sockets of two fleets and their handlers, for as long as both run.

    Attributes:
        first: the fleet whose events are handed out as they come; those of the other fill its gaps.
    """

    def __init__(self) -> None:
        self.first = OLD
        self._lanes: dict[object, Lane[_Held]] = {}
        self._ways: dict[object, _Way] = {}
        self._opening: dict[ManagedShard, set[str]] = {}
        self._sides: dict[ManagedShard, int] = {}
        self._taps: list[Tap[Any]] = []
        self._alone = False
        self._now = asyncio.get_running_loop().time
        self._looked = asyncio.Event()
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def attach(self, shard: ManagedShard, side: int) -> None:
        """Choose what of a shard is handed out. A shard that is replaced needs not be detached."""
        self._sides[shard] = side
        # A wait that nothing fulfils: so these two come here also when nobody listens for them.
        self._taps.append(shard.delivery.tap((Ready, GuildCreate), lambda _: False))
        shard.delivery.take_in = lambda plan, envelope, _: self._take(shard, plan, envelope)

    def detach(self) -> None:
        """Hand out what waits, and choose no more."""
        self._timer.cancel()
        for tap in self._taps:
            tap.close()
        self.retire()
        for shard in self._sides:
            shard.delivery.take_in = shard.delivery.put
        for way in self._ways.values():
            for one in way.waiting:
                _put(one)
        self._lanes.clear()
        self._ways.clear()

    @property
    def unmatched(self) -> float:
        """Seconds for which an event has waited that only the second fleet has seen, or that has to wait its turn."""
        waiting = [lane.oldest for lane in self._lanes.values() if lane.oldest is not None]
        waiting += [way.waiting[0].at for way in self._ways.values() if way.waiting]
        return self._now() - min(waiting, default=self._now())

    @property
    def matched(self) -> bool:
        """Whether all that either fleet has seen was seen by both, or is forgotten."""
        return all(lane.empty for lane in self._lanes.values())

    @property
    def drained(self) -> bool:
        """Whether no event waits until handlers are done with earlier ones of its guild."""
        return not any(way.waiting for way in self._ways.values())

    def is_complete(self, shards: Iterable[ManagedShard]) -> bool:
        """Whether all guilds that READY named have come to these shards. Without ``Intents.GUILDS`` none comes."""
        return all(
            shard in self._opening and not (Intents.GUILDS in shard.intents and self._opening[shard])
            for shard in shards
        )

    def hand_over(self) -> None:
        """From now on the new fleet's events are handed out as they come."""
        self.first = NEW
        for key, lane in self._lanes.items():
            self._hand_out(key, lane.lead(NEW))

    def retire(self) -> None:
        """The old fleet shows no more. The new one may still bring what the old one has shown, which is let go."""
        self._alone = True
        for key, lane in self._lanes.items():
            self._hand_out(key, lane.give_out())
            lane.alone = True

    def give_up(self) -> None:
        """The new fleet shows no more, before it could take over. The old one may still bring what it has shown."""
        for key, lane in self._lanes.items():
            if lane.first == OLD:
                for one in lane.give_up():
                    one.item.shard.delivery.release(one.item.ticket)
            else:  # the old fleet was late, so that what it has shown since then waits
                self._hand_out(key, lane.lead(OLD))
            lane.alone = True
        self._alone = True

    # What comes

    def _take(self, shard: ManagedShard, plan: Plan, envelope: Envelope) -> None:
        name, side = envelope[2] or "", self._sides[shard]
        data = _data_of(shard, envelope)
        if name == "READY":
            self._opening[shard] = {str(one.get("id")) for one in data.get("guilds", ()) if isinstance(one, dict)}
        if name in _ITS_OWN:
            shard.delivery.put(plan, envelope)
            return
        if name == "GUILD_CREATE" and self._is_opening(shard, str(data.get("id"))):
            if side == self.first:
                shard.delivery.put(plan, envelope)
            return
        key = str(data.get("id") if name in _GUILDS else data.get("guild_id"))
        held = _Held(shard, plan, envelope, shard.delivery.withhold(envelope))
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(self.first)
            lane.alone = self._alone
        one = Sighting(side, _content_of(name, data), held, self._now())
        out, gone = lane.sight(one, at_once=name in _URGENT)
        for known in gone:
            known.item.shard.delivery.release(known.item.ticket)
        self._hand_out(key, out)

    def _is_opening(self, shard: ManagedShard, guild_id: str) -> bool:
        opening = self._opening.get(shard)
        if opening is None or guild_id not in opening:
            return False
        opening.discard(guild_id)
        return True

    # What goes on

    def _hand_out(self, key: object, sightings: Iterable[_Sighting]) -> None:
        for one in sightings:
            way = self._ways.get(key)
            shard = one.item.shard
            if way is None or (not way.waiting and (way.shard is shard or way.drained)):
                self._ways[key] = _Way(shard, shard.delivery.mark_of(one.item.envelope))
                _put(one)
            else:
                way.waiting.append(one)

    async def next_look(self) -> None:
        """Return after the next look at what waits."""
        await self._looked.wait()

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick)
        self._looked.set()
        self._looked = asyncio.Event()
        now = self._now()
        for key, lane in list(self._lanes.items()):
            self._hand_out(key, lane.pass_time(now))
            if lane.empty:
                del self._lanes[key]
        for key, way in list(self._ways.items()):
            if way.waiting:
                waiting, way.waiting = way.waiting, deque()
                self._hand_out(key, waiting)
            elif way.drained:
                del self._ways[key]


def _data_of(shard: ManagedShard, envelope: Envelope) -> dict[str, Any]:
    try:
        data = shard.delivery.codec.data(envelope)
    except PeerError:  # it is handed out all the same, as an event that cannot be decoded
        return {}
    return data if isinstance(data, dict) else {}


def _content_of(name: str, data: dict[str, Any]) -> bytes:
    """Return what tells an event from others: its data alone, as the sequence number is the session's own."""
    try:
        text = f"{name} {data!r}"
    except RecursionError:  # JSON may be nested deeper than repr goes; such events are told apart by their names alone
        text = name
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


def _put(one: _Sighting) -> None:
    delivery = one.item.shard.delivery
    delivery.release(one.item.ticket)
    delivery.put(one.item.plan, one.item.envelope)
