"""The session starts of a day, on the disk."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.errors import ConfigurationError, SessionStartsExhausted, StateError
from gatewaysdk.identify import IdentifyBudget, LocalIdentifyQueue, SessionStartLimit, budget
from gatewaysdk.identify.clock import Moment, moment_now


class MachineClock:
    """The time of a machine that tests let pass, set and reboot."""

    def __init__(self) -> None:
        self.moment = Moment(wall=1_000_000.0, uptime=500.0, boot="one")

    def __call__(self) -> Moment:
        return self.moment

    def pass_on(self, seconds: float) -> None:
        self.moment = replace(self.moment, wall=self.moment.wall + seconds, uptime=self.moment.uptime + seconds)

    def set_date(self, seconds: float) -> None:
        self.moment = replace(self.moment, wall=self.moment.wall + seconds)

    def reboot(self, seconds: float, boot: str = "two") -> None:
        self.moment = Moment(self.moment.wall + seconds, 5.0, boot)


LIMIT = SessionStartLimit(total=30, remaining=20, reset_after=3600.0, max_concurrency=4)


def taken(budget: IdentifyBudget) -> int:
    count = 0
    while budget.take() is None:
        count += 1
    return count


def test_the_next_process_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    first = IdentifyBudget(tmp_path, LIMIT)
    assert [first.take() for _ in range(5)] == [None] * 5
    second = IdentifyBudget(tmp_path)
    assert (second.remaining, second.limit.max_concurrency) == (15, 4)
    assert taken(second) == 5
    assert isinstance(first.take(), SessionStartsExhausted)


def test_without_a_file_it_begins_with_what_every_bot_has(tmp_path: Path) -> None:
    assert IdentifyBudget(tmp_path / "new").limit == SessionStartLimit()
    assert IdentifyBudget(tmp_path / "new", reserve=990).forecast(10).left == 990


def test_what_is_not_used_is_given_back(tmp_path: Path) -> None:
    one = IdentifyBudget(tmp_path, LIMIT)
    assert one.take() is None
    one.give_back()
    one.give_back()
    assert IdentifyBudget(tmp_path).remaining == 21
    full = IdentifyBudget(tmp_path, replace(LIMIT, remaining=30))
    full.give_back()
    assert IdentifyBudget(tmp_path).remaining == 30


def test_a_fresh_answer_replaces_what_was_counted(tmp_path: Path) -> None:
    one = IdentifyBudget(tmp_path, LIMIT)
    assert taken(one) == 10
    IdentifyBudget(tmp_path).renew(replace(LIMIT, remaining=12, max_concurrency=8))
    assert taken(one) == 2
    assert one.limit.max_concurrency == 8


def test_all_are_there_again_after_the_reset(tmp_path: Path) -> None:
    clock = MachineClock()
    one = IdentifyBudget(tmp_path, LIMIT, clock=clock)
    assert taken(one) == 10
    clock.pass_on(3599.0)
    error = one.take()
    assert isinstance(error, SessionStartsExhausted)
    assert (error.remaining, error.reset_after) == (10, 1.0)
    clock.pass_on(1.0)
    assert one.forecast(1).remaining == 30
    assert taken(one) == 20
    clock.pass_on(86_399.0)
    assert taken(one) == 0
    clock.pass_on(1.0)
    assert taken(one) == 20


@pytest.mark.parametrize("seconds", [-1e9, 1e9])
def test_setting_the_date_changes_nothing(tmp_path: Path, seconds: float) -> None:
    clock = MachineClock()
    one = IdentifyBudget(tmp_path, LIMIT, clock=clock)
    assert taken(one) == 10
    clock.set_date(seconds)
    assert one.forecast(1).reset_after == 3600.0
    assert taken(one) == 0


@pytest.mark.parametrize("boot", ["two", "one"])
def test_after_a_reboot_the_date_counts(tmp_path: Path, boot: str) -> None:
    """Also where the system does not tell one start from another: then the lower uptime does."""
    clock = MachineClock()
    one = IdentifyBudget(tmp_path, LIMIT, clock=clock)
    assert taken(one) == 10
    clock.reboot(100.0, boot)
    assert one.forecast(1).reset_after == 3500.0
    clock.reboot(3500.0, boot)
    assert taken(one) == 20


def test_a_date_that_went_back_with_a_reboot_makes_the_wait_no_longer(tmp_path: Path) -> None:
    clock = MachineClock()
    one = IdentifyBudget(tmp_path, LIMIT, clock=clock)
    clock.reboot(-900_000.0)
    assert one.forecast(1).reset_after == 3600.0


def test_this_machine_has_a_moment() -> None:
    one, two = moment_now(), moment_now()
    assert 0 <= two.seconds_since(one) < 60
    assert one.boot == two.boot


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"total": 5}', '{"total": true}', f'{{"total": {"9" * 400}}}', "[" * 9_000, "x" * 20_000],
    ids=["empty", "torn", "list", "null", "incomplete", "flag", "huge", "deep", "long"],
)
def test_a_damaged_file_is_an_error_that_names_it_until_it_is_renewed(tmp_path: Path, text: str) -> None:
    one = IdentifyBudget(tmp_path, LIMIT)
    (tmp_path / "budget.json").write_text(text)
    for act in (one.take, lambda: one.forecast(1), lambda: IdentifyBudget(tmp_path)):
        with pytest.raises(ConfigurationError, match=r"budget\.json holds no count of session starts .*; remove it"):
            act()
    one.give_back()  # must not raise, wherever the shard is
    one.renew(LIMIT)
    assert one.take() is None


@given(
    st.dictionaries(
        st.sampled_from(["total", "remaining", "max_concurrency", "reset_after", "since"]),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(max_size=3),
            st.dictionaries(st.sampled_from(["wall", "uptime", "boot"]), st.one_of(st.floats(), st.text(max_size=3))),
        ),
    )
)
def test_whatever_the_file_holds_it_is_a_count_or_an_error(data: dict[str, object]) -> None:
    try:
        count = budget._Count.parse(data)
    except (ValueError, TypeError, KeyError):  # what is turned into an error for users
        return
    assert count.total >= 1
    assert count.remaining >= 0


@pytest.mark.parametrize("cut", [0, 1, 40, 100])
def test_a_kill_while_it_is_written_leaves_the_count_before(
    tmp_path: Path, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = IdentifyBudget(tmp_path, LIMIT)

    def killed(file: int) -> None:
        os.truncate(file, cut)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        one.take()
    monkeypatch.undo()
    assert IdentifyBudget(tmp_path).remaining == 20


def test_a_file_that_another_process_has_is_tried_again(tmp_path: Path) -> None:
    one = IdentifyBudget(tmp_path, LIMIT)
    assert one.take() is None
    with open(tmp_path / "budget.lock", "r+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            one.take()
        one.give_back()  # must not wait: it is counted with the next start
    assert one.take() is None
    assert IdentifyBudget(tmp_path).remaining == 19


async def test_a_queue_waits_for_the_file(tmp_path: Path) -> None:
    waits = []
    other = os.open(tmp_path / "budget.lock", os.O_RDWR | os.O_CREAT)
    queue = LocalIdentifyQueue(session_starts=IdentifyBudget(tmp_path, LIMIT))
    fcntl.flock(other, fcntl.LOCK_EX)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            os.close(other)

    queue = LocalIdentifyQueue(session_starts=queue.session_starts, sleep=sleep)
    (await queue.acquire(0)).used()
    assert waits == [0.005] * 3
    assert queue.forecast(1).remaining == 19


def test_a_file_that_is_never_let_go_is_an_error_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = IdentifyBudget(tmp_path, LIMIT)
    monkeypatch.setattr(budget, "_PATIENCE", 0.0)
    with open(tmp_path / "budget.lock", "r+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        for act in (lambda: one.renew(LIMIT), lambda: one.forecast(1), lambda: IdentifyBudget(tmp_path)):
            with pytest.raises(StateError, match=r"budget\.lock is held by a process that does not go on; end it"):
                act()
        # What is asked for every second never waits, and goes by the last look.
        assert one.known(1).remaining == LIMIT.remaining
    assert one.take() is None
    assert one.known(1).remaining == LIMIT.remaining - 1


def test_what_others_count_is_known_at_the_next_look(tmp_path: Path) -> None:
    one, two = IdentifyBudget(tmp_path, LIMIT), IdentifyBudget(tmp_path)
    assert two.take() is None
    assert one.known(1).remaining == LIMIT.remaining - 1


def test_a_directory_that_is_gone_is_an_error(tmp_path: Path) -> None:
    one = IdentifyBudget(tmp_path / "gone", LIMIT)
    for path in (tmp_path / "gone").iterdir():
        path.unlink()
    (tmp_path / "gone").rmdir()
    with pytest.raises(ConfigurationError, match=r"session starts cannot be counted: .*gone"):
        one.take()


def test_a_negative_reserve_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="reserve is -1"):
        IdentifyBudget(tmp_path, reserve=-1)
