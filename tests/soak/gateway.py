"""The scripted gateway: sessions, numbers, replays, heartbeats; and the faults that the weather tells it to have."""

from __future__ import annotations

from collections import deque
from random import Random
from typing import TYPE_CHECKING, Any

from gatewaysdk.errors import ConnectError, DecodeError
from gatewaysdk.frame import Frame
from gatewaysdk.protocol import CLOSE_CODES, Action, Opcode

from .clock import DAY, Clock
from .figures import Figures
from .link import Link

if TYPE_CHECKING:
    from .weather import Weather

__all__ = ["BASE", "RESUME", "Broken", "Gateway", "GatewaySession", "Numbered", "Odd", "Undecodable"]

BASE = "wss://gateway.test"
RESUME = "wss://resume.test"
DAILY_IDENTIFIES = 1000
JUNK: tuple[Any, ...] = (None, 0, 1, -1, "true", "", [], {}, {"heartbeat_interval": True}, {"heartbeat_interval": -5})
JUNK += ({"heartbeat_interval": "41250"}, {"heartbeat_interval": float("nan")}, {"heartbeat_interval": 10**400}, 2.5)
# Mostly longer than Discord's 41.25 s, so that a month takes less than a second.
_INTERVALS = (
    (300.0, 300.0, 300.0, 41.25),
    (240.0, 240.0, 120.0),
    (600.0, 300.0, 300.0, 60.0),
    (600.0, 300.0, 45.0),
    (300.0,),
)
ENDS_SESSION = frozenset(
    {1000, 1001, *(code for code, entry in CLOSE_CODES.items() if entry.action is not Action.RESUME)}
)


class Broken(AssertionError):
    """Something that must hold whatever happens does not hold."""


class Numbered(Frame):
    """An event of a session. ``excused``: it was sent before, or has a flaw, so that it may be reported."""

    __slots__ = ("excused", "session")

    def __init__(self, session: GatewaySession, s: int, t: str, d: Any, excused: bool = False) -> None:
        super().__init__(Opcode.DISPATCH, d, s, t)
        self.session = session
        self.excused = excused


class Odd(Frame):
    """A frame that a sound gateway would not send then: it may be reported, and must do no harm."""

    __slots__ = ()


class Undecodable(Odd):
    """A frame whose data is broken, as is found on reading it."""

    __slots__ = ()

    @property
    def d(self) -> Any:
        raise DecodeError("cut short")


class GatewaySession:
    """Events are numbered from 1, READY; event ``s`` is ``events[s - 1]``, None where RESUMED took the number."""

    def __init__(self, session_id: str, link: Link, now: float) -> None:
        self.id = session_id
        self.link: Link | None = link
        self.detached_at = now
        self.streaming = False
        self.events: list[int | None] = [None]

    @property
    def sequence(self) -> int:
        return len(self.events)


class Gateway:
    """Takes links, and does to them what the weather says."""

    def __init__(self, clock: Clock, random: Random, figures: Figures) -> None:
        self.clock = clock
        self.random = random
        self.figures = figures
        self.weather: Weather  # set by the world: the two know each other
        self.sessions: dict[str, GatewaySession] = {}
        self.expiry = random.choice((60.0, 180.0, 600.0))
        self.buffer = random.choice((200, 1000, 5000))
        self.intervals = random.choice(_INTERVALS)
        self.identified: deque[float] = deque()
        self.events = 0

    # The way in

    def open(self, link: Link) -> None:
        """A client opens a socket."""
        delay = self.weather.opening(link)
        if delay is None:
            return
        if delay < 0:
            error = ConnectError(link.url, self.random.choice(("no such host", "TLS handshake failed", "refused")))
            self.clock.after(-delay, self.weather.client.arrived, link, self.weather.client.on_connect_failed, (error,))
        else:
            self.clock.after(delay, self._accept, link)

    def _accept(self, link: Link) -> None:
        if link.severed or link.left:
            return
        link.accepted = True
        link.down(self.weather.client.on_connected)
        self.weather.greeting(link)

    def hello(self, link: Link) -> None:
        if not link.left:
            link.interval = self.random.choice(self.intervals)
            link.last_beat = self.clock.now
            self.send(link, Frame(Opcode.HELLO, {"heartbeat_interval": link.interval * 1000}))
            self.clock.after(link.interval + 2, self._expect_beat, link)

    def send(self, link: Link, frame: Frame) -> None:
        if link.garbled is not None:
            link.down(link.client.on_broken, link.garbled)
        elif not link.left:
            link.down(link.client.on_frame, frame)

    # Heartbeats

    def _expect_beat(self, link: Link) -> None:
        due = link.last_beat + link.interval + 2
        if link.left:
            return
        if self.clock.now < due:
            self.clock.at(due, self._expect_beat, link)
            return
        if max(link.excused_until, link.network.congested_until) < link.last_beat:
            raise Broken(f"no heartbeat for {self.clock.now - link.last_beat:.2f} s of {link.interval:g}")
        self.figures.counts["connections that the gateway gave up for want of heartbeats"] += 1
        if self.random.random() < 0.5:
            self.close(link, 4009)
        else:
            link.down(link.client.on_closed, None, "")
            self.on_gone(link)

    def on_beat(self, link: Link) -> None:
        link.last_beat = self.clock.now
        if link.acknowledges:
            self.send(link, Frame(Opcode.HEARTBEAT_ACK))

    # Sessions

    def on_identify(self, link: Link) -> None:
        if link.session is not None:
            self.weather.note("close 4005 for an IDENTIFY that crossed an op 9")
            self.close(link, 4005)
            return
        now = self.clock.now
        recent = self.identified
        too_soon = bool(recent) and now < recent[-1] + 4.5  # messages may take 0.2 s, so 5 s can look like 4.8
        recent.append(now)
        while recent[0] <= now - DAY:
            recent.popleft()
        self.figures.most_identifies_a_day = max(self.figures.most_identifies_a_day, len(recent))
        if len(recent) > DAILY_IDENTIFIES:
            raise Broken(f"{len(recent)} identifies in 24 hours: the token would be reset")
        if too_soon:
            self.weather.note("op 9 for an IDENTIFY within 5 s of another process")
            self.send(link, Frame(Opcode.INVALID_SESSION, False))
            return
        self.weather.identified(link)

    def begin(self, link: Link, *, delay: float = 0.0, flaw: str = "") -> None:
        """Answer IDENTIFY with a new session, maybe later."""
        if link.left:
            return
        session = GatewaySession(f"{self.random.getrandbits(64):016x}", link, self.clock.now)
        self.sessions[session.id] = session
        link.session = session
        self.clock.after(delay, self._ready, link, session, flaw)

    def _ready(self, link: Link, session: GatewaySession, flaw: str) -> None:
        if link.left or link.session is not session:
            return
        data: dict[str, Any] = {"session_id": session.id, "resume_gateway_url": RESUME}
        if flaw:
            data[flaw] = self.random.choice((None, 5, "", "http://x", "ws://plain.test", []))
            if flaw == "session_id":
                data[flaw] = self.random.choice((None, 5, "", [], {}))
        self.send(link, Numbered(session, 1, "READY", data, excused=bool(flaw)))
        self._stream(link, session, 1)

    def on_resume(self, link: Link, session_id: str, seq: int) -> None:
        session = self.sessions.get(session_id)
        if session is not None and self._expired(session):
            self.forget(session)
            session = None
        if session is not None and seq > session.sequence:
            raise Broken(f"resumes after {seq}, the session is at {session.sequence}")
        if session is None or seq < session.sequence - self.buffer:
            self.weather.note("op 9 for a session that is gone")
            if session is not None:
                self.forget(session)
            self.send(link, Frame(Opcode.INVALID_SESSION, False))
            return
        self.weather.resumed(link, session, seq)

    def resume(self, link: Link, session: GatewaySession, seq: int, *, delay: float = 0.0, finish: bool = True) -> None:
        """Answer RESUME, maybe later, maybe without ever saying RESUMED."""
        if link.left or session.id not in self.sessions:
            return
        if session.link is not None and session.link is not link:
            self.on_gone(session.link)
        session.link, link.session, session.streaming = link, session, False
        self.clock.after(delay, self._replay, link, session, seq, finish)

    def _replay(self, link: Link, session: GatewaySession, seq: int, finish: bool) -> None:
        if link.left or link.session is not session:
            return
        self._stream(link, session, seq)
        if finish:
            session.events.append(None)
            self.send(link, Numbered(session, session.sequence, "RESUMED", None))

    def _stream(self, link: Link, session: GatewaySession, seq: int) -> None:
        for s, event in enumerate(session.events[seq:], seq + 1):
            if event is not None:
                self.send(link, Numbered(session, s, "MESSAGE_CREATE", event))
        session.streaming = True

    def emit(self, count: int) -> None:
        """Something happens in a guild of the bot."""
        self.events += count
        for session in list(self.sessions.values()):
            if self._expired(session):
                self.forget(session)
                continue
            for event in range(self.events - count, self.events):
                session.events.append(event)
                if session.streaming and session.link is not None:
                    self.send(session.link, Numbered(session, session.sequence, "MESSAGE_CREATE", event))

    def _expired(self, session: GatewaySession) -> bool:
        return session.link is None and self.clock.now > session.detached_at + self.expiry

    def forget(self, session: GatewaySession) -> None:
        """Lose a session: it cannot be resumed any more."""
        self.sessions.pop(session.id, None)
        if session.link is not None:
            session.link.session = None
            session.link = None

    def invalidate(self, link: Link, data: Any) -> None:
        """Say op 9: anything but true ends the session."""
        if link.session is not None and data is not True:
            self.forget(link.session)
        self.send(link, (Frame if isinstance(data, bool) else Odd)(Opcode.INVALID_SESSION, data))

    # The way out

    def close(self, link: Link, code: int | None) -> None:
        """Close a connection; some codes end its session too."""
        if link.left:
            return
        if code in ENDS_SESSION and link.session is not None:
            self.forget(link.session)
        link.down(link.client.on_closed, code, "")
        self.on_gone(link)

    def on_close(self, link: Link, code: int) -> None:
        """The client closes: 1000 and 1001 end its session."""
        if code in (1000, 1001) and link.session is not None:
            self.forget(link.session)
        link.down(link.client.on_closed, code, "")
        self.on_gone(link)

    def on_gone(self, link: Link) -> None:
        """The wire is gone, as far as the gateway can tell."""
        self._detach(link)
        link.left = True

    def _detach(self, link: Link) -> None:
        if link.session is not None:
            link.session.link = None
            link.session.streaming = False
            link.session.detached_at = self.clock.now
            link.session = None
