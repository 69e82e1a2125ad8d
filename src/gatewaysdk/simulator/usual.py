"""Makes what people send most of the time out of payloads with all keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["USUAL"]

Payload = dict[str, Any]

_PLAIN = frozenset(
    (
        *("id", "channel_id", "guild_id", "author", "member", "content", "timestamp", "edited_timestamp", "tts"),
        *("mention_everyone", "mentions", "mention_roles", "attachments", "embeds", "components", "reactions"),
        *("nonce", "pinned", "type", "flags", "channel_type"),
    )
)
_FILE = ("id", "filename", "content_type", "size", "url", "proxy_url", "height", "width")
_SLASH_COMMAND, _CHAT_INPUT = 2, 1
_IN_GUILD, _WITH_BOT = 0, 1
_GUILD = ("id", "features", "locale")
_CHANNEL = ("id", "type", "name", "guild_id", "parent_id", "permissions", "flags")


def _make_plain(payload: Payload) -> None:
    """Turn a message into one that a person wrote by hand: no answer, no poll, nothing that a bot or Discord made."""
    for key in payload.keys() - _PLAIN:
        del payload[key]
    files = [{key: file[key] for key in _FILE if key in file} for file in payload["attachments"]]
    payload.update(type=0, flags=0, components=[], embeds=[], attachments=files)
    payload.setdefault("guild_id", payload["channel_id"])
    payload["author"].update(bot=False, system=False)


def _make_slash_command(payload: Payload) -> None:
    """Turn an interaction into a slash command without options, used in a guild or in a direct message."""
    payload.pop("message", None)
    payload["entitlements"] = []
    # Of the guild and the channel, Discord sends some keys only.
    for name, kept in (("guild", _GUILD), ("channel", _CHANNEL)):
        if name in payload:
            payload[name] = {key: payload[name][key] for key in kept if key in payload[name]}
    context = _IN_GUILD if "member" in payload else _WITH_BOT
    command = {"id": payload["id"], "name": "ping", "type": _CHAT_INPUT}
    payload.update(type=_SLASH_COMMAND, context=context, data=command)


USUAL: dict[str, Callable[[Payload], None]] = {
    "INTERACTION_CREATE": _make_slash_command,
    "MESSAGE_CREATE": _make_plain,
    "MESSAGE_UPDATE": _make_plain,
}
"""What makes an event's data usual, by the event's name on the wire."""
