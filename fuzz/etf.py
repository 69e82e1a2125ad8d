"""The native ETF backend beside the reference, on messages tampered with: ``python -m fuzz.etf --seconds 60``.

Whatever the bytes, both must give the same value or both a `DecodeError`, or both a `MessageTooLarge` where only so
many values may be, and both must encode what came out to the same bytes. A difference ends the run and prints the
input; ``--seed`` repeats a run.
"""

from __future__ import annotations

import ctypes
import json
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from fuzz.harness import fuzz
from gatewaysdk.codec.etf import Backend, EtfCodec, choose_backend
from gatewaysdk.errors import DecodeError, EncodeError, MessageTooLarge
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import sample

__all__ = ["check", "inputs", "main"]

VECTORS = Path(__file__).resolve().parent.parent / "tests" / "data" / "etf" / "vectors.json"
SEEDED_BY = ("MESSAGE_CREATE", "READY", "PRESENCE_UPDATE", "TYPING_START", "GUILD_ROLE_CREATE", "RESUMED")
TAGS = bytes((70, 77, 80, 97, 98, 99, 100, 104, 105, 106, 107, 108, 109, 110, 111, 115, 116, 118, 119, 131))
# Lengths and arities that lie, and the ends of every range.
WORDS = (b"\0\0\0\0", b"\0\0\0\1", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xff\xff\xff", b"\0\1\0\0", b"\0\0\1\0")


def corpus() -> list[bytes]:
    """Return whole messages to start from: real events in both styles, and every vector as the data of one."""
    found = []
    for name in SEEDED_BY:
        frame = Frame(0, sample(name, seed=3, full=False), 7, name)
        found += [EtfCodec("python", style=style).encode_frame(frame) for style in ("discord", "erlpack")]
    for vector in json.loads(VECTORS.read_text(encoding="utf-8")):
        term = bytes.fromhex(vector["hex"])
        if len(term) < 2_000:
            found.append(b"\x83t\0\0\0\4d\0\1d" + term + b"d\0\2opa\0d\0\1sa\1d\0\1td\0\5HELLO")
            found.append(b"\x83t\0\0\0\2m\0\0\0\2opa\0m\0\0\0\1d" + term)
    return found


def inputs(seed: int) -> Iterator[bytes]:
    """Yield messages without end: the corpus as it is, then mutated and spliced."""
    known = corpus()
    yield from known
    chance = random.Random(seed)  # a repeatable one
    while True:
        message = bytearray(chance.choice(known))
        for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
            _mutate(message, known, chance)
        yield bytes(message)


def _mutate(message: bytearray, known: list[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(message) + 1)
    match chance.randrange(7):
        case 0 if at < len(message):
            message[at] = chance.randrange(256)
        case 1 if at < len(message):
            message[at] = chance.choice(TAGS)
        case 2:
            message[at : at + 4] = chance.choice(WORDS)
        case 3:
            del message[at : at + chance.choice((1, 2, 5, 100))]
        case 4:
            other = chance.choice(known)
            start = chance.randrange(len(other))
            message[at:at] = other[start : start + chance.choice((1, 5, 20, 200))]
        case 5:
            # Deep, and wide where it opens.
            opening = chance.choice((b"l\0\0\0\1", b"h\1", b"t\0\0\0\1a\1", b"l\0\0\1\0"))
            message[at:at] = opening * chance.choice((2, 255, 300))
        case _:
            del message[at:]


def check(message: bytes, native: Any, reference: Backend) -> None:
    """Compare two backends on one message; raises `AssertionError` with the input where they differ."""
    # A buffer of its exact size, where a bytes object ends with a zero that reading too far would go unnoticed in.
    exact: Any = ctypes.create_string_buffer(message, len(message)) if message else b""
    envelope = _outcome(reference.peek, message)
    assert _outcome(native.peek, exact) == envelope, f"peek differs: {message.hex()}"
    bounded = _outcome(native.peek, exact, 5), _outcome(reference.peek, message, 5)
    # Of what is wrong in two ways, each may find another first.
    assert bounded[0] == bounded[1] or not any(isinstance(one, tuple) for one in bounded), f"differs: {message.hex()}"
    extents = [(1, len(message))]
    if isinstance(envelope, tuple):
        extents.append(envelope[3:])
    for start, end in extents:
        value = _outcome(reference.decode, message, start, end)
        # The repr tells 1 from 1.0 and from True, and keeps the order of keys.
        assert repr(_outcome(native.decode, exact, start, end)) == repr(value), f"decode differs: {message.hex()}"
        for most in (0, 5, 50):
            few = _outcome(reference.decode, message, start, end, most)
            assert repr(_outcome(native.decode, exact, start, end, most)) == repr(few), f"{most}: {message.hex()}"
        for write in (native.to_msgpack, native.to_msgpack_as_json):
            # What it writes is the business of a test; here it must refuse no more than decoding, and nothing else.
            assert _outcome(write, exact, start, end) is not DecodeError or value is DecodeError, message.hex()
        if value is not DecodeError:
            encoded = _outcome(reference.encode, value)
            assert _outcome(native.encode, value) == encoded, f"encode differs: {message.hex()}"


def _outcome(function: Any, *arguments: Any) -> Any:
    """Return the result, or the type of an error that is allowed; any other passes through."""
    try:
        return function(*arguments)
    except (DecodeError, EncodeError, MessageTooLarge) as error:
        return type(error)


def main() -> int:
    """Fuzz for a while and say how much; raises `AssertionError` at the first difference."""

    def make_check() -> Callable[[bytes], None]:
        return partial(check, native=choose_backend("native"), reference=choose_backend("python"))

    return fuzz("fuzz.etf", __doc__, "gatewaysdk.codec.etf._native", inputs, make_check)


if __name__ == "__main__":
    sys.exit(main())
