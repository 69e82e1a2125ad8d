"""What must hold whatever happens, checked after every step.

* An event that the gateway numbered is delivered, in order and once, unless its session was lost and that was told.
* RESUME and heartbeats carry the number of the last event delivered: no more, no less.
* A session is given up only on the gateway's word, after three resumes that failed, or when the user ends it.
* Each IDENTIFY has a cause and a permit of its own, comes 5 s after the last, and carries the latest presence.
* Without a session to resume, no socket is opened before there is a permit.
* Commands go out in order and once, while live; at most 120 frames leave in any 60 s of a connection.
* At most 5 presences leave in any 20 s; one that is held back lets other commands pass.
* The latest presence goes out again after RESUMED, and only then, if nothing proves that the gateway has read it.
* 1000 is closed with only when the user ends the session.
* What is reported as unexpected was so; states change as their table says.

Heartbeats on time, the identifies of a day and numbers never seen are for the gateway to check (gateway.py), and that
all is well again some time after the last fault for the world (world.py).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Any

from gatewaysdk.frame import Frame
from gatewaysdk.protocol import (
    Close,
    Connect,
    Disconnected,
    Dispatch,
    Effect,
    Failed,
    GatewayProtocol,
    HeartbeatAcknowledged,
    IdentifyWanted,
    Opcode,
    Session,
    SessionInvalidated,
    SessionResumed,
    SessionStarted,
    State,
    Stopped,
    Unexpected,
)
from gatewaysdk.protocol.states import TRANSITIONS

from .clock import Clock
from .figures import Figures
from .gateway import ENDS_SESSION, Broken, Gateway, GatewaySession, Numbered, Odd, Undecodable
from .link import Link

__all__ = ["Witness"]


def _ways() -> frozenset[tuple[State, State]]:
    """Every pair of states that one input may lead from and to: one or two steps of the table."""
    steps = {(one, two) for one, causes in TRANSITIONS.items() for two in causes.values()}
    return frozenset(steps | {(one, three) for one, two in steps for same, three in steps if same is two})


_WAYS = _ways()
_RESTING = (State.IDLE, State.QUEUED, State.STOPPED, State.FAILED)


class Witness:
    """Follows one process after the other, from the outside."""

    def __init__(self, clock: Clock, figures: Figures, gateway: Gateway, trace: Callable[[str], None] | None) -> None:
        self.clock = clock
        self.figures = figures
        self.counts = figures.counts
        self.gateway = gateway
        self.trace = trace
        self.on_live: Callable[[], None] = lambda: None

    def new_process(self, protocol: GatewayProtocol, session: Session | None) -> None:
        self.protocol = protocol
        self.session_id: str | None = None if session is None else session.session_id
        self.session: GatewaySession | None = None  # as the gateway has it, once it has shown itself
        self.sequence: int | None = None if session is None else session.sequence
        self.presence: Any = None
        self.presences: deque[float] = deque([-math.inf] * 5, maxlen=5)  # when they left
        # The tickets of the latest presence that left, and where it did.
        self.unproven: tuple[tuple[object, ...], Link] | None = None
        self.waiting: dict[int, int] = {}  # commands not sent yet: number, opcode
        self.identified_at = -math.inf
        self.identify_cause = ""
        self.permitted = False  # to identify
        self.grounds = ""  # for losing the session
        self.failed_resumes = 0
        self.ended_by_user = False
        self.live = False

    # What goes in

    def frame(self, link: Link, frame: Frame) -> None:
        """The gateway says something: note what it entitles the client to."""
        if self.trace is not None and frame.op not in (Opcode.HEARTBEAT_ACK, Opcode.DISPATCH):
            self.trace(f"  <- {frame!r} {'odd' if isinstance(frame, Odd) else '' if frame.d is None else frame.d}")
        if frame.op == Opcode.INVALID_SESSION and not link.closing and not isinstance(frame, Undecodable):
            link.invalidated = True
            if frame.d is not True or self.session_id is None:
                self.grounds = self.identify_cause = "op 9"

    def closed(self, link: Link, code: int | None) -> None:
        if self.trace is not None:
            self.trace(f"  <- closed {code}")
        if link.closing:
            return
        self.failed_resumes += self._fails_to_resume(link)
        if code in ENDS_SESSION:
            self.grounds = f"close {code}"

    def command(self, number: int, op: int, d: Any) -> None:
        """The user sends a command."""
        if op == Opcode.PRESENCE_UPDATE:
            self.presence = d
            if Opcode.PRESENCE_UPDATE in self.waiting.values():
                # The newer one takes the place of the one that waits.
                self.waiting = {
                    number if waiting == op else earlier: waiting for earlier, waiting in self.waiting.items()
                }
                return
        self.waiting[number] = op

    def granted(self) -> None:
        """The client may identify, as it has asked to."""
        self.permitted = True

    def user_connects(self) -> None:
        self.ended_by_user = False
        self.identify_cause = self.identify_cause or "a start without a session"

    def user_ends(self) -> None:
        self.ended_by_user = True
        self.session_id = self.session = self.sequence = None

    def _forget_presence(self) -> None:
        for number in [number for number, op in self.waiting.items() if op == Opcode.PRESENCE_UPDATE]:
            del self.waiting[number]

    # What comes out

    def effect(self, effect: Effect, batch: list[Effect], link: Link | None) -> None:
        """An effect is about to be carried out; ``batch`` is all that came of the same input."""
        if self.trace is not None and not isinstance(effect, HeartbeatAcknowledged):
            self.trace(f"  -> {effect!r}")
        if isinstance(effect, Dispatch):
            self._dispatch(effect.frame, batch, link)
        elif not isinstance(effect, HeartbeatAcknowledged):
            self._asks(effect)
            self._effect(effect, link)
        elif self.unproven is not None and set(self.unproven[0]) & set(effect.tickets):
            self.unproven = None

    def _asks(self, effect: Effect) -> None:
        """A permit is for one attempt."""
        if isinstance(effect, IdentifyWanted | Disconnected):
            self.permitted = False
        elif isinstance(effect, Connect) and not effect.resuming and not self.permitted:
            raise Broken("opens a socket for a new session without a permit")

    def _effect(self, effect: Effect, link: Link | None) -> None:
        match effect:
            case Connect():
                self.counts["connections"] += 1
                self.grounds = ""
            case Close(code, _):
                self._closes(code, link)
            case Stopped():
                self.live = False
            case Disconnected():
                self.live = False
                if self.session_id is None:
                    self.identify_cause = self.identify_cause or "a connection that ended without a session to resume"
            case Unexpected(frame, problem):
                self._unexpected(frame, problem, link)
            case SessionStarted(session):
                self.counts["sessions"] += 1
                self._begin(session, link)
            case SessionResumed(session, replayed):
                self.counts["resumes"] += 1
                self.counts["events replayed"] += replayed
                if link is None or link.introduced_by != "RESUME" or replayed != link.replayed:
                    raise Broken(f"says that {replayed} events were replayed")
                self._now_live(link)
                self._presence_again(link)
            case SessionInvalidated(resumable):
                self._invalidated(resumable, link)
            case Failed():
                self.waiting.clear()
            case _:
                pass

    def _closes(self, code: int, link: Link | None) -> None:
        if code == 4000:
            right = not (self.ended_by_user and link is not None and link.introduced_by)
        else:
            right = code == 1000 and self.ended_by_user
        if not right:
            raise Broken(f"closes with {code}")
        self.failed_resumes += self._fails_to_resume(link)

    def _unexpected(self, frame: Frame, problem: str, link: Link | None) -> None:
        excused = isinstance(frame, Odd) or (isinstance(frame, Numbered) and frame.excused)
        if link is not None and (link.closing or link.invalidated):
            excused |= frame.t in ("READY", "RESUMED")
        # An ACK may come so late that nobody remembers the beat.
        if not excused and frame.op != Opcode.HEARTBEAT_ACK:
            raise Broken(f"reports {frame!r}: {problem}")
        self.figures.unexpected[problem if frame.op != Opcode.DISPATCH else "an odd or repeated event"] += 1

    def _begin(self, session: Session | None, link: Link | None) -> None:
        if link is None or link.introduced_by != "IDENTIFY":
            raise Broken("a session starts that nobody asked for")
        self.session_id = None if session is None else session.session_id
        self.session = None
        self.sequence = None
        self._now_live(link)

    def _now_live(self, link: Link) -> None:
        link.live = self.live = True
        self.failed_resumes = 0
        self.grounds = ""
        self.identify_cause = ""

    def _fails_to_resume(self, link: Link | None) -> bool:
        """Whether a connection that ends now was to resume, and did not."""
        if link is None or not link.opened or link.live or link.closing:
            return False
        return self.session_id is not None

    def _invalidated(self, resumable: bool, link: Link | None) -> None:
        if resumable:
            return
        self.live = False
        if link is not None:
            link.live = False
        session = None if self.session_id is None else self.gateway.sessions.get(self.session_id)
        if not self.grounds:
            failed = self.failed_resumes + self._fails_to_resume(link)
            if failed < 3:
                raise Broken(f"the session is lost after {failed} failed resumes and for no other reason")
            self.grounds = "three failed resumes"
            self.identify_cause = self.grounds
            self.counts["sessions given up after three failed resumes"] += 1
            if session is not None and self.sequence is not None:
                self.counts["events given up with them, and told"] += session.sequence - self.sequence
        else:
            self.counts["sessions that the gateway ended or refused"] += 1
        self.identify_cause = self.identify_cause or self.grounds
        self.session_id = self.session = self.sequence = None

    def _dispatch(self, frame: Frame, batch: list[Effect], link: Link | None) -> None:
        self.counts["events delivered"] += 1
        if link is None:
            raise Broken("an event without a socket")
        if link.introduced_by == "RESUME" and not link.live and frame.t != "RESUMED":
            link.replayed += 1
        if not isinstance(frame, Numbered):
            if not any(type(effect) is Unexpected for effect in batch):
                raise Broken(f"nobody was told how odd {frame!r} is")
            return
        session, s, last = frame.session, frame.s, self.sequence
        assert s is not None
        if frame.t == "READY" or last is None:  # or a late one, of a session that the user has ended
            self.session, self.sequence = session, s
            return
        if self.session is None:
            self.session = session
        if session is not self.session:
            raise Broken(f"an event of the session {session.id} in the session {self.session.id}")
        if s <= last:
            if not frame.excused:
                self.counts["twice"] += 1
                raise Broken(f"event {s} is delivered a second time, after {last}")
            if not any(type(effect) is Unexpected for effect in batch):
                raise Broken(f"event {s} came twice and nobody was told")
            self.counts["events repeated by the gateway"] += 1
            return
        # Numbers that RESUMED took on a connection that died are not repeated.
        if s != last + 1 and any(event is not None for event in session.events[last : s - 1]):
            self.counts["lost"] += s - last - 1
            raise Broken(f"event {s} follows {last}")
        self.sequence = s

    def sends(self, link: Link, op: int, d: Any, tickets: tuple[object, ...]) -> None:
        """The client sends a frame."""
        now = self.clock.now
        link.sent.append(now)
        if len(link.sent) == 121 and link.sent[0] + 60 > now:
            raise Broken("121 frames in 60 s")
        if link.closing:
            raise Broken(f"sends {op} after closing")
        if op == Opcode.IDENTIFY:
            self._identifies(link, d)
        elif op == Opcode.RESUME:
            if link.introduced_by or (d["session_id"], d["seq"]) != (self.session_id, self.sequence):
                raise Broken(f"resumes {d['session_id']} after {d['seq']}, not {self.session_id} after {self.sequence}")
            link.introduced_by = "RESUME"
            self.counts["resumes tried"] += 1
        elif not link.introduced_by:
            raise Broken(f"sends {op} before IDENTIFY or RESUME")
        elif op == Opcode.HEARTBEAT:
            self.counts["heartbeats"] += 1
            if d != self.sequence:
                raise Broken(f"a heartbeat says {d}, the last event was {self.sequence}")
        else:
            self._command_sent(link, op, d, tickets)

    def _identifies(self, link: Link, d: Any) -> None:
        now = self.clock.now
        if self.session_id is not None:
            raise Broken(f"identifies though the session {self.session_id} was never said to be lost")
        if now < self.identified_at + 5:
            raise Broken(f"identifies {now - self.identified_at:.3f} s after the last time")
        if not self.identify_cause:
            raise Broken("identifies without a cause")
        if not self.permitted:
            raise Broken("identifies without a permit")
        if d.get("presence") != self.presence:
            raise Broken(f"identifies with the presence {d.get('presence')}, not {self.presence}")
        self.figures.identifies[self.identify_cause] += 1
        self.identified_at = now
        self.identify_cause = ""
        self.permitted = False
        link.introduced_by = "IDENTIFY"
        self.session = self.sequence = None
        self._forget_presence()
        self.unproven = None

    def _command_sent(self, link: Link, op: int, d: Any, tickets: tuple[object, ...]) -> None:
        self.counts["commands"] += 1
        number, now = d["number"], self.clock.now
        held = op != Opcode.PRESENCE_UPDATE and self.presences[0] + 20 > now
        ready = [one for one, kind in self.waiting.items() if not (held and kind == Opcode.PRESENCE_UPDATE)]
        if ready[:1] != [number] or not self.live:
            raise Broken(f"sends command {number} when it was the turn of {ready[:1]}")
        del self.waiting[number]
        if op == Opcode.PRESENCE_UPDATE:
            if self.presences[0] + 20 > now:
                raise Broken("6 presences in 20 s")
            self.presences.append(now)
            self.unproven = tickets, link

    def _presence_again(self, link: Link) -> None:
        """A session was resumed: a presence that may be lost goes out again, before all that waits."""
        if self.unproven is None or self.unproven[1] is link or Opcode.PRESENCE_UPDATE in self.waiting.values():
            return
        self.counts["presences sent again"] += 1
        # The latest that the user asked for, also if closing has kept it from leaving before.
        self.waiting = {self.presence["number"]: Opcode.PRESENCE_UPDATE, **self.waiting}

    # What is so after each step

    def settled(self, before: State, deadline: float | None, *, changed: bool) -> None:
        protocol = self.protocol
        state = protocol.state
        if state is not before:
            if (before, state) not in _WAYS:
                raise Broken(f"goes from {before.value} to {state.value}")
            self.figures.ways.add((before.value, state.value))
            if state is State.LIVE:
                self.on_live()
            if state in (State.STOPPED, State.FAILED, State.ENDING):
                self.waiting.clear()
            if self.trace is not None:
                self.trace(f"     {before.value} => {state.value}")
        if protocol.queued != len(self.waiting):
            raise Broken(f"{protocol.queued} commands wait, not {len(self.waiting)}")
        if changed or state is not before:
            session = protocol.session
            known = None if session is None else (session.session_id, session.sequence)
            if known != (None if self.session_id is None else (self.session_id, self.sequence)):
                raise Broken(f"holds the session {known}, not {(self.session_id, self.sequence)}")
        if deadline is None and state not in _RESTING:
            raise Broken(f"has no deadline while {state.value}")
