"""The events of each shard in a stream of its own, which is a partition; positions are the first part of its ids."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from ...errors import ConfigurationError, Fenced
from ..protocols import DeadLetter, LoggedEvent, LogPosition, ShardKey
from ..store import Selection, Stored
from .wire import RedisWire, Script, answered

__all__ = ["MOST_EVENTS", "RedisStore"]

MOST_EVENTS = 1000
"""Events in a batch. The server does nothing else while it stores one."""

_MOST_DEAD = 100_000
"""Dead letters of a consumer; beyond, the oldest go."""

_BLOCK = 2.0
"""Seconds that one command waits for events; less than the client's timeout."""

# KEYS: the stream, the set of shards. ARGV: expected position, most events, shard, then the fields of each event.
# A stream remembers its last id when all of it was trimmed.
_APPEND = """
local position = 0
if redis.call('EXISTS', KEYS[1]) == 1 then
    local info = redis.call('XINFO', 'STREAM', KEYS[1])
    for at = 1, #info, 2 do
        if info[at] == 'last-generated-id' then position = tonumber(string.match(info[at + 1], '^(%d+)')) end
    end
end
if position ~= tonumber(ARGV[1]) then return {0, position} end
for at = 4, #ARGV, 5 do
    position = position + 1
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], position .. '-0', 's', ARGV[at], 'n', ARGV[at + 1],
        't', ARGV[at + 2], 'e', ARGV[at + 3], 'd', ARGV[at + 4])
end
redis.call('SADD', KEYS[2], ARGV[3])
return {1, position}
"""


class RedisStore:
    """See `LogStore`.

    Args:
        wire: the client.
        max_events: that are kept of a shard, about.
    """

    def __init__(self, wire: RedisWire, max_events: int) -> None:
        self._wire = wire
        self._max_events = max_events
        self._append = Script(wire.client, _APPEND)

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        """See `EventLog`. At most `MOST_EVENTS` at once."""
        if not 0 < len(batch) <= MOST_EVENTS:
            raise ConfigurationError(f"a batch has {len(batch)} events; it takes 1 to {MOST_EVENTS}")
        fields = [field for event in batch for field in _fields(event)]
        keys = [self._stream(shard), self._wire.key("shards")]
        stored, position = await self._append(keys, expected, self._max_events, _partition(shard), *fields)
        if not stored:
            raise Fenced(
                f"the log of shard {shard[0]} of {shard[1]} ends at {position}, not at {expected}: "
                "another host has appended"
            )
        return int(position)

    async def last(self, shard: ShardKey) -> LogPosition:
        """See `EventLog`."""
        found = await answered(self._wire.client.xrevrange(self._stream(shard), count=1))
        if not found:
            return LogPosition(0, None, None)
        stored = _stored(shard, *found[0])
        return LogPosition(stored.position, stored.event.session_id, stored.event.sequence)

    async def partitions(self, selection: Selection) -> Sequence[str]:
        """See `LogStore`."""
        names = await answered(self._wire.client.smembers(self._wire.key("shards")))
        return [name.decode() for name in names if selection.has_shard(_shard(name.decode()))]

    async def reader(self, partition: str, after: int, selection: Selection) -> _RedisReader:
        """See `LogStore`."""
        shard = _shard(partition)
        return _RedisReader(self._wire, shard, self._stream(shard), after, selection)

    async def count(self, partition: str, after: int, selection: Selection) -> int:
        """See `LogStore`. It looks at each event, so it takes as long as there are many."""
        shard = _shard(partition)
        count = 0
        while found := await answered(self._wire.client.xrange(self._stream(shard), f"({after}-0", count=1000)):
            events = [_stored(shard, *one) for one in found]
            after = events[-1].position
            count += sum(selection.has(stored.event) for stored in events)
        return count

    async def bury(self, consumer: str, event: LoggedEvent, reason: str) -> None:
        """See `EventLog`."""
        number = await answered(self._wire.client.incr(self._wire.key("letters")))
        names = ("s", "n", "t", "e", "d", "shard", "reason")
        values = dict(zip(names, (*_fields(event), _partition(event.shard), reason), strict=True))
        key = self._wire.key("dead", consumer)
        await answered(self._wire.client.xadd(key, values, id=f"{number}-0", maxlen=_MOST_DEAD))  # type: ignore[arg-type]

    async def buried(self, consumer: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """See `EventLog`."""
        found = await answered(self._wire.client.xrange(self._wire.key("dead", consumer), count=limit))
        letters = []
        for number, values in found:
            stored = _stored(_shard(values[b"shard"].decode()), number, values)
            letters.append(DeadLetter(stored.position, consumer, stored.event, values[b"reason"].decode()))
        return letters

    async def unbury(self, letter: DeadLetter) -> None:
        """See `EventLog`."""
        await answered(self._wire.client.xdel(self._wire.key("dead", letter.consumer), f"{letter.number}-0"))

    def _stream(self, shard: ShardKey) -> str:
        return self._wire.key("log", _partition(shard))


class _RedisReader:
    def __init__(self, wire: RedisWire, shard: ShardKey, stream: str, after: int, selection: Selection) -> None:
        self._wire = wire
        self._shard = shard
        self._stream = stream
        self._after = after
        self._selection = selection

    async def read(self, limit: int, wait: float) -> Sequence[Stored]:
        loop = asyncio.get_running_loop()
        until = loop.time() + wait
        while (left := until - loop.time()) > 0:
            block = max(1, round(min(left, _BLOCK) * 1000))
            found = await answered(self._wire.client.xread({self._stream: f"{self._after}-0"}, limit, block))
            if found:
                stored = [_stored(self._shard, *one) for one in found[0][1]]
                self._after = stored[-1].position
                selected = [one for one in stored if self._selection.has(one.event)]
                if selected:
                    return selected
        return []

    async def close(self) -> None:
        pass


def _partition(shard: ShardKey) -> str:
    return f"{shard[1]}-{shard[0]}"


def _shard(partition: str) -> ShardKey:
    of, shard = partition.split("-")
    return int(shard), int(of)


def _fields(event: LoggedEvent) -> tuple[str | bytes | int, ...]:
    return event.session_id, event.sequence, event.name, event.encoding, event.data


def _stored(shard: ShardKey, number: bytes, values: dict[bytes, Any]) -> Stored:
    session_id, sequence, name, encoding = (values[field].decode() for field in (b"s", b"n", b"t", b"e"))
    event = LoggedEvent(shard, session_id, int(sequence), name, values[b"d"], encoding)
    return Stored(int(number.split(b"-")[0]), event)
