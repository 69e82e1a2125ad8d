"""``gatewaysdk show``: print, filter and count the frames of a recording."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections import Counter
from typing import Any

from ..codec import CodecFrame, get_codec
from ..decoding.registry import decode_event
from ..enums.opcode import Opcode
from ..errors import PeerError, RecordingError
from ..record import Direction, Record, Recording
from .notices import say
from .recording_filter import RecordingFilter
from .show import DIM, clean, event_line, paint, uses_colour

__all__ = ["show"]

_ARROWS = {Direction.RECEIVED: "<", Direction.SENT: ">", Direction.LEFT_OUT: "!"}
_LONGEST_DATA = 100
_COUNTED = tuple[str, str]


def show(options: Namespace) -> int:
    """Print what the filters let through. Returns 1 if the file is damaged; what is sound is printed all the same."""
    recording = Recording(options.file)
    codec = get_codec(recording.header.encoding)
    chosen = RecordingFilter(options)
    printer = _Counts(options) if options.count else _Lines(recording, options)
    problem = None
    matched = False
    try:
        for record in recording:
            frame = None if record.direction is Direction.LEFT_OUT else codec.peek(record.message)
            if chosen.passes(record, frame):
                matched = True
                printer.add(record, frame)
    except RecordingError as error:
        problem = error
    printer.end()
    if problem is not None:
        raise problem
    if recording.note is not None:
        say(recording.note)
    if not matched:
        say("no record fits")
    return 0


class _Lines:
    """Prints a line for each record."""

    def __init__(self, recording: Recording, options: Namespace) -> None:
        self._colour = uses_colour(sys.stdout, wanted=not options.no_color)
        self._json = options.json
        self._sharded = recording.header.num_shards > 1

    def add(self, record: Record, frame: CodecFrame | None) -> None:
        print(_json_line(record, frame) if self._json else self._line(record, frame))

    def end(self) -> None:
        """Nothing is left to print."""

    def _line(self, record: Record, frame: CodecFrame | None) -> str:
        shard = f" {record.shard_id:>3}" if self._sharded else ""
        where = f"{record.time / 1e6:10.3f}{shard} {_ARROWS[record.direction]}"
        what = clean(record.message.decode(errors="replace")) if frame is None else self._telling(frame)
        return f"{paint(where, DIM, self._colour)} {what}"

    def _telling(self, frame: CodecFrame) -> str:
        size = paint(f"{frame.size} B", DIM, self._colour)
        try:
            if frame.op == Opcode.DISPATCH:
                return f"{event_line(decode_event(frame), colour=self._colour)}  {size}"
            data = "" if frame.d is None else f"  {_short(frame.d)}"
        except PeerError as error:
            data = f"  (its data cannot be decoded: {clean(str(error))})"
        return f"{name_of_frame(frame)}{data}  {size}"


class _Counts:
    """Counts records and bytes by direction and name."""

    def __init__(self, options: Namespace) -> None:
        self._json = options.json
        self._records: Counter[_COUNTED] = Counter()
        self._bytes: Counter[_COUNTED] = Counter()

    def add(self, record: Record, frame: CodecFrame | None) -> None:
        key = (_word(record.direction), "" if frame is None else name_of_frame(frame))
        self._records[key] += 1
        self._bytes[key] += len(record.message)

    def end(self) -> None:
        """Print the counts, the largest first."""
        rows = [(self._records[key], size, *key) for key, size in self._bytes.most_common()]
        if self._json:
            for count, size, direction, name in rows:
                print(json.dumps({"direction": direction, "name": name, "count": count, "bytes": size}))
            return
        print(f"{'messages':>9} {'bytes':>13}  direction  name")
        for count, size, direction, name in rows:
            print(f"{count:>9,} {size:>13,}  {direction:<9}  {clean(name)}".rstrip())
        print(f"{self._records.total():>9,} {self._bytes.total():>13,}  in all")


def name_of_frame(frame: CodecFrame) -> str:
    """Return the name of an event, or that of an opcode."""
    if frame.op == Opcode.DISPATCH:
        return frame.t or "DISPATCH"
    return Opcode(frame.op).name if frame.op in Opcode.__members__.values() else f"op {frame.op}"


def _word(direction: Direction) -> str:
    return direction.name.lower().replace("_", " ")


def _json_line(record: Record, frame: CodecFrame | None) -> str:
    line: dict[str, Any] = {"time": record.time / 1e6, "direction": _word(record.direction), "shard": record.shard_id}
    if frame is None:
        return json.dumps(line | {"reason": record.message.decode(errors="replace")})
    line |= {"bytes": frame.size, "op": frame.op, "s": frame.s, "t": frame.t}
    try:
        line["d"] = frame.d
    except PeerError as error:
        line["undecodable"] = str(error)
    return json.dumps(line)


def _short(data: Any) -> str:
    text = clean(json.dumps(data, separators=(",", ":"), ensure_ascii=False))
    return text if len(text) <= _LONGEST_DATA else text[: _LONGEST_DATA - 1] + "…"
