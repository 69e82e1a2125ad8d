"""The gateway protocol as a machine: frames, times and the caller's requests go in, effects come out.

It holds no socket, clock, task or codec. The caller carries out the effects in order, passes in every frame, and
calls ``handle_timeout`` when ``deadline`` has passed. All times are monotonic seconds from one clock.
"""

from __future__ import annotations

from typing import Any

from ..enums.opcode import Opcode
from ..errors import DecodeError, PeerError, StateError
from ..frame import Frame
from .effects import (
    Dispatch,
    Effect,
    HeartbeatAcknowledged,
    SessionInvalidated,
    SessionResumed,
    SessionStarted,
    Unexpected,
)
from .heartbeat import HeartbeatTracker, read_heartbeat_interval
from .lifecycle import Lifecycle
from .limiter import heartbeat_reserve
from .session import is_session_id
from .states import LEAVING, RECEIVABLE, Cause, State

__all__ = ["GatewayProtocol"]

_OPCODES = frozenset(Opcode)
# Bound once: each message is compared with them, and to look up a member of an enum takes longer than to compare it.
_DISPATCH = int(Opcode.DISPATCH)
_LIVE = State.LIVE


class GatewayProtocol(Lifecycle):
    """One shard's side of the gateway (events/gateway#connection-lifecycle).

    Every input returns the list of effects to carry out, in order. No input raises because of what the gateway or the
    network did. ``StateError`` and ``CommandError`` mean a mistake of the caller, and leave the machine as it was.
    """

    def is_next_event(self, op: int, s: int | None, t: str | None) -> bool:
        """Return whether a frame is merely the next event of a live session: the fast path for almost all frames.

        If True, its sequence number is stored: deliver it, and do not call `receive`, which would say no more than
        that. If False, nothing has changed: call `receive`.
        """
        # The parts of an envelope rather than a `Frame`, and no list of effects: most events need neither.
        # READY and RESUMED change the state, so `receive` has to see them.
        if op != _DISPATCH or self._state is not _LIVE or t == "READY" or t == "RESUMED" or s is None:
            return False
        tracker = self._tracker
        last = tracker.sequence
        if last is None or not last < s < 2**63:
            return False  # `receive` reports a number that does not grow
        tracker.sequence = s
        return True

    def receive(self, frame: Frame, now: float) -> list[Effect]:
        """Return what to do about a frame that came. Raises ``StateError`` before the socket is open."""
        receivable = RECEIVABLE.get(self._state)
        if receivable is None:
            if self._state in (State.IDLE, State.CONNECTING):
                raise StateError(f"no frame can come while {self._state.value}; call connected() first")
            return []  # a late frame of a socket that is gone
        if frame.op not in receivable:
            return self._unexpected(frame)
        try:
            match frame.op:
                case Opcode.DISPATCH:
                    return self._dispatch(frame, now)
                case Opcode.HEARTBEAT:
                    return self._heartbeat_requested(now)
                case Opcode.HEARTBEAT_ACK:
                    return self._acknowledged(frame, now)
                case Opcode.HELLO:
                    return self._hello(frame, now)
                case Opcode.RECONNECT:
                    return self._abandon("the gateway asks to reconnect", None, now, at_once=True)
                case _:
                    return self._invalid_session(frame, now)
        except PeerError as error:
            # Reading `frame.d` decodes it, so that broken data may come to light here.
            return self.broken(error, now)

    def _unexpected(self, frame: Frame) -> list[Effect]:
        if self._state in LEAVING:
            return []
        name = Opcode(frame.op).name if frame.op in _OPCODES else "an unknown opcode"
        effects: list[Effect] = [Unexpected(frame, f"{name} while {self._state.value}")]
        if frame.op == Opcode.DISPATCH:
            effects.append(Dispatch(frame))  # out of place, but delivered: no event is lost
        return effects

    def _hello(self, frame: Frame, now: float) -> list[Effect]:
        """HELLO, op 10 (events/gateway#hello-event): now we may identify or resume."""
        interval = read_heartbeat_interval(frame.d)
        self._heartbeat = HeartbeatTracker(interval, now, self._random())
        self._outbox.reserve = heartbeat_reserve(interval)
        return self._introduce(now)

    def _heartbeat_requested(self, now: float) -> list[Effect]:
        """HEARTBEAT, op 1 (events/gateway#heartbeat-requests): beat at once, or right after an IDENTIFY that waits."""
        assert self._heartbeat is not None  # HELLO came before any state that receives this
        self._heartbeat.requested = True
        return self._pump(now)  # which waits for the send limit, as even this beat counts

    def _acknowledged(self, frame: Frame, now: float) -> list[Effect]:
        """HEARTBEAT_ACK, op 11, which has no data."""
        assert self._heartbeat is not None
        serial = self._heartbeat.acknowledge(now)
        if serial is None:
            return [Unexpected(frame, "HEARTBEAT_ACK without a heartbeat")]
        latency = self._heartbeat.latency
        assert latency is not None  # just measured
        return [HeartbeatAcknowledged(latency, self._outbox.acknowledged(serial))]

    def _dispatch(self, frame: Frame, now: float) -> list[Effect]:
        """DISPATCH, op 0: store the sequence number, then pass the event on."""
        state = self._state
        effects: list[Effect] = []
        if frame.t == "READY":
            if state is State.IDENTIFYING:
                # Before its number is compared with the last one: a new session counts anew.
                return self._ready(frame, now)
            effects.append(Unexpected(frame, f"READY while {state.value}"))
        problem = self._tracker.advance(frame.s)
        if problem is not None:
            effects.append(Unexpected(frame, problem))
        if frame.t == "RESUMED":
            if state is State.RESUMING:
                return [*effects, *self._resumed(frame, now)]
            effects.append(Unexpected(frame, f"RESUMED while {state.value}"))
        elif state is State.RESUMING:
            self._replayed += 1
        effects.append(Dispatch(frame))
        return effects

    def _ready(self, frame: Frame, now: float) -> list[Effect]:
        """READY, the answer to IDENTIFY (events/gateway#ready-event). The session runs even if parts are broken."""
        effects: list[Effect] = []
        try:
            data = frame.d
        except DecodeError as error:
            # The next READY may be no better, and a session that cannot be resumed is better than none.
            problem = f"READY that cannot be decoded: {self._identify.token.redact(str(error))}"
            effects.append(Unexpected(frame, problem))
            data = None
        if not isinstance(data, dict):
            data = {}
        session_id = data.get("session_id")
        if not is_session_id(session_id):
            session_id = None
            effects.append(Unexpected(frame, "READY without a usable session_id: the session cannot be resumed"))
        resume_url: Any = data.get("resume_gateway_url")
        refused = self._resume_rule.problem(resume_url)
        if refused is not None:
            # RESUME carries the token: READY must not be able to send it to any host it names.
            problem = f"READY's resume_gateway_url is {refused}; resuming on the base URL"
            effects.append(Unexpected(frame, self._identify.token.redact(problem), serious=resume_url is not None))
            resume_url = self._url
        self._tracker.start(session_id, resume_url, _user_id(data.get("user")))
        odd_sequence = self._tracker.advance(frame.s)
        if odd_sequence is not None:
            effects.append(Unexpected(frame, odd_sequence))
        self._live(Cause.READY, now)
        # SessionStarted goes first, so that READY is delivered as the first event of the new session.
        return [
            *effects,
            SessionStarted(self._tracker.current),
            Dispatch(frame),
            *self._pump(now),
        ]

    def _resumed(self, frame: Frame, now: float) -> list[Effect]:
        """RESUMED, the end of the replay (events/gateway#resuming)."""
        session = self._tracker.current
        assert session is not None  # else we would not be RESUMING
        self._live(Cause.RESUMED, now)
        # IDENTIFY carries the presence, RESUME does not: one that was lost with the old connection is sent again.
        self._outbox.repeat_presence(self._identify.presence)
        return [SessionResumed(session, self._replayed), Dispatch(frame), *self._pump(now)]

    def _live(self, cause: Cause, now: float) -> None:
        self._recovery.live_began(now)
        self._move(cause, None)

    def _invalid_session(self, frame: Frame, now: float) -> list[Effect]:
        """INVALID_SESSION, op 9 (events/gateway-events#invalid-session): resume on a new connection, or identify here.

        Either way it waits a random 1 to 5 s first, fractions included, so that many clients do not come back at the
        same moment. After new sessions that were refused or did not last, it also waits as the reconnect policy says.
        """
        data = frame.d
        effects: list[Effect] = []
        if not isinstance(data, bool):
            effects.append(Unexpected(frame, "INVALID_SESSION that does not say whether the session is resumable"))
        retry_at = now + 1.0 + 4.0 * self._random()
        # Discord says true if the session may be resumed (events/gateway-events#invalid-session).
        if data is True and self._tracker.current is not None:
            self._connect_at = retry_at
            return [*effects, SessionInvalidated(resumable=True), *self._abandon("session invalidated", None, now)]
        self._tracker.drop()
        if self._state is State.AWAITING_HELLO and not self.identify_pending:
            # A permit may be hours away. Heartbeats start with IDENTIFY, so this connection cannot wait for it.
            self._connect_at = retry_at
            lost = SessionInvalidated(resumable=False)
            return [*effects, lost, *self._abandon("session invalidated", None, now)]
        healthy = self._recovery.live_ended(now)
        self._identify_at = max(self._identify_at, retry_at)
        if self._state in (State.IDENTIFYING, State.LIVE) and not healthy:
            # If the gateway refuses one new session after the other, we must not use up the day's session starts.
            reason = "session invalidated"
            delay = self._recovery.next_delay(self._random, resuming=False, reason=reason)
            if delay is None:
                return [*effects, SessionInvalidated(resumable=False), *self._give_up(self._gave_up(reason, None))]
            self._connect_at = now + delay
        # Before HELLO the timer remains HELLO's deadline; in the other states it ends the wait.
        awaits_hello = self._state is State.AWAITING_HELLO
        timer = self._timer if awaits_hello else max(self._identify_allowed_at, self._connect_at)
        self._move(Cause.INVALIDATED, timer)
        if self._state is State.INVALIDATED:
            self._drop_permit()  # used by the IDENTIFY that was refused; or not needed until the wait is over
        return [*effects, SessionInvalidated(resumable=False)]


def _user_id(user: Any) -> int | None:
    """Return the id in READY's ``user``, None if it has no usable one. It is a string; in ETF it may be an integer."""
    found = user.get("id") if isinstance(user, dict) else None
    if isinstance(found, str) and found.isdecimal() and len(found) <= 20:
        return int(found)
    return found if type(found) is int else None
