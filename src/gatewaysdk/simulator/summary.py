"""What matters of a payload, in a few words on one line."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["summarize"]

_MOST_CHARACTERS = 80
# A payload shows the first four of these that it has, in this order; ids say where it happened.
_KEYS = (
    *("author", "user", "content", "name", "username", "custom_id", "status", "emoji", "query", "user_ids", "nonce"),
    *("unavailable", "member_count", "heartbeat_interval", "chunk_index", "intents", "shard", "seq", "op"),
    *("user_id", "message_id", "channel_id", "guild_id", "id", "type"),
)
_MOST_SHOWN = 4
_PEOPLE = ("author", "user", "member")


def summarize(name: str, d: Any) -> str:
    """Return the line for the data of an event, a command or a request; empty for what says nothing."""
    if isinstance(d, list):
        return f"{len(d)} entries"
    if not isinstance(d, dict):
        return "" if d is None else _short(d)
    if name == "INTERACTION_CREATE":
        return _interaction(d)
    if isinstance(d.get("data"), dict):  # a callback to an interaction
        d = {"type": d.get("type"), **d["data"]}
    shown = [f"{key}={_value(key, d[key])}" for key in _KEYS if d.get(key) not in (None, "", [], {})]
    return " ".join(shown[:_MOST_SHOWN])


def _interaction(d: dict[str, Any]) -> str:
    data = d.get("data") or {}
    user = (d.get("member") or d).get("user") or {}
    what = f"/{data['name']}" if "name" in data else data.get("custom_id")
    return f"{_value('user', user)}: {what}"


def _value(key: str, value: Any) -> str:
    if key in _PEOPLE and isinstance(value, dict):
        return str(value.get("username") or value.get("id"))
    if key == "emoji" and isinstance(value, dict):
        return str(value.get("name") or value.get("id"))
    return _short(value)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 3]}..."
