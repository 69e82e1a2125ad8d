"""Caches the listeners of each event name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..decoding.known import is_known
from ..listeners.handler_list import Call
from .tap import Tap

__all__ = ["NOBODY", "Plan", "Plans"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The listeners of the events of one name.

    Attributes:
        taps: the waits that may take the event; they get it at once, ahead of the queue.
        raw: handlers of its plain data.
        typed: whether handlers or streams take the event as a model.
        structs: whether they take it as a struct.
    """

    taps: tuple[Tap[Any], ...]
    raw: tuple[Call, ...]
    typed: bool
    structs: bool = False


NOBODY = Plan((), (), False)


class Plans(dict[str, Plan]):
    """Plans by event name, each made when it is first needed.

    A dict, because ``plans[name]`` then calls no Python function for a name that is known. `Delivery.replan` clears it.
    """

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[str], Plan]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Plan:
        plan = self._make(name)
        if is_known(name):  # a gateway could invent names without end, so unknown ones are not cached
            self[name] = plan
        return plan
