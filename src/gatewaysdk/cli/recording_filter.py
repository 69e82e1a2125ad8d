"""Chooses records by the options of ``gatewaysdk show``."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from ..codec import CodecFrame
from ..errors import PeerError
from ..record import Direction, Record

__all__ = ["RecordingFilter"]

_GUILDS = frozenset({"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"})
_PEOPLE = ("user", "author", "inviter", "creator", "member")
_PEOPLE_IDS = ("user_id", "author_id", "message_author_id", "creator_id", "owner_id", "target_id", "user_ids")


class RecordingFilter:
    """Lets records through that fit all options; those that are cheap to check come first."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._names = {_letters(name) for group in options.events or () for name in group}

    def passes(self, record: Record, frame: CodecFrame | None) -> bool:
        """Whether to show a record. Its frame is None if it was left out of the recording."""
        options, seconds = self._options, record.time / 1e6
        if options.since is not None and seconds < options.since:
            return False
        if options.until is not None and seconds >= options.until:
            return False
        if options.shard is not None and record.shard_id != options.shard:
            return False
        if options.direction is not None and record.direction is not Direction[options.direction.upper()]:
            return False
        if frame is None:
            # Nothing more is known of it, so it is shown only if nothing more is asked for.
            return not (self._names or options.op or options.guild or options.user)
        if options.op and frame.op not in options.op:
            return False
        if self._names and _letters(frame.t or "") not in self._names:
            return False
        return self._fits_data(frame)

    def _fits_data(self, frame: CodecFrame) -> bool:
        guild, user = self._options.guild, self._options.user
        if guild is None and user is None:
            return True
        try:
            d = frame.d
        except PeerError:
            return False
        if not isinstance(d, dict):
            return False
        if guild is not None and str(guild) not in map(str, _guilds(frame.t, d)):
            return False
        return user is None or str(user) in map(str, _users(frame.t, d))


def _guilds(name: str | None, d: dict[str, Any]) -> Iterator[Any]:
    yield d.get("guild_id")
    if name in _GUILDS:
        yield d.get("id")


def _users(name: str | None, d: dict[str, Any]) -> Iterator[Any]:
    for key in _PEOPLE_IDS:
        value = d.get(key)
        yield from value if isinstance(value, list) else (value,)
    if name == "USER_UPDATE":
        yield d.get("id")
    for key in _PEOPLE:
        person = d.get(key)
        if isinstance(person, dict):
            yield person.get("id")
            yield person.get("user_id")
            inner = person.get("user")  # of a member
            yield inner.get("id") if isinstance(inner, dict) else None


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).upper()
