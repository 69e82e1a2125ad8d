"""What the demo has received, and whether that is all."""

from __future__ import annotations

import sys
from argparse import Namespace

from .. import InvalidEvent, Stats, UnknownEvent
from ..event import Event
from ..tables.events import EVENT_CLASSES
from .show import BOLD, GREEN, RED, event_line, name_of, paint, uses_colour

__all__ = ["Tally"]

_NAME_WIDTH = max(map(len, EVENT_CLASSES))


class Tally:
    """Counts what arrives, shows it unless told to be quiet, and judges it in the end.

    Attributes:
        emitted: how many events the gateway has numbered.
        sequences: the numbers of those that arrived.
    """

    def __init__(self, options: Namespace) -> None:
        self._quiet: bool = options.quiet
        self._colour = uses_colour(sys.stdout, wanted=not options.no_color)
        self._manner = f"{options.encoding}, {options.compress}"
        self._kinds: set[str] = set()
        self._unknown = self._invalid = self._violations = 0
        self.events = 0
        self.emitted = 0
        self.sequences: list[int] = []

    def step(self, text: str) -> None:
        """Say what comes next."""
        if not self._quiet:
            print(paint(f"\n{text}", BOLD, self._colour), flush=True)

    def add(self, event: Event) -> None:
        """Count an event and show it."""
        self.events += 1
        if isinstance(event, UnknownEvent):
            self._unknown += 1
        elif isinstance(event, InvalidEvent):
            self._invalid += 1
        else:
            self._kinds.add(name_of(event))
        self._violations += len(event.violations)
        if not self._quiet:
            print(event_line(event, colour=self._colour, width=_NAME_WIDTH), flush=True)

    def summarise(self, stats: Stats, seconds: float) -> int:
        """Print the summary; return 0 when all is there, else 1 after a line that says what is not."""
        lost = set(range(1, self.emitted + 1)) - set(self.sequences)
        twice = len(self.sequences) - len(set(self.sequences))
        missing = sorted(set(EVENT_CLASSES) - self._kinds)
        each = stats.bytes_received // max(1, self.events)
        # What is shown, and whether it is as it must be; None where anything is fine.
        rows: list[tuple[str, str, bool | None]] = [
            ("kinds of events", f"{len(self._kinds)} of {len(EVENT_CLASSES)}, typed", not missing),
            ("events", f"{self.events} of {self.emitted} sent", self.events == self.emitted > 0),
            ("unknown", str(self._unknown), self._unknown == 0),
            ("invalid", str(self._invalid), self._invalid == 0),
            ("violations", str(self._violations), self._violations == 0),
            ("resumes", str(stats.resumes), stats.resumes == 1),
            ("replayed", str(stats.replayed), stats.replayed > 0),
            ("lost", str(len(lost)), not lost),
            ("received twice", str(twice), twice == 0),
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
