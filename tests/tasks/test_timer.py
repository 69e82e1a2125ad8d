"""The timer by itself: deadlines, and a loop that stood still."""

from __future__ import annotations

import asyncio

import pytest

from gatewaysdk.tasks.timer import Timer


class Clock:
    """What the timer does, on a loop whose clock is set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._real, self._lost = loop.time, 0.0
        monkeypatch.setattr(loop, "time", lambda: self._real() + self._lost)
        self.due = 0
        self.stalls: list[float] = []
        self.failures: list[BaseException] = []
        self.raises: Exception | None = None
        self.happened = asyncio.Event()
        self.timer = Timer(self._due, self._stalled, lambda _, error: self.failures.append(error))

    def now(self) -> float:
        return self._real() + self._lost

    def lose(self, seconds: float) -> None:
        self._lost += seconds

    def _due(self) -> None:
        self.due += 1
        self.happened.set()
        if self.raises is not None:
            raise self.raises

    def _stalled(self, seconds: float) -> None:
        self.stalls.append(seconds)
        self.happened.set()

    async def next(self) -> None:
        await asyncio.wait_for(self.happened.wait(), 10)
        self.happened.clear()


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_a_deadline_calls_once(clock: Clock) -> None:
    clock.timer.set(clock.now() + 0.01)
    clock.timer.set(clock.now() + 0.001)
    await clock.next()
    assert (clock.due, clock.stalls) == (1, [])


async def test_a_stall_is_told_once_and_what_is_read_meanwhile_does_not_put_it_off(clock: Clock) -> None:
    overdue = clock.now() + 0.001
    clock.timer.set(overdue)
    clock.lose(30)
    await clock.next()
    assert (clock.due, len(clock.stalls)) == (0, 1)
    assert 29 < clock.stalls[0] < 31
    for _ in range(79):  # each frame of a replay has the timer set anew
        clock.timer.set(overdue)
        await asyncio.sleep(0)
    await clock.next()
    assert (clock.due, len(clock.stalls)) == (1, 1)


async def test_a_cancelled_timer_calls_nothing_and_can_be_set_again(clock: Clock) -> None:
    clock.timer.set(clock.now() + 0.001)
    clock.lose(30)
    await clock.next()
    clock.timer.cancel()
    clock.timer.set(clock.now() + 0.001)
    await clock.next()
    assert (clock.due, len(clock.stalls)) == (1, 1)


async def test_what_a_callback_raises_is_told(clock: Clock) -> None:
    clock.raises = ZeroDivisionError()
    clock.timer.set(clock.now())
    await clock.next()
    assert clock.failures == [clock.raises]
