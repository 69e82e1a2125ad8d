"""The life of a connection: open, identify or resume, send heartbeats and commands, close, reconnect.

What frames mean is in machine.py; which state follows which is in states.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, NamedTuple

from ..enums.opcode import Opcode
from ..errors import (
    GatewayError,
    GaveUp,
    MessageTooLarge,
    PeerError,
    PhaseTimeout,
    ShardClosed,
    StateError,
)
from ..tables.close_codes import Action
from .backoff import Backoff, ReconnectPolicy
from .closing import RESUMABLE_CODE, SESSION_ENDING_CODE, classify
from .effects import (
    Close,
    Connect,
    Disconnected,
    Effect,
    Failed,
    IdentifyWanted,
    SessionInvalidated,
    Stopped,
    Waiting,
)
from .heartbeat import HeartbeatTracker
from .identify import IdentifySettings
from .outbox import Outbox
from .permit import IDENTIFY_INTERVAL, Permit
from .recovery import Recovery
from .session import Session, SessionTracker
from .states import HEARTBEATING, IDENTIFY_PENDING, LEAVING, READING, TRANSITIONS, WITHOUT_SOCKET, Cause, State
from .timeouts import Timeouts
from .url import ResumeRule, check_url, with_query

__all__ = ["Lifecycle"]


class _Parting(NamedTuple):
    """Why we gave a connection up, kept until its socket is gone."""

    reason: str
    error: GatewayError | None
    at_once: bool


class Lifecycle:
    """Everything about a connection except the meaning of received frames.

    A state has at most one timer, ``_timer``. Heartbeats and waiting commands have their own times.
    """

    def __init__(
        self,
        identify: IdentifySettings,
        *,
        url: str,
        query: str,
        random: Callable[[], float],
        session: Session | None = None,
        timeouts: Timeouts | None = None,
        policy: ReconnectPolicy | None = None,
        queue_bound: int = 1000,
        resume_hosts: Collection[str] | None = None,
    ) -> None:
        check_url(url)
        self._identify = identify
        self._url = url
        self._resume_rule = ResumeRule(url, resume_hosts)
        self._query = query
        self._random = random
        self._timeouts = Timeouts() if timeouts is None else timeouts
        self._tracker = SessionTracker(identify.shard, session)
        self._recovery = Recovery(Backoff() if policy is None else policy)
        self._outbox = Outbox(queue_bound)
        self._state = State.IDLE
        self._permit = Permit.NONE
        self._timer: float | None = None
        self._heartbeat: HeartbeatTracker | None = None
        self._parting: _Parting | None = None
        self._replayed = 0
        self._paused = False  # whether our caller has stopped reading
        self._identify_at = -math.inf  # no IDENTIFY before
        self._connect_at = -math.inf  # after op 9: no new connection before, nor IDENTIFY on this one

    # What our caller may read

    @property
    def state(self) -> State:
        """The present state."""
        return self._state

    @property
    def session(self) -> Session | None:
        """The session as it could be resumed now, or None. Pass it to a new machine to resume it there."""
        return self._tracker.current

    @property
    def user_id(self) -> int | None:
        """The bot's own id, from READY; None before READY, unless the session that was passed in has it."""
        return self._tracker.user_id

    @property
    def sequence(self) -> int | None:
        """The last sequence number of the session, None before the first."""
        return self._tracker.sequence

    @property
    def latency(self) -> float | None:
        """Seconds between the last acknowledged heartbeat of this connection and its ACK, None before the first."""
        return None if self._heartbeat is None else self._heartbeat.latency

    @property
    def acknowledged_at(self) -> float | None:
        """When the gateway last acknowledged a heartbeat of this connection, None before the first."""
        return None if self._heartbeat is None else self._heartbeat.answered_at

    @property
    def identify_pending(self) -> bool:
        """Whether the permit that the last ``IdentifyWanted`` asked for is still wanted, or held.

        READY, op 9 after IDENTIFY, and the end of the connection make it False. A permit that comes later is ignored.
        """
        return self._permit is not Permit.NONE

    @property
    def queued(self) -> int:
        """How many commands wait to be sent."""
        return len(self._outbox)

    @property
    def deadline(self) -> float | None:
        """When to call ``handle_timeout``, on the clock of ``now``; None when there is nothing to wait for."""
        deadline = self._timer
        if self._heartbeat is not None and self._state in HEARTBEATING:
            # The send limit can hold up a beat, but not the moment when a missed ACK makes the connection dead.
            beat_at = max(self._heartbeat.due_at, self._outbox.free_at())
            deadline = _earlier(deadline, min(beat_at, self._zombie_at(self._heartbeat)))
        if self._state is State.LIVE:
            deadline = _earlier(deadline, self._outbox.flush_at())
        return deadline

    # Opening

    def connect(self, now: float) -> list[Effect]:
        """Start, or start again after a close. Raises ``StateError`` when already started, or failed for good."""
        if self._state not in (State.IDLE, State.STOPPED):
            remedy = "make a new one" if self._state is State.FAILED else "close it first"
            raise StateError(f"cannot connect while {self._state.value}; {remedy}")
        self._recovery.reset()
        return self._open(now)

    def connected(self, now: float) -> list[Effect]:
        """The socket that ``Connect`` asked for is open."""
        if self._state is State.CONNECTING:
            self._move(Cause.OPENED, now + self._timeouts.hello)
            return []
        if self._state in LEAVING or self._state in WITHOUT_SOCKET:
            return [Close(RESUMABLE_CODE, "no longer needed")]  # it opened just after we gave it up
        raise StateError(f"the socket is open already: {self._state.value}")

    def connect_failed(self, error: GatewayError, now: float) -> list[Effect]:
        """The socket that ``Connect`` asked for could not be opened."""
        self._identify.token.redact_error(error)
        if self._state is State.CONNECTING or self._state in LEAVING:
            return self._gone(str(error), error, now)
        if self._state in WITHOUT_SOCKET:
            return []
        raise StateError(f"the socket is open already: {self._state.value}")

    def identify_granted(self, now: float) -> list[Effect]:
        """The permit that ``IdentifyWanted`` asked for came. Ignored unless ``identify_pending``."""
        if self._permit is not Permit.ASKED:
            return []  # no longer wanted
        self._permit = Permit.GRANTED
        return self._dial(Cause.IDENTIFY_GRANTED, now) if self._state is State.QUEUED else self._introduce(now)

    def identify_refused(self, error: GatewayError, now: float) -> list[Effect]:
        """The permit was refused for good: the machine fails with ``error``. Ignored unless ``identify_pending``."""
        if self._permit is not Permit.ASKED:
            return []
        if self._state is not State.QUEUED:
            return self._give_up(error)
        self._fail()
        return [Failed(error)]

    def _open(self, now: float) -> list[Effect]:
        return self._dial(Cause.CONNECT, now) if self._has_session else self._ask_to_identify()

    def _ask_to_identify(self) -> list[Effect]:
        self._move(Cause.IDENTIFY_WANTED, None)
        self._permit = Permit.ASKED
        return [IdentifyWanted(0 if self._identify.shard is None else self._identify.shard[0])]

    def _dial(self, cause: Cause, now: float) -> list[Effect]:
        self._heartbeat = None
        self._replayed = 0
        self._connect_at = -math.inf
        self._paused = False  # a new socket is read
        self._outbox.new_connection()
        self._move(cause, now + self._timeouts.connect)
        return [Connect(with_query(self._next_url, self._query), self._has_session)]

    @property
    def _next_url(self) -> str:
        resume_url = self._tracker.resume_gateway_url
        if resume_url is None or self._recovery.avoid_resume_url:
            return self._url
        # A saved session may name any URL, and RESUME would take the token there.
        return resume_url if self._resume_rule.problem(resume_url) is None else self._url

    @property
    def resume_url_problem(self) -> str | None:
        """Why the session's own URL is not trusted, so that it is resumed on the base URL; None if it is trusted."""
        url = self._tracker.resume_gateway_url
        return None if url is None or url == self._url else self._resume_rule.problem(url)

    @property
    def _has_session(self) -> bool:
        return self._tracker.resume_gateway_url is not None

    def _introduce(self, now: float) -> list[Effect]:
        """Send RESUME if there is a session; else IDENTIFY, once its interval, the send limit and a permit allow it."""
        session = self._tracker.current
        if session is not None:
            self._move(Cause.RESUME_SENT, now + self._timeouts.resumed)
            return [self._outbox.send_now(Opcode.RESUME, self._identify.resume_payload(session), now), *self._pump(now)]
        if self._identify_allowed_at > now:
            self._move(Cause.IDENTIFY_HELD, self._identify_allowed_at)
            return []
        if self._permit is not Permit.GRANTED:
            return self._ask_to_identify()
        self._identify_at = now + IDENTIFY_INTERVAL  # however soon the next permit comes
        self._tracker.drop()  # a session without an id left its sequence number
        carried = self._outbox.take_presence()  # IDENTIFY has it in its own data
        self._move(Cause.IDENTIFY_SENT, now + self._timeouts.ready)
        return [self._outbox.send_now(Opcode.IDENTIFY, self._identify.payload(), now, carried), *self._pump(now)]

    @property
    def _identify_allowed_at(self) -> float:
        return max(self._identify_at, self._outbox.free_at())

    # Sending

    def send(self, op: int, d: Any, now: float, ticket: object | None = None, *, confirm: bool = False) -> list[Effect]:
        """Send a command now, or as soon as the session is live and the send limits allow it.

        ``ticket`` comes back in the `Send` effect that carries the command out; if a later presence replaces this one,
        that is the later one's, or IDENTIFY's. It comes back again in a `HeartbeatAcknowledged`, which proves that the
        gateway has read the command; with ``confirm``, a heartbeat follows the command at once to get that proof.

        Raises ``CommandError`` for what is not a command, ``StateError`` when too many wait, or when failed, closing or
        closed. The caller keeps the encoded frame within 4096 bytes (events/gateway#sending-events).
        """
        if self._state in (State.ENDING, State.STOPPED, State.FAILED):
            kind = StateError if self._state is State.FAILED else ShardClosed
            raise kind(f"cannot send while {self._state.value}")
        self._outbox.push(op, d, ticket, confirm=confirm)
        if op == Opcode.PRESENCE_UPDATE:
            # IDENTIFY carries a presence, and a new session must start with the latest.
            self._identify = replace(self._identify, presence=d)
        return self._pump(now)

    def withdraw(self, ticket: object) -> None:
        """Do not send the command with this ticket if it still waits. One that was sent is not undone."""
        self._outbox.withdraw(ticket)

    def send_wait(self, now: float, op: int | None = None) -> float | None:
        """Return the seconds that a command sent now would wait for the send limit; None while no session is live.

        Pass the command's ``op``, as presences have a limit of their own.
        """
        return self._outbox.wait(now, op) if self._state is State.LIVE else None

    def _pump(self, now: float) -> list[Effect]:
        """Send what is due: a heartbeat first, then commands."""
        effects = self._beat(now)
        if self._state is State.LIVE:
            sends = self._outbox.flush(now)
            effects += sends
            if any(send.confirm for send in sends):
                assert self._heartbeat is not None  # HELLO came before READY
                self._heartbeat.requested = True  # its ACK proves that what was sent has been read
                effects += self._beat(now)
        return effects

    def _beat(self, now: float) -> list[Effect]:
        heartbeat = self._heartbeat
        if heartbeat is None or self._state not in HEARTBEATING or self._zombie_at(heartbeat) <= now:
            return []  # maybe dead: `handle_timeout` decides, after all that arrived was read
        if max(heartbeat.due_at, self._outbox.free_at()) > now:
            return []
        beat = self._outbox.send_now(Opcode.HEARTBEAT, self._tracker.sequence, now)
        heartbeat.beat(now, self._outbox.serial)
        return [beat]

    # Back-pressure

    def reading_paused(self) -> None:
        """Our caller has stopped reading for now. Until it goes on, a missing answer proves nothing."""
        self._paused = True

    def reading_resumed(self, now: float) -> list[Effect]:
        """Our caller reads again. Answers that the gateway owes us get their time anew."""
        self._paused = False
        if self._heartbeat is not None:
            self._heartbeat.forgive()  # the ACK may lie unread in the socket
        if self._timer is not None and self._state in READING:
            self._timer = max(self._timer, now + self._timeouts.resumed)
        return []

    def _zombie_at(self, heartbeat: HeartbeatTracker) -> float:
        return math.inf if self._paused else heartbeat.zombie_at

    # Time

    def handle_timeout(self, now: float) -> list[Effect]:
        """Return what is due. Call it when ``deadline`` has passed, after `receive` for all that arrived by then."""
        heartbeat = self._heartbeat
        if heartbeat is not None and self._state in HEARTBEATING and self._zombie_at(heartbeat) <= now:
            error = PhaseTimeout("HEARTBEAT_ACK", heartbeat.interval)
            return self._abandon("heartbeat not acknowledged", error, now)
        effects = self._pump(now)
        if self._timer is not None and self._timer <= now:
            effects += self._timer_due(now)
        return effects

    def _timer_due(self, now: float) -> list[Effect]:
        timeouts = self._timeouts
        if self._paused and self._state in READING:
            # What we wait for may have arrived and lie unread.
            self._timer = now + timeouts.resumed
            return []
        match self._state:
            case State.CONNECTING:
                return self._late("connect", timeouts.connect, now)
            case State.AWAITING_HELLO:
                return self._late("HELLO", timeouts.hello, now)
            case State.IDENTIFYING:
                return self._late("READY", timeouts.ready, now)
            case State.RESUMING:
                return self._late("RESUMED", timeouts.resumed, now)
            case State.GREETED | State.INVALIDATED:
                return self._introduce(now)
            case State.BACKOFF:
                return self._open(now)
            case _:  # CLOSING or ENDING: stop waiting for the socket
                return self._gone("", None, now)

    def _late(self, phase: str, seconds: float, now: float) -> list[Effect]:
        return self._abandon(f"no {phase} in time", PhaseTimeout(phase, seconds), now)

    # Closing

    def reconnect(self, now: float) -> list[Effect]:
        """Give this connection up, or stop waiting, and connect again; the session is kept and resumed.

        Without a session, a permit comes first; a shard that waits for one keeps its place in the queue.
        """
        match self._state:
            case State.BACKOFF:
                return self._open(now)
            case State.IDLE | State.STOPPED | State.FAILED:
                raise StateError(f"cannot reconnect while {self._state.value}; call connect()")
            case State.QUEUED | State.CLOSING | State.ENDING:
                return []
            case _:
                return self._abandon("the client asks to reconnect", None, now, at_once=True)

    def close(self, now: float, *, keep_session: bool = True) -> list[Effect]:
        """Close. With ``keep_session`` the session can be resumed later; else it ends and the bot goes offline."""
        if self._state in (State.ENDING, State.STOPPED, State.FAILED):
            return []
        if not keep_session:
            self._tracker.drop()
        self._outbox.clear()  # commands do not wait for a later `connect`
        if self._state in WITHOUT_SOCKET:
            self._move(Cause.CLOSE, None)
            return [Stopped()]
        closing_already = self._state is State.CLOSING
        self._move(Cause.CLOSE, now + self._timeouts.close)
        if closing_already:
            return []  # the caller has its Close effect already
        code = RESUMABLE_CODE if keep_session else SESSION_ENDING_CODE
        return [Close(code, "closed by the client")]

    def broken(self, error: PeerError, now: float) -> list[Effect]:
        """A message cannot be read, so nothing after it can be trusted: reconnect and resume.

        A message that is too large will come again, so at the third in a row the machine fails with ``error``.
        """
        self._identify.token.redact_error(error)
        if self._state in WITHOUT_SOCKET or self._state in LEAVING:
            return []
        if not isinstance(error, MessageTooLarge):
            return self._abandon("undecodable data", error, now)
        if self._recovery.met_too_large(self._tracker.current, now):
            return self._give_up(error)
        return self._abandon("a message too large to take", error, now)

    def connection_closed(self, code: int | None, reason: str, now: float) -> list[Effect]:
        """The socket is gone: closed by the gateway with ``code``, by us, or cut (None)."""
        if self._state in WITHOUT_SOCKET:
            return []
        if self._state in LEAVING:
            return self._gone("", None, now)  # we closed first, so the code is our own
        # The reason may repeat what we sent, the token included.
        action, error = classify(code, self._identify.token.redact(reason))
        if action is Action.STOP:
            self._fail()
            return [*self._lose_session(), Disconnected(str(error), error), Failed(error)]
        return self._gone(str(error), error, now, lose_session=action is Action.IDENTIFY)

    def _abandon(self, reason: str, error: GatewayError | None, now: float, *, at_once: bool = False) -> list[Effect]:
        """Give this connection up in order to connect again."""
        effects = self._take_stock(now)
        self._parting = _Parting(reason, error, at_once)
        self._move(Cause.ABANDON, now + self._timeouts.close)
        return [*effects, Close(RESUMABLE_CODE, reason)]

    def _gone(self, reason: str, error: GatewayError | None, now: float, *, lose_session: bool = False) -> list[Effect]:
        """The socket is gone: stop, or wait and connect again."""
        parting, self._parting = self._parting, None
        if self._state is State.ENDING:
            self._move(Cause.GONE, None)
            return [Stopped()]
        effects: list[Effect] = []
        if parting is None:
            effects += self._take_stock(now)
            if lose_session:
                effects += self._lose_session()
            parting = _Parting(reason, error, at_once=False)
        delay = self._recovery.next_delay(
            self._random,
            resuming=self._has_session,
            reason=parting.reason,
            error=parting.error,
            at_once=parting.at_once,
        )
        if delay is None:
            gave_up = self._gave_up(parting.reason, parting.error)
            self._fail()
            return [*effects, Disconnected(parting.reason, parting.error), Failed(gave_up)]
        connect_at = max(now + delay, self._connect_at)  # op 9 may demand the longer wait
        self._move(Cause.GONE, connect_at)
        effects.append(Disconnected(parting.reason, parting.error))
        if connect_at <= now:
            return [*effects, *self._open(now)]
        seconds, attempt = connect_at - now, self._recovery.attempt
        return [*effects, Waiting(seconds, self._has_session, attempt, parting.reason, parting.error)]

    def _gave_up(self, reason: str, error: GatewayError | None) -> GaveUp:
        gave_up = GaveUp(self._recovery.attempt - 1, reason)
        gave_up.__cause__ = error
        return gave_up

    def _give_up(self, error: GatewayError) -> list[Effect]:
        """Fail for good while the socket is open, and close it."""
        self._fail()
        return [Close(RESUMABLE_CODE, "the client gives up"), Disconnected(str(error), error), Failed(error)]

    def _fail(self) -> None:
        self._outbox.clear()
        self._move(Cause.FATAL, None)

    def _take_stock(self, now: float) -> list[Effect]:
        """A connection ends: note how far it came, and drop a session that cannot be resumed."""
        hopeless = self._recovery.connection_ended(self._state, self._has_session, now)
        return self._lose_session() if hopeless else []

    def _lose_session(self) -> list[Effect]:
        return [SessionInvalidated(resumable=False)] if self._tracker.drop() else []

    def _move(self, cause: Cause, timer: float | None) -> None:
        """Change the state as the table says; ``timer`` is when the new state times out, if ever."""
        self._state = TRANSITIONS[self._state][cause]
        self._timer = timer
        if self._state not in IDENTIFY_PENDING:
            self._drop_permit()

    def _drop_permit(self) -> None:
        self._permit = Permit.NONE


def _earlier(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else min(one, other)
