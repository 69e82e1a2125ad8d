"""Measures a client from inside. Imports only the standard library, because the peers' environments use it, too."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import sys
import time
from typing import Any
from urllib.request import urlopen

from ..scenario import FIRST_MARK, LAST_MARK, Scenario

__all__ = ["Meter", "arguments", "hide_extras", "memory", "pin"]


class Meter:
    """Counts events, and takes the time between the two marks of a scenario, which all connections wait for.

    Args:
        base: the HTTP URL of the scenario that the server plays.
        latency: whether to note when each event arrived.
    """

    def __init__(self, base: str, *, latency: bool = False) -> None:
        self.scenario = Scenario.parse("/" + base.rsplit("/", 1)[1])
        self._base = base
        self.events = 0
        self.times: list[int] = []
        self.done = asyncio.Event()
        self.started = asyncio.Event()
        self._firsts = self._lasts = 0
        self._latency = latency
        self._collecting = 0.0
        self._collections = 0
        self._result: dict[str, Any] = {}
        gc.callbacks.append(self._collected)

    async def count(self, event: object) -> None:
        """Handle any event but a mark."""
        self.events += 1

    async def note(self, event: object) -> None:
        """Handle any event but a mark, when latency is asked for."""
        self.times.append(time.monotonic_ns())
        self.events += 1

    @property
    def handler(self) -> Any:
        """The handler for all events but marks."""
        return self.note if self._latency else self.count

    def mark(self, message_id: object) -> None:
        """A mark came, about this message."""
        if str(message_id) == FIRST_MARK:
            self.first()
        elif str(message_id) == LAST_MARK:
            self.last()

    def first(self) -> None:
        """Measure from now on, if it is the mark of the last connection to get there."""
        self._firsts += 1
        if self._firsts < self.scenario.shards:
            return
        gc.collect()
        # Only now, so that nobody is sent measured events while still working on those before.
        with urlopen(f"{self._base}/go"):
            self.started.set()
        self.events = 0
        self.times.clear()
        self._collecting, self._collections = 0.0, 0
        self._result["rss_before"] = memory("VmRSS")
        self._result["peak_before"] = memory("VmHWM")
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def last(self) -> None:
        """The last mark came; on the last connection, the measurement ends."""
        self._lasts += 1
        if self._lasts < self.scenario.shards:
            return
        cpu, wall = time.process_time() - self._cpu, time.perf_counter() - self._wall
        self._result |= {
            "events": self.scenario.events * self.scenario.shards,
            "handled": self.events,
            "cpu": cpu,
            "wall": wall,
            "cpu_us": cpu / (self.scenario.events * self.scenario.shards or 1) * 1e6,
            "rss": memory("VmRSS"),
            "peak": memory("VmHWM"),
            "collections": self._collections,
            "collecting": self._collecting,
        }
        self.done.set()

    def report(self, **more: Any) -> None:
        """Print what was measured."""
        if self._latency:
            with urlopen(f"{self._base}/times") as answer:
                sent = json.load(answer)
            taken = sorted((ours - theirs) / 1e6 for ours, theirs in zip(self.times, sent, strict=True))
            self._result |= {f"p{share}": taken[len(taken) * share // 100] for share in (50, 90, 99)}
        print(json.dumps({**self._result, **more}), flush=True)

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self._collecting += time.perf_counter() - self._began
            self._collections += 1


def memory(key: str) -> int:
    """Return KB. By the kernel's own account where there is one: ``ru_maxrss`` starts with the peak of the parent."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(f"{key}:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def pin() -> None:
    """Keep to the first core, where that can be said; the server has the others."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])


def hide_extras() -> None:
    """Make optional packages that speed peers up look as if they were not installed."""
    sys.modules.update({"orjson": None, "ciso8601": None})  # type: ignore[dict-item]  # None is the documented way


def arguments() -> argparse.ArgumentParser:
    """Return a parser of what all clients take."""
    parser = argparse.ArgumentParser()
    parser.add_argument("base", help="HTTP URL of the scenario")
    parser.add_argument("--handlers", default="all")
    parser.add_argument("--latency", action="store_true")
    parser.add_argument("--plain", action="store_true", help="as installed without extras, if it is a peer")
    return parser
