"""Each permit to identify is released exactly once, on every path: with a queue and a core, without a socket."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from gatewaysdk.errors import GatewayError, SessionStartsExhausted, TaskCancelled
from gatewaysdk.protocol import Effect, GatewayProtocol
from gatewaysdk.shard.permit import PermitHolder
from gatewaysdk.stats import IDENTIFY_BOUNDS, Durations
from gatewaysdk.tasks.label import UNSHARDED, Label


class Permit:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def used(self) -> None:
        self.calls.append("used")

    def release(self) -> None:
        self.calls.append("release")


class Queue:
    """Grants when told to."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.answers: list[asyncio.Future[Permit]] = []

    async def acquire(self, shard_id: int) -> Permit:
        self.asked.append(shard_id)
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]


class Core:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.identify_pending = True

    def identify_granted(self, now: float) -> list[Effect]:
        self.told.append("granted")
        return []

    def identify_refused(self, error: GatewayError, now: float) -> list[Effect]:
        self.told.append(error)
        self.identify_pending = False
        return []

    def close(self, now: float) -> list[Effect]:
        self.told.append("close")
        self.identify_pending = False
        return []


class House:
    """A holder and all around it."""

    def __init__(self) -> None:
        self.queue = Queue()
        self.core = Core()
        self.failures: list[BaseException] = []
        self.waits = Durations(IDENTIFY_BOUNDS)
        self.holder = PermitHolder(self.queue, Label((2, 8)), self._apply, self._failed, self.waits)

    def _apply(self, effects: list[Effect]) -> None:
        self.holder.settle()

    def _failed(self, where: str, error: BaseException) -> None:
        self.failures.append(error)

    async def ask(self) -> None:
        self.holder.ask(cast(GatewayProtocol, self.core), 2)
        await settle()

    async def granted(self) -> Permit:
        await self.ask()
        permit = Permit()
        self.queue.answers[-1].set_result(permit)
        await settle()
        assert self.core.told[-1] == "granted"
        return permit


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_queue_is_asked_and_the_core_is_told() -> None:
    house = House()
    permit = await house.granted()
    assert house.queue.asked == [2]
    assert permit.calls == []


async def test_the_wait_for_a_permit_is_counted_when_it_is_granted() -> None:
    house = House()
    await house.ask()
    assert house.waits.count == 0
    await house.granted()  # the first question is given up: it never had an answer
    assert house.waits.count == 1
    assert 0 <= house.waits.total < 10


async def test_it_is_used_with_identify_and_released_when_the_core_needs_it_no_more() -> None:
    house = House()
    permit = await house.granted()
    house.holder.use()
    house.holder.settle()
    assert permit.calls == ["used"]
    house.core.identify_pending = False
    house.holder.settle()
    house.holder.settle()
    house.holder.give_up()
    assert permit.calls == ["used", "release"]


async def test_what_is_held_is_released_when_another_is_asked_for() -> None:
    house = House()
    first = await house.granted()
    second = await house.granted()
    assert (first.calls, second.calls) == (["release"], [])


async def test_a_question_that_is_dropped_is_cancelled() -> None:
    house = House()
    await house.ask()
    house.core.identify_pending = False
    house.holder.settle()
    (task,) = house.holder.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert house.queue.answers[0].cancelled()
    assert (house.core.told, house.failures) == ([], [])
    await settle()
    assert list(house.holder.cancel()) == []


async def test_a_permit_that_is_granted_in_the_moment_of_giving_up_is_released() -> None:
    class Deaf(Queue):
        async def acquire(self, shard_id: int) -> Permit:
            try:
                return await super().acquire(shard_id)
            except asyncio.CancelledError:
                return late

    late = Permit()
    house = House()
    house.queue = Deaf()
    house.holder = PermitHolder(house.queue, UNSHARDED, house._apply, house._failed, house.waits)
    await house.ask()
    house.holder.give_up()
    await settle()
    assert late.calls == ["release"]
    assert house.core.told == []


async def test_a_permit_whose_task_is_done_and_not_yet_heard_of_is_released() -> None:
    house = House()

    class AtOnce(Queue):
        async def acquire(self, shard_id: int) -> Permit:
            asyncio.get_running_loop().call_soon(house.holder.give_up)  # runs before the task's callback
            return permit

    permit = Permit()
    house.holder = PermitHolder(AtOnce(), UNSHARDED, house._apply, house._failed, house.waits)
    await house.ask()
    assert permit.calls == ["release"]
    assert house.core.told == []


async def test_the_core_is_told_why_it_may_not() -> None:
    house = House()
    await house.ask()
    error = SessionStartsExhausted(10, 60.0)
    house.queue.answers[0].set_exception(error)
    await settle()
    assert (house.core.told, house.failures) == ([error], [])


async def test_a_queue_that_fails_ends_the_shard_and_leaves_a_core_that_can_start_again() -> None:
    house = House()
    await house.ask()
    error = OSError("the broker is away")
    house.queue.answers[0].set_exception(error)
    await settle()
    assert (house.core.told, house.failures) == (["close"], [error])


async def test_a_task_cancelled_from_outside_is_told() -> None:
    house = House()
    await house.ask()
    house.queue.answers[0].cancel()
    await settle()
    (error,) = house.core.told
    assert isinstance(error, TaskCancelled)
    assert error.task == "gatewaysdk identify, shard 2 of 8"


async def test_what_a_permit_raises_is_not_lost() -> None:
    house = House()
    error = OSError("the broker is away")

    class Broken(Permit):
        def release(self) -> None:
            raise error

    class AtOnce(Queue):
        async def acquire(self, shard_id: int) -> Permit:
            asyncio.get_running_loop().call_soon(house.holder.give_up)
            return Broken()

    house.holder = PermitHolder(AtOnce(), UNSHARDED, house._apply, house._failed, house.waits)
    await house.ask()
    assert house.failures == [error]


async def test_the_log_says_once_that_the_shard_waits(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "gatewaysdk")
    house = House()
    await house.granted()
    house.holder.use()
    house.core.identify_pending = False
    house.holder.settle()
    assert caplog.messages == ["shard 2 of 8: waiting for its turn to identify"]
