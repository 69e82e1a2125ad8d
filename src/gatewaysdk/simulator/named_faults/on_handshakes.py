"""Faults of the next connections, IDENTIFYs and RESUMEs; what is open ends, so that these come now."""

from __future__ import annotations

from typing import Annotated

from ..actions import About
from ..faults import Faults
from .registry import fault
from .target import Target

__all__ = ()  # they are entered by their decorators

Connections = Annotated[int, About("how many connections in a row", 1, 100)]
# The port of a service that no machine runs any more, so nothing listens there.
_DEAD_URL = "ws://127.0.0.1:1"


def _meet_next(target: Target, faults: Faults, connections: int) -> None:
    target.state.queued_faults.extend([faults] * connections)
    target.cut()


@fault("refuse")
async def _refuse(
    target: Target,
    *,
    status: Annotated[int, About("the HTTP status", 400, 599, (429, 500, 502, 503))] = 503,
    connections: Connections = 1,
) -> None:
    """Cut, and answer the next connections with an HTTP status instead of a WebSocket."""
    _meet_next(target, Faults(refuse=status), connections)


@fault("silent-hello")
async def _silent_hello(target: Target, *, connections: Connections = 1) -> None:
    """Cut, and never send HELLO to the next connections."""
    _meet_next(target, Faults(silent=True), connections)


@fault("late-hello")
async def _late_hello(
    target: Target,
    *,
    seconds: Annotated[float, About("seconds before HELLO", 0, 3600)] = 5.0,
    connections: Connections = 1,
) -> None:
    """Cut, and send HELLO late to the next connections."""
    _meet_next(target, Faults(hello_delay=seconds), connections)


@fault("op-7-before-hello")
async def _op_7_before_hello(target: Target, *, connections: Connections = 1) -> None:
    """Cut, and send the next connections op 7 instead of HELLO."""
    _meet_next(target, Faults(reconnect_before_hello=True), connections)


@fault("forgotten-session")
async def _forgotten_session(target: Target) -> None:
    """Cut, and answer the next RESUME with op 9, as the session has ended."""
    target.cut()
    target.forget()


@fault("no-ready")
async def _no_ready(target: Target, *, times: Annotated[int, About("how many IDENTIFYs in a row", 1, 100)] = 1) -> None:
    """End the sessions, and never answer the next IDENTIFY."""
    target.state.identify_faults.extend([Faults(no_ready=True)] * times)
    target.cut()
    target.forget()


@fault("no-resumed")
async def _no_resumed(target: Target, *, times: Annotated[int, About("how many RESUMEs in a row", 1, 100)] = 1) -> None:
    """Cut, and replay the missed events to the next RESUME without a RESUMED behind them."""
    target.state.resume_faults.extend([Faults(no_resumed=True)] * times)
    target.cut()


@fault("dead-resume-url")
async def _dead_resume_url(target: Target) -> None:
    """End the sessions; in the next READY, resume_gateway_url leads nowhere, which a cut after it shows."""
    target.state.identify_faults.append(Faults(resume_url=_DEAD_URL))
    target.cut()
    target.forget()
