"""Answers to interactions: the callback, and the webhook that stays open for 15 minutes."""

from __future__ import annotations

from typing import Any

from ..world import Payload, SimulatedChannel, SimulatedMessage
from ..world.interaction import AUTOCOMPLETE, MODAL, Interaction
from ..world.messages import delete_messages, edit, post, write
from .call import Reply, RestCall
from .errors import RestError, invalid_form, unknown
from .messages import message_body
from .routes import Route

__all__ = ["ROUTES"]

_TOKEN_SECONDS = 900.0
_MESSAGE, _LATER, _LATER_UPDATE, _UPDATE, _CHOICES, _FORM = 4, 5, 6, 7, 8, 9
_COMMAND_ANSWER, _REPLY = 20, 19
_EPHEMERAL, _LOADING = 1 << 6, 1 << 7


def _respond(call: RestCall) -> Any:
    interaction = call.world.interactions.get(call.id("interaction_id"))
    if interaction is None or interaction.token != call.params["token"]:
        raise unknown("Interaction")
    if call.state.clock() - interaction.began > call.state.settings.answer_seconds:
        raise unknown("Interaction")
    if interaction.response is not None:
        raise RestError(400, 40060, "Interaction has already been acknowledged.")
    kind, data = call.body.get("type"), call.body.get("data") or {}
    if kind not in _fitting(interaction):
        raise invalid_form("type", "INTERACTION_APPLICATION_RESPONSE_TYPE_INVALID", "Invalid response type")
    _carry_out(call, interaction, kind, data)
    interaction.response = kind
    return _resource(call, interaction) if call.query.get("with_response", "").lower() in ("true", "1") else Reply(204)


def _fitting(interaction: Interaction) -> tuple[int, ...]:
    if interaction.type == AUTOCOMPLETE:
        return (_CHOICES,)
    fitting: tuple[int, ...] = (_MESSAGE, _LATER)
    if interaction.source is not None:
        fitting += (_LATER_UPDATE, _UPDATE)
    return fitting if interaction.type == MODAL else (*fitting, _FORM)


def _carry_out(call: RestCall, interaction: Interaction, kind: int, data: Payload) -> None:
    if kind == _CHOICES:
        interaction.choices = list(data.get("choices") or [])
    elif kind == _FORM:
        if not data.get("custom_id") or not data.get("title") or not data.get("components"):
            raise invalid_form("data", "BASE_TYPE_REQUIRED", "A modal has custom_id, title and components")
        interaction.modal = data
    elif kind == _MESSAGE:
        interaction.original = _show(call, interaction, message_body(call, data))
    elif kind == _LATER:
        flags = int(data.get("flags") or 0) & _EPHEMERAL | _LOADING
        interaction.original = _show(call, interaction, {"flags": flags})
        interaction.waiting = True
    elif kind == _UPDATE and interaction.source is not None:
        interaction.original = interaction.source
        _change(call, interaction, interaction.source, data)
    else:
        interaction.original = interaction.source


def _show(
    call: RestCall, interaction: Interaction, body: Payload, *, answers: SimulatedMessage | None = None
) -> SimulatedMessage:
    """Show the user a message, in the channel or to them alone."""
    extra: Payload = {"interaction_metadata": interaction.metadata()}
    kind = _COMMAND_ANSWER if interaction.source is None and answers is None else _REPLY if answers else 0
    if answers is not None:
        extra["message_reference"] = {"message_id": str(answers.id), "channel_id": str(answers.channel_id), "type": 0}
    make = write if int(body.get("flags") or 0) & _EPHEMERAL else post
    rest = {"type": kind, "webhook_id": call.bot.id, "extra": extra}
    message = make(call.world, interaction.channel, call.bot, body, **rest)
    interaction.messages.append(message)
    return message


def _change(call: RestCall, interaction: Interaction, message: SimulatedMessage, data: Payload) -> None:
    changes = message_body(call, data, old=message.body)
    # A message stays as hidden as it was, and stops being one that is awaited.
    kept = int(message.body.get("flags") or 0) & _EPHEMERAL
    changes["flags"] = int(changes.get("flags") or 0) & ~(_EPHEMERAL | _LOADING) | kept
    edit(call.world, interaction.channel, message, changes)
    if message is interaction.original:
        interaction.waiting = False


def _resource(call: RestCall, interaction: Interaction) -> Payload:
    told: Payload = {"id": str(interaction.id), "type": interaction.type}
    resource: Payload = {"type": interaction.response}
    if interaction.original is not None:
        told |= {
            "response_message_id": str(interaction.original.id),
            "response_message_loading": interaction.waiting,
            "response_message_ephemeral": interaction.original.ephemeral,
        }
        resource["message"] = interaction.original.payload(call.bot.id)
    return {"interaction": told, "resource": resource}


def _open(call: RestCall) -> Interaction:
    """Return the interaction whose token the path has, if it was answered and has not run out."""
    for interaction in reversed(call.world.interactions.values()):
        if interaction.token == call.params["token"]:
            break
    else:
        raise unknown("Webhook")
    if int(call.params["application_id"]) != call.bot.id or interaction.response is None:
        raise unknown("Webhook")
    if call.state.clock() - interaction.began > _TOKEN_SECONDS:
        raise RestError(401, 50027, "Invalid Webhook Token")
    return interaction


def _follow_up(call: RestCall) -> Any:
    interaction = _open(call)
    body, original = message_body(call, call.body), interaction.original
    if interaction.waiting and original is not None and interaction.response == _LATER:
        # The first followup takes the place of "is thinking" (interactions/receiving-and-responding#followup-messages).
        _change(call, interaction, original, call.body)
        return original.payload(call.bot.id)
    return _show(call, interaction, body, answers=original).payload(call.bot.id)


def _message(call: RestCall, interaction: Interaction) -> SimulatedMessage:
    wanted = call.params["message_id"]
    shown = [*interaction.messages, *([interaction.original] if interaction.original else [])]
    for message in shown:
        if str(message.id) == wanted or (wanted == "@original" and message is interaction.original):
            return message
    raise unknown("Message")


def _get(call: RestCall) -> Any:
    return _message(call, _open(call)).payload(call.bot.id)


def _edit(call: RestCall) -> Any:
    interaction = _open(call)
    message = _message(call, interaction)
    _change(call, interaction, message, call.body)
    return message.payload(call.bot.id)


def _delete(call: RestCall) -> Any:
    interaction = _open(call)
    message = _message(call, interaction)
    if message in interaction.messages:
        interaction.messages.remove(message)
    if message is interaction.original:
        interaction.original, interaction.waiting = None, False
    channel: SimulatedChannel = interaction.channel
    if message.id in channel.messages:
        delete_messages(call.world, channel, [message])
    return Reply(204)


_WEBHOOK = "/webhooks/{application_id}/{token}"
_OF_WEBHOOK = f"{_WEBHOOK}/messages/{{message_id}}"
ROUTES = [
    Route("POST", "/interactions/{interaction_id}/{token}/callback", _respond, open=True),
    Route("POST", _WEBHOOK, _follow_up, open=True),
    Route("GET", _OF_WEBHOOK, _get, open=True),
    Route("PATCH", _OF_WEBHOOK, _edit, open=True),
    Route("DELETE", _OF_WEBHOOK, _delete, open=True),
]
