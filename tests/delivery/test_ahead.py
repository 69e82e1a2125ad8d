"""Classes are built before their events come, one by one, and the loop goes on between them."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest

from gatewaysdk import Event, Shard, register_event
from gatewaysdk.decoding.known import MODELS
from gatewaysdk.decoding.registry import _classes, build_event, event_class
from gatewaysdk.delivery.ahead import Ahead
from gatewaysdk.simulator import Simulator


async def test_other_work_is_done_between_two_pieces() -> None:
    done: list[str] = []
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    errors: list[BaseException] = []

    def first() -> None:
        done.append("first")
        loop.call_soon(done.append, "other")

    Ahead(errors.append).begin([first, lambda: done.append("second"), over.set])
    await over.wait()
    assert done == ["first", "other", "second"]
    assert not errors


async def test_what_is_cancelled_does_not_run() -> None:
    errors: list[BaseException] = []
    ahead = Ahead(errors.append)
    ahead.begin([lambda: pytest.fail("it ran")])
    ahead.cancel()
    ran = asyncio.Event()
    ahead.begin([ran.set])
    await ran.wait()
    assert not errors


async def test_an_error_is_passed_on_and_ends_the_rest() -> None:
    error = RuntimeError("no")
    found: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    def fails() -> None:
        raise error

    Ahead(found.set_result).begin([fails, lambda: pytest.fail("it ran")])
    assert await found is error
    later = asyncio.Event()
    asyncio.get_running_loop().call_soon(later.set)
    await later.wait()


async def test_a_model_is_built_before_its_event_comes() -> None:
    @register_event
    class Parade(Event):
        event_name: ClassVar[str] = "PARADE"
        marshal_id: int

    try:
        before: bool = Parade.__pydantic_complete__
        assert not before
        async with Simulator(token="simulated-token") as sim:
            shard = Shard(sim.token, url=sim.url, intents=0)

            @shard.on(Parade)
            async def handle(event: Parade) -> None:
                pass

            running = asyncio.create_task(shard.run())
            await sim.wait_for_session()
            complete: bool = Parade.__pydantic_complete__
            assert complete
            await shard.close()
            await running
    finally:
        MODELS.clear()
        del _classes["PARADE"]


def test_to_build_twice_or_an_unknown_name_does_nothing() -> None:
    kind = event_class("TYPING_START")
    assert kind is not None
    build_event(kind)
    build_event(kind)
    assert kind.__pydantic_complete__
