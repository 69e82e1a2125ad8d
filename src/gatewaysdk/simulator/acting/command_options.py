"""From ``uses("/ban user", user=bob)`` to the data of an interaction, by what the bot has registered."""

from __future__ import annotations

from typing import Any

from ...errors import StateError
from ..world import Guild, Payload, Role, SimulatedChannel, SimulatedMember, World
from ..world.interactions import shown_member

__all__ = ["command_data", "find_options"]

_SUB_COMMANDS = (1, 2)
_STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE, _MENTIONABLE, _NUMBER = 3, 4, 5, 6, 7, 8, 9, 10
_TYPES: dict[int, tuple[type[Any], ...]] = {
    _STRING: (str,),
    _INTEGER: (int,),
    _BOOLEAN: (bool,),
    _USER: (SimulatedMember,),
    _CHANNEL: (SimulatedChannel,),
    _ROLE: (Role,),
    _MENTIONABLE: (SimulatedMember, Role),
    _NUMBER: (int, float),
}


def command_data(
    world: World,
    guild: Guild | None,
    channel: SimulatedChannel,
    text: str,
    values: dict[str, Any],
    focused: str | None = None,
) -> Payload:
    """Return the ``data`` for a command such as ``/ping`` or ``/group sub``; ``focused`` is an option to complete.

    Raises `StateError` for what a user of Discord could not have sent: a command that is not registered, an option
    that it does not have or that lacks, a value of another type or not among the choices.
    """
    data, at, options = _walk(world, guild, text)
    resolved: dict[str, Payload] = {}
    made = [_option(guild, channel, one, values, focused, resolved) for one in options if one["name"] in values]
    _check(text, options, values, focused)
    if made:
        at["options"] = made
    return {**data, "resolved": resolved} if resolved else data


def find_options(world: World, guild: Guild | None, text: str) -> list[Payload]:
    """Return the registered options of a command such as ``/ping`` or ``/group sub``; raises `StateError`."""
    return _walk(world, guild, text)[2]


def _walk(world: World, guild: Guild | None, text: str) -> tuple[Payload, Payload, list[Payload]]:
    """Return the data of a command without options, the part of it that the options go into, and the options."""
    name, *path = text.removeprefix("/").split() or [""]
    command = _find(world, guild, name)
    data: Payload = {"id": command["id"], "name": name, "type": command["type"]}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    at, options = data, command.get("options", [])
    for part in path:
        sub = next((one for one in options if one["name"] == part and one["type"] in _SUB_COMMANDS), None)
        if sub is None:
            raise StateError(f"/{name} has no subcommand {part!r}; it has {[one['name'] for one in options]}")
        inner: Payload = {"name": part, "type": sub["type"]}
        at["options"] = [inner]
        at, options = inner, sub.get("options", [])
    if any(one["type"] in _SUB_COMMANDS for one in options):
        raise StateError(f"{text} takes a subcommand: {[one['name'] for one in options]}")
    return data, at, options


def _find(world: World, guild: Guild | None, name: str) -> Payload:
    known = [
        *world.commands.get(None if guild is None else guild.id, {}).values(),
        *world.commands.get(None, {}).values(),
    ]
    for command in known:
        if command["name"] == name:
            return command
    names = [command["name"] for command in known]
    raise StateError(f"the bot has registered no command {name!r}, only {names}; await its sync before a test uses it")


def _check(text: str, options: list[Payload], values: dict[str, Any], focused: str | None) -> None:
    names = [one["name"] for one in options]
    strange = [name for name in values if name not in names]
    if strange:
        raise StateError(f"{text} has no option {strange}; it has {names}")
    lacking = [one["name"] for one in options if one.get("required") and one["name"] not in values]
    if lacking and focused is None:
        raise StateError(f"{text} requires {lacking}")


def _option(
    guild: Guild | None,
    channel: SimulatedChannel,
    option: Payload,
    values: dict[str, Any],
    focused: str | None,
    resolved: dict[str, Payload],
) -> Payload:
    name, kind = option["name"], option["type"]
    value = values[name]
    value = getattr(value, "member", value)  # a Person stands for their membership
    made: Payload = {"name": name, "type": kind}
    if name == focused:
        return {**made, "value": value, "focused": True}
    types = _TYPES.get(kind)
    if types is None:
        raise StateError(f"option {name!r} is of type {kind}, which the simulator cannot fill in")
    if not isinstance(value, types) or (isinstance(value, bool) and kind != _BOOLEAN):
        raise StateError(f"option {name!r} is {value!r}; it takes {' or '.join(one.__name__ for one in types)}")
    choices = [one["value"] for one in option.get("choices") or []]
    if choices and value not in choices:
        raise StateError(f"option {name!r} is {value!r}; it takes one of {choices}")
    if isinstance(value, (str, int, float)):
        return {**made, "value": value}
    _resolve(guild, channel, value, resolved)
    return {**made, "value": str(value.id)}


def _resolve(
    guild: Guild | None,
    channel: SimulatedChannel,
    value: SimulatedMember | Role | SimulatedChannel,
    resolved: dict[str, Payload],
) -> None:
    key = str(value.id)
    if isinstance(value, SimulatedMember):
        resolved.setdefault("users", {})[key] = value.user.payload()
        if guild is not None:
            member = shown_member(guild, channel, value)
            resolved.setdefault("members", {})[key] = {one: member[one] for one in member if one != "user"}
    elif isinstance(value, Role):
        resolved.setdefault("roles", {})[key] = value.payload()
    else:
        resolved.setdefault("channels", {})[key] = value.payload() | {"permissions": "0"}
