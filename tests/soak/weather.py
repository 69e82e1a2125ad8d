"""What goes wrong, and when: long calms with a drizzle of single faults, and storms in which nearly everything fails.

A storm may have a theme: one fault that meets every connection for as long as it lasts, as in a broken deploy.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from gatewaysdk.errors import DecodeError, DecompressionError, ProtocolError
from gatewaysdk.frame import Frame
from gatewaysdk.protocol import Opcode

from .client import Client
from .clock import HOUR, MINUTE, Clock
from .figures import Figures
from .gateway import JUNK, RESUME, Gateway, GatewaySession, Numbered, Odd, Undecodable
from .link import Link, Network

__all__ = ["Weather"]

CODES = (
    4000,
    4001,
    4002,
    4003,
    4005,
    4007,
    4008,
    4009,
    1000,
    1001,
    1011,
    1012,
    3000,
    4006,
    4015,
    4999,
    1005,
    1006,
    None,
)
FATAL_CODES = (4004, 4010, 4011, 4012, 4013, 4014)
OPENING = ("DNS or TLS fails", "connecting hangs", "connecting is slow")
GREETING = (
    *("no HELLO", "HELLO is late", "HELLO is junk", "HELLO is undecodable", "op 7 before HELLO", "op 9 before HELLO"),
    *("an event before HELLO", "close before HELLO", "cut before HELLO"),
)
ANSWER = (
    *("no answer to IDENTIFY or RESUME", "a late answer", "op 9 false for an answer", "op 9 true for an answer"),
    *("op 9 junk for an answer", "op 7 for an answer", "close for an answer", "undecodable answer"),
    *("cut after the answer", "half of the answer", "close after the answer", "no ACKs", "junk before the answer"),
)


class Weather:
    """Draws faults from the seed and inflicts them."""

    def __init__(
        self, clock: Clock, random: Random, network: Network, gateway: Gateway, client: Client, figures: Figures
    ) -> None:
        self.clock = clock
        self.random = random
        self.network = network
        self.gateway = gateway
        self.client = client
        self.figures = figures
        self.trace: Callable[[str], None] | None = None
        self.disturbed_at = 0.0  # when the last fault was inflicted, or passed
        self.dead_resume_url = False
        self.settled = False  # nothing goes wrong any more
        self._hostility = 0.0
        self._theme = ""
        self._storm_ends = 0.0
        self._strike_every = 1.0
        self._strikes: tuple[Callable[[Link], object], ...] = (
            *((self._close,) * 3), self._cut, self._half_open, self._one_sided_cut, self._fatal, self._op_7,
            self._op_7, self._op_9, self._op_9, self._request, self._flood, self._repeat, self._odd, self._corrupt,
            self._congestion, self._stall, self._stall, self._no_acks, self._forget, self._resume_url_dies,
            self._early_timer,
        )  # fmt: skip
        clock.after(random.expovariate(1 / (2 * HOUR)), self._drizzle)
        clock.after(random.expovariate(1 / (6 * HOUR)), self._storm)

    def note(self, kind: str) -> None:
        """Count a fault."""
        self.figures.faults[kind] += 1
        self.disturbed_at = max(self.disturbed_at, self.clock.now)
        if self.trace is not None:
            self.trace(f"!! {kind}")

    def until(self, when: float) -> None:
        """A fault goes on until then."""
        self.disturbed_at = max(self.disturbed_at, when)

    # Calm and storm

    def _drizzle(self) -> None:
        if not self.settled:
            self._strike()
            self.clock.after(self.random.expovariate(1 / (2 * HOUR)), self._drizzle)

    def _storm(self) -> None:
        if self.settled:
            return
        random = self.random
        seconds = min(2 * HOUR, random.expovariate(1 / (30 * MINUTE)))
        self._storm_ends = self.clock.now + seconds
        self._hostility = random.choice((0.1, 0.3, 0.6))
        self._theme = random.choice((*OPENING, *GREETING, *ANSWER)) if random.random() < 0.5 else ""
        self._strike_every = random.choice((3.0, 10.0, 40.0, 200.0))
        self.figures.counts["storms"] += 1
        if self.trace is not None:
            self.trace(
                f"!! a storm of {seconds:.0f} s: {self._theme or 'anything'}, a strike every {self._strike_every} s"
            )
        self._gust()

    def _gust(self) -> None:
        if self.clock.now >= self._storm_ends or self.settled:
            self.calm()
            self.clock.after(self.random.expovariate(1 / (16 * HOUR)), self._storm)
            return
        if not self._theme or self.random.random() < 0.1:
            self._strike()
        self.clock.after(self.random.expovariate(1 / self._strike_every), self._gust)

    def calm(self) -> None:
        self._hostility = 0.0
        self._theme = ""
        self.until(self.clock.now)

    def _strike(self) -> None:
        link = self.client.link
        if link is not None and link.accepted and not link.severed and not link.left:
            self.random.choice(self._strikes)(link)

    def _fate(self, kinds: tuple[str, ...]) -> str:
        """What meets a connection at this step, or nothing."""
        if self._theme in kinds:
            fate = self._theme
        else:
            fate = self.random.choice(kinds) if self.random.random() < self._hostility / 3 else ""
        if fate:
            self.note(fate)
        return fate

    # The way up

    def opening(self, link: Link) -> float | None:
        """How long it takes to connect; below 0: to fail; None: for ever."""
        random = self.random
        if self.dead_resume_url and link.url.startswith(RESUME):
            self.note("the resume URL is dead")
            return random.choice((-0.1, None))
        fate = self._fate(OPENING)
        if fate == "DNS or TLS fails":
            return -10.0 * random.random() - 0.001
        if fate == "connecting hangs":
            return None
        return random.uniform(5, 45) if fate else 2 * self.network.delay()

    def greeting(self, link: Link) -> None:
        """A socket is open: HELLO, or not."""
        gateway, random = self.gateway, self.random
        match self._fate(GREETING):
            case "no HELLO":
                return
            case "HELLO is late":
                self.clock.after(random.uniform(1, 40), gateway.hello, link)
                return
            case "HELLO is junk":
                gateway.send(link, Odd(Opcode.HELLO, random.choice(JUNK)))
                return
            case "HELLO is undecodable":
                gateway.send(link, Undecodable(Opcode.HELLO))
                return
            case "op 7 before HELLO":
                gateway.send(link, Frame(Opcode.RECONNECT))
            case "op 9 before HELLO":
                gateway.invalidate(link, random.choice((True, False, *JUNK)))
            case "an event before HELLO":
                gateway.send(link, Odd(Opcode.DISPATCH, {}, None, "MESSAGE_CREATE"))
            case "close before HELLO":
                self._close(link)
            case "cut before HELLO":
                link.sever(client_told=random.random() < 0.7, server_told=True)
            case _:
                pass
        gateway.hello(link)

    def identified(self, link: Link) -> None:
        """IDENTIFY came."""
        fate = self._before_answer(link)
        if fate == "no answer":
            return
        flaw = ""
        if self._hostility and self.random.random() < 0.05:
            flaw = self.random.choice(("session_id", "resume_gateway_url"))
            self.note(f"READY without {flaw}")
        if fate == "undecodable answer":
            self.gateway.send(link, Undecodable(Opcode.DISPATCH, None, None, "READY"))
            return
        self.gateway.begin(link, delay=self._lateness(fate), flaw=flaw)
        self._after_answer(link, fate)

    def resumed(self, link: Link, session: GatewaySession, seq: int) -> None:
        """RESUME came, for a session that goes on."""
        fate = self._before_answer(link)
        if fate == "no answer":
            if self.random.random() < 0.5:
                self.gateway.resume(link, session, seq, finish=False)
            return
        if fate == "undecodable answer":
            self.gateway.send(link, Undecodable(Opcode.INVALID_SESSION))
            return
        if self._hostility and self.random.random() < 0.2 and seq > 1:
            self.note("a replay begins too early")
            for s in range(max(2, seq - 5), seq + 1):
                if (event := session.events[s - 1]) is not None:
                    self.gateway.send(link, Numbered(session, s, "MESSAGE_CREATE", event, excused=True))
        self.gateway.resume(link, session, seq, delay=self._lateness(fate), finish=fate != "half of the answer")
        self._after_answer(link, fate)

    def _lateness(self, fate: str) -> float:
        return self.random.uniform(1, 90) if fate == "a late answer" else 0.0

    def _before_answer(self, link: Link) -> str:
        """Do what comes in place of an answer, or ahead of it; return what is left to be done."""
        gateway, random = self.gateway, self.random
        match self._fate(ANSWER):
            case "no answer to IDENTIFY or RESUME":
                return "no answer"
            case "op 9 false for an answer":
                self._forget(link)
                gateway.invalidate(link, False)
            case "op 9 true for an answer":
                gateway.invalidate(link, True)
            case "op 9 junk for an answer":
                gateway.invalidate(link, random.choice(JUNK))
                self._forget(link)
            case "op 7 for an answer":
                gateway.send(link, Frame(Opcode.RECONNECT))
            case "close for an answer":
                self._close(link)
            case "junk before the answer":
                self._odd(link)
                return ""
            case "no ACKs":
                link.acknowledges = False
                return ""
            case fate:
                return fate
        return "no answer"

    def _after_answer(self, link: Link, fate: str) -> None:
        if fate == "cut after the answer":
            self.clock.after(self.random.uniform(0, 2), self._sever, link)
        elif fate == "close after the answer":
            self.clock.after(self.random.uniform(0, 2), self.gateway.close, link, self.random.choice(CODES))

    def _sever(self, link: Link) -> None:
        link.sever(client_told=True, server_told=self.random.random() < 0.5)

    # Strikes at a connection, whatever it is doing

    def _close(self, link: Link) -> None:
        code = self.random.choice(CODES)
        if not link.left:
            self.note(f"close {code}")
            self.gateway.close(link, code)

    def _fatal(self, link: Link) -> None:
        if not link.left and self.random.random() < 0.2:
            code = self.random.choice(FATAL_CODES)
            self.note(f"close {code}")
            self.gateway.close(link, code)

    def _cut(self, link: Link) -> None:
        self.note("cut, and both ends learn of it")
        link.sever(client_told=True, server_told=True)

    def _one_sided_cut(self, link: Link) -> None:
        client_told = self.random.random() < 0.5
        self.note(f"cut, and only the {'client' if client_told else 'gateway'} learns of it")
        link.sever(client_told=client_told, server_told=not client_told)

    def _half_open(self, link: Link) -> None:
        self.note("half-open: nothing arrives, and nobody learns of it")
        link.sever(client_told=False, server_told=False)

    def _op_7(self, link: Link) -> None:
        if not link.left:
            self.note("op 7")
            self.gateway.send(link, Frame(Opcode.RECONNECT))
            if self.random.random() < 0.5:
                self.clock.after(self.random.uniform(0, 6), self.gateway.close, link, self.random.choice((4000, None)))

    def _op_9(self, link: Link) -> None:
        if not link.left:
            data = self.random.choice((True, False, self.random.choice(JUNK)))
            self.note(f"op 9 {data if isinstance(data, bool) else 'junk'}")
            self.gateway.invalidate(link, data)

    def _request(self, link: Link) -> None:
        if link.interval:
            self.note("op 1")
            self.gateway.send(link, Frame(Opcode.HEARTBEAT))

    def _flood(self, link: Link) -> None:
        if not link.interval or self.random.random() < 0.9:
            return
        self.note("a flood of op 1")
        # Their answers use up the send limit, so the next beat of the timer may have to wait.
        link.excused_until = max(link.excused_until, self.clock.now + 2 * MINUTE)
        for _ in range(150):
            self.gateway.send(link, Frame(Opcode.HEARTBEAT))

    def _repeat(self, link: Link) -> None:
        session = link.session
        if session is not None and session.streaming and session.events[-1] is not None:
            self.note("an event sent twice")
            event = session.events[-1]
            self.gateway.send(link, Numbered(session, session.sequence, "MESSAGE_CREATE", event, excused=True))

    def _odd(self, link: Link) -> None:
        random = self.random
        odd: list[tuple[int, Any, Any, str | None]] = [
            (random.choice((5, 12, 99, -1)), random.choice(JUNK), None, None),
            (Opcode.HELLO, random.choice(JUNK), None, None),
            (Opcode.IDENTIFY, {}, None, None),
            (Opcode.HEARTBEAT_ACK, random.choice(JUNK), None, None),
            (Opcode.DISPATCH, {}, random.choice((None, "7", True, -1, 2.5)), "MESSAGE_CREATE"),
        ]
        if link.live and link.session is not None:
            odd.append((Opcode.DISPATCH, random.choice(JUNK), None, random.choice(("READY", "RESUMED", None))))
        if not link.left and link.opened:
            self.note("a frame that makes no sense")
            self.gateway.send(link, Odd(*random.choice(odd)))

    def _corrupt(self, link: Link) -> None:
        if link.garbled is not None:
            return
        self.note("corrupt compression or encoding")
        errors = (DecompressionError("cut short"), DecodeError("no such term"), ProtocolError("an array"))
        link.garbled = self.random.choice(errors)
        self.gateway.send(link, Frame(Opcode.HEARTBEAT_ACK))

    def _no_acks(self, link: Link) -> None:
        if link.acknowledges:
            self.note("no ACKs from here on")
            link.acknowledges = False

    def _congestion(self, link: Link) -> None:
        if self.network.lag == 0:
            self.note("congestion")
            self.network.lag = self.random.choice((1.0, 5.0, 30.0, 90.0))
            seconds = self.random.uniform(5, 300)
            self.network.congested_until = self.clock.now + seconds + 2 * self.network.lag + 5
            self.until(self.clock.now + seconds + self.network.lag)
            self.clock.after(seconds, self._flows_again)

    def _flows_again(self) -> None:
        self.network.lag = 0.0

    def _stall(self, link: Link) -> None:
        if not self.client.stalled:
            seconds = self.random.choice((0.5, 5.0, 40.0, 120.0, 400.0)) * self.random.uniform(0.5, 1.5)
            self.note("our loop stands still")
            self.until(self.clock.now + seconds)
            self.client.stall(seconds)

    def _forget(self, link: Link) -> None:
        forgotten = [session for session in self.gateway.sessions.values() if session.link is None]
        if forgotten:
            self.note("sessions without a connection forgotten")
        for session in forgotten:
            self.gateway.forget(session)

    def _early_timer(self, link: Link) -> None:
        self.note("a timer fires early")
        self.client.wake_early()

    def _resume_url_dies(self, link: Link) -> None:
        self.note("the resume URL dies or comes back")
        self.dead_resume_url = not self.dead_resume_url
