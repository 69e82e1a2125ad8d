"""Which keys Discord leaves out where: rules from the text of the documentation, not from a structure's table."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

__all__ = ["apply_event_rules", "apply_model_rules", "hide_content"]

Payload = dict[str, Any]

_REPLY, _CONTEXT_MENU, _THREAD_STARTER = 19, 23, 21
_CROSSPOSTED, _EPHEMERAL = 1 << 1, 1 << 6
_PING = 1
_ROLE_OF_BOT = ("syncing", "role_id", "enable_emoticons", "expire_behavior", "expire_grace_period")
_BOT_INTEGRATION_LACKS = (*_ROLE_OF_BOT, "synced_at", "subscriber_count", "revoked")


def apply_model_rules(model_name: str, made: Payload, random: Random) -> None:
    """Remove the keys of an object that Discord would have left out."""
    rule = _MODEL_RULES.get(model_name)
    if rule is not None:
        rule(made, random)


def apply_event_rules(event_name: str, payload: Payload) -> None:
    """Remove the keys of an event's data that Discord would have left out."""
    if event_name == "GUILD_CREATE" and "name" in payload:
        payload["unavailable"] = False
        _drop(payload, "owner", "permissions")
        for channel in payload["channels"]:
            _drop(channel, "guild_id")
        for thread in payload["threads"]:
            _drop(thread.get("member", {}), "id", "user_id", "member")
    elif event_name == "GUILD_MEMBERS_CHUNK":
        for presence in payload.get("presences", ()):
            _drop(presence, "guild_id")
    elif event_name == "THREAD_DELETE":
        for key in payload.keys() - {"id", "guild_id", "parent_id", "type"}:
            del payload[key]
    elif event_name in ("GUILD_UPDATE", "INTEGRATION_CREATE", "INTEGRATION_UPDATE"):
        _drop(payload, *(("owner", "permissions") if event_name == "GUILD_UPDATE" else ("user",)))
    elif not event_name.startswith("GUILD_"):
        # Only GUILD_* events say whether a member has passed the screening (resources/guild#guild-member-object).
        _drop(payload.get("member") or {}, "pending")


def hide_content(payload: Payload) -> Payload:
    """Return a message without what needs MESSAGE_CONTENT (events/gateway#message-content-intent)."""
    hidden = {key: value for key, value in payload.items() if key != "poll"}
    for key, empty in (("content", ""), ("embeds", []), ("attachments", []), ("components", [])):
        if key in hidden:
            hidden[key] = empty
    return hidden


def _message(made: Payload, random: Random) -> None:
    if made.get("type") not in (_REPLY, _CONTEXT_MENU, _THREAD_STARTER):
        _drop(made, "referenced_message")
    flags = made.get("flags", 0)
    if not flags & _CROSSPOSTED:
        _drop(made, "mention_channels")
    if flags & _EPHEMERAL:
        _drop(made, "guild_id", "member")
    if "webhook_id" in made:
        if random.random() < 0.5:
            del made["webhook_id"]
        else:
            # The author of a webhook message is not a user (resources/message#message-object).
            kept = ("id", "username", "discriminator", "global_name", "avatar")
            made["author"] = {key: made["author"][key] for key in kept if key in made.get("author", {})}
            _drop(made, "member")


def _interaction(made: Payload, random: Random) -> None:
    if made["type"] == _PING:
        _drop(made, "data", "locale", "message")
    # An interaction has a member of a guild, or a user in a direct message, never both.
    if random.random() < 0.5:
        _drop(made, "user")
    else:
        _drop(made, "guild", "guild_id", "guild_locale", "member")


def _integration(made: Payload, random: Random) -> None:
    if made["type"] == "discord":
        _drop(made, *_BOT_INTEGRATION_LACKS)


def _poll(made: Payload, random: Random) -> None:
    _drop(made, "results")


def _poll_media(made: Payload, random: Random) -> None:
    # Text or emoji: the documentation calls both optional, and one of them is always there.
    made.setdefault("text", "Yes")


def _partial_emoji(made: Payload, random: Random) -> None:
    # Standard emoji have a name, custom ones an id too.
    made.setdefault("id", None)
    made.setdefault("name", "🎉")


def _drop(made: Payload, *keys: str) -> None:
    for key in keys:
        made.pop(key, None)


_MODEL_RULES: dict[str, Callable[[Payload, Random], None]] = {
    "Message": _message,
    "MessageCreate": _message,
    "MessageUpdate": _message,
    "PartialMessage": _message,
    "Interaction": _interaction,
    "InteractionCreate": _interaction,
    "Integration": _integration,
    "IntegrationCreate": _integration,
    "IntegrationUpdate": _integration,
    "PartialEmoji": _partial_emoji,
    "Poll": _poll,
    "PollMedia": _poll_media,
}
