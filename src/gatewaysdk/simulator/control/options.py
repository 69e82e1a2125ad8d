"""Options of slash commands from names and texts, by what the bot has registered."""

from __future__ import annotations

from typing import Any

from ..acting import find_options
from ..simulation import Simulation
from .places import Scene, named
from .problem import ControlProblem

__all__ = ["option_values"]

_INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE, _MENTIONABLE, _NUMBER = 4, 5, 6, 7, 8, 9, 10
_OF_PEOPLE = (_USER, _MENTIONABLE)


def option_values(sim: Simulation, scene: Scene, command: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return values of the types that the options take; texts become numbers, people, channels and roles."""
    kinds = {one["name"]: one["type"] for one in find_options(sim.world.state, scene.venue.guild, command)}
    return {name: _value(scene, name, kinds.get(name), value) for name, value in given.items()}


def _value(scene: Scene, name: str, kind: int | None, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    guild = scene.venue.guild
    people = {(str(one.id), one.user.username): one for one in guild.members.values()} if kind in _OF_PEOPLE else {}
    roles = {(str(one.id), one.name): one for one in guild.roles.values()}
    if kind == _USER:
        return named(name, value, people)
    if kind == _CHANNEL:
        return named(name, value.removeprefix("#"), {(str(one.id), one.name): one for one in guild.channels.values()})
    if kind == _ROLE:
        return named(name, value, roles)
    if kind == _MENTIONABLE:
        return named(name, value, {**people, **roles})
    return _parsed(name, kind, value)


def _parsed(name: str, kind: int | None, value: str) -> Any:
    try:
        if kind == _INTEGER:
            return int(value)
        if kind == _NUMBER:
            return float(value)
        if kind == _BOOLEAN:
            return {"true": True, "false": False}[value.lower()]
    except (KeyError, ValueError):
        rule = {_INTEGER: "a whole number", _NUMBER: "a number", _BOOLEAN: "true or false"}[kind or 0]
        raise ControlProblem(f"{name} is {value!r}; it takes {rule}") from None
    return value
