"""What can be made to go wrong."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Faults"]


@dataclass(slots=True)
class Faults:
    """How a connection misbehaves. Fields may be changed at any time; the next message minds them.

    Attributes:
        refuse: HTTP status that answers instead of the upgrade to a WebSocket, such as 503.
        silent: the gateway never says HELLO.
        hello_delay: seconds until it does.
        reconnect_before_hello: it says RECONNECT in place of HELLO (events/gateway-events#reconnect).
        no_ack: it leaves heartbeats unanswered, so that the client has a zombie connection.
        no_ready: it takes IDENTIFY and never answers.
        no_resumed: it replays the missed events and never says RESUMED.
    """

    refuse: int | None = None
    silent: bool = False
    hello_delay: float = 0.0
    reconnect_before_hello: bool = False
    no_ack: bool = False
    no_ready: bool = False
    no_resumed: bool = False
