"""One seed from its first second to its last."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from gatewaysdk.protocol import GatewayProtocol, State

from .client import Client
from .clock import DAY, MINUTE, Clock
from .figures import Figures
from .gateway import Broken, Gateway
from .link import Network
from .user import User
from .weather import Weather
from .witness import Witness

__all__ = ["World", "soak"]


class World:
    """A gateway, a network, a client with its user, the weather, and a witness."""

    def __init__(self, seed: int, kind: type[GatewayProtocol], trace: Callable[[str], None] | None) -> None:
        def chance(name: str) -> Random:
            return Random(f"{seed} {name}")  # one for each, so that a change here leaves the rest as it was

        self.clock = clock = Clock()
        self.figures = figures = Figures()
        stamped = None if trace is None else lambda line: trace(f"{clock.now:14.3f} {line}")
        self.random = chance("events")
        self.network = Network(clock, chance("network"))
        self.gateway = Gateway(clock, chance("gateway"), figures)
        self.witness = Witness(clock, figures, self.gateway, stamped)
        self.client = Client(clock, chance("client"), self.network, self.gateway, self.witness, kind)
        self.weather = Weather(clock, chance("weather"), self.network, self.gateway, self.client, figures)
        self.weather.trace = stamped
        self.gateway.weather = self.weather
        self.user = User(clock, chance("user"), self.client, self.weather, figures)
        self.witness.on_live = self._recovered
        # Two heartbeats until a dead connection is found, then some attempts that nothing hinders.
        self._patience = 2 * max(self.gateway.intervals) + 8 * MINUTE

    def run(self, days: float) -> Figures:
        clock = self.clock
        self.client.start(None)
        self._traffic()
        self._watch()
        clock.run(days * DAY)
        self.weather.settled = self.user.settled = True
        self.weather.calm()
        clock.run(max(clock.now, self.weather.disturbed_at) + 20 * MINUTE + self._patience)
        self._check_end()
        self.figures.counts["seeds"] += 1
        self.figures.counts["events numbered"] += self.gateway.events
        return self.figures

    def _traffic(self) -> None:
        """Events come singly, and now and then in hundreds."""
        if self.weather.settled:
            return
        self.gateway.emit(1 if self.random.random() < 0.997 else self.random.randint(50, 400))
        self.clock.after(self.random.expovariate(1 / 400), self._traffic)

    def _watch(self) -> None:
        """All must be well some time after the last fault."""
        now = self.clock.now
        self.clock.after(5 * MINUTE, self._watch)
        state = self.client.protocol.state
        if (
            self.user.up
            and state not in (State.LIVE, State.FAILED)
            and now > self.weather.disturbed_at + self._patience
        ):
            raise Broken(f"still {state.value} {now - self.weather.disturbed_at:.0f} s after the last fault")

    def _recovered(self) -> None:
        seconds = self.clock.now - self.weather.disturbed_at
        self.figures.slowest_recovery = max(self.figures.slowest_recovery, seconds)

    def _check_end(self) -> None:
        """After a quiet while, everything has arrived."""
        protocol, witness = self.client.protocol, self.witness
        if protocol.state is State.FAILED:
            return  # a final close, and the user has not come back
        if not self.user.up or protocol.state is not State.LIVE:
            raise Broken(f"ends {protocol.state.value}")
        if protocol.queued:
            raise Broken(f"{protocol.queued} commands were never sent")
        if witness.session_id is not None:
            missing = self.gateway.sessions[witness.session_id].sequence - (witness.sequence or 0)
            self.figures.counts["lost"] += missing
            if missing:
                raise Broken(f"{missing} events never came")


def soak(
    seed: int,
    *,
    days: float = 30,
    kind: type[GatewayProtocol] = GatewayProtocol,
    trace: Callable[[str], None] | None = None,
) -> Figures:
    """Run one seed; raise `Broken`, or whatever the protocol raised, when something does not hold."""
    world = World(seed, kind, trace)
    try:
        return world.run(days)
    except Exception as error:
        error.add_note(f"seed {seed}, after {world.clock.now / DAY:.3f} days ({world.clock.now:.3f} s)")
        raise
