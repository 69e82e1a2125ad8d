"""The queue of a stream alone."""

from __future__ import annotations

from gatewaysdk import Event, UnknownEvent
from gatewaysdk.delivery.stream import Channel

EVENT = UnknownEvent.model_construct(name="X", data=None)


def make() -> Channel:
    return Channel((Event,), 10, 1000, None)


async def test_what_was_let_go_of_tells_how_far_its_reader_came() -> None:
    channel = make()
    for s in (1, 2, 3):
        await channel.put((0, s), EVENT, 1)
    await channel.get()
    channel.settle()
    channel.abandon()
    assert channel.oldest == (0, 2)


async def test_so_does_the_first_event_after_that_if_nothing_was_left() -> None:
    channel = make()
    await channel.put((0, 1), EVENT, 1)
    await channel.get()
    channel.settle()
    channel.abandon()
    before = channel.oldest, channel.wants_name("X")
    assert before == (None, True)
    await channel.put((0, 2), EVENT, 1)
    await channel.put((0, 3), EVENT, 1)
    assert channel.oldest == (0, 2)
    assert not channel.wants_name("X")


async def test_a_reader_that_wants_nothing_any_more_notes_nothing() -> None:
    channel = make()
    channel.drop()
    channel.abandon()
    await channel.put((0, 1), EVENT, 1)
    assert channel.oldest is None
    assert not channel.wants_name("X")
