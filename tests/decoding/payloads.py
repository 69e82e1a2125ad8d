"""A small sound message, and functions that decode data as the shard does."""

from __future__ import annotations

from typing import Any

from gatewaysdk.bases.event import Event
from gatewaysdk.decoding.registry import decode_event
from gatewaysdk.events import MessageCreate
from gatewaysdk.frame import Frame

from ..mutations import Path

__all__ = ["decode", "listed", "message", "message_event"]


def decode(name: str, data: Any) -> Event:
    return decode_event(Frame(0, data, 1, name))


def message(**changes: Any) -> dict[str, Any]:
    """Return the data of a small sound MESSAGE_CREATE."""
    author = {"id": "2", "username": "nelly", "discriminator": "0", "global_name": None, "avatar": None}
    return {
        "id": "1", "channel_id": "3", "author": author, "content": "hi", "timestamp": "2026-01-02T03:04:05+00:00",
        "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [],
        "attachments": [], "embeds": [], "pinned": False, "type": 0,
    } | changes  # fmt: skip


def message_event(**changes: Any) -> MessageCreate:
    event = decode("MESSAGE_CREATE", message(**changes))
    assert isinstance(event, MessageCreate)
    return event


def listed(event: Event) -> list[tuple[Path, str]]:
    return [(one.path, one.kind) for one in event.violations]
