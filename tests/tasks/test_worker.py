"""A worker has a task while there is work, and goes on when something else cancels that."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar, copy_context

import pytest

from gatewaysdk.tasks import worker as _worker
from gatewaysdk.tasks.worker import EAGER, Worker, is_stray, start_task

variable: ContextVar[int] = ContextVar("variable", default=0)


class Digger(Worker):
    """Works off a list; an int is noted, an exception raised, a future awaited."""

    def __init__(self) -> None:
        self.todo: list[object] = []
        self.done: list[object] = []
        self.ends: list[BaseException | None] = []
        super().__init__("digger", copy_context(), lambda _, error: self.ends.append(error))

    def has_work(self) -> bool:
        return bool(self.todo)

    async def work(self) -> None:
        if self.stray is not None:
            self.done.append("stray")
            self.stray = None
        while self.todo:
            item = self.todo.pop(0)
            if isinstance(item, BaseException):
                raise item
            if isinstance(item, asyncio.Future):
                await item
            variable.set(variable.get() + 1)
            self.done.append(item)


async def rounds(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_there_is_a_task_only_while_there_is_work() -> None:
    digger = Digger()
    before = asyncio.all_tasks()
    digger.todo = [1, 2]
    digger.wake()
    digger.wake()
    assert len(asyncio.all_tasks() - before) == 1
    await rounds()
    assert (digger.done, digger.ends, digger.busy) == ([1, 2], [None], False)
    assert asyncio.all_tasks() == before


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_worker, "_MOMENT", 0.0)


@pytest.mark.skipif(not EAGER, reason="Python starts tasks eagerly from 3.12 on")
async def test_at_once_work_is_done_on_return_as_far_as_it_goes_without_waiting() -> None:
    digger, gate = Digger(), asyncio.get_running_loop().create_future()
    digger.todo = [1]
    digger.wake(at_once=True)
    assert (digger.done, digger.busy) == ([1], False)
    digger.todo = [2, gate, 3]
    digger.wake(at_once=True)
    assert (digger.done, digger.busy) == ([1, 2], True)
    gate.set_result(None)
    await rounds()
    assert (digger.done, digger.busy) == ([1, 2, gate, 3], False)


async def test_tasks_share_one_context_and_not_their_callers() -> None:
    digger = Digger()
    for number in range(3):
        digger.todo = [number]
        digger.wake(at_once=True)
        await rounds()
    assert digger._context[variable] == 3
    assert variable.get() == 0


async def test_a_task_that_something_else_cancels_is_replaced_and_the_next_is_told() -> None:
    digger, gate = Digger(), asyncio.get_running_loop().create_future()
    digger.todo = [1, gate, 2]
    digger.wake()
    await rounds()
    assert digger.task is not None
    digger.task.cancel()
    await rounds()
    assert (digger.done, digger.ends, digger.busy) == ([1, "stray", 2], [None], False)


async def test_a_task_that_is_cancelled_before_it_began_is_replaced_too() -> None:
    digger = Digger()
    digger.todo = [1]
    digger.wake()
    assert digger.task is not None
    digger.task.cancel()
    await rounds()
    assert digger.done == ["stray", 1]


async def test_a_cancelled_worker_works_no_more() -> None:
    digger, gate = Digger(), asyncio.get_running_loop().create_future()
    digger.todo = [gate, 1]
    digger.wake()
    await rounds()
    digger.cancel()
    await rounds()
    digger.wake()
    await rounds()
    assert (digger.done, digger.ends, digger.busy) == ([], [None], False)


async def test_what_the_work_raises_ends_it_and_is_handed_on() -> None:
    digger, error = Digger(), ZeroDivisionError()
    digger.todo = [error, 1]
    digger.wake()
    await rounds()
    assert (digger.ends, digger.done, digger.busy) == ([error], [], False)


async def test_work_that_comes_while_the_task_ends_is_not_left_lying() -> None:
    digger = Digger()
    digger.todo = [1]
    digger.wake()
    await asyncio.sleep(0)  # the task is done, and nobody has been told
    digger.todo.append(2)
    digger.wake()
    await rounds()
    assert digger.done == [1, 2]


async def test_a_task_factory_is_honoured() -> None:
    loop, made = asyncio.get_running_loop(), []

    def factory(loop: asyncio.AbstractEventLoop, work: object, **options: object) -> asyncio.Task[object]:
        made.append(work)
        return asyncio.Task(work, loop=loop, **options)  # type: ignore[arg-type]

    async def nothing() -> None: ...

    loop.set_task_factory(factory)  # type: ignore[arg-type]
    try:
        await start_task(nothing(), "named")
    finally:
        loop.set_task_factory(None)
    assert len(made) == 1


async def test_a_stray_cancellation_is_one_that_nobody_meant_for_the_task() -> None:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    try:
        await future
    except asyncio.CancelledError:
        assert is_stray()

    async def meant() -> bool:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            return is_stray()
        return True

    task = asyncio.create_task(meant())
    await asyncio.sleep(0)
    task.cancel()
    assert await task is False


async def test_on_a_loop_that_ends_no_task_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_worker, "_MOMENT", 0.01)
    digger, gate = Digger(), asyncio.get_running_loop().create_future()
    digger.todo = [gate, 1]
    digger.wake()
    await rounds()
    assert digger.task is not None
    digger.task.cancel()
    await rounds()
    assert str((digger.busy, digger.task, digger.done)) == "(True, None, [])"
    digger.cancel()
    assert (digger.busy, digger.ends) == (False, [None])


class Stayer(Digger):
    """Keeps its task while idle."""

    stays = True


async def idle_stayer() -> tuple[Stayer, asyncio.Task[None]]:
    stayer = Stayer()
    stayer.todo = [1]
    stayer.wake()
    await rounds()
    assert (stayer.done, stayer.ends, stayer.busy) == ([1], [None], False)
    assert stayer.task is not None
    return stayer, stayer.task


async def test_a_worker_that_stays_is_woken_in_the_same_task_and_tells_each_time_that_it_is_idle() -> None:
    stayer, task = await idle_stayer()
    stayer.todo = [2, 3]
    stayer.wake()
    stayer.wake()
    assert stayer.busy
    await rounds()
    assert (stayer.done, stayer.ends, stayer.busy) == ([1, 2, 3], [None, None], False)
    assert stayer.task is task
    stayer.cancel()
    await rounds()
    assert task.cancelled()
    assert str(stayer.task) == "None"


async def test_an_idle_worker_whose_task_something_else_cancels_has_lost_nothing() -> None:
    stayer, task = await idle_stayer()
    task.cancel()
    await rounds()
    assert (stayer.task, stayer.busy) == (None, False)
    stayer.todo = [2]
    stayer.wake()
    await rounds()
    assert stayer.done == [1, 2]
    stayer.cancel()


@pytest.mark.parametrize("woken_first", [False, True])
async def test_work_that_comes_as_the_task_of_an_idle_worker_is_cancelled_is_done_by_the_next(
    *, woken_first: bool
) -> None:
    stayer, task = await idle_stayer()
    stayer.todo = [2]
    if woken_first:
        stayer.wake()
    task.cancel()
    if not woken_first:
        stayer.wake()
    await rounds()
    assert (stayer.done, stayer.busy) == ([1, "stray", 2], False)
    stayer.cancel()


async def test_an_idle_worker_lets_go_of_its_task_and_takes_another_when_work_comes() -> None:
    stayer, task = await idle_stayer()
    stayer.let_go()
    stayer.let_go()
    stayer.todo = [2]
    stayer.wake()
    await rounds()
    assert (stayer.done, task.cancelled()) == ([1, 2], True)
    stayer.let_go()
    assert stayer.task is None


async def test_a_busy_worker_does_not_let_go() -> None:
    stayer, _ = await idle_stayer()
    stayer.todo = [2]
    stayer.wake()
    stayer.let_go()
    await rounds()
    assert stayer.done == [1, 2]
    stayer.cancel()


async def test_a_worker_may_let_go_as_it_tells_that_it_is_idle() -> None:
    stayer = Stayer()
    stayer._ended = lambda worker, error: worker.let_go()
    stayer.todo = [1]
    before = asyncio.all_tasks()
    stayer.wake()
    await rounds()
    assert (stayer.done, stayer.task) == ([1], None)
    assert asyncio.all_tasks() == before


async def test_what_the_work_of_a_worker_that_stays_raises_ends_it() -> None:
    stayer, _ = await idle_stayer()
    error = ZeroDivisionError()
    stayer.todo = [error]
    stayer.wake()
    await rounds()
    assert (stayer.ends, stayer.task, stayer.cancelled) == ([None, error], None, True)
