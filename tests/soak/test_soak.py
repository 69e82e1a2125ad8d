"""Fifty simulated months; and broken protocols, each of which the soak must detect."""

from __future__ import annotations

from typing import Any

import pytest

from gatewaysdk.errors import GatewayError
from gatewaysdk.frame import Frame
from gatewaysdk.protocol import Dispatch, Effect, GatewayProtocol, Opcode, Send, State
from gatewaysdk.protocol.permit import Permit

from .gateway import Broken
from .runner import replay, run_seeds
from .world import soak


def test_fifty_months_lose_nothing_and_repeat_nothing() -> None:
    total, failures = run_seeds(range(50))
    assert failures == {}
    assert total.counts["seeds"] == 50
    assert total.counts["lost"] == total.counts["twice"] == 0
    # That nothing failed means little unless much was tried.
    assert len(total.faults) >= 65
    assert len(total.ways) >= 40
    assert min(total.counts[kind] for kind in ("events replayed", "resumes", "heartbeats", "commands")) > 5_000
    assert total.most_identifies_a_day < 1000


def test_a_seed_fixes_all_that_happens() -> None:
    assert replay(7, days=3) == replay(7, days=3)
    assert replay(7, days=3) != replay(8, days=3)


class LosesEvents(GatewayProtocol):
    def receive(self, frame: Frame, now: float) -> list[Effect]:
        if frame.op == Opcode.DISPATCH and frame.s is not None and frame.s % 20 == 0:
            return []
        return super().receive(frame, now)


class RepeatsEvents(GatewayProtocol):
    def receive(self, frame: Frame, now: float) -> list[Effect]:
        effects = super().receive(frame, now)
        again = frame.op == Opcode.DISPATCH and frame.s is not None and frame.s % 20 == 0
        return effects + [effect for effect in effects if again and isinstance(effect, Dispatch)]


class ForgetsTheSession(GatewayProtocol):
    def connection_closed(self, code: int | None, reason: str, now: float) -> list[Effect]:
        self._tracker.drop()
        return super().connection_closed(code, reason, now)


class ClaimsTooMuch(GatewayProtocol):
    def connection_closed(self, code: int | None, reason: str, now: float) -> list[Effect]:
        if self._tracker.sequence is not None:
            self._tracker.sequence += 1
        return super().connection_closed(code, reason, now)


class BeatsLate(GatewayProtocol):
    @property
    def deadline(self) -> float | None:
        deadline = super().deadline
        return None if deadline is None else deadline + 5


class NeverBeats(GatewayProtocol):
    @property
    def deadline(self) -> float | None:
        return self._timer if self.state is not State.LIVE else 1e12


class IdentifiesAtOnce(GatewayProtocol):
    @property
    def _identify_allowed_at(self) -> float:
        return 0.0


class AsksNobodyToConnect(GatewayProtocol):
    def _open(self, now: float) -> list[Effect]:
        super()._open(now)
        return self.identify_granted(now)


class AsksNobodyAfterOp9(GatewayProtocol):
    def _introduce(self, now: float) -> list[Effect]:
        self._permit = Permit.GRANTED
        return super()._introduce(now)


class TrustsASilentGateway(GatewayProtocol):
    def handle_timeout(self, now: float) -> list[Effect]:
        if self.state in (State.AWAITING_HELLO, State.IDENTIFYING, State.RESUMING):
            self._timer = now + 60
        return super().handle_timeout(now)


class GivesUpOnDns(GatewayProtocol):
    def connect_failed(self, error: GatewayError, now: float) -> list[Effect]:
        effects = super().connect_failed(error, now)
        if self.state is State.BACKOFF:
            self._timer = now + 1e9
        return effects


class IgnoresTheSendLimit(GatewayProtocol):
    def send(self, op: int, d: Any, now: float, ticket: object | None = None, **options: Any) -> list[Effect]:
        self._outbox.new_connection()
        return super().send(op, d, now, ticket, **options)


class SendsTwice(GatewayProtocol):
    def send(self, op: int, d: Any, now: float, ticket: object | None = None, **options: Any) -> list[Effect]:
        effects = super().send(op, d, now, ticket, **options)
        return effects + [effect for effect in effects if isinstance(effect, Send)]


class KeepsTheOldPresence(GatewayProtocol):
    def send(self, op: int, d: Any, now: float, ticket: object | None = None, **options: Any) -> list[Effect]:
        identify = self._identify
        effects = super().send(op, d, now, ticket, **options)
        self._identify = identify
        return effects


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        (LosesEvents, "follows|holds the session"),
        (RepeatsEvents, "a second time"),
        (ForgetsTheSession, "holds the session"),
        (ClaimsTooMuch, "holds the session"),
        (BeatsLate, "woken for nothing|no heartbeat for"),
        (NeverBeats, "no heartbeat for"),
        (IdentifiesAtOnce, "after the last time"),
        (AsksNobodyToConnect, "opens a socket for a new session without a permit"),
        (AsksNobodyAfterOp9, "identifies without a permit"),
        (TrustsASilentGateway, "still .* after the last fault"),
        (GivesUpOnDns, "still backoff"),
        (IgnoresTheSendLimit, "121 frames"),
        (SendsTwice, "it was the turn of"),
        (KeepsTheOldPresence, "with the presence"),
    ],
)
def test_a_broken_protocol_is_found_out(kind: type[GatewayProtocol], complaint: str) -> None:
    with pytest.raises(Broken, match=complaint):
        soak(0, kind=kind)
