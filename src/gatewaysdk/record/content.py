"""What people wrote, and how they and their places are called: ``--redact content`` removes it."""

from __future__ import annotations

from typing import Any

__all__ = ["CONTENT_KEYS", "HIDDEN", "hide_content"]

HIDDEN = "[hidden]"
"""What stands in the place of a text. An empty one stays empty."""

CONTENT_KEYS = frozenset(
    {
        # Messages, embeds, components, polls, modals, AutoMod
        *("content", "title", "description", "text", "label", "placeholder", "value", "matched_content"),
        *("matched_keyword", "keyword_filter", "regex_patterns", "allow_list", "custom_message", "reason"),
        # Files and addresses
        *("filename", "url", "proxy_url", "icon_url", "proxy_icon_url", "large_url", "small_url", "details_url"),
        *("state_url", "waveform"),
        # People, guilds, channels, roles, events, activities
        *("name", "username", "global_name", "nick", "topic", "tags", "location", "details", "state", "large_text"),
        *("small_text", "buttons", "query", "question", "bio", "email", "status", "tag"),
    }
)
"""The keys whose texts are replaced, wherever they stand: a text, or each text of a list."""

# Names that handlers choose by, and that no person wrote into a message: of emoji and of commands with their options.
_NAMED = frozenset({"emoji", "data", "options", "interaction", "interaction_metadata"})
# Of presences (events/gateway-events#presence-update); other texts called status are those of voice channels.
_STATUSES = frozenset({"online", "idle", "dnd", "offline", "invisible"})


def hide_content(d: Any) -> Any:
    """Return the data of an event or a command without what people wrote; ids, times, kinds and flags stay."""
    return _hide(d, "")


def _hide(value: Any, within: str) -> Any:
    if isinstance(value, dict):
        return {key: _hide_at(str(key), one, within) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_hide(one, within) for one in value]
    return value


def _hide_at(key: str, value: Any, within: str) -> Any:
    if key in CONTENT_KEYS and not (key == "name" and within in _NAMED):
        if isinstance(value, str):
            return _hide_text(key, value)
        if isinstance(value, list | tuple):
            return [_hide_text(key, one) if isinstance(one, str) else _hide(one, key) for one in value]
    return _hide(value, key)


def _hide_text(key: str, text: str) -> str:
    # The value of an option or a select may be an id, which handlers look up; ids stay everywhere else, too.
    if not text or (key == "status" and text in _STATUSES) or (key == "value" and text.isdecimal()):
        return text
    return HIDDEN
