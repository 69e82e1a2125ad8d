"""What went over gateway and HTTP, in the order in which it went: for the eyes of who looks for a mistake."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any

from ..enums.opcode import Opcode
from ..frame import Frame

__all__ = ["Transcript"]

_MOST_CHARACTERS = 240
_NAMES = {int(op): op.name for op in Opcode}


class Transcript:
    """The last lines of a conversation; ``most`` are kept. Tokens are not in it."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._lines: deque[str] = deque(maxlen=most)
        self._clock = clock
        self._began = clock()

    @property
    def lines(self) -> list[str]:
        """Seconds, who to whom, and what, shortened; oldest first."""
        return list(self._lines)

    def sent(self, connection: int, frame: Frame) -> None:
        """Note what the gateway says."""
        what = frame.t if frame.op == Opcode.DISPATCH else _NAMES.get(frame.op, frame.op)
        self._add(f"gateway -> {connection}", f"{what} {_short(frame.d)}")

    def received(self, connection: int, op: int, d: Any) -> None:
        """Note what a client says."""
        self._add(f"gateway <- {connection}", f"{_NAMES.get(op, op)} {_short(d)}")

    def closed(self, connection: int, what: str) -> None:
        """Note the end of a connection."""
        self._add(f"gateway -- {connection}", what)

    def disturbed(self, name: str, parameters: Any, shard: int | None) -> None:
        """Note a fault by name."""
        whom = "all" if shard is None else f"shard {shard}"
        self._add(f"fault   -> {whom}", f"{name} {_short(parameters)}")

    def answered(self, method: str, path: str, body: Any, status: int, response: Any) -> None:
        """Note a request over HTTP and its answer."""
        self._add("REST", f"{method} {path} {_short(body)} -> {status} {_short(response)}")

    def _add(self, who: str, what: str) -> None:
        self._lines.append(f"{self._clock() - self._began:8.3f} {who:14} {what}")

    def __str__(self) -> str:
        return "\n".join(self._lines)


def _short(value: Any) -> str:
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}... ({len(text)} characters)"
