"""What a simulator has of faults by name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...errors import ConfigurationError
from ..controls import Controls
from ..emitter import Emitter
from ..faults import FaultRecord
from ..state import SharedState
from .plans import PlannedFault, check_plan, random_plan
from .registry import find_fault
from .target import Target

__all__ = ["FaultControls", "FaultPlan", "apply_fault"]


class FaultPlan:
    """Faults that happen by themselves, until `stop` or the end of the simulator; made by the methods below."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    async def wait(self) -> None:
        """Wait until all faults have happened, which those of a random plan never have."""
        await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Let no further fault happen. Raises the error that ended the plan, if one did."""
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.result()


class FaultControls(Emitter, Controls):
    """The part of a `Simulator` that causes faults by name."""

    _state: SharedState

    @property
    def fault_log(self) -> Sequence[FaultRecord]:
        """The faults by name that were caused, the last 10,000, oldest first."""
        return list(self._state.fault_log)

    async def fault(self, name: str, /, *, shard: int | None = None, **parameters: Any) -> FaultRecord:
        """Cause a fault now: ``await sim.fault("op-9", shard=0, resumable=True)``.

        Args:
            name: one of `FAULTS`.
            shard: the shard whose connections, sessions and events are meant; None for all. Connections, IDENTIFYs and
                RESUMEs that are still to come belong to no shard yet: the first that comes gets the fault.
            parameters: what the fault takes.

        Raises:
            ConfigurationError: an unknown name or parameter, or a value that the parameter does not take.
        """
        if shard is not None and (type(shard) is not int or shard < 0):
            raise ConfigurationError(f"fault {name!r}: shard is {shard!r}; it takes the id of a shard, or None for all")
        action = find_fault(name)
        checked = action.check(parameters, f"fault {name!r}")
        target = Target(self._state, self, shard, self._open)
        state = self._state
        record = FaultRecord(state.clock() - state.began, name, checked, shard, len(target.connections))
        state.fault_log.append(record)
        state.feed.disturbed(name, checked, shard)
        await action.run(target, **checked)
        state.watch.notify()
        return record

    def schedule_faults(
        self, *faults: tuple[float, str] | tuple[float, str, dict[str, Any]], shard: int | None = None
    ) -> FaultPlan:
        """Let faults happen later: ``sim.schedule_faults((2.0, "cut"), (5.0, "op-9", {"resumable": True}))``.

        Each has its seconds from now, by the simulator's clock. Raises `ConfigurationError` as `fault` does, now.
        """
        return self._begin(check_plan(faults), shard)

    def random_faults(
        self, *, seed: int, every: float, names: Sequence[str] | None = None, shard: int | None = None
    ) -> FaultPlan:
        """Let random faults happen without end, one in ``every`` seconds on average.

        Equal seeds give equal faults at equal times; ``fault_log`` says which were caused. ``names`` are those to
        choose from, None for all. Raises `ConfigurationError` for arguments that cannot be.
        """
        return self._begin(random_plan(seed, every, names), shard)

    def _begin(self, plan: Iterable[PlannedFault], shard: int | None) -> FaultPlan:
        carried_out = self._carry_out(plan, self._state.clock(), shard)
        return FaultPlan(self._state.background.begin(carried_out, "planned faults"))

    async def _carry_out(self, plan: Iterable[PlannedFault], began: float, shard: int | None) -> None:
        state = self._state
        for at, name, parameters in plan:
            while (wait := began + at - state.clock()) > 0:
                await state.sleep(wait)
            await self.fault(name, shard=shard, **parameters)


async def apply_fault(simulator: FaultControls, name: str, parameters: Mapping[str, Any]) -> FaultRecord:
    """Cause a fault with parameters from a page, a file or a request; ``shard`` may be among them.

    Raises `ConfigurationError` as `FaultControls.fault` does.
    """
    given = dict(parameters)
    shard = given.pop("shard", None)
    return await simulator.fault(name, shard=shard, **given)
