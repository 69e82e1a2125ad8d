"""Events that nobody caused, and ends of connections, by request."""

from __future__ import annotations

from ... import events
from ...tables.events import EVENT_CLASSES
from ..named_faults import apply_fault
from ..simulation import Simulation
from ..world import Payload
from .asks import CloseRequest, ControlRequest, DispatchRequest, FaultRequest, InvalidateRequest, ShardRequest
from .problem import ControlProblem

__all__ = ["close", "corrupt_next", "dispatch", "drop", "forget_sessions", "invalidate", "reconnect"]

_TAKEN = ("seed", "shard")


async def dispatch(sim: Simulation, ask: DispatchRequest) -> Payload:
    """Send an event; ``sessions`` counts those that get it, which their intents decide."""
    if ask.payload is not None:
        if ask.fields:
            raise ControlProblem("fields and payload are both given; give one: payload is the whole event")
        return {"sessions": await sim.emit(ask.event, ask.payload, shard=ask.shard, seed=ask.seed)}
    name = EVENT_CLASSES.get(ask.event, ask.event)
    if name not in EVENT_CLASSES.values():
        raise ControlProblem(
            f"event is {ask.event!r}, which is unknown; GET /control/state lists the known ones, others need a payload"
        )
    taken = [key for key in _TAKEN if key in ask.fields]
    if taken:
        raise ControlProblem(f"fields has {taken[0]!r}, which dispatch takes itself; give the whole event as payload")
    return {"sessions": await sim.dispatch(getattr(events, name), shard=ask.shard, seed=ask.seed, **ask.fields)}


async def reconnect(sim: Simulation, ask: ShardRequest) -> Payload:
    """Tell clients to reconnect (op 7)."""
    count = _affected(sim, ask.shard)
    await sim.reconnect(shard=ask.shard)
    return count


async def invalidate(sim: Simulation, ask: InvalidateRequest) -> Payload:
    """Tell clients that their session is invalid (op 9)."""
    count = _affected(sim, ask.shard)
    await sim.invalidate(resumable=ask.resumable, shard=ask.shard)
    return count


async def close(sim: Simulation, ask: CloseRequest) -> Payload:
    """Close connections with a code."""
    count = _affected(sim, ask.shard)
    await sim.close(ask.code, ask.reason, shard=ask.shard)
    return count


async def drop(sim: Simulation, ask: ShardRequest) -> Payload:
    """Cut connections without a close frame."""
    count = _affected(sim, ask.shard)
    await sim.drop(shard=ask.shard)
    return count


async def corrupt_next(sim: Simulation, ask: ShardRequest) -> Payload:
    """Damage the next message to each client."""
    count = _affected(sim, ask.shard)
    sim.corrupt_next(shard=ask.shard)
    return count


async def faults(sim: Simulation, ask: FaultRequest) -> Payload:
    """Cause a fault by its name; ``connections`` counts those that are open and meant."""
    shard = {} if ask.shard is None else {"shard": ask.shard}
    record = await apply_fault(sim, ask.name, {**ask.parameters, **shard})
    return {"connections": record.connections, "parameters": record.parameters}


async def forget_sessions(sim: Simulation, ask: ControlRequest) -> Payload:
    """End all sessions, so that none can be resumed; connections stay open."""
    count = len(sim.sessions)
    sim.forget_sessions()
    return {"sessions": count}


def _affected(sim: Simulation, shard: int | None) -> Payload:
    found = [one for one in sim.connections if one.open]
    if shard is not None:
        found = [one for one in found if one.session is not None and one.session.shard_id == shard]
    if not found:
        whose = "" if shard is None else f" of shard {shard}"
        raise ControlProblem(f"no connection{whose} is open; connect the bot first", 409)
    return {"connections": len(found)}
