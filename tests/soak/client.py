"""The shell around the protocol: what gatewaysdk.shard.runtime is on asyncio, without asyncio."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from gatewaysdk.errors import ConnectError, GatewayError, PeerError
from gatewaysdk.frame import Frame
from gatewaysdk.protocol import (
    Close,
    Connect,
    Effect,
    GatewayProtocol,
    IdentifySettings,
    IdentifyWanted,
    Opcode,
    Send,
    Session,
)
from gatewaysdk.token import Token

from .clock import Clock
from .gateway import BASE, Broken, Gateway
from .link import Link, Network
from .witness import Witness

__all__ = ["QUEUE_BOUND", "Client"]

QUEUE_BOUND = 200
_Arrival = tuple[Link, Callable[..., None], tuple[Any, ...]]


class Client:
    """One process after the other, each with a protocol of its own."""

    def __init__(
        self,
        clock: Clock,
        random: Random,
        network: Network,
        gateway: Gateway,
        witness: Witness,
        kind: type[GatewayProtocol],
    ) -> None:
        self.clock = clock
        self.random = random
        self.network = network
        self.gateway = gateway
        self.witness = witness
        self.kind = kind
        self.link: Link | None = None
        self.protocol: GatewayProtocol
        self.stalled = False
        self._inbox: deque[_Arrival] = deque()
        self._woken_at = math.inf
        self._deadline: float | None = None  # as it was after the last input
        self._asked = 0  # how often for a permit to identify

    # Processes

    def start(self, session: Session | None) -> None:
        """Begin a new process."""
        self.protocol = self.kind(
            IdentifySettings(token=Token("secret"), intents=1, shard=(0, 1)),
            url=BASE,
            resume_hosts=["resume.test"],
            query="v=10&encoding=json",
            random=self.random.random,
            session=session,
            queue_bound=QUEUE_BOUND,
        )
        self.witness.new_process(self.protocol, session)
        self.connect()

    def connect(self) -> None:
        self.witness.user_connects()
        self._feed(self.protocol.connect, self.clock.now)

    def kill(self) -> None:
        """End the process without a word; what the gateway learns of it is chance."""
        if self.link is not None:
            self.link.sever(client_told=False, server_told=self.random.random() < 0.7)
            self.link = None
        self.stalled = False
        self._asked += 1  # a permit that is still to come is for nobody
        self._inbox.clear()
        self._woken_at = math.inf

    # What the user asks for

    def send(self, op: int, d: dict[str, Any]) -> None:
        self.witness.command(d["number"], op, d)
        self._feed(self.protocol.send, op, d, self.clock.now, d["number"])

    def close(self, *, keep_session: bool) -> None:
        if not keep_session:
            self.witness.user_ends()
        self._feed(lambda: self.protocol.close(self.clock.now, keep_session=keep_session))

    def reconnect(self) -> None:
        self._feed(self.protocol.reconnect, self.clock.now)

    def pause(self) -> Link | None:
        """Stop reading; return the link to read on with."""
        if self.link is None or self.link.paused:
            return None
        self.link.paused = True
        if not self.link.introduced_by:
            self.link.excused_until = math.inf  # HELLO, the clock of the beats, may not be read
        self.protocol.reading_paused()
        self._set_timer()
        return self.link

    def read_on(self, link: Link) -> None:
        if link is not self.link:
            return
        link.paused = False
        if link.excused_until == math.inf and not link.severed:
            link.excused_until = self.clock.now
        self._feed(self.protocol.reading_resumed, self.clock.now)
        while link.unread and link is self.link:
            handler, args = link.unread.popleft()
            self.arrived(link, handler, args)

    def stall(self, seconds: float) -> None:
        """Let the loop stand still: nothing is read, no timer fires."""
        if not self.stalled:
            self.stalled = True
            if self.link is not None:
                self.link.excused_until = max(self.link.excused_until, self.clock.now + seconds)
            self.clock.after(seconds, self._go_on, self.protocol)

    def _go_on(self, protocol: GatewayProtocol) -> None:
        if protocol is not self.protocol or not self.stalled:
            return
        self.stalled = False
        while self._inbox:
            self.arrived(*self._inbox.popleft())
        self._set_timer()

    # What the network brings

    def arrived(self, link: Link, handler: Callable[..., None], args: tuple[Any, ...]) -> None:
        if link is not self.link:
            return  # a socket that is past
        if self.stalled:
            self._inbox.append((link, handler, args))
        elif link.paused and link.opened:
            link.unread.append((handler, args))
        else:
            handler(link, *args)

    def on_connected(self, link: Link) -> None:
        link.opened = True
        self._feed(self.protocol.connected, self.clock.now)

    def on_connect_failed(self, link: Link, error: GatewayError) -> None:
        if not link.opened:
            self.link = None
            link.left = True
            self._feed(self.protocol.connect_failed, error, self.clock.now)

    def on_frame(self, link: Link, frame: Frame) -> None:
        self.witness.frame(link, frame)
        self._feed(self.protocol.receive, frame, self.clock.now)

    def on_broken(self, link: Link, error: PeerError) -> None:
        self._feed(self.protocol.broken, error, self.clock.now)

    def on_closed(self, link: Link, code: int | None, reason: str) -> None:
        self.link = None
        self.witness.closed(link, code)
        self._feed(self.protocol.connection_closed, code, reason, self.clock.now)

    # Carrying out effects

    def _feed(self, give: Callable[..., list[Effect]], *args: Any) -> None:
        before = self.protocol.state
        effects = give(*args)
        for effect in effects:
            self.witness.effect(effect, effects, self.link)
            if isinstance(effect, Send):
                self._transmit(effect)
            elif isinstance(effect, Connect):
                self._open(effect)
            elif isinstance(effect, IdentifyWanted):
                self._asked += 1
                # Most often nobody else wants to identify.
                wait = 0.0 if self.random.random() < 0.7 else 20 * self.random.random()
                self.clock.after(wait, self._grant, self._asked)
            elif isinstance(effect, Close):
                self._close(effect)
        self._set_timer()
        self.witness.settled(before, self._deadline, changed=bool(effects))

    def _open(self, effect: Connect) -> None:
        if self.link is not None:
            self.link.closing = True
            self.clock.after(self.network.delay(), self.gateway.on_gone, self.link)
        self.link = Link(self.network, self, self.gateway, effect.url)
        self.gateway.open(self.link)

    def _transmit(self, effect: Send) -> None:
        link = self.link
        if link is None or not link.opened:
            raise Broken(f"sends {effect.op} without a socket")
        self.witness.sends(link, effect.op, effect.d, effect.tickets)
        if effect.op == Opcode.HEARTBEAT:
            link.up(self.gateway.on_beat)
        elif effect.op == Opcode.IDENTIFY:
            link.up(self.gateway.on_identify)
        elif effect.op == Opcode.RESUME:
            link.up(self.gateway.on_resume, effect.d["session_id"], effect.d["seq"])

    def _grant(self, asked: int) -> None:
        if asked != self._asked or not self.protocol.identify_pending:
            return  # it has asked anew since, or wants it no more
        if self.stalled:
            self.clock.after(1.0, self._grant, asked)
            return
        self.witness.granted()
        self._feed(self.protocol.identify_granted, self.clock.now)

    def _close(self, effect: Close) -> None:
        link = self.link
        if link is None or link.closing:
            return
        if link.opened:
            link.closing = True
            link.up(self.gateway.on_close, effect.code)
        elif self.random.random() < 0.8:  # else it opens after all, or never says anything
            error = ConnectError(link.url, "cancelled")
            self.clock.after(self.random.random(), self.arrived, link, self.on_connect_failed, (error,))

    # Time

    def _set_timer(self) -> None:
        self._deadline = deadline = self.protocol.deadline
        if deadline is not None and deadline < self._woken_at and not self.stalled:
            self._woken_at = max(deadline, self.clock.now)
            self.clock.at(self._woken_at, self._wake, self._woken_at)

    def _wake(self, planned: float) -> None:
        if planned != self._woken_at:
            return  # an earlier one came in between
        self._woken_at = math.inf
        if self.stalled:
            return
        now = self.clock.now
        deadline = self._deadline
        if deadline is not None and deadline <= now:
            before = self.protocol.state
            self._feed(self.protocol.handle_timeout, now)
            if self._deadline == deadline and self.protocol.state is before:
                raise Broken(f"woken for nothing while {before.value}")
        else:
            self._set_timer()

    def wake_early(self) -> None:
        """Let the timer fire before its time, which must do no harm."""
        if not self.stalled:
            self._feed(self.protocol.handle_timeout, self.clock.now)
