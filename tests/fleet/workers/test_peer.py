"""Calls between two processes, here between two ends in one."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, GatewayError, StateError
from gatewaysdk.fleet.workers.messages import LifeSign, portable
from gatewaysdk.fleet.workers.peer import Peer, Service
from gatewaysdk.fleet.workers.pipe import Pipe


def pair(services: dict[str, Service]) -> tuple[Peer, Peer]:
    """Return two ends; what one sends arrives at the other in the next round of the loop."""
    loop = asyncio.get_running_loop()
    ends: list[Peer] = []

    def sender(other: int) -> Callable[[Any], None]:
        def send(message: Any) -> None:
            loop.call_soon(ends[other].take, message)

        return send

    ends += [Peer(sender(1), {}), Peer(sender(0), services)]
    return ends[0], ends[1]


class Unknown(Exception):
    """An error whose copy cannot be made."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


async def double(number: int) -> int:
    return 2 * number


async def refuse() -> None:
    raise StateError("not now")


async def refuse_oddly() -> None:
    raise Unknown(1, 2)


async def test_a_call_gives_the_result_or_the_error() -> None:
    caller, _ = pair({"double": double, "refuse": refuse, "oddly": refuse_oddly})
    assert await asyncio.gather(*(caller.call("double", number) for number in range(5))) == [0, 2, 4, 6, 8]
    with pytest.raises(StateError, match="not now"):
        await caller.call("refuse")
    with pytest.raises(GatewayError, match="Unknown: 1 and 2"):
        await caller.call("oddly")
    with pytest.raises(ConfigurationError, match="double cannot go to another process"):
        await caller.call("double", lambda: None)


async def test_who_waits_no_more_ends_the_work() -> None:
    cancelled = asyncio.Event()
    begun = asyncio.Event()

    async def long() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    caller, _ = pair({"long": long})
    task = asyncio.create_task(caller.call("long"))
    await begun.wait()
    task.cancel()
    await asyncio.wait_for(cancelled.wait(), 5)


async def test_the_end_of_the_other_ends_calls() -> None:
    begun = asyncio.Event()

    async def long() -> None:
        begun.set()
        await asyncio.Event().wait()

    caller, server = pair({"long": long})
    task = asyncio.create_task(caller.call("long"))
    await begun.wait()
    gone = GatewayError("gone")
    caller.end(gone)
    server.end(gone)
    for one in (task, caller.call("long")):
        with pytest.raises(GatewayError, match="gone"):
            await one
    caller.tell("long")  # to nobody


def test_an_error_that_cannot_be_read_elsewhere_says_the_same() -> None:
    odd = Unknown(1, 2)
    odd.add_note("in shard 3 of 8")
    same = portable(odd)
    assert (type(same), str(same), same.__notes__) == (GatewayError, "Unknown: 1 and 2", ["in shard 3 of 8"])
    error = StateError("no")
    assert portable(error) is error


async def test_a_pipe_keeps_order_and_spares_what_nobody_reads(caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = multiprocessing.Pipe()
    got: list[Any] = []
    ended = asyncio.Event()
    pipe = Pipe(ours, got.append, ended.set)
    # Nobody reads: the buffers of the pipe are full after some, and no more than a bounded number waits.
    for number in range(5000):
        pipe.send(LifeSign([], None) if number else "x" * 1_000_000, spare=True)
    assert pipe._out.qsize() <= 100
    pipe.send("must go")
    assert theirs.recv() == "x" * 1_000_000
    while theirs.recv() != "must go":
        pass
    caplog.set_level(logging.WARNING)
    theirs.send_bytes(b"no pickle")
    theirs.send("after it")
    theirs.close()
    await asyncio.wait_for(ended.wait(), 5)
    await pipe.wait_closed(5)
    assert got == ["after it"]
    assert "cannot be read" in caplog.text
    pipe.send("to nobody")
