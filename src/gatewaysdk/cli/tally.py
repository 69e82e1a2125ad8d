"""Counts the events that the demo has received, and checks that none is missing."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace
from collections import Counter

from .. import InvalidEvent, Stats, UnknownEvent
from ..bases.event import Event
from ..tables.events import EVENT_CLASSES
from .show import BOLD, GREEN, RED, event_line, name_of, paint, uses_colour

__all__ = ["Tally"]

_WIDE = 100
_NAME_WIDTH = max(map(len, EVENT_CLASSES))


class Tally:
    """Counts and shows the events that arrive, and prints a summary at the end.

    Attributes:
        sent: names of the events that the gateway has sent, in order.
        received: names of the events that have arrived, in order.
    """

    def __init__(self, options: Namespace) -> None:
        self._quiet: bool = options.quiet
        self._colour = uses_colour(sys.stdout, wanted=not options.no_color)
        self._manner = f"{options.encoding}, {options.compress}"
        self._kinds: set[str] = set()
        self._unknown = self._invalid = self._violations = 0
        self.sent: list[str] = []
        self.received: list[str] = []

    def step(self, text: str) -> None:
        """Print what the demo does next."""
        if not self._quiet:
            print(paint(f"\n{text}", BOLD, self._colour), flush=True)

    def add(self, event: Event) -> None:
        """Count an event, and show it unless ``--quiet`` was given."""
        self.received.append(name_of(event))
        if isinstance(event, UnknownEvent):
            self._unknown += 1
        elif isinstance(event, InvalidEvent):
            self._invalid += 1
        else:
            self._kinds.add(name_of(event))
        self._violations += event.violation_count
        if not self._quiet:
            print(event_line(event, colour=self._colour, width=_NAME_WIDTH if _is_wide() else 0), flush=True)

    def summarise(self, stats: Stats, seconds: float) -> int:
        """Print the summary. Returns 0 when all is as it must be, else prints what is wrong and returns 1."""
        lost = (Counter(self.sent) - Counter(self.received)).total()
        surplus = (Counter(self.received) - Counter(self.sent)).total()
        missing = sorted(set(EVENT_CLASSES) - self._kinds)
        each = stats.bytes_received // max(1, len(self.received))
        in_order = self.received == self.sent
        # Label, text, and whether the value is as it must be; None if any value is fine.
        rows: list[tuple[str, str, bool | None]] = [
            ("kinds of events", f"{len(self._kinds)} of {len(EVENT_CLASSES)}, typed", not missing),
            ("events", f"{len(self.received)} of {len(self.sent)} sent", len(self.received) == len(self.sent)),
            ("unknown", str(self._unknown), self._unknown == 0),
            ("invalid", str(self._invalid), self._invalid == 0),
            ("violations", str(self._violations), self._violations == 0),
            ("resumes", str(stats.resumes), stats.resumes == 1),
            ("replayed", str(stats.replayed), stats.replayed > 0),
            ("lost", str(lost), lost == 0),
            ("received twice", str(surplus), surplus == 0),
            ("order", "as sent" if in_order else "not as sent", in_order),
            ("encoding, compression", self._manner, None),
            ("bytes on the wire", f"{stats.bytes_received:,}, {each:,} for each event", None),
            ("seconds", f"{seconds:.1f}", None),
        ]
        if not self._quiet:
            print()
        for label, text, good in rows:
            mark = " " if good is None else paint("✓", GREEN, self._colour) if good else paint("✗", RED, self._colour)
            print(f"  {mark} {label:<23}{text}")
        wrong = [f"{label} {text}" for label, text, good in rows if good is False]
        if wrong:
            named = f" (missing: {', '.join(missing)})" if missing else ""
            print(f"gatewaysdk: the demo is not complete: {'; '.join(wrong)}{named}", file=sys.stderr)
        return 1 if wrong else 0


def _is_wide() -> bool:
    """Whether lines with padded names fit the terminal; without one, they do."""
    return shutil.get_terminal_size((_WIDE, 1)).columns >= _WIDE
