"""One socket between client and gateway: ordered and delayed both ways, until it closes, is cut, or falls silent."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from gatewaysdk.errors import PeerError

from .clock import Clock

if TYPE_CHECKING:
    from .client import Client
    from .gateway import Gateway, GatewaySession

__all__ = ["Link", "Network"]


class Network:
    """How long a message takes, one way."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self.clock = clock
        self.random = random
        self.lag = 0.0  # seconds added while a route is congested
        self.congested_until = -1.0

    def delay(self) -> float:
        return 0.01 + 0.2 * self.random.random() + self.lag


class Link:
    """Both ends of a socket and the wire between them."""

    def __init__(self, network: Network, client: Client, gateway: Gateway, url: str) -> None:
        self.network = network
        self.clock = network.clock
        self.client = client
        self.gateway = gateway
        self.url = url
        self.severed = False  # nothing arrives any more, either way
        self._down_at = self._up_at = 0.0
        # The client's end
        self.opened = False
        self.closing = False
        self.paused = False
        self.unread: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self.sent: deque[float] = deque(maxlen=121)
        self.introduced_by = ""
        self.live = False
        self.invalidated = False  # op 9 came, and may have crossed a READY or RESUMED
        self.replayed = 0
        # The gateway's end
        self.accepted = False
        self.left = False  # the gateway is done with it
        self.session: GatewaySession | None = None
        self.interval = 0.0
        self.acknowledges = True
        self.garbled: PeerError | None = None  # set: nothing that is sent can be decoded
        self.last_beat = 0.0
        self.excused_until = -1.0  # up to when a late heartbeat is not the client's fault

    def down(self, handler: Callable[..., None], *args: Any) -> None:
        """Let something arrive at the client, after all that went before it."""
        if not self.severed:
            self._down_at = max(self._down_at, self.clock.now + self.network.delay())
            self.clock.at(self._down_at, self._arrive_down, handler, args)

    def _arrive_down(self, handler: Callable[..., None], args: tuple[Any, ...]) -> None:
        if not self.severed:
            self.client.arrived(self, handler, args)

    def up(self, handler: Callable[..., None], *args: Any) -> None:
        """Let something arrive at the gateway."""
        if not self.severed:
            self._up_at = max(self._up_at, self.clock.now + self.network.delay())
            self.clock.at(self._up_at, self._arrive_up, handler, args)

    def _arrive_up(self, handler: Callable[..., None], args: tuple[Any, ...]) -> None:
        if not self.severed and not self.left:
            handler(self, *args)

    def sever(self, *, client_told: bool, server_told: bool) -> None:
        """Lose the wire and all that is on it. An end that is not told goes on believing in it."""
        if self.severed:
            return
        self.severed = True
        self.excused_until = float("inf")
        if client_told:
            self.clock.after(self.network.delay(), self.client.arrived, self, self.client.on_closed, (None, ""))
        if server_told:
            self.clock.after(self.network.delay(), self.gateway.on_gone, self)
