"""The native zlib inflater beside Python's, on streams tampered with: ``python -m fuzz.inflate --seconds 60``.

Whatever comes, both must give the same bytes or both a `zlib.error` of the same status, and be in the same state after
it. A difference ends the run and prints the input; ``--seed`` repeats a run.
"""

from __future__ import annotations

import json
import random
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import NamedTuple

from fuzz.harness import fuzz
from gatewaysdk.compression.zlib_context import MARKER, PythonContext, ZlibContext
from gatewaysdk.simulator import sample

__all__ = ["Case", "Step", "check", "inputs", "main"]

NATIVE = "gatewaysdk.compression._zlib_native"
# A block of our own by which zlib_stream.py asks a copy where the stream stands.
PROBE = b"\x00\x08\x00\xf7\xffboundary"
SEEDED_BY = ("MESSAGE_CREATE", "READY", "PRESENCE_UPDATE", "TYPING_START", "RESUMED")
ENOUGH = 1 << 30


class Step(NamedTuple):
    """A call of both contexts."""

    name: str
    """``whole``, ``quick``, ``decompress``, ``copy`` to go on with copies, or ``back`` to what they were made of."""
    data: bytes = b""
    most: int = ENOUGH


class Case(NamedTuple):
    """What happens to one stream."""

    limit: int
    steps: list[Step]


def corpus() -> list[list[bytes]]:
    """Return streams, each as the messages that a server sends: many ways to compress, and some that we refuse."""
    events = [json.dumps(sample(name, seed=3, full=False)).encode() for name in SEEDED_BY]
    # A marker in the text is one in the data where that is stored as it is.
    events += [MARKER, b"b" + MARKER * 5 + b"b", random.Random(1).randbytes(500)]
    large = [bytes(70_000), bytes(600_000)]  # outgrow the buffer, and what is kept of it
    found = []
    for level in (0, 1, 6, 9):
        for flush in (zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_PARTIAL_FLUSH):
            for wbits in (15, 9, -15, 31):
                context = zlib.compressobj(level, wbits=wbits)
                sent = events if level == 0 else events + large
                found.append([context.compress(event) + context.flush(flush) for event in sent])
    for context in (zlib.compressobj(strategy=zlib.Z_FIXED), zlib.compressobj(zdict=events[0])):
        found.append([context.compress(event) + context.flush(zlib.Z_SYNC_FLUSH) for event in events])
        found.append([*found[-1], context.flush(zlib.Z_FINISH), b"behind", MARKER])
    found.append([zlib.compress(events[0]) + b"behind", events[0] + MARKER, MARKER])
    return found


def inputs(seed: int) -> Iterator[Case]:
    """Yield cases without end: the corpus as it is, then mutated, spliced and called in all ways."""
    known = corpus()
    yield from (Case(ENOUGH, [Step("whole", message) for message in stream]) for stream in known)
    chance = random.Random(seed)  # a repeatable one
    while True:
        messages = list(chance.choice(known))
        del messages[chance.choice((2, 4, 99)) :]
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            _mutate(messages, known, chance)
        limit = chance.choice((1_000, 65_536, 65_537, 500_000, ENOUGH))
        yield Case(limit, [step for message in messages for step in _steps(message, chance)])


def _mutate(messages: list[bytes], known: list[list[bytes]], chance: random.Random) -> None:
    which = chance.randrange(len(messages))
    message = messages[which]
    at = chance.randrange(len(message) + 1)
    match chance.randrange(8):
        case 0:
            message = message[:at] + bytes([chance.randrange(256)]) + message[at + 1 :]
        case 1:
            message = message[:at] + MARKER[chance.randrange(4) :] + message[at:]
        case 2:
            message = message[:at] + message[at + chance.choice((1, 2, 5, 100)) :]
        case 3:
            other = chance.choice(chance.choice(known))
            message = message[:at] + other[: chance.choice((1, 5, 20, 2_000))] + message[at:]
        case 4:
            messages.insert(which, message[:at])
            which, message = which + 1, message[at:]
        case 5:
            message += messages[which - 1]
        case 6:
            message += chance.choice((MARKER, b"\0" + MARKER, b"\0" + MARKER * 2, PROBE, b"\3\0", b""))
        case _:
            message = chance.randbytes(chance.choice((0, 1, 3, 30))) + MARKER
    messages[which] = message


def _steps(message: bytes, chance: random.Random) -> Iterator[Step]:
    match chance.randrange(8):
        case 0:
            yield Step("copy")
        case 1:
            yield Step("back")
        case 2:
            yield from (Step("copy"), Step("decompress", PROBE, 8), Step("back"))
    if chance.randrange(3):
        yield Step(chance.choice(("whole", "quick")), message)
    else:
        yield Step("decompress", message, chance.choice((1, 100, 65_536, 65_537, 200_000, ENOUGH, ENOUGH, ENOUGH)))


def check(case: Case, native: Callable[[int], ZlibContext]) -> None:
    """Compare both on one case; raises `AssertionError` with the input where they differ."""
    pairs: list[tuple[ZlibContext, ZlibContext]] = [(native(case.limit), PythonContext(case.limit))]
    for number, (name, data, most) in enumerate(case.steps):
        ours, reference = pairs[-1]
        found = None
        if name == "copy":
            pairs.append((ours.copy(), reference.copy()))
        elif name == "back":
            del pairs[max(1, len(pairs) - 1) :]
        else:
            found, expected = _outcome(ours, name, data, most), _outcome(reference, name, data, most)
            assert found == expected, f"step {number} differs: {case!r}"
        ours, reference = pairs[-1]
        assert ours.eof == reference.eof, f"eof differs after step {number}: {case!r}"
        assert ours.unused_data == reference.unused_data, f"unused data differs after step {number}: {case!r}"
        # What did not fit is dropped by ours, and kept aside by Python: nobody may go on from there.
        if isinstance(found, bytes) and len(found) >= (most if name == "decompress" else case.limit):
            pairs.pop()
            if not pairs:
                return


def _outcome(context: ZlibContext, name: str, data: bytes, most: int) -> bytes | str | None:
    """Return the result, or the status of the one error that is allowed; any other passes through."""
    try:
        if name == "quick" and context.quick is not None and (found := context.quick(data)) is not None:
            return found
        return context.decompress(data, most) if name == "decompress" else context.whole(data)
    except zlib.error as error:
        return str(error).partition(" while")[0]


def main() -> int:
    """Fuzz for a while and say how much; raises `AssertionError` at the first difference."""

    def make_check() -> Callable[[Case], None]:
        return partial(check, native=import_module(NATIVE).inflater)

    return fuzz("fuzz.inflate", __doc__, NATIVE, inputs, make_check)


if __name__ == "__main__":
    sys.exit(main())
