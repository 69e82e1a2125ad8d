"""The events of all shards in streams of NATS.

All shards with the same number of shards share ceil(number / 50) streams, as a server takes 50 open batches a stream.
Subjects are ``gw.<app>.<num_shards>.<shard_id>.<EVENT>``. The header ``Gw-Id`` is ``<session>:<sequence>``; the data is
what Discord sent. ``Nats-Msg-Id`` is not used: a server acknowledges an id that it knows without a look at the
position that the writer expects, so a stale writer would be told that it has written.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote, unquote

from ...errors import ConfigurationError, Fenced
from ..protocols import DeadLetter, LoggedEvent, LogPosition, ShardKey
from ..store import Selection
from .reader import NatsReader, make_consumer
from .streams import NatsSettings, make_stream
from .wire import WRONG_SEQUENCE, ApiError, Found, NatsWire

__all__ = ["MOST_EVENTS", "NatsStore"]

MOST_EVENTS = 1000
"""Events in a batch, as the server takes them."""

_SHARDS_IN_STREAM = 50
_PARTITIONS = 8
"""Partitions of a stream: so many processes of one consumer can share it."""

_ID = "Gw-Id"
_ENCODING = "Gw-Encoding"
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"


class NatsStore:
    """See `LogStore`.

    Args:
        wire: the connection.
        app: what tells this bot's streams from others'.
        settings: how streams are made.
    """

    def __init__(self, wire: NatsWire, app: str, settings: NatsSettings) -> None:
        self._wire = wire
        self._app = app
        self._settings = settings
        self._made: set[str] = set()
        self._making = asyncio.Lock()
        self._dead = f"GWDEAD-{app}"

    async def prepare(self) -> None:
        """Make the stream of dead letters. Raises what `make_stream` does."""
        subjects = [f"gwdead.{self._app}.>"]
        await make_stream(self._wire, self._settings.dead_letters(self._dead, subjects))

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        """See `EventLog`. At most `MOST_EVENTS` at once."""
        if not 0 < len(batch) <= MOST_EVENTS:
            raise ConfigurationError(f"a batch has {len(batch)} events; it takes 1 to {MOST_EVENTS}")
        await self._stream_of(shard)
        try:
            return await self._append(shard, expected, batch)
        except ApiError as error:
            if error.err_code not in WRONG_SEQUENCE:
                raise
        last = await self.last(shard)
        if last.position == 0 and expected > 0:
            # All events of the shard have become too old, so there is nothing left to be behind of.
            return await self._append_or_fenced(shard, 0, batch)
        raise _fenced(shard, expected, last.position)

    async def _append_or_fenced(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        try:
            return await self._append(shard, expected, batch)
        except ApiError as error:
            if error.err_code in WRONG_SEQUENCE:
                raise _fenced(shard, expected, None) from error
            raise

    async def _append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        """Store a batch as a whole: only its first message says where the log of the shard has to end."""
        before = self._subject(shard)
        first = {_EXPECTED: str(expected), f"{_EXPECTED}-Subject": f"{before}>"}
        if len(batch) == 1:
            answer = await self._wire.ask(before + batch[0].name, batch[0].data, _headers(batch[0]) | first)
            return int(answer["seq"])
        batch_id = uuid.uuid4().hex
        messages = []
        for number, event in enumerate(batch[:-1], 1):
            headers = _headers(event)
            headers["Nats-Batch-Id"] = batch_id
            headers["Nats-Batch-Sequence"] = str(number)
            messages.append((before + event.name, event.data, headers))
        messages[0][2].update(first)
        await self._wire.publish_all(messages)
        last = {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(len(batch)), "Nats-Batch-Commit": "1"}
        answer = await self._wire.ask(before + batch[-1].name, batch[-1].data, _headers(batch[-1]) | last)
        return int(answer["seq"])

    async def last(self, shard: ShardKey) -> LogPosition:
        """See `EventLog`."""
        found = await self._wire.last_of(await self._stream_of(shard), f"{self._subject(shard)}>")
        if found is None:
            return LogPosition(0, None, None)
        session_id, sequence = _identity(found)
        return LogPosition(found.sequence, session_id, sequence)

    async def partitions(self, selection: Selection) -> Sequence[str]:
        """See `LogStore`."""
        found: list[str] = []
        for stream in await self._streams():
            of, number = (int(part) for part in stream.removeprefix(self._prefix).split("-"))
            shards = _shards_of(of, number)
            found += [
                f"{of}-{number}-{partition}"
                for partition in range(_PARTITIONS)
                if any(selection.has_shard((shard, of)) for shard in shards[partition::_PARTITIONS])
            ]
        return found

    async def reader(self, partition: str, after: int, selection: Selection) -> NatsReader:
        """See `LogStore`."""
        stream, subjects = self._partition(partition, selection)
        consumer = await make_consumer(self._wire, stream, subjects, after)
        reader = NatsReader(self._wire, stream, consumer["name"], self._event)
        await reader.open()
        return reader

    async def count(self, partition: str, after: int, selection: Selection) -> int:
        """See `LogStore`."""
        stream, subjects = self._partition(partition, selection)
        consumer = await make_consumer(self._wire, stream, subjects, after)
        await self._wire.api(f"CONSUMER.DELETE.{stream}.{consumer['name']}", {})
        return int(consumer["num_pending"])

    async def bury(self, consumer: str, event: LoggedEvent, reason: str) -> None:
        """See `EventLog`."""
        headers = _headers(event) | {
            "Gw-Event": json.dumps([event.shard, event.session_id, event.sequence, event.name, reason]),
        }
        await self._wire.ask(f"gwdead.{self._app}.{consumer}", event.data, headers)

    async def buried(self, consumer: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """See `EventLog`."""
        found = await self._wire.all_of(self._dead, f"gwdead.{self._app}.{consumer}", limit)
        return [_dead_letter(consumer, one) for one in found]

    async def unbury(self, letter: DeadLetter) -> None:
        """See `EventLog`."""
        await self._wire.remove(self._dead, letter.number)

    @property
    def _prefix(self) -> str:
        return f"GW-{self._app}-"

    def _subject(self, shard: ShardKey) -> str:
        return f"gw.{self._app}.{shard[1]}.{shard[0]}."

    async def _stream_of(self, shard: ShardKey) -> str:
        """Return the name of a shard's stream, which is made with the first shard that needs it."""
        number_of_shard, of = shard
        streams = -(-of // _SHARDS_IN_STREAM)
        number = number_of_shard % streams
        name = f"{self._prefix}{of}-{number}"
        if name not in self._made:
            async with self._making:  # all shards of a stream begin at once
                if name not in self._made:
                    subjects = [f"gw.{self._app}.{of}.{one}.>" for one in _shards_of(of, number)]
                    await make_stream(self._wire, self._settings.events(name, subjects))
                    self._made.add(name)
        return name

    async def _streams(self) -> Iterable[str]:
        """Return the names of all streams of events."""
        names: list[str] = []
        while True:
            request = {"subject": f"gw.{self._app}.>", "offset": len(names)}
            answer = await self._wire.api("STREAM.NAMES", request)
            names += answer["streams"] or []
            if len(names) >= answer["total"] or not answer["streams"]:
                return [name for name in names if name.startswith(self._prefix)]

    def _partition(self, partition: str, selection: Selection) -> tuple[str, list[str]]:
        """Return the stream of a partition, and the subjects of what is selected in it."""
        of, number, part = (int(one) for one in partition.split("-"))
        shards = [(one, of) for one in _shards_of(of, number)[part::_PARTITIONS]]
        names = selection.names or (">",)
        subjects = [self._subject(shard) + name for shard in shards if selection.has_shard(shard) for name in names]
        return f"{self._prefix}{of}-{number}", subjects

    def _event(self, subject: str, headers: dict[str, str], data: bytes) -> LoggedEvent:
        _, _, of, shard, name = subject.split(".")
        session_id, sequence = _identity(Found(subject, 0, headers, data))
        return LoggedEvent((int(shard), int(of)), session_id, sequence, name, data, headers[_ENCODING])


def _shards_of(of: int, number: int) -> range:
    """Return the shards of a stream."""
    return range(number, of, -(-of // _SHARDS_IN_STREAM))


@lru_cache(maxsize=1024)
def _quoted(session_id: str) -> str:
    return quote(session_id, safe="")


def _headers(event: LoggedEvent) -> dict[str, str]:
    return {_ID: f"{_quoted(event.session_id)}:{event.sequence}", _ENCODING: event.encoding}


def _identity(found: Found) -> tuple[str, int]:
    session_id, _, sequence = found.headers[_ID].rpartition(":")
    return unquote(session_id), int(sequence)


def _dead_letter(consumer: str, found: Found) -> DeadLetter:
    shard, session_id, sequence, name, reason = json.loads(found.headers["Gw-Event"])
    event = LoggedEvent(tuple(shard), session_id, sequence, name, found.data, found.headers[_ENCODING])
    return DeadLetter(found.sequence, consumer, event, reason)


def _fenced(shard: ShardKey, expected: int, position: int | None) -> Fenced:
    ends = "has grown meanwhile" if position is None else f"ends at {position}"
    return Fenced(f"the log of shard {shard[0]} of {shard[1]} {ends}, not at {expected}: another host has appended")
