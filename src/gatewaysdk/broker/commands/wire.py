"""Commands, questions, answers and errors as JSON. All that comes in is checked as if a user had written it."""

from __future__ import annotations

import json
from typing import Any

from ... import commands, errors
from ...bases.command import Command
from ...bases.event import Event
from ...decoding.registry import decode_event
from ...errors import CommandError, GatewayError, StateError
from ...frame import Frame
from ...requests.exchange import Question
from ...requests.guilds import ChannelInfoQuestion, SoundboardQuestion
from ...requests.members import MembersQuestion
from ...requests.voice import VoiceConnectionInfo, VoiceQuestion

__all__ = [
    "dump",
    "dump_error",
    "dump_item",
    "dump_question",
    "load",
    "load_command",
    "load_error",
    "load_item",
    "load_question",
]


def dump(value: object) -> bytes:
    """Return plain values as JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def load(data: bytes) -> Any:
    """Return plain values. Raises `StateError` if that is no JSON: the other side is no program of this package."""
    try:
        return json.loads(data)
    except ValueError as error:
        raise StateError(f"what came over the bus is no JSON: {error}") from None


# Commands


def load_command(plain: Any) -> Command:
    """Return the command of ``{"op": ..., "d": ...}``. Raises `CommandError` as its constructor does."""
    classes = (getattr(commands, name) for name in commands.__all__)
    kinds: dict[Any, type[Command]] = {one.opcode: one for one in classes if issubclass(one, Command)}
    kind = kinds.get(plain.get("op")) if isinstance(plain, dict) else None
    if kind is None or not isinstance(plain["d"], dict):
        raise CommandError("a command", None, "is none of those that a bot sends; both sides need the same release")
    try:
        return kind(**{name: _with_structures(value) for name, value in plain["d"].items()})
    except TypeError as error:  # a field that this release does not know, or lacks one
        raise CommandError(kind.__name__, None, f"cannot be made: {error}; both sides need the same release") from None


def _with_structures(value: Any) -> Any:
    """Return a field's value with objects as the structures of commands; presences have activities in a list."""
    if isinstance(value, list):
        return [_with_structures(one) for one in value]
    return commands.PresenceActivity(**value) if isinstance(value, dict) else value


# Questions and what answers them


def dump_question(question: Question[Any]) -> dict[str, Any]:
    """Return a question as the command that asks it, and what else it has."""
    command = question.command()
    plain: dict[str, Any] = {"op": command.opcode, "d": command.payload()}
    if isinstance(question, MembersQuestion):
        del plain["d"]["nonce"]  # each time it is asked it gets another
        plain["on_rate_limited"] = question.on_rate_limited
    return plain


def load_question(plain: Any) -> Question[Any]:
    """Return the question that `dump_question` was given; one that needs the bot's own id gets it from the caller."""
    command = load_command(plain)
    if isinstance(command, commands.RequestGuildMembers):
        return MembersQuestion(command, "raise" if plain.get("on_rate_limited") == "raise" else "wait")
    if isinstance(command, commands.RequestSoundboardSounds):
        return SoundboardQuestion(command.guild_ids)
    if isinstance(command, commands.RequestChannelInfo):
        return ChannelInfoQuestion(command)
    if isinstance(command, commands.UpdateVoiceState):
        return VoiceQuestion(command, lambda: None)
    raise CommandError(type(command).__name__, None, "has no answer to wait for; send it")


def dump_item(item: object) -> Any:
    """Return a part of an answer, or the seconds that a command waited, as plain values."""
    if isinstance(item, VoiceConnectionInfo):
        return [item.state.to_wire(), item.server.to_wire()]
    return item.to_wire() if isinstance(item, Event) else item


def load_item(plain: Any) -> Any:
    """Return what `dump_item` was given."""
    if isinstance(plain, list):
        state, server = map(load_item, plain)
        return VoiceConnectionInfo(state, server)
    if isinstance(plain, dict):
        return decode_event(Frame(op=0, d=plain["d"], s=None, t=plain["t"]))
    return plain


# Errors


def dump_error(error: Exception) -> dict[str, Any]:
    """Return an error as its class, text and attributes."""
    attributes = {name: value for name, value in vars(error).items() if not name.startswith("_") and _is_plain(value)}
    return {"kind": type(error).__name__, "text": str(error), "attributes": attributes}


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def load_error(plain: dict[str, Any]) -> GatewayError:
    """Return an error of the same class if that is one of this package, else a `StateError` that says the same."""
    kind = getattr(errors, plain["kind"], None) if plain["kind"] in errors.__all__ else None
    if kind is None or not issubclass(kind, GatewayError):
        return StateError(f"the host of the shard says {plain['kind']}: {plain['text']}")
    error: GatewayError = kind.__new__(kind)
    error.args = (plain["text"],)
    for name, value in plain["attributes"].items():
        if name == "args" or name.startswith("_"):
            continue
        setattr(error, name, tuple(value) if isinstance(value, list) else value)
    return error
