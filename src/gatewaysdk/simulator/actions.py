"""Functions that a text can name: each with a description of a line and typed, described parameters.

Faults and the steps of scenarios are such functions. So files, pages and tables need no list of their own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from ..errors import ConfigurationError

__all__ = ["REQUIRED", "About", "Action", "Parameter", "Registry"]

F = TypeVar("F", bound=Callable[..., Any])

REQUIRED: Any = inspect.Parameter.empty
"""The default of a parameter that has none."""


@dataclass(frozen=True, slots=True)
class About:
    """What stands in ``Annotated`` beside the type of a parameter.

    Attributes:
        text: what it is, with its unit.
        least, most: the bounds of a number.
        samples: values that random faults choose from; without them the default is taken.
    """

    text: str
    least: float | None = None
    most: float | None = None
    samples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an `Action`.

    Attributes:
        kinds: the types that it takes, None's among them.
        default: `REQUIRED` if it has none.
        about: what it is.
    """

    name: str
    kinds: tuple[type[Any], ...]
    default: Any
    about: About

    @property
    def kind(self) -> str:
        """Its types as people read them, such as ``whole number``."""
        return " or ".join(_KINDS[kind] for kind in self.kinds)

    def check(self, value: Any, of: str) -> Any:
        """Return a value for it. Raises `ConfigurationError`, which begins with ``of``, if it does not take that."""
        if type(value) is int and float in self.kinds:
            value = float(value)
        if type(value) not in self.kinds:
            raise ConfigurationError(f"{of}: {self.name} is {value!r}; it takes {self.kind}: {self.about.text}")
        least, most = self.about.least, self.about.most
        if value is not None and ((least is not None and value < least) or (most is not None and value > most)):
            bounds = f"{least:g} or more" if most is None else f"{least:g} to {most:g}"
            raise ConfigurationError(f"{of}: {self.name} is {value}; it takes {bounds}: {self.about.text}")
        return value


_KINDS: dict[type[Any], str] = {
    int: "whole number",
    float: "number",
    bool: "true or false",
    str: "text",
    dict: "object",
    list: "list",
    NoneType: "nothing",
}


@dataclass(frozen=True, slots=True)
class Action(Generic[F]):
    """A function with a name.

    Attributes:
        name: such as ``op-9``.
        description: the first line of its docstring.
        parameters: by name, in order.
        run: the function.
    """

    name: str
    description: str
    parameters: Mapping[str, Parameter]
    run: F

    def check(self, values: Mapping[str, Any], of: str) -> dict[str, Any]:
        """Return values for all parameters, with defaults; raises `ConfigurationError`, which begins with ``of``."""
        known = ", ".join(self.parameters) or "no parameters"
        for name in values:
            if name not in self.parameters:
                raise ConfigurationError(f"{of} has no parameter {name!r}; it has {known}")
        checked = {}
        for name, parameter in self.parameters.items():
            value = values.get(name, parameter.default)
            if value is REQUIRED:
                raise ConfigurationError(f"{of} lacks {name}; add it: {parameter.about.text}")
            checked[name] = parameter.check(value, of)
        return checked


@dataclass(slots=True)
class Registry(Generic[F]):
    """Actions by name.

    Attributes:
        noun: what one of them is called in errors.
    """

    noun: str
    actions: dict[str, Action[F]] = field(default_factory=dict)

    def enter(self, name: str) -> Callable[[F], F]:
        """Return a decorator that enters a function; its keyword-only arguments are the parameters."""

        def enter(function: F) -> F:
            parameters = {one.name: one for one in _parameters(function)}
            description = (inspect.getdoc(function) or "").partition("\n")[0]
            self.actions[name] = Action(name, description, parameters, function)
            return function

        return enter

    def find(self, name: str) -> Action[F]:
        """Return the action of this name. Raises `ConfigurationError`, which lists those that exist."""
        action = self.actions.get(name)
        if action is None:
            raise ConfigurationError(f"there is no {self.noun} {name!r}; there are {', '.join(self.actions)}")
        return action


def _parameters(function: Callable[..., Any]) -> list[Parameter]:
    hints = get_type_hints(function, include_extras=True)
    found = []
    for one in inspect.signature(function).parameters.values():
        if one.kind is inspect.Parameter.KEYWORD_ONLY:
            assert get_origin(hints[one.name]) is Annotated, f"{function} does not say what {one.name} is"
            kind, about = get_args(hints[one.name])
            kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
            found.append(Parameter(one.name, tuple(get_origin(one) or one for one in kinds), one.default, about))
    return found
