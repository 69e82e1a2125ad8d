"""The actions of the control API, by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

from ...errors import UsageError
from ..simulation import Simulation
from ..world import Payload
from . import people, trouble
from .asks import (
    ClickRequest,
    CloseRequest,
    ControlRequest,
    DispatchRequest,
    FaultRequest,
    InvalidateRequest,
    ReactRequest,
    SayRequest,
    SelectRequest,
    ShardRequest,
    SubmitRequest,
    UseRequest,
    read_ask,
)
from .problem import ControlProblem

__all__ = ["ACTIONS", "ControlAction", "perform"]

S = TypeVar("S", bound=ControlRequest)
CarryOut: TypeAlias = Callable[[Simulation, S], Awaitable[Payload]]


class ControlAction(NamedTuple):
    """What an action takes, and what carries it out."""

    shape: type[ControlRequest]
    carry_out: Callable[[Simulation, Any], Awaitable[Payload]]


def _action(shape: type[S], carry_out: CarryOut[S]) -> ControlAction:
    return ControlAction(shape, carry_out)


ACTIONS: dict[str, ControlAction] = {
    "say": _action(SayRequest, people.say),
    "react": _action(ReactRequest, people.react),
    "use": _action(UseRequest, people.use),
    "click": _action(ClickRequest, people.click),
    "select": _action(SelectRequest, people.select),
    "submit": _action(SubmitRequest, people.submit),
    "dispatch": _action(DispatchRequest, trouble.dispatch),
    "reconnect": _action(ShardRequest, trouble.reconnect),
    "invalidate": _action(InvalidateRequest, trouble.invalidate),
    "close": _action(CloseRequest, trouble.close),
    "drop": _action(ShardRequest, trouble.drop),
    "corrupt_next": _action(ShardRequest, trouble.corrupt_next),
    "faults": _action(FaultRequest, trouble.faults),
    "forget_sessions": _action(ControlRequest, trouble.forget_sessions),
}
"""Each is ``POST /control/NAME``."""


async def perform(sim: Simulation, name: str, body: Any) -> Payload:
    """Carry out an action of this name, and return its answer. Raises `ControlProblem` for what cannot be done."""
    action = ACTIONS.get(name)
    if action is None:
        raise ControlProblem(f"there is no action {name!r}; there are {', '.join(ACTIONS)}", 404)
    ask = read_ask(name, action.shape, body)
    try:
        return await action.carry_out(sim, ask)
    except UsageError as error:
        raise ControlProblem(str(error)) from error
