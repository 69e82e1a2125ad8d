"""From the text of a scenario file to a `Scenario`, strictly: what is not known is an error that names its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...errors import ConfigurationError
from ..actions import Action
from .located import Located, read_located
from .scenario import Scenario, ScenarioGuild, ScenarioStep
from .steps import check_step, find_step

__all__ = ["read_scenario"]

_MOST_BYTES = 1_000_000
_LISTS = ("channels", "members", "roles")


def read_scenario(path: Path) -> Scenario:
    """Return what a file in YAML or JSON says.

    Raises `ConfigurationError`, which names the line, for a file that cannot be read or says what no scenario says.
    """
    try:
        data = path.read_bytes()
        if len(data) > _MOST_BYTES:
            raise ConfigurationError(f"{path.name} has {len(data)} bytes; a scenario has {_MOST_BYTES} at most")
        text = data.decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(f"cannot read the scenario {path}: {reason}") from error
    top = read_located(text, path.name)
    keys = _known(top, "a scenario", ("guilds", "unknown_routes", "steps"))
    if "steps" not in keys:
        raise top.error("a scenario lacks steps; add a list of them")
    guilds = tuple(_guild(one) for one in keys["guilds"].items("guilds")) if "guilds" in keys else ()
    unknown_routes = _text(keys["unknown_routes"], "unknown_routes") if "unknown_routes" in keys else "fail"
    if unknown_routes not in ("fail", "allow"):
        raise keys["unknown_routes"].error(f"unknown_routes is {unknown_routes!r}; it takes fail or allow")
    return Scenario(
        path.name, guilds, unknown_routes == "allow", tuple(_step(one) for one in keys["steps"].items("steps"))
    )


def _known(located: Located, what: str, known: Sequence[str]) -> dict[str, Located]:
    entries = located.entries(what)
    for key, value in entries.items():
        if key not in known:
            raise value.error(f"{what} has no key {key!r}; it has {', '.join(known)}")
    return entries


def _guild(located: Located) -> ScenarioGuild:
    keys = _known(located, "a guild", ("name", *_LISTS))
    if "name" not in keys:
        raise located.error("a guild lacks name; add one")
    lists = {key: tuple(_text(one, key) for one in keys[key].items(key)) for key in _LISTS if key in keys}
    return ScenarioGuild(_text(keys["name"], "name"), **lists)


def _text(located: Located, what: str) -> str:
    if not isinstance(located.value, str):
        raise located.error(f"{what} takes text, not {located.plain()!r}; put it into quotes")
    return located.value


def _step(located: Located) -> ScenarioStep:
    """Read a step: its name, with a value for its first parameter, or with values by parameter, or with nothing."""
    if isinstance(located.value, str):
        name, inner = located.value, None
    else:
        entries = located.entries("a step")
        if len(entries) != 1:
            raise located.error(f"a step has one key, its name, not {', '.join(entries)}; begin each step with '- '")
        ((name, inner),) = entries.items()
    try:
        action = find_step(name)
    except ConfigurationError as error:
        raise located.error(str(error)) from None
    given = _given(inner, next(iter(action.parameters)))
    try:
        arguments = action.check({key: one.plain() for key, one in given.items()}, f"step {name!r}")
        check_step(action, arguments)
    except ConfigurationError as error:
        raise _culprit(located, action, given).error(str(error)) from None
    return ScenarioStep(located.line, action, arguments)


def _given(inner: Located | None, first: str) -> dict[str, Located]:
    if inner is None or inner.value is None:
        return {}
    return inner.value if isinstance(inner.value, dict) else {first: inner}


def _culprit(step: Located, action: Action[Any], given: dict[str, Located]) -> Located:
    """Return the argument that cannot be, or the step when it is not one alone."""
    for key, one in given.items():
        if key not in action.parameters:
            return one
        try:
            action.parameters[key].check(one.plain(), "")
        except ConfigurationError:
            return one
    return step
