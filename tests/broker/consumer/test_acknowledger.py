"""The log is told which events are done."""

from __future__ import annotations

import asyncio
from contextvars import copy_context

import pytest

from gatewaysdk.broker.consumer.acknowledger import Acknowledger
from gatewaysdk.broker.consumer.held import Held
from gatewaysdk.broker.protocols import LoggedEvent
from gatewaysdk.codec import get_codec
from gatewaysdk.errors import LeaseLost

from .conftest import typing


class Delivery:
    """A `Delivered` whose answer the test gives."""

    def __init__(self) -> None:
        self.event: LoggedEvent = typing(1)
        self.attempt = 1
        self.asked = asyncio.Event()
        self.answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def done(self) -> None:
        self.asked.set()
        await self.answer

    async def failed(self, delay: float = 0.0) -> None:
        raise AssertionError("nothing fails here")


@pytest.mark.parametrize("answer", [None, LeaseLost("another has it")])
async def test_what_was_delivered_again_meanwhile_is_told_for_that_delivery_too(answer: LeaseLost | None) -> None:
    noted: list[Held] = []
    ended = asyncio.Event()
    acknowledger = Acknowledger(noted.append, "a test", copy_context(), lambda worker, error: ended.set())
    first, second = Delivery(), Delivery()
    codec = get_codec("json")
    held = Held(first, codec, codec.envelope_of_data("TYPING_START", 1, first.event.data), None, None)
    async with asyncio.timeout(10):
        acknowledger.add(held)
        await first.asked.wait()
        held.delivered = second  # as the intake does with an event that is in hand
        if answer is None:
            first.answer.set_result(None)
        else:
            first.answer.set_exception(answer)
        await second.asked.wait()
        assert noted == []
        second.answer.set_result(None)
        await ended.wait()
    assert noted == [held]
