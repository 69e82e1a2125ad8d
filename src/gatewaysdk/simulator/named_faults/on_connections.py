"""Faults of the connections that are open."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from ...errors import ConfigurationError
from ..actions import About
from .registry import fault
from .target import Target

__all__ = ()  # they are entered by their decorators

# RFC 6455, section 7.4: these are never sent.
_UNSENT_CODES = (1004, 1005, 1006, 1015)
_EVENT = "MESSAGE_CREATE"


@fault("cut")
async def _cut(target: Target) -> None:
    """Cut the TCP connection without a close frame; the session can be resumed."""
    target.cut()


@fault("close")
async def _close(
    target: Target,
    *,
    code: Annotated[int, About("the close code", 1000, 4999, (4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009))] = 4000,
    reason: Annotated[str, About("its text")] = "",
) -> None:
    """Close with a code; the session ends if Discord documents that for the code."""
    if code in _UNSENT_CODES:
        raise ConfigurationError(f"fault 'close': code is {code}, which is never sent; take another one")
    for connection in target.connections:
        await connection.close(code, reason)


@fault("stall")
async def _stall(
    target: Target, *, seconds: Annotated[float, About("seconds until all that was held back comes", 0, 3600)] = 5.0
) -> None:
    """Hold back all messages for some seconds, then send them."""
    until = target.state.clock() + seconds
    for connection in target.connections:
        connection.disturbances.stalled_until = max(until, connection.disturbances.stalled_until)


@fault("half-open")
async def _half_open(target: Target) -> None:
    """Neither send nor read anything any more, while the TCP connection stays open; the session can be resumed."""
    for connection in target.connections:
        connection.fall_silent()


@fault("delay")
async def _delay(
    target: Target,
    *,
    seconds: Annotated[float, About("seconds for each message, one after another", 0, 3600)] = 0.5,
    messages: Annotated[int, About("how many messages", 1, 10_000)] = 5,
) -> None:
    """Send the next messages late."""
    for connection in target.connections:
        connection.disturbances.late.extend([seconds] * messages)


@fault("duplicate")
async def _duplicate(target: Target, *, events: Annotated[int, About("how many events", 1, 10_000)] = 1) -> None:
    """Send the next events twice, with the same sequence number; messages are emitted for that."""
    for connection in target.connections:
        connection.disturbances.repeat += events
    for _ in range(events):
        await target.emit(_EVENT)


@fault("dropped-acks")
async def _dropped_acks(target: Target) -> None:
    """Answer no heartbeat of the open connections any more."""
    for connection in target.connections:
        connection.faults = replace(connection.faults, no_ack=True)


@fault("op-7")
async def _op_7(target: Target) -> None:
    """Tell clients to reconnect."""
    for connection in target.connections:
        await connection.reconnect()


@fault("op-9")
async def _op_9(
    target: Target,
    *,
    resumable: Annotated[bool, About("whether the session may be resumed", samples=(True, False))] = False,
) -> None:
    """Tell clients that their session is invalid."""
    for connection in target.connections:
        await connection.invalidate(resumable=resumable)


@fault("corrupt-compression")
async def _corrupt(target: Target) -> None:
    """Emit a message that cannot be decompressed or, without compression, decoded."""
    for connection in target.connections:
        connection.disturbances.corrupt += 1
    await target.emit(_EVENT)


@fault("truncated-compression")
async def _truncate(target: Target) -> None:
    """Emit a message of which only the first half comes, so that a compressed stream is broken from there on."""
    for connection in target.connections:
        connection.disturbances.truncate += 1
    await target.emit(_EVENT)
