"""What went over gateway and HTTP, in the order in which it went: for those who look for a mistake."""

from __future__ import annotations

from collections import deque

from .feed import EntryKind, FeedEntry

__all__ = ["Transcript"]

_MOST_CHARACTERS = 240
_ARROWS: dict[EntryKind, str] = {"sent": "->", "received": "<-"}


class Transcript:
    """The last entries of a `Feed`; ``most`` are kept. Tokens are not in it."""

    def __init__(self, most: int) -> None:
        self._entries: deque[FeedEntry] = deque(maxlen=most)

    def note(self, entry: FeedEntry) -> None:
        """Keep an entry; the oldest goes when there are too many."""
        self._entries.append(entry)

    @property
    def entries(self) -> list[FeedEntry]:
        """What is kept, oldest first."""
        return list(self._entries)

    @property
    def lines(self) -> list[str]:
        """Seconds, who to whom, and what, shortened; oldest first."""
        return [_line(entry) for entry in self._entries]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def _line(entry: FeedEntry) -> str:
    who = {"request": "REST", "fault": "FAULT"}.get(
        entry.kind
    ) or f"gateway {_ARROWS.get(entry.kind, '--')} {entry.connection}"
    # Of a request the status comes first; of what is sent, the data say more than their summary.
    parts = (entry.what, entry.text if entry.connection is None or not entry.data else "", entry.data)
    text = " ".join(part for part in parts if part)
    return f"{entry.seconds:8.3f} {who:14} {text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + '...'}"
