"""Writes the little SVG that bar charts need, without a library, and so that diffs of the files can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Bar", "bars", "document", "text"]

_FONT = 'font-family="sans-serif" font-size="12"'
_LABEL, _BAR, _HEIGHT, _GAP = 230, 480, 18, 6
COLORS = {"ours": "#2f6fab", "floor": "#9aa5b1", "peer": "#c77d3b"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart: parts from left to right, each of a length and a colour."""

    label: str
    parts: Sequence[tuple[float, str]]
    note: str = ""


def text(x: float, y: float, content: str, *, anchor: str = "start", fill: str = "#222") -> str:
    """Return a line of text."""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{fill}" {_FONT}>{escape(content)}</text>'


def rectangle(x: float, y: float, width: float, height: float, fill: str, title: str = "") -> str:
    """Return a box that tells its title to who points at it."""
    tip = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}">{tip}</rect>'


def document(width: float, height: float, parts: Sequence[str]) -> str:
    """Return a picture on white, as pages may be dark."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">'
    return "\n".join([head, rectangle(0, 0, width, height, "#fff"), *parts, "</svg>", ""])


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Return a chart of horizontal bars, the longest as wide as there is room for."""
    longest = max(sum(length for length, _ in row.parts) for row in rows)
    parts = [text(10, 20, title)]
    for number, row in enumerate(rows):
        y, x = 34 + number * (_HEIGHT + _GAP), float(_LABEL)
        parts.append(text(_LABEL - 8, y + 13, row.label, anchor="end"))
        for length, color in row.parts:
            width = length / longest * _BAR
            parts.append(rectangle(x, y, width, _HEIGHT, color))
            x += width
        parts.append(text(x + 6, y + 13, row.note))
    return document(_LABEL + _BAR + 80, 44 + len(rows) * (_HEIGHT + _GAP), parts)
