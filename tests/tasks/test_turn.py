"""A turn's clock is the loop's, read in the cheapest way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from gatewaysdk.tasks.turn import get_clock


async def test_on_a_loop_of_asyncio_the_clock_is_read_without_a_method_and_tells_the_same() -> None:
    loop, clock = asyncio.get_running_loop(), get_clock()
    if isinstance(loop, asyncio.BaseEventLoop):  # else it is uvloop's, whose method is in C
        assert clock is time.monotonic
    before = loop.time()
    now = clock()
    assert before <= now <= loop.time()


class Still(asyncio.SelectorEventLoop):
    """Its clock stands still."""

    def time(self) -> float:
        return 7.0


def put_in_place() -> asyncio.AbstractEventLoop:
    loop = asyncio.SelectorEventLoop()
    loop.time = lambda: 7.0  # type: ignore[method-assign]
    return loop


@pytest.mark.parametrize("factory", [Still, put_in_place])
def test_a_loop_with_a_clock_of_its_own_is_asked_for_the_time(factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def read() -> float:
        return get_clock()()

    with asyncio.Runner(loop_factory=factory) as runner:
        assert runner.run(read()) == 7.0
