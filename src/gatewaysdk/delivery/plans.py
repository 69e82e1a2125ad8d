"""Who gets the events of a name, looked up once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..decoding.registry import event_class
from ..listeners.handler_list import Call
from .tap import Tap

__all__ = ["NOBODY", "Plan", "Plans"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Who gets the events of a name."""

    taps: tuple[Tap[Any], ...]
    raw: tuple[Call, ...]
    typed: bool
    """Whether handlers or streams take the event itself."""


NOBODY = Plan((), (), False)


class Plans(dict[str, Plan]):
    """Plans by name, made when first asked for, so that finding one takes no call; forgotten when others listen."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[str], Plan]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Plan:
        plan = self._make(name)
        if event_class(name) is not None:  # names from outside must not make memory grow
            self[name] = plan
        return plan
