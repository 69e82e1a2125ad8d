"""Work that is begun in a task's name goes as it would in the task: both ways are run, and what they tell compared."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import _standby
from gatewaysdk._standby import Standby

variable: ContextVar[str] = ContextVar("variable", default="unset")


class Worker:
    """A task on standby. It does one piece of work after the other, and tells how it ended."""

    def __init__(self) -> None:
        self.standby = Standby()
        self.rounds = 0
        self.task = self.standby.start(self._run(), "worker")

    async def _run(self) -> None:
        while True:
            self.rounds += 1
            await self.standby.wait()

    async def park(self) -> None:
        """Let the task come to its wait."""
        while not self.standby.may_begin():  # noqa: ASYNC110 - nothing tells that a task waits
            await asyncio.sleep(0)

    async def end(self) -> str:
        """Stop the task, and tell how it ended."""
        self.task.cancel()
        await asyncio.wait([self.task])
        return outcome(self.task)


def outcome(task: asyncio.Task[None]) -> str:
    if task.cancelled():
        return "cancelled"
    return repr(task.exception())


async def parked() -> Worker:
    worker = Worker()
    await worker.park()
    return worker


async def rounds(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


# What a piece of work may do, and how it is told from outside.

Log: TypeAlias = list[str]
Step: TypeAlias = Callable[[Log], Awaitable[None]]


async def say(log: Log) -> None:
    task = asyncio.current_task()
    assert task is not None
    log.append(f"{task.get_name()} {variable.get()} {task.cancelling()}")


async def assign(log: Log) -> None:
    variable.set(f"set after {len(log)}")


async def give_way(log: Log) -> None:
    await asyncio.sleep(0)


async def await_child(log: Log) -> None:
    async def child() -> None:
        try:
            await rounds(2)
        except asyncio.CancelledError:
            log.append("child cancelled")
            await rounds(2)
            log.append("child gone")
            raise

    task = asyncio.create_task(child())
    try:
        await task
    finally:
        log.append(f"done {task.done()}")


async def time_out(log: Log) -> None:
    try:
        async with asyncio.timeout(0):
            await asyncio.get_running_loop().create_future()
    except TimeoutError:
        log.append("timed out")


async def group(log: Log) -> None:
    async def fail() -> None:
        raise ValueError("of a child")

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
            await asyncio.get_running_loop().create_future()
    except ExceptionGroup as error:
        log.append(str(error))


async def reset(log: Log) -> None:
    token = variable.set("for a while")
    await asyncio.sleep(0)
    variable.reset(token)


async def cancel_itself(log: Log) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel("why")  # as all who cancel here: which of two messages a task is told, asyncio does not promise


async def await_what_is_done(log: Log) -> None:
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    await done


async def await_what_was_cancelled(log: Log) -> None:
    gone = asyncio.get_running_loop().create_future()
    gone.cancel()
    try:
        await gone
    except asyncio.CancelledError:
        log.append("let out a cancellation")
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise


async def swallow(log: Log) -> None:
    try:
        await rounds(3)
    except asyncio.CancelledError:
        log.append("swallowed")
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()


async def hold_out(log: Log) -> None:
    try:
        await rounds(3)
    finally:
        log.append("cleaning up")
        await asyncio.sleep(0)
        log.append("clean")


async def bad_yield(log: Log) -> None:
    class Bad:
        def __await__(self) -> Any:
            yield 7

    try:
        await Bad()
    except RuntimeError as error:
        log.append(str(error)[:20])


STEPS: list[Step] = [
    say,
    assign,
    give_way,
    await_child,
    time_out,
    group,
    reset,
    cancel_itself,
    await_what_is_done,
    await_what_was_cancelled,
    swallow,
    hold_out,
    bad_yield,
]


async def work(log: Log, steps: list[Step]) -> None:
    try:
        for step in steps:
            log.append(step.__name__)
            await step(log)
            await say(log)
    except BaseException as error:
        log.append(f"ended by {error!r}")
        raise


async def by_the_task(steps: list[Step], cancel_after: int | None) -> Log:
    """Run work in a task of its own, and cancel it after some rounds of the loop."""
    log: Log = []

    async def run() -> None:
        await work(log, steps)
        log.append(variable.get())
        await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(run(), name="worker")
    if cancel_after is not None:
        await rounds(cancel_after)
        task.cancel("why")
    await rounds(60)
    task.cancel()
    await asyncio.wait([task])
    return [*log, outcome(task)]


async def by_another(steps: list[Step], *, cancel: bool) -> Log:
    """Begin work in a task's name, and cancel the task before it has taken over."""
    log: Log = []
    worker = await parked()

    async def run() -> None:
        await work(log, steps)
        log.append(variable.get())

    caller = asyncio.current_task()
    worker.standby.begin(run())
    assert asyncio.current_task() is caller
    assert variable.get() == "unset"
    if cancel:
        worker.task.cancel("why")
    await rounds(60)
    return [*log, await worker.end()]


def check(steps: list[Step], *, cancel: bool) -> None:
    # A task is cancelled as soon as it waits; or a round later, as what it awaits hears of it when the task takes over.
    expected = [asyncio.run(by_the_task(steps, after)) for after in ([1, 2] if cancel else [None])]
    assert asyncio.run(by_another(steps, cancel=cancel)) in expected


@given(st.lists(st.sampled_from(STEPS), max_size=6), st.booleans())
def test_work_goes_as_it_would_in_the_task(steps: list[Step], cancel: bool) -> None:
    check(steps, cancel=cancel)


@pytest.mark.parametrize("cancel", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_each_step_goes_as_it_would_in_the_task(step: Step, cancel: bool) -> None:
    check([step], cancel=cancel)


async def test_work_that_waits_for_nothing_is_done_at_once_and_wakes_nobody() -> None:
    worker, log = await parked(), list[str]()
    for _ in range(3):
        worker.standby.begin(say(log))
    await rounds()
    assert log == ["worker unset 0"] * 3
    assert worker.rounds == 1
    await worker.end()


async def test_nothing_is_begun_while_what_was_begun_waits() -> None:
    worker, log = await parked(), list[str]()
    blocked = asyncio.Event()

    async def wait() -> None:
        await blocked.wait()
        await say(log)

    worker.standby.begin(wait())
    assert not worker.standby.may_begin()
    await rounds()
    assert not worker.standby.may_begin()
    blocked.set()
    await worker.park()
    assert log == ["worker unset 0"]
    await worker.end()


class Loop(asyncio.SelectorEventLoop):
    """A loop whose clock is set by hand."""

    now = 100.0

    def time(self) -> float:
        return self.now


def test_what_comes_fast_is_left_to_the_task() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        worker = Worker()
        await asyncio.sleep(0)
        allowed = []
        for _ in range(6):
            allowed.append(worker.standby.may_begin())
            loop.now += 0.00006
        assert allowed == [True, False, True, False, True, False]
        await worker.end()

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main())


async def test_a_task_that_is_not_there_yet_or_is_woken_or_cancelled_takes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_standby, "_APART", 0.0)  # so that the time is no reason
    assert not Standby().may_begin()
    worker = Worker()
    assert not worker.standby.may_begin()  # it has not run yet
    await worker.park()
    worker.standby.wake()
    assert not worker.standby.may_begin()
    await worker.park()
    worker.task.cancel()
    assert not worker.standby.may_begin()
    assert await worker.end() == "cancelled"


@pytest.mark.parametrize("error", [ValueError("mine"), SystemExit(3), KeyboardInterrupt()])
async def test_what_the_work_raises_goes_to_who_began_it(error: BaseException) -> None:
    worker, caller = await parked(), asyncio.current_task()

    async def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        worker.standby.begin(fail())
    assert asyncio.current_task() is caller
    assert not worker.task.done()
    await worker.end()


async def test_a_cancellation_that_the_work_lets_out_ends_the_task() -> None:
    worker = await parked()

    async def let_out() -> None:
        raise asyncio.CancelledError

    worker.standby.begin(let_out())
    await asyncio.wait([worker.task])
    assert outcome(worker.task) == "cancelled"


async def test_what_the_rest_of_the_work_raises_ends_the_task() -> None:
    worker = await parked()

    async def fail() -> None:
        await asyncio.sleep(0)
        raise ValueError("mine")

    worker.standby.begin(fail())
    await asyncio.wait([worker.task])
    assert outcome(worker.task) == "ValueError('mine')"


@pytest.mark.parametrize("accepts_context", [True, False])
def test_nothing_is_begun_in_the_name_of_tasks_that_others_make(accepts_context: bool) -> None:
    def old(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return asyncio.Task(work, loop=loop)

    def new(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **more: Any) -> asyncio.Task[Any]:
        return asyncio.Task(work, loop=loop, **more)

    async def main() -> None:
        asyncio.get_running_loop().set_task_factory(new if accepts_context else old)  # type: ignore[arg-type]  # the old kind takes no context
        worker = Worker()
        await rounds()
        assert not worker.standby.may_begin()
        worker.standby.wake()
        await rounds()
        assert worker.rounds == 2
        await worker.end()

    asyncio.run(main())


def test_work_whose_loop_ends_is_closed_without_a_word() -> None:
    log: Log = []

    async def wait() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            log.append("closed")

    async def main() -> None:
        worker = await parked()
        worker.standby.begin(wait())

    asyncio.run(main())  # which cancels the worker, before it has taken over
    gc.collect()
    assert log == ["closed"]
