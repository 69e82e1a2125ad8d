"""Whatever the gateway, the network and the caller do, in whatever order, these hold.

* No input raises, except ``StateError`` and ``CommandError`` for what the caller may not do, which change nothing.
* It is never stuck: outside of its resting states, and of the queue, there is always a deadline.
* Waking it at its deadline gets it somewhere.
* On each connection IDENTIFY or RESUME goes first; heartbeats and commands follow.
* Each IDENTIFY was asked for and granted, and nothing that was granted is used twice.
* At most 120 frames leave in any 60 s of a connection, and IDENTIFYs are 5 s apart.
* The sequence of a session never goes back, and heartbeats and RESUME carry the latest.
* 1000 is closed with only when the caller ends the session.
* Every event that comes over a live socket is passed on, once.
"""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gatewaysdk.errors import CommandError, ConnectError, DecodeError, SessionStartsExhausted, StateError
from gatewaysdk.frame import Frame
from gatewaysdk.protocol import (
    CLOSE_CODES,
    Close,
    Connect,
    Dispatch,
    Effect,
    Failed,
    GatewayProtocol,
    IdentifySettings,
    IdentifyWanted,
    Opcode,
    Send,
    Session,
    SessionStarted,
    State,
    Stopped,
)
from gatewaysdk.protocol.states import RECEIVABLE
from gatewaysdk.token import Token

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just({"a": 1}),
)
sequences = st.one_of(st.integers(0, 60), junk)
durations = st.one_of(st.sampled_from([0.0, 0.001, 1.0, 5.0, 41.25, 60.0]), st.floats(0, 200))
hellos = st.one_of(st.sampled_from([41250, 1000, 45000.5, 50, 1]).map(lambda ms: {"heartbeat_interval": ms}), junk)
readies = st.one_of(
    st.fixed_dictionaries(
        {
            "session_id": st.sampled_from(["one", "two"]),
            "resume_gateway_url": st.sampled_from(["wss://resume.test", "no"]),
        }
    ),
    junk,
)


class Undecodable(Frame):
    @property
    def d(self) -> Any:
        raise DecodeError("cut short")


class AnyGateway(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 2**32), resume=st.booleans())
    def start(self, seed: int, resume: bool) -> None:
        self.now = 50.0
        self.random = Random(seed)
        self.begin(Session("saved", "wss://resume.test", 5) if resume else None)

    def begin(self, session: Session | None) -> None:
        self.connection: list[tuple[float, int]] = []  # (when, opcode) of all sent on this connection
        self.identified_at = -math.inf
        self.permit = ""  # asked for, then granted, then used
        self.ended_on_purpose = False
        self.session = session
        self.protocol = GatewayProtocol(
            IdentifySettings(token=Token("secret"), intents=0),
            url="wss://gateway.test",
            query="v=10",
            random=self.random.random,
            session=session,
            queue_bound=200,
            resume_hosts=["resume.test"],
        )

    # Whatever comes out is checked here

    def note(self, effects: list[Effect]) -> list[Effect]:
        for effect in effects:
            match effect:
                case IdentifyWanted():
                    assert self.protocol.session is None
                    self.permit = "asked for"
                case Connect(resuming=resuming):
                    assert resuming or self.permit == "granted"
                    self.connection = []
                case Send(op=op, d=d):
                    self.note_send(op, d)
                case Close(code=code):
                    assert code != 1001
                    assert code != 1000 or self.ended_on_purpose
                case SessionStarted():
                    self.session = None  # its sequence starts anew
                case Stopped():
                    assert self.protocol.state is State.STOPPED
                case Failed():
                    assert self.protocol.state is State.FAILED
                case _:
                    pass
        return effects

    def note_send(self, op: int, d: Any) -> None:
        assert type(op) is int
        introductions = (Opcode.IDENTIFY, Opcode.RESUME)
        assert self.connection or op in introductions, "something went before IDENTIFY or RESUME"
        self.connection.append((self.now, op))
        assert len(self.connection) <= 120 or self.connection[-121][0] + 60 <= self.now, "over the send limit"
        if op == Opcode.IDENTIFY:
            assert self.identified_at + 5 <= self.now, "over the identify limit"
            self.identified_at = self.now
            assert self.permit == "granted"
            self.permit = "used"
        if op == Opcode.RESUME:
            session = self.protocol.session
            assert session is not None
            assert (d["session_id"], d["seq"]) == (session.session_id, session.sequence)

    # The way up: without it, chance would hardly ever get as far as LIVE

    @rule(steps=st.integers(1, 8))
    def climb(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        match self.protocol.state:
            case State.IDLE | State.STOPPED:
                self.connect()
            case State.QUEUED:
                self.grant()
            case State.CONNECTING:
                self.open()
            case State.AWAITING_HELLO:
                self.receive(Frame(Opcode.HELLO, {"heartbeat_interval": 41250}))
            case State.IDENTIFYING:
                data = {"session_id": "good", "resume_gateway_url": "wss://resume.test"}
                self.receive(Frame(Opcode.DISPATCH, data, 1, "READY"))
                assert self.protocol.session == Session("good", "wss://resume.test", 1)
            case State.RESUMING:
                session = self.protocol.session
                assert session is not None
                self.receive(Frame(Opcode.DISPATCH, None, session.sequence + 1, "RESUMED"))
                assert self.protocol.session == replace(session, sequence=session.sequence + 1)
            case State.INVALIDATED if self.protocol.identify_pending and self.permit == "asked for":
                self.grant()
            case State.GREETED | State.INVALIDATED | State.BACKOFF:
                deadline = self.protocol.deadline
                assert deadline is not None
                self.now = max(self.now, deadline)
                self.note(self.protocol.handle_timeout(self.now))
            case State.CLOSING | State.ENDING:
                self.note(self.protocol.connection_closed(4000, "", self.now))
            case State.FAILED:
                self.begin(None)
            case State.LIVE:
                self.acknowledge()

    # What our caller and the network do

    @rule()
    def connect(self) -> None:
        legal = self.protocol.state in (State.IDLE, State.STOPPED)
        try:
            self.note(self.protocol.connect(self.now))
            assert legal
            self.ended_on_purpose = False
        except StateError:
            assert not legal

    @rule()
    def grant(self) -> None:
        wanted = self.protocol.identify_pending and self.permit == "asked for"
        if wanted:
            self.permit = "granted"
        before = self.protocol.state, self.protocol.deadline
        effects = self.note(self.protocol.identify_granted(self.now))
        assert wanted or (effects == [] and (self.protocol.state, self.protocol.deadline) == before)

    @precondition(lambda self: self.protocol.state in (State.QUEUED, State.INVALIDATED, State.LIVE))
    @rule()
    def refuse_to_identify(self) -> None:
        wanted = self.protocol.identify_pending and self.permit == "asked for"
        effects = self.note(self.protocol.identify_refused(SessionStartsExhausted(10, 60.0), self.now))
        assert wanted == (self.protocol.state is State.FAILED)
        assert wanted or effects == []

    @precondition(lambda self: self.protocol.state not in RECEIVABLE)
    @rule()
    def open(self) -> None:
        self.note(self.protocol.connected(self.now))

    @precondition(lambda self: self.protocol.state is State.CONNECTING)
    @rule()
    def refuse(self) -> None:
        self.note(self.protocol.connect_failed(ConnectError("wss://gateway.test", "refused"), self.now))

    @rule(code=st.one_of(st.none(), st.sampled_from([*CLOSE_CODES, 1000, 1001, 1006]), st.integers()))
    def hang_up(self, code: int | None) -> None:
        self.note(self.protocol.connection_closed(code, "", self.now))

    @rule()
    def corrupt(self) -> None:
        self.note(self.protocol.broken(DecodeError("cut short"), self.now))

    @rule(op=st.one_of(st.sampled_from([3, 4, 8, 31, 43]), st.integers(-1, 50)), times=st.sampled_from([1, 1, 1, 130]))
    def send(self, op: int, times: int) -> None:
        for _ in range(times):
            before = self.protocol.state, self.protocol.deadline, self.protocol.queued
            try:
                self.note(self.protocol.send(op, {}, self.now))
            except (StateError, CommandError):
                assert (self.protocol.state, self.protocol.deadline, self.protocol.queued) == before

    @rule()
    def pause(self) -> None:
        self.protocol.reading_paused()

    @rule()
    def read_on(self) -> None:
        self.note(self.protocol.reading_resumed(self.now))

    @rule()
    def reconnect_by_hand(self) -> None:
        legal = self.protocol.state not in (State.IDLE, State.STOPPED, State.FAILED)
        try:
            self.note(self.protocol.reconnect(self.now))
            assert legal
        except StateError:
            assert not legal

    @rule(keep=st.booleans())
    def close(self, keep: bool) -> None:
        self.ended_on_purpose |= not keep
        if not keep and self.protocol.state not in (State.ENDING, State.STOPPED, State.FAILED):
            self.session = None
        self.note(self.protocol.close(self.now, keep_session=keep))

    @rule(seconds=durations)
    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        for _ in range(20_000):
            deadline = self.protocol.deadline
            if deadline is None or deadline > end:
                break
            self.now = max(self.now, deadline)
            before = self.protocol.state, self.protocol.deadline
            effects = self.note(self.protocol.handle_timeout(self.now))
            assert effects or (self.protocol.state, self.protocol.deadline) != before, "woken for nothing"
        else:
            raise AssertionError("woken again and again")
        self.now = end

    @rule(seconds=durations)
    def oversleep(self, seconds: float) -> None:
        self.now += seconds
        self.note(self.protocol.handle_timeout(self.now))

    # What the gateway does

    def receive(self, frame: Frame) -> list[Effect]:
        state = self.protocol.state
        try:
            effects = self.note(self.protocol.receive(frame, self.now))
        except StateError:
            assert state in (State.IDLE, State.CONNECTING)
            return []
        if frame.op == Opcode.DISPATCH and state in RECEIVABLE and not isinstance(frame, Undecodable):
            assert of_dispatch(effects) == [frame]
        return effects

    @rule(data=hellos)
    def hello(self, data: Any) -> None:
        self.receive(Frame(Opcode.HELLO, data))

    @rule(data=readies, s=sequences)
    def ready(self, data: Any, s: Any) -> None:
        self.receive(Frame(Opcode.DISPATCH, data, s, "READY"))

    @rule(s=sequences, t=st.sampled_from(["MESSAGE_CREATE", "RESUMED", "NEWER_THAN_US", None]))
    def event(self, s: Any, t: str | None) -> None:
        self.receive(Frame(Opcode.DISPATCH, {}, s, t))

    @rule(data=st.one_of(st.booleans(), junk))
    def invalid_session(self, data: Any) -> None:
        self.receive(Frame(Opcode.INVALID_SESSION, data))

    @rule(times=st.sampled_from([1, 1, 1, 150]))
    def request_heartbeat(self, times: int) -> None:
        for _ in range(times):
            self.receive(Frame(Opcode.HEARTBEAT))

    @rule()
    def acknowledge(self) -> None:
        self.receive(Frame(Opcode.HEARTBEAT_ACK))

    @rule()
    def reconnect(self) -> None:
        self.receive(Frame(Opcode.RECONNECT))

    @rule(op=st.one_of(st.sampled_from(list(Opcode)), st.integers()), data=junk)
    def anything(self, op: int, data: Any) -> None:
        self.receive(Frame(op, data))

    @rule(op=st.sampled_from(list(Opcode)), t=st.sampled_from(["READY", "RESUMED", "X"]))
    def undecodable(self, op: int, t: str) -> None:
        self.receive(Undecodable(op, None, 1, t))

    # What holds at all times

    @invariant()
    def never_stuck(self) -> None:
        resting = (State.IDLE, State.QUEUED, State.LIVE, State.STOPPED, State.FAILED)
        if self.protocol.state not in resting:
            assert self.protocol.deadline is not None
        if self.protocol.state is State.LIVE:
            assert self.protocol.deadline is not None  # the next heartbeat

    @invariant()
    def the_queue_waits_for_an_answer(self) -> None:
        if self.protocol.state is State.QUEUED:
            assert self.protocol.identify_pending
            assert self.permit == "asked for"
        if self.protocol.state in (State.LIVE, State.RESUMING, State.BACKOFF, State.STOPPED, State.FAILED):
            assert not self.protocol.identify_pending

    @invariant()
    def the_sequence_never_goes_back(self) -> None:
        session, before = self.protocol.session, self.session
        if session is not None and before is not None and session.session_id == before.session_id:
            assert session.sequence >= before.sequence
        self.session = session

    @invariant()
    def resting_means_nothing_waits(self) -> None:
        if self.protocol.state in (State.STOPPED, State.FAILED):
            assert self.protocol.deadline is None
            assert self.protocol.queued == 0


def of_dispatch(effects: list[Effect]) -> list[Frame]:
    return [effect.frame for effect in effects if isinstance(effect, Dispatch)]


TestAnyGateway = AnyGateway.TestCase
TestAnyGateway.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
