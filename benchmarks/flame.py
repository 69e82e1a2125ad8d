"""Where the time for an event goes, as a flame graph: ``python -m benchmarks.flame`` writes it beside the plots.

A timer interrupts a shard that handles all events typed, over a socket that is but a list, and notes the call stack. C
code counts for the Python function that called it: pydantic for ``validate``, zlib for ``feed``.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from .guard import Way, make_messages, play
from .svg import document, rectangle, text

__all__ = ["draw", "main", "sample"]

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "topics" / "performance"
_EVERY = 0.0002  # of real time, as that of CPU has but the steps of the kernel's clock
_EVENTS = 40_000
_WIDTH, _ROW = 900, 18
_WARM = ("#2f6fab", "#4b86bd", "#6a9dcb", "#3f7ab3")

Stacks = Counter[tuple[str, ...]]


def sample(events: int = _EVENTS) -> Stacks:
    """Return how often each call stack was seen."""
    stacks: Stacks = Counter()

    def note(number: int, frame: FrameType | None) -> None:
        names = []
        while frame is not None:
            name = frame.f_code.co_qualname if hasattr(frame.f_code, "co_qualname") else frame.f_code.co_name
            names.append(name.replace("<locals>.", ""))
            if name.endswith("Handle._run"):
                break  # what is above belongs to the event loop
            frame = frame.f_back
        stacks[tuple(reversed(names))] += 1

    async def ignore(event: Any) -> None:
        pass

    def at(last: bool) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0 if last else _EVERY, _EVERY)

    signal.signal(signal.SIGALRM, note)
    asyncio.run(play(Way("json", "all"), make_messages("json", events), ignore, at))
    return stacks


def draw(stacks: Stacks) -> str:
    """Return the flame graph, its root at the top."""
    total, deepest = sum(stacks.values()), max(map(len, stacks))
    parts = [text(10, 20, "A shard with handlers for all events: JSON, zlib-stream")]

    def put(prefix: tuple[str, ...], x: float) -> None:
        children: Counter[str] = Counter()
        for stack, count in stacks.items():
            if len(stack) > len(prefix) and stack[: len(prefix)] == prefix:
                children[stack[len(prefix)]] += count
        for name, count in sorted(children.items()):
            width, y = count / total * (_WIDTH - 20), 30 + len(prefix) * _ROW
            if width < 2:
                continue
            color = _WARM[sum(name.encode()) % len(_WARM)]
            parts.append(rectangle(x, y, width - 0.5, _ROW - 1, color, f"{name}: {count / total:.1%}"))
            label = f"{name} {count / total:.0%}"
            if width > 7 * len(label):
                parts.append(text(x + 4, y + 13, label, fill="#fff"))
            put((*prefix, name), x)
            x += width

    put((), 10)
    return document(_WIDTH, 40 + deepest * _ROW, parts)


def main() -> None:
    """Write the picture, and print what each function itself takes."""
    stacks = sample()
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "flame.svg").write_text(draw(stacks))
    total, own = sum(stacks.values()), Counter[str]()
    for stack, count in stacks.items():
        own[stack[-1]] += count
    for name, count in own.most_common(25):
        print(f"{count / total:>7.1%}  {name}")


if __name__ == "__main__":
    main()
