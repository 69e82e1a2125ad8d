"""The faults of a simulated connection, and the record of a fault by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

__all__ = ["FaultRecord", "Faults"]


@dataclass(slots=True)
class Faults:
    """How a connection misbehaves. You may change fields at any time; they apply from the next message on.

    Attributes:
        refuse: HTTP status, such as 503, with which the gateway refuses the upgrade to a WebSocket.
        silent: the gateway never sends HELLO.
        hello_delay: seconds before the gateway sends HELLO.
        reconnect_before_hello: it sends RECONNECT instead of HELLO (events/gateway-events#reconnect).
        no_ack: it does not answer heartbeats, so the client has a zombie connection.
        no_ready: it accepts IDENTIFY but never sends READY.
        no_resumed: it replays the missed events but never sends RESUMED.
        resume_url: the ``resume_gateway_url`` in READY, instead of the simulator's.
    """

    refuse: int | None = None
    silent: bool = False
    hello_delay: float = 0.0
    reconnect_before_hello: bool = False
    no_ack: bool = False
    no_ready: bool = False
    no_resumed: bool = False
    resume_url: str | None = None


class FaultRecord(NamedTuple):
    """A fault by name that was caused.

    Attributes:
        at: seconds since the simulator was made, by its clock.
        connections: how many connections were open and meant.
    """

    at: float
    name: str
    parameters: dict[str, Any]
    shard: int | None
    connections: int
