"""A scripted gateway, a shell that does exactly what the machine asks, and a virtual clock, around one machine."""

from __future__ import annotations

from typing import Any

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
    State,
)
from gatewaysdk.token import Token

BASE = "wss://gateway.test"
RESUME = "wss://resume.test"
QUERY = "v=10&encoding=json"
INTERVAL = 40.0  # seconds between heartbeats
SESSION = Session("a-session", RESUME, 7)


class Driver:
    """Plays the gateway and the shell; every method returns the effects that it caused."""

    def __init__(self, *, random: float = 0.5, session: Session | None = None, **settings: Any) -> None:
        settings.setdefault("identify", IdentifySettings(token=Token("secret"), intents=1))
        if "url" not in settings:
            settings = {"url": BASE, "resume_hosts": ["resume.test"], **settings}
        self.now = 1000.0
        self.random = random
        self.acknowledges = True
        self.grants = True
        self.effects: list[Effect] = []
        self.protocol = GatewayProtocol(query=QUERY, random=lambda: self.random, session=session, **settings)

    # The shell

    def run(self, effects: list[Effect]) -> list[Effect]:
        """Note effects, acknowledge heartbeats as a gateway does, and grant each IDENTIFY, as to a bot of one shard."""
        self.effects += effects
        answers: list[Effect] = []
        for effect in effects:
            if isinstance(effect, Send) and effect.op == Opcode.HEARTBEAT and self.acknowledges:
                answers += self.run(self.protocol.receive(Frame(Opcode.HEARTBEAT_ACK), self.now))
            if isinstance(effect, IdentifyWanted) and self.grants:
                answers += self.grant()
        return [*effects, *answers]

    def wait(self, seconds: float) -> list[Effect]:
        """Let time pass, waking the machine at each of its deadlines."""
        end = self.now + seconds
        effects: list[Effect] = []
        while (deadline := self.protocol.deadline) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            effects += self.run(self.protocol.handle_timeout(self.now))
            later = self.protocol.deadline
            assert later is None or later > deadline, "woken for nothing"
        self.now = end
        return effects

    def grant(self) -> list[Effect]:
        return self.run(self.protocol.identify_granted(self.now))

    def connect(self) -> list[Effect]:
        return self.run(self.protocol.connect(self.now))

    def open(self) -> list[Effect]:
        return self.run(self.protocol.connected(self.now))

    def close(self, *, keep_session: bool = True) -> list[Effect]:
        return self.run(self.protocol.close(self.now, keep_session=keep_session))

    def gone(self, code: int | None = None, reason: str = "") -> list[Effect]:
        return self.run(self.protocol.connection_closed(code, reason, self.now))

    def send(self, op: int, d: Any = None) -> list[Effect]:
        return self.run(self.protocol.send(op, {} if d is None else d, self.now))

    def is_in(self, state: State) -> bool:
        """The same as comparing, for tests that look twice: type checkers would take the state for constant."""
        return self.protocol.state is state

    # The gateway

    def receive(self, op: int, d: Any = None, s: int | None = None, t: str | None = None) -> list[Effect]:
        return self.run(self.protocol.receive(Frame(op, d, s, t), self.now))

    def hello(self, interval: float = INTERVAL) -> list[Effect]:
        return self.receive(Opcode.HELLO, {"heartbeat_interval": interval * 1000})

    def ready(self, s: int = 1, **data: Any) -> list[Effect]:
        d = {"session_id": "a-session", "resume_gateway_url": RESUME, **data}
        return self.receive(Opcode.DISPATCH, d, s, "READY")

    def resumed(self, s: int) -> list[Effect]:
        return self.receive(Opcode.DISPATCH, None, s, "RESUMED")

    def event(self, s: int | None, t: str = "MESSAGE_CREATE") -> list[Effect]:
        return self.receive(Opcode.DISPATCH, {}, s, t)

    # Whole phases

    def greeted(self) -> Driver:
        """Go as far as HELLO: IDENTIFY or RESUME has been sent."""
        self.connect()
        self.open()
        self.hello()
        return self

    def live(self) -> Driver:
        """Go all the way."""
        self.greeted()
        if self.protocol.session is None:
            self.ready()
        else:
            self.resumed(self.protocol.session.sequence + 1)
        return self

    def next_attempt(self) -> Connect:
        """After a connection was lost: wait for the next attempt and return it."""
        while not isinstance(self.effects[-1], Connect):
            deadline = self.protocol.deadline
            assert deadline is not None, "stuck"
            self.wait(deadline - self.now)
        return self.effects[-1]

    def reopened(self) -> Driver:
        """The same, as far as HELLO."""
        self.next_attempt()
        self.open()
        self.hello()
        return self


def arrived_at(state: State) -> Driver:
    """Return a driver whose machine has come to ``state`` by the shortest way."""
    driver = Driver(session=SESSION if state is State.RESUMING else None)
    driver.grants = state is not State.QUEUED
    match state:
        case State.QUEUED | State.CONNECTING:
            driver.connect()
        case State.AWAITING_HELLO:
            driver.connect()
            driver.open()
        case State.GREETED:
            driver.greeted().gone()  # the last IDENTIFY is too recent
            driver.reopened()
        case State.IDENTIFYING | State.RESUMING:
            driver.greeted()
        case State.LIVE:
            driver.live()
        case State.INVALIDATED:
            driver.live().receive(Opcode.INVALID_SESSION, False)
        case State.CLOSING:
            driver.live().receive(Opcode.RECONNECT)
        case State.BACKOFF:
            driver.live().gone()
        case State.ENDING:
            driver.live().close()
        case State.STOPPED:
            driver.close()
        case State.FAILED:
            driver.live().gone(4004)
    assert driver.protocol.state is state
    return driver


def of(kind: type[Any], effects: list[Effect]) -> list[Any]:
    """Return the effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def sent(effects: list[Effect]) -> list[int]:
    """Return the opcodes sent."""
    return [effect.op for effect in effects if isinstance(effect, Send)]


def close_codes(effects: list[Effect]) -> list[int]:
    """Return the codes closed with."""
    return [effect.code for effect in effects if isinstance(effect, Close)]
