"""The backlog alone: its bounds, its order, and which events it drops."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import DropEvents, EventsDropped, TypingStart
from gatewaysdk.delivery.backlog import Backlog, Item
from gatewaysdk.delivery.overflow import Overflow
from gatewaysdk.stats import Stats


def item(s: int, size: int = 10, name: str = "MESSAGE_CREATE") -> Item:
    return 0, (0, s, name, b"x" * size, 0, None), None, size, None


def make(
    size: int = 4, most_bytes: int = 1000, overflow: Overflow = "pause", *, lined: bool = False
) -> tuple[Backlog, Stats]:
    stats = Stats()
    return Backlog(size, most_bytes, overflow, stats, lined=lined), stats


def numbers(backlog: Backlog, taken: Iterator[int]) -> list[int | None]:
    return [backlog.taken[number][1][1] for number in taken]


def test_to_ask_for_the_next_is_to_be_done_with_the_one_before() -> None:
    backlog, _ = make()
    for s in (1, 2):
        backlog.put(item(s))
    take = backlog.take()
    first = next(take)
    assert (backlog.oldest, len(backlog), backlog.bytes) == ((0, 1), 2, 20)
    second = next(take)
    assert first not in backlog.taken
    assert (backlog.oldest, backlog.bytes) == ((0, 2), 10)
    backlog.done(second)
    assert next(take, None) is None
    assert (len(backlog), backlog.bytes, backlog.oldest) == (0, 0, None)


def test_reading_stops_at_the_count_and_goes_on_at_half_of_it() -> None:
    backlog, _ = make(size=4)
    assert [backlog.put(item(s)) for s in range(5)] == [False, False, False, True, True]
    take = backlog.take()
    for _ in range(3):
        next(take)
    assert not backlog.has_room()
    next(take)
    assert backlog.has_room()
    assert not backlog.full


def test_reading_stops_at_the_bytes_too_but_one_event_is_always_taken() -> None:
    backlog, _ = make(size=100, most_bytes=100)
    assert backlog.put(item(1, 5000))
    assert len(backlog) == 1
    assert list(numbers(backlog, backlog.take())) == [1]
    assert backlog.has_room()
    assert [backlog.put(item(s, 60)) for s in (2, 3)] == [False, True]


@pytest.mark.parametrize("overflow", ["drop_oldest", DropEvents("MESSAGE_CREATE")])
def test_an_event_that_is_too_large_for_what_is_left_goes_or_makes_others_go(overflow: Overflow) -> None:
    backlog, stats = make(size=100, most_bytes=100, overflow=overflow)
    for s in (1, 2, 3):
        backlog.put(item(s, 45))
    assert backlog.bytes == 90
    assert stats.dropped == 1
    assert numbers(backlog, backlog.take()) == ([2, 3] if overflow == "drop_oldest" else [1, 2])


def test_what_is_in_hand_is_never_let_go_the_new_one_is() -> None:
    backlog, stats = make(size=2, overflow="drop_oldest")
    take = backlog.take()
    for s in (1, 2):
        backlog.put(item(s))
    next(take)
    backlog.put(item(3))
    assert [one[1][1] for one in backlog.waiting] == [3]
    in_hand, _ = make(size=1, overflow="drop_oldest")
    in_hand.put(item(1))
    next(in_hand.take())
    in_hand.put(item(2))
    assert len(in_hand) == 1
    assert stats.dropped == 1


def test_names_that_nobody_knows_are_counted_as_one() -> None:
    backlog, stats = make(size=1, overflow="drop_oldest")
    for s in range(5):
        backlog.put(item(s, name=f"MADE_UP_{s}"))
    assert stats.dropped_by_event == {"(unknown)": 4}


def test_what_was_let_go_is_told_when_there_is_room() -> None:
    backlog, _ = make(size=2, overflow=DropEvents(TypingStart))
    for s in range(2):
        backlog.put(item(s))
    backlog.put(item(2, name="TYPING_START"))
    assert backlog.take_dropped() is None
    for _ in backlog.take():
        pass
    assert backlog.has_room()
    told = backlog.take_dropped()
    assert isinstance(told, EventsDropped)
    assert told.counts == {"TYPING_START": 1}
    assert backlog.take_dropped() is None


def test_broken_off_work_waits_again_in_order() -> None:
    backlog, _ = make(size=10, lined=True)
    for s in (1, 2, 3):
        backlog.put(item(s))
    for key in ("a", "b"):
        number = backlog.take_one()
        backlog.line_up(number, backlog.taken[number], key)
    next(backlog.take_from("a"))
    backlog.put_back()
    assert [one[1][1] for one in backlog.waiting] == [1, 2, 3]
    assert (len(backlog), backlog.bytes, backlog.has_line("b")) == (3, 30, False)


Step = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 40)),
    st.tuples(st.just("line up"), st.integers(0, 2)),
    st.tuples(st.just("begin"), st.integers(0, 2)),
    st.tuples(st.just("done"), st.integers(0, 5)),
)


@given(st.lists(Step, max_size=120), st.integers(1, 8), st.integers(20, 200))
def test_pain_16_no_mode_holds_more_than_its_bounds(steps: list[tuple[str, int]], size: int, most_bytes: int) -> None:
    """With ``drop_oldest``, lines or not, all that came is done, held or counted as dropped; lines keep their order."""
    backlog, stats = make(size, most_bytes, "drop_oldest", lined=True)
    came = done = 0
    lines: dict[int, list[int]] = {}
    hands: dict[int, Iterator[int]] = {}
    work: dict[int, int] = {}
    for what, value in steps:
        if what == "put":
            came += 1
            backlog.put(item(came, value))
        elif what == "line up" and backlog.waiting:
            number = backlog.take_one()
            backlog.line_up(number, backlog.taken[number], value)
        elif what == "begin" and backlog.has_line(value) and value not in work:
            hands[value] = backlog.take_from(value)
            first = next(hands[value], None)
            if first is not None:
                work[value] = first
                s = backlog.taken[first][1][1]
                assert s is not None
                lines.setdefault(value, []).append(s)
        elif what == "done" and value in work:
            backlog.done(work.pop(value))
            done += 1
        assert len(backlog) <= size
        assert backlog.bytes <= most_bytes or len(backlog) == 1
        assert came == done + len(backlog) + stats.dropped
        assert backlog.bytes == sum(one[3] for one in (*backlog.waiting, *backlog.taken.values()))
    assert all(order == sorted(order) for order in lines.values())
