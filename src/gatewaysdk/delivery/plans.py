"""Caches the listeners of each event name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..decoding.known import is_known
from ..listeners.dispatcher import Dispatcher
from ..listeners.handler_list import Call
from .readers import Readers
from .tap import Tap

__all__ = ["NOBODY", "UNKNOWN", "CountingPlans", "Plan", "Plans", "make_plan"]


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


def make_plan(name: str, dispatcher: Dispatcher, readers: Readers) -> Plan:
    """Return who listens for the events of a name; `NOBODY` itself, so that callers need only compare with ``is``."""
    readers.forget_closed()
    typed, structs = (
        dispatcher.wants_typed(name, structs=family) or readers.wants_name(name, structs=family)
        for family in (False, True)
    )
    plan = Plan(readers.taps_of(name), dispatcher.raw(name), typed, structs)
    return NOBODY if plan == NOBODY else plan


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


_look_up = dict.__getitem__  # quicker than to ask super(); it calls __missing__ too

UNKNOWN = "(unknown)"
"""What stands for the names of all events that this release has no class for."""


class CountingPlans(Plans):
    """Plans that count how often each was asked for. Where nobody counts, `Plans` finds them without a call."""

    __slots__ = ("_counts",)

    def __init__(self, make: Callable[[str], Plan], counts: dict[str, int]) -> None:
        super().__init__(make)
        self._counts = counts

    def __getitem__(self, name: str) -> Plan:
        try:
            self._counts[name] += 1
        except KeyError:
            self._count_first(name)
        return _look_up(self, name)

    def _count_first(self, name: str) -> None:
        name = name if is_known(name) else UNKNOWN
        self._counts[name] = self._counts.get(name, 0) + 1
