"""Messages of channels: said, read, changed, taken back."""

from __future__ import annotations

from typing import Any

from ...enums.permissions import Permissions
from ..world import Payload
from ..world.messages import announce, delete_messages, edit, pin, post
from .call import Reply, RestCall
from .errors import RestError, invalid_form, missing_permissions
from .routes import Route

__all__ = ["ROUTES", "message_body"]

_MOST_CONTENT = 2000
_SAYS_SOMETHING = ("content", "embeds", "components", "attachments", "sticker_ids", "poll")
_KEPT = ("content", "embeds", "components", "flags", "tts", "nonce", "attachments", "poll")


def message_body(call: RestCall, body: Payload, *, old: Payload | None = None) -> Payload:
    """Check what a bot wants to say and return the keys that a message keeps; ``old`` is what an edit starts from."""
    made = {key: body[key] for key in _KEPT if key in body}
    content = made.get("content")
    if content is not None and not isinstance(content, str):
        raise invalid_form("content", "STRING_TYPE_CONVERT", "Could not interpret value as string.")
    if content is not None and len(content) > _MOST_CONTENT:
        raise invalid_form("content", "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST_CONTENT} or fewer in length.")
    if "attachments" in body or call.files:
        made["attachments"] = _attachments(call, body.get("attachments") or [], (old or {}).get("attachments") or [])
    whole = {**(old or {}), **made}
    if not any(whole.get(key) for key in _SAYS_SOMETHING):
        raise RestError(400, 50006, "Cannot send an empty message")
    return made


def _attachments(call: RestCall, named: list[Payload], old: list[Payload]) -> list[Payload]:
    """Those that stay, and the uploaded ones with what the body says of them (reference#uploading-files)."""
    made = [one for one in old if any(str(kept.get("id")) == one["id"] for kept in named)]
    for number, (part, upload) in enumerate(call.files.items()):
        index = part.removeprefix("files[").removesuffix("]")
        told = next((one for one in named if str(one.get("id")) == index), {})
        attachment_id = str(call.world.ids.new())
        url = f"https://cdn.example.com/attachments/{attachment_id}/{upload.filename}"
        made.append(
            {
                "id": attachment_id,
                "filename": told.get("filename") or upload.filename or f"file-{number}",
                "content_type": upload.content_type,
                "size": len(upload.data),
                "url": url,
                "proxy_url": url,
                **{key: told[key] for key in ("title", "description") if told.get(key)},
            }
        )
    return made


def _send(call: RestCall) -> Any:
    channel = call.channel(Permissions.SEND_MESSAGES, *([Permissions.ATTACH_FILES] if call.files else []))
    reference = call.body.get("message_reference")
    extra: Payload = {}
    if reference is not None:
        if "message_id" not in reference:
            raise invalid_form("message_reference.message_id", "BASE_TYPE_REQUIRED", "This field is required")
        answered = channel.messages.get(int(reference["message_id"]))
        if answered is not None:
            ids = {"message_id": str(answered.id), "channel_id": str(channel.id), "type": 0}
            if channel.guild_id is not None:
                ids["guild_id"] = str(channel.guild_id)
            extra = {"message_reference": ids, "referenced_message": answered.payload(call.bot.id)}
        elif reference.get("fail_if_not_exists", True):
            raise invalid_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    body = message_body(call, call.body)
    message = post(call.world, channel, call.bot, body, type=19 if extra else 0, extra=extra)
    return message.payload(call.bot.id)


def _get_one(call: RestCall) -> Any:
    return call.message(call.channel(Permissions.READ_MESSAGE_HISTORY)).payload(call.bot.id)


def _get_many(call: RestCall) -> Any:
    channel = call.channel()
    found = sorted(channel.messages.values(), key=lambda message: message.id)
    limit = call.limit(50, 100)
    if "after" in call.query:
        found = [one for one in found if one.id > int(call.query["after"])][:limit]
    elif "around" in call.query:
        middle, half = int(call.query["around"]), limit // 2
        before, after = [one for one in found if one.id < middle], [one for one in found if one.id >= middle]
        found = [*before[-half:], *after[: limit - half]] if half else after[:1]
    elif "before" in call.query:
        found = [one for one in found if one.id < int(call.query["before"])]
    return [message.payload(call.bot.id) for message in reversed(found[-limit:])]


def _edit(call: RestCall) -> Any:
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.bot:
        raise RestError(403, 50005, "Cannot edit a message authored by another user")
    edit(call.world, channel, message, message_body(call, call.body, old=message.body))
    return message.payload(call.bot.id)


def _delete(call: RestCall) -> Any:
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.bot:
        if channel.guild_id is None:
            raise RestError(403, 50003, "Cannot execute action on a DM channel")
        call.channel(Permissions.MANAGE_MESSAGES)
    delete_messages(call.world, channel, [message])
    return Reply(204)


def _delete_many(call: RestCall) -> Any:
    channel = call.channel(Permissions.MANAGE_MESSAGES)
    ids = [int(one) for one in call.body.get("messages", [])]
    if not 2 <= len(ids) <= 100:
        raise invalid_form("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")
    delete_messages(call.world, channel, [channel.messages[one] for one in ids if one in channel.messages])
    return Reply(204)


def _crosspost(call: RestCall) -> Any:
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.bot:
        raise missing_permissions()
    message.body["flags"] = int(message.body.get("flags") or 0) | 1
    announce(call.world, channel, "MESSAGE_UPDATE", message)
    return message.payload(call.bot.id)


def _pin(call: RestCall) -> Any:
    return _set_pin(call, True)


def _unpin(call: RestCall) -> Any:
    return _set_pin(call, False)


def _set_pin(call: RestCall, pinned: bool) -> Any:
    channel = call.channel(Permissions.PIN_MESSAGES)
    message = call.message(channel)
    if message.pinned is not pinned:
        pin(call.world, channel, message, pinned)
    return Reply(204)


def _get_pins(call: RestCall) -> Any:
    channel = call.channel()
    pinned = [one for one in channel.messages.values() if one.pinned]
    items = [{"pinned_at": one.timestamp, "message": one.payload(call.bot.id)} for one in reversed(pinned)]
    return {"items": items, "has_more": False}


def _get_old_pins(call: RestCall) -> Any:
    return [item["message"] for item in _get_pins(call)["items"]]


def _type(call: RestCall) -> Any:
    channel = call.channel(Permissions.SEND_MESSAGES)
    d = {"channel_id": str(channel.id), "user_id": str(call.bot.id), "timestamp": int(call.world.now())}
    guild = call.guild_of(channel)
    if guild is not None:
        d |= {"guild_id": str(guild.id), "member": call.world.bot_in(guild).payload()}
    call.world.tell_in(channel, "TYPING_START", d)
    return Reply(204)


_MANY, _ONE = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"
ROUTES = [
    Route("GET", _MANY, _get_many),
    Route("POST", _MANY, _send),
    Route("GET", "/channels/{channel_id}/messages/pins", _get_pins),
    Route("GET", "/channels/{channel_id}/pins", _get_old_pins),
    Route("POST", "/channels/{channel_id}/messages/bulk-delete", _delete_many),
    Route("GET", _ONE, _get_one),
    Route("PATCH", _ONE, _edit),
    Route("DELETE", _ONE, _delete),
    Route("POST", f"{_ONE}/crosspost", _crosspost),
    Route("POST", "/channels/{channel_id}/typing", _type),
    *(
        Route(method, path, handler)
        for path in ("/channels/{channel_id}/pins/{message_id}", "/channels/{channel_id}/messages/pins/{message_id}")
        for method, handler in (("PUT", _pin), ("DELETE", _unpin))
    ),
]
