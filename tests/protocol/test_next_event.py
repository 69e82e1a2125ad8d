"""The quick way for events: what it lets by is what `receive` would do no more with than pass it on."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.frame import Frame
from gatewaysdk.protocol import Dispatch, State

from .driver import Driver, arrived_at


@given(
    st.sampled_from(State),
    st.sampled_from([0, 0, 0, 1, 7, 9, 10, 11, 43]),
    st.one_of(st.none(), st.integers(-3, 50), st.just(2**63)),
    st.sampled_from(["MESSAGE_CREATE", "READY", "RESUMED", "BRAND_NEW", None]),
)
def test_it_is_what_receive_does(state: State, op: int, s: int | None, t: str | None) -> None:
    quick, slow = arrived_at(state), arrived_at(state)
    before = (quick.protocol.sequence, quick.protocol.state, quick.protocol.deadline)
    if quick.protocol.is_next_event(op, s, t):
        frame = Frame(op, {}, s, t)
        assert slow.protocol.receive(frame, slow.now) == [Dispatch(frame)]
        assert quick.protocol.sequence == slow.protocol.sequence == s
        assert (quick.protocol.state, quick.protocol.deadline) == (slow.protocol.state, slow.protocol.deadline)
    else:
        assert (quick.protocol.sequence, quick.protocol.state, quick.protocol.deadline) == before


def test_it_takes_the_events_of_a_live_session_and_nothing_else() -> None:
    taken = [state for state in State if arrived_at(state).protocol.is_next_event(0, 40, "MESSAGE_CREATE")]
    assert taken == [State.LIVE]
    protocol = Driver().live().protocol
    odd: list[tuple[int, Any, str]] = [(0, 1, "TYPING_START"), (0, None, "TYPING_START"), (0, 9, "READY"), (11, 9, "X")]
    assert [protocol.is_next_event(*one) for one in odd] == [False] * 4
    assert protocol.is_next_event(0, 7, "TYPING_START")  # a gap is Discord's affair
    assert protocol.sequence == 7
