"""The format of a recording, as docs/topics/recordings.md describes it: a header and records in a gzip stream."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from ..codec import ENCODINGS
from ..errors import RecordingError

__all__ = ["GZIP", "LARGEST_HEADER", "LARGEST_MESSAGE", "PREFIX", "Direction", "Header", "Record", "checksum", "pack"]

GZIP = 16 + zlib.MAX_WBITS
"""What zlib calls a gzip stream (RFC 1952)."""

LARGEST_HEADER = 64 * 1024
"""Most bytes of the header."""

LARGEST_MESSAGE = 64 * 1024 * 1024
"""Most bytes of one message: twice what a shard takes by default."""

PREFIX = struct.Struct(">cIQII")
"""Before each message, big-endian: direction, shard id, microseconds, length, CRC-32."""

_FORMAT = "gatewaysdk recording"
_VERSION = 1
_CHECKED = struct.Struct(">cIQI")
_MOST_SHARDS = 2**32  # a record has four bytes for the shard id
_INT64 = 2**63 - 1


class Direction(Enum):
    """Where a message went; the value is its byte in the file."""

    RECEIVED = b"<"
    """It came from the gateway."""
    SENT = b">"
    """The client sent it."""
    LEFT_OUT = b"!"
    """It came or went, but could not be freed of its secrets; the record has the reason instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a recording says about itself.

    Attributes:
        encoding: of the messages, ``json`` or ``etf``.
        num_shards: how many shards the bot had, 1 without sharding.
        intents: those that the bot asked for; None if not known.
        started: when it began, in seconds since 1970.
        redacted: what was removed besides secrets: ``content``, or nothing.
        library: what wrote it.
    """

    encoding: str
    num_shards: int = 1
    intents: int | None = None
    started: float = 0.0
    redacted: tuple[str, ...] = ()
    library: str = ""

    def line(self) -> bytes:
        """Return the header as the first line of the file."""
        text = json.dumps({"format": _FORMAT, "version": _VERSION, **asdict(self)})
        return text.encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes, path: str) -> Header:
        """Return the header of a line; keys that it does not know are ignored. Raises `RecordingError`."""
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict) or found.get("format") != _FORMAT:
            raise RecordingError(f"{path} is no recording: its first line does not say {_FORMAT!r}; check the name")
        if found.get("version") != _VERSION:
            raise RecordingError(
                f"{path} is a recording of version {found.get('version')!r}, this release reads {_VERSION}; "
                "use the release that wrote it, or a newer one"
            )
        for key, fits, rule in (
            ("encoding", found.get("encoding") in ENCODINGS, " or ".join(ENCODINGS)),
            ("num_shards", _is_whole(found.get("num_shards"), 1, _MOST_SHARDS), f"a number from 1 to {_MOST_SHARDS}"),
            ("intents", found.get("intents") is None or _is_whole(found["intents"], 0, _INT64), "a number, or null"),
            ("started", type(found.get("started")) in (int, float), "seconds since 1970"),
        ):
            if not fits:
                raise RecordingError(f"{path} has {key} {found.get(key)!r} in its header; it takes {rule}")
        return cls(
            encoding=found["encoding"],
            num_shards=found["num_shards"],
            intents=found.get("intents"),
            started=found["started"],
            redacted=tuple(map(str, _list(found.get("redacted")))),
            library=str(found.get("library", "")),
        )


@dataclass(frozen=True, slots=True)
class Record:
    """One message of a recording.

    Attributes:
        direction: whether it was received or sent, or left out.
        shard_id: the shard whose connection it was on.
        time: microseconds since the recording began.
        message: the whole message in the encoding of the header, not compressed; of one left out the reason, as UTF-8.
    """

    direction: Direction
    shard_id: int
    time: int
    message: bytes


def pack(record: Record) -> bytes:
    """Return a record as the bytes of the file."""
    direction, shard_id, time, size = record.direction.value, record.shard_id, record.time, len(record.message)
    return PREFIX.pack(direction, shard_id, time, size, checksum(direction, shard_id, time, record.message)) + (
        record.message
    )


def checksum(direction: bytes, shard_id: int, time: int, message: bytes) -> int:
    """Return the CRC-32 of a record: of the four values before it, then of the message."""
    return zlib.crc32(message, zlib.crc32(_CHECKED.pack(direction, shard_id, time, len(message))))


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
