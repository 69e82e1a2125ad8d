"""Shows an event as one line: its name and its most important fields."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any, TextIO

from .. import InvalidEvent, Model, UnknownEvent
from ..bases.event import Event

__all__ = ["BOLD", "DIM", "GREEN", "RED", "YELLOW", "clean", "event_line", "name_of", "paint", "uses_colour"]

BOLD, DIM, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN = "1", "2", "31", "32", "33", "34", "35", "36"

_FAMILIES = {
    "MESSAGE": CYAN,
    "GUILD": GREEN,
    "CHANNEL": BLUE,
    "THREAD": BLUE,
    "VOICE": MAGENTA,
    "STAGE": MAGENTA,
    "READY": BOLD,
    "RESUMED": BOLD,
}

# An event shows up to two fields of _WHAT, one of _WHO and two of _WHERE, in this order, but at most four in all.
_WHAT = (
    "content",
    "name",
    "username",
    "topic",
    "status",
    "role",
    "emoji",
    "code",
    "action_type",
    "action",
    "type",
    "answer_id",
    "animation_type",
    "opcode",
    "retry_after",
    "endpoint",
    "volume",
    "unavailable",
    "chunk_index",
    "chunk_count",
    "sku_id",
    "ids",
    "emojis",
    "stickers",
    "soundboard_sounds",
    "channels",
    "threads",
    "guilds",
    "added_members",
    "last_pin_timestamp",
    "voice_start_time",
    "timestamp",
    "self_mute",
    "self_deaf",
)
_WHO = ("author", "user", "member", "inviter", "creator", "user_id", "creator_id", "owner_id", "role_id", "message_id")
_WHERE = ("channel_id", "guild_id", "id")
_HIDDEN = frozenset({"token", "session_id"})
_LONGEST_TEXT = 40


def uses_colour(stream: TextIO | None, *, wanted: bool = True) -> bool:
    """Whether output to ``stream`` has colours: it is a terminal, and NO_COLOR (no-color.org) is not set.

    It is None if the program was started with the stream closed.
    """
    return (
        stream is not None
        and wanted
        and stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def paint(text: str, code: str, on: bool) -> str:
    """Return ``text`` in a colour, or unchanged unless ``on``."""
    return f"\x1b[{code}m{text}\x1b[0m" if on else text


def clean(text: str) -> str:
    """Return ``text`` as one line, with control characters escaped so that no terminal obeys them."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def name_of(event: Event) -> str:
    """Return the event's name on the wire."""
    return event.name if isinstance(event, UnknownEvent | InvalidEvent) else event.event_name


def event_line(event: Event, *, colour: bool, width: int = 0) -> str:
    """Return an event as a line; its name is padded to ``width`` columns."""
    name = clean(name_of(event))
    family = _FAMILIES.get(name.partition("_")[0], YELLOW)
    parts = [paint(name.ljust(width), family, colour)]
    parts += [f"{paint(key + '=', DIM, colour)}{value}" for key, value in _telling(event)]
    if isinstance(event, UnknownEvent):
        parts.append(paint("(unknown to this release; --json shows its data)", YELLOW, colour))
    if event.violations:
        more = event.violation_count - 1
        note = f"! {clean(str(event.violations[0]))}" + (f" and {more} more" if more else "")
        parts.append(paint(note, RED, colour))
    return "  ".join(parts).rstrip()


def _telling(event: Event) -> list[tuple[str, str]]:
    """Return names and values of up to four fields."""
    if isinstance(event, UnknownEvent | InvalidEvent):
        return []
    found = [*_first(event, _WHAT, 2), *_first(event, _WHO, 1), *_first(event, _WHERE, 2)]
    if len(found) < 2:
        found += [key for key in _first(event, tuple(type(event).model_fields), 4) if key not in found]
    return [(key, _value(getattr(event, key))) for key in found[:4]]


def _first(event: Event, keys: tuple[str, ...], count: int) -> list[str]:
    return list(_present(event, keys))[:count]


def _present(event: Event, keys: tuple[str, ...]) -> Iterator[str]:
    # A field that is broken in the payload is absent, and reading it raises, so getattr needs a default.
    for key in keys:
        if key not in _HIDDEN and key in event.model_fields_set and getattr(event, key, None) not in (None, ""):
            yield key


def _value(value: Any) -> str:
    match value:
        case str() if not isinstance(value, Enum):
            text = value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…"
            return f'"{clean(text)}"'
        case Enum():
            return clean(str(value.name or value.value))
        case Model():
            return _model(value)
        case list() | tuple() | dict():
            return f"[{len(value)}]"
        case datetime():
            return value.isoformat(timespec="seconds")
        case _:
            return clean(str(value))


def _model(value: Model) -> str:
    """Return a short text for an object: a user's name; for most others the name or id."""
    username = getattr(value, "username", None)
    if username is not None:
        return f"@{clean(str(username))}"
    for key in ("name", "user", "type", "id"):
        inner = getattr(value, key, None)
        if inner is not None:
            return _value(inner)
    return type(value).__name__
