"""What C does for JSON beside Python, on messages tampered with: ``python -m fuzz.envelope --seconds 60``.

Whatever the bytes, both must find the same envelope, or none, and both or neither a number of more than 64 bits. A
difference ends the run and prints the input; ``--seed`` repeats a run.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

from fuzz.harness import fuzz
from gatewaysdk.codec import get_codec
from gatewaysdk.codec.json import event_envelope
from gatewaysdk.codec.json_text import has_long_number
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import sample

__all__ = ["check", "inputs", "main"]

NATIVE = "gatewaysdk.codec._json_native"
SEEDED_BY = ("MESSAGE_CREATE", "PRESENCE_UPDATE", "TYPING_START", "RESUMED")
PIECES = (
    b'{"t":"',
    b'","s":',
    b',"op":0,"d":',
    b"}",
    b'"',
    b"-",
    b"9" * 18,
    b"9" * 19,
    b"9" * 20,
    b"A" * 63,
    b"0",
    b"",
)


def corpus() -> list[bytes]:
    """Return whole messages to start from."""
    codec = get_codec("json")
    return [codec.encode_frame(Frame(0, sample(name, seed=3, full=False), 7, name)) for name in SEEDED_BY]


def inputs(seed: int) -> Iterator[bytes]:
    """Yield messages without end: the corpus as it is, then mutated, and cut anywhere."""
    known = corpus()
    yield from known
    chance = random.Random(seed)  # a repeatable one
    while True:
        message = bytearray(chance.choice(known))
        for _ in range(chance.choice((1, 1, 2, 4))):
            # Mostly near the beginning, where the envelope is.
            at = chance.randrange(min(len(message), chance.choice((50, 50, 2_000))) + 1)
            message[at : at + chance.choice((0, 0, 1, 5))] = chance.choice((chance.randbytes(1), *PIECES))
        yield bytes(message[: chance.choice((None, None, chance.randrange(len(message) + 1)))])


def check(message: bytes, native: Any) -> None:
    """Compare both on one message; raises `AssertionError` with the input where they differ."""
    assert native.envelope(message) == event_envelope(message), f"the envelope differs: {message!r}"
    assert native.has_long_number(message) is has_long_number(message), f"long numbers differ: {message!r}"


def main() -> int:
    """Fuzz for a while and say how much; raises `AssertionError` at the first difference."""

    def make_check() -> Callable[[bytes], None]:
        return partial(check, native=import_module(NATIVE))

    return fuzz("fuzz.envelope", __doc__, NATIVE, inputs, make_check)


if __name__ == "__main__":
    sys.exit(main())
