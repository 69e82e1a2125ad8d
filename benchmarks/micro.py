"""The pieces one by one, without a socket: ``python -m benchmarks.micro``.

Each piece is compared with the least code that does the same: zlib itself, a regular expression, the validators of the
models. The whole table takes half a minute and varies less from run to run than a benchmark with a socket, so use it
while you work on the hot path.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from gatewaysdk.codec.etf import EtfCodec
from gatewaysdk.codec.json import JsonCodec
from gatewaysdk.compression import get_inflater
from gatewaysdk.compression.zlib_library import PYTHON, ZLIB_NG, ZlibLibrary
from gatewaysdk.compression.zstd_library import ZstdDecompressor

from .clients.floor import make_work
from .guard import Way, make_messages, play

__all__ = ["PIECES", "main", "show"]

_EVENTS = 4_000

Timed = Callable[[], float]
"""Does a piece of work for `_EVENTS` events, and returns the seconds of CPU that they took."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the way of an event, and the least that could do it."""

    ours: Timed
    floor: Timed


def _plain(make: Callable[[], Callable[[bytes], object]], messages: list[bytes]) -> Timed:
    """Time a function over all messages; it is made anew for each time, as inflaters have a past."""

    def run() -> float:
        work = make()
        start = time.process_time()
        for message in messages:
            work(message)
        return time.process_time() - start

    return run


def _shard(way: Way, messages: list[bytes]) -> Timed:
    """Time a shard between the two marks."""

    async def ignore(event: Any) -> None:
        pass

    def run() -> float:
        times: list[float] = []
        asyncio.run(play(way, messages, ignore, lambda last: times.append(time.process_time())))
        return times[1] - times[0]

    return run


def _inflate_and(level: str, messages: list[bytes]) -> Timed:
    """Time a loop that inflates and does what a floor does, over the measured events alone."""
    work, measured = make_work(level), len(messages) - _EVENTS - 1

    def run() -> float:
        inflate = zlib.decompressobj().decompress
        for message in messages[:measured]:
            work(inflate(message))
        start = time.process_time()
        for message in messages[measured:-1]:
            work(inflate(message))
        return time.process_time() - start

    return run


def _inflate(compress: str) -> Piece:
    messages = make_messages("json", _EVENTS, compress)
    floors: dict[str, Callable[[], Any]] = {"zlib-stream": zlib.decompressobj, "zstd-stream": ZstdDecompressor}
    return Piece(
        _plain(lambda: get_inflater(compress).feed, messages),
        _plain(lambda: floors[compress]().decompress, messages),
    )


def _by(library: ZlibLibrary | None, work: Timed) -> Timed:
    """Time the same with another library for zlib."""

    def run() -> float:
        with patch("gatewaysdk.compression.zlib_stream.LIBRARY", library):
            return work()

    return run


def _by_either(work: Timed) -> Piece:
    return Piece(_by(ZLIB_NG, work), _by(PYTHON, work))


def _texts(encoding: str) -> list[bytes]:
    inflate = zlib.decompressobj().decompress
    return [inflate(message) for message in make_messages(encoding, _EVENTS)]


def _envelope(encoding: str) -> Piece:
    codec = EtfCodec() if encoding == "etf" else JsonCodec()
    return Piece(
        _plain(lambda: codec.envelope, _texts(encoding)),
        _plain(lambda: make_work("scan"), _texts("json")),
    )


def _dispatch(handlers: str, level: str) -> Piece:
    messages = make_messages("json", _EVENTS)
    return Piece(_shard(Way("json", handlers), messages), _inflate_and(level, messages))


PIECES: dict[str, Callable[[], Piece]] = {
    "inflate zlib-stream / zlib": lambda: _inflate("zlib-stream"),
    "inflate zstd-stream / zstd": lambda: _inflate("zstd-stream"),
    "JSON envelope / a regular expression": lambda: _envelope("json"),
    "ETF envelope / the same over JSON": lambda: _envelope("etf"),
    "a shard, all typed / zlib, pydantic": lambda: _dispatch("all", "pydantic"),
    "a shard, raw handlers / zlib, orjson": lambda: _dispatch("raw", "orjson"),
    "a shard, one rare listener / zlib, scan": lambda: _dispatch("rare", "scan"),
}
if ZLIB_NG is not None:
    PIECES |= {
        "by zlib-ng / by zlib: inflate": lambda: _by_either(_inflate("zlib-stream").ours),
        "by zlib-ng / by zlib: a shard, all typed": lambda: _by_either(_dispatch("all", "pydantic").ours),
        "by zlib-ng / by zlib: a shard, raw": lambda: _by_either(_dispatch("raw", "orjson").ours),
        "by zlib-ng / by zlib: one rare listener": lambda: _by_either(_dispatch("rare", "scan").ours),
    }


def show(rounds: int, only: str = "") -> None:
    """Print a table: microseconds per event, the best of several rounds that ours and the floor take in turns."""
    print(f"{'a piece, us per event':42} {'ours':>7} {'floor':>7} {'above':>7} {'ratio':>6}")
    for name, make in PIECES.items():
        if only not in name:
            continue
        piece = make()
        ours, floor = [], []
        for _ in range(rounds):
            ours.append(piece.ours() / _EVENTS * 1e6)
            floor.append(piece.floor() / _EVENTS * 1e6)
        one, other = min(ours), min(floor)
        print(f"{name:42} {one:>7.2f} {other:>7.2f} {one - other:>7.2f} {one / other:>6.2f}", flush=True)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.micro")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="pieces whose name holds this")
    options = parser.parse_args()
    show(options.rounds, options.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
