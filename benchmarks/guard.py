"""What the hot path of a shard does for an event, counted: ``python -m benchmarks.guard``.

Times differ from run to run; the number of calls does not. So CI can tell that an event has become more work: above the
counts in `guard.json`, which somebody recorded, it fails; below them it passes, and asks to record them. A shard runs
over a socket that is but a list, on a loop whose clock stands still or is counted on, so that no time that something
took decides what is done.

Calls are those of Python functions (a coroutine that goes on counts again) and of C functions from Python. Blocks are
the pieces of memory that an event takes while somebody keeps it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from gatewaysdk import Intents, Shard
from gatewaysdk.codec import Encoding
from gatewaysdk.codec import json as json_codec
from gatewaysdk.codec.etf import backends
from gatewaysdk.simulator import get_deflater
from gatewaysdk.transport import Closed, Received

from .clients.ours import class_of
from .corpus import Numbered, corpus
from .scenario import LAST_MARK, MARK, MIX

__all__ = ["PATHS", "Way", "compare", "count_all", "make_messages", "play", "recorded", "version", "why_not"]

RECORD = Path(__file__).with_name("guard.json")
_MOST_MORE = 2.0
_MOST_MORE_OF_IT = 0.05
_NOISE = 0.1  # garbage is collected now and then, which takes calls and frees blocks

# Enough of each for every kind of event; the first of each kind builds its model.
_UNIQUE, _WARM, _MEASURED = 400, 400, 800

Counts = dict[str, float]


@dataclass(frozen=True, slots=True)
class Way:
    """A way that events take.

    Attributes:
        handlers: as in `clients.ours`.
        apart: whether each comes alone, a while after the one before; else all are there already.
    """

    encoding: Encoding
    handlers: str
    apart: bool = False


PATHS = {
    "json, all typed": Way("json", "all"),
    "json, all typed, one at a time": Way("json", "all", apart=True),
    "json, all structs": Way("json", "structs"),
    "json, raw": Way("json", "raw"),
    "json, one rare listener": Way("json", "rare"),
    "etf, all typed": Way("etf", "all"),
    "etf, all structs": Way("etf", "structs"),
}


class CountedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock goes on by a step each time it is read, at the cost of a call like the real one's."""

    def __init__(self, step: float) -> None:
        self.time = count(1.0, step).__next__  # type: ignore[method-assign]  # C, like what `get_clock` gives otherwise
        super().__init__()


class Tape:
    """A socket that gives messages which were made beforehand; a connector of itself."""

    def __init__(self, messages: list[bytes], *, apart: bool) -> None:
        self._next = iter(messages).__next__
        self._apart = apart
        self._gone = asyncio.Event()

    async def connect(self, url: str) -> Tape:
        return self

    async def receive(self) -> Received:
        if self._apart:
            await asyncio.sleep(0)
        try:
            return self._next()
        except StopIteration:
            await self._gone.wait()  # nothing more comes
            return Closed(None)

    async def send(self, data: bytes, *, binary: bool) -> None:
        pass

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._gone.set()

    def abort(self) -> None:
        self._gone.set()


def make_messages(encoding: str, measured: int = _MEASURED, compress: str = "zlib-stream") -> list[bytes]:
    """Return HELLO, READY, events to warm up with, a mark, the measured events and the last mark, compressed."""
    made, numbered, deflater = corpus(_UNIQUE), Numbered(encoding), get_deflater(compress)
    events = made.events
    order = [made.ready("ws://127.0.0.1"), *(events[n % len(events)] for n in range(_WARM)), made.mark(last=False)]
    order += [events[n % len(events)] for n in range(measured)]
    messages = [numbered.control(10, {"heartbeat_interval": 600_000})]
    messages += [numbered.event(event, s) for s, event in enumerate([*order, made.mark(last=True)], 1)]
    return [bytes(deflater.deflate(message)) for message in messages]  # type: ignore[arg-type]  # bytes give bytes


class Counter:
    """Counts between the two marks."""

    def __init__(self) -> None:
        self.calls = self.c_calls = 0

    def profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            self.calls += 1
        elif event == "c_call":
            self.c_calls += 1

    def start(self) -> None:
        gc.collect()
        sys.setprofile(self.profile)

    def stop(self) -> None:
        sys.setprofile(None)


async def play(
    way: Way, messages: list[bytes], handler: Callable[[Any], Coroutine[Any, Any, None]], at: Callable[[bool], None]
) -> None:
    """Run a shard over the messages, and call ``at`` at the first mark and at the last."""
    tape = Tape(messages, apart=way.apart)
    shard = Shard("any", intents=Intents(sum(Intents)), encoding=way.encoding, connector=tape, url="ws://127.0.0.1")
    done = asyncio.Event()
    for name in MIX if way.handlers != "rare" else ():
        (shard.on_raw(name) if way.handlers == "raw" else shard.on(class_of(name, way.handlers)))(handler)

    @shard.on(class_of(MARK, way.handlers))
    async def mark(event: Any) -> None:
        last = event.message_id == int(LAST_MARK)
        at(last)
        if last:
            done.set()

    running = asyncio.create_task(shard.run())
    await asyncio.wait([running, asyncio.create_task(done.wait())], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        await running
    await shard.close()
    await running


def _run(way: Way, work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: CountedLoop(0.001 if way.apart else 0.0)) as runner:
        runner.run(work)


def measure(way: Way) -> Counts:
    """Return what one event costs on a way."""
    messages, counter = make_messages(way.encoding), Counter()
    blocks: list[int] = []
    kept: list[Any] = []

    async def ignore(event: Any) -> None:
        pass

    async def keep(event: Any) -> None:
        kept.append(event)

    def note_blocks(last: bool) -> None:
        gc.collect()
        if not last:
            kept.clear()
        blocks.append(sys.getallocatedblocks())

    _run(way, play(way, messages, ignore, lambda last: counter.stop() if last else counter.start()))
    _run(way, play(way, messages, keep, note_blocks))
    return {
        "calls": round(counter.calls / _MEASURED, 2),
        "c_calls": round(counter.c_calls / _MEASURED, 2),
        "blocks": round((blocks[1] - blocks[0]) / _MEASURED, 2),
    }


def count_all() -> dict[str, Counts]:
    """Return the counts of all paths that this machine has."""
    native = any(report.name == "native" and report.available for report in backends())
    return {name: measure(way) for name, way in PATHS.items() if native or way.encoding != "etf"}


def why_not(*, record: bool = False) -> str | None:
    """Return why counts cannot be compared with those recorded, or cannot be recorded; None when they can."""
    if not json_codec.NATIVE:
        return "a native part is missing here, and counts are recorded with all; `gatewaysdk doctor` tells"
    if recorded() is None and not record:
        return f"nothing is recorded for Python {version()}; `make bench-guard ARGS=--record` does"
    return None


def version() -> str:
    """Return the version of Python that counts depend on."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def recorded() -> dict[str, Counts] | None:
    """Return what was recorded for this version of Python, None if nothing was."""
    found: dict[str, dict[str, Counts]] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return found.get(version())


def compare(value: float, was: float | None) -> tuple[bool, str]:
    """Return whether a count is no more than was recorded, give or take, and a note for the reader."""
    if was is None:
        return True, "not recorded"
    if value - was > min(_MOST_MORE, _MOST_MORE_OF_IT * max(was, 1.0)):
        return False, "MORE than recorded"
    return True, "less than recorded" if was - value > _NOISE else ""


def show(counts: dict[str, Counts], before: dict[str, Counts]) -> tuple[bool, bool]:
    """Print counts beside those recorded; return whether all are fine, and whether some should be recorded."""
    fine, news = True, False
    print(f"{'a path, for each event':40} {'now':>8} {'recorded':>9}")
    for name, one in counts.items():
        for key, value in one.items():
            was = before.get(name, {}).get(key)
            ok, note = compare(value, was)
            fine, news = fine and ok, news or (ok and bool(note))
            print(f"{f'{name}: {key}':40} {value:>8.2f} {'-' if was is None else f'{was:.2f}':>9}  {note}".rstrip())
    return fine, news


def main() -> int:
    """Print the counts beside those recorded, or record them; return 1 when there are more."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard")
    parser.add_argument("--record", action="store_true", help="make these the counts to compare with")
    record = parser.parse_args().record
    reason = why_not(record=record)
    if reason is not None:
        print(f"guard: nothing is compared: {reason}")
        return 1 if record else 0
    counts = count_all()
    fine, news = show(counts, recorded() or {})
    if record:
        every = json.loads(RECORD.read_text()) if RECORD.exists() else {}
        RECORD.write_text(json.dumps({**every, version(): counts}, indent=2, sort_keys=True) + "\n")
    elif not fine:
        print("guard: an event has become more work; if that is meant, `make bench-guard ARGS=--record`")
    elif news:
        print("guard: passed; please record this with `make bench-guard ARGS=--record`")
    return 0 if fine or record else 1


if __name__ == "__main__":
    sys.exit(main())
