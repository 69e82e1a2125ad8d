"""Matches over events that claim to be complete and are not."""

from __future__ import annotations

from typing import assert_never

from gatewaysdk import Event, GatewayEvent, MessageCreate, MessageDelete, MessageUpdate, Shard, UnknownEvent

shard = Shard("token")


@shard.on(MessageCreate, MessageUpdate, MessageDelete)
async def forgets_one_of_three(event: MessageCreate | MessageUpdate | MessageDelete) -> None:
    match event:
        case MessageCreate() | MessageDelete():
            pass
        case _:
            assert_never(event)  # error: incompatible type "MessageUpdate"  # pyright: "MessageUpdate"


def forgets_most(event: GatewayEvent) -> None:
    match event:
        case MessageCreate() | UnknownEvent():
            pass
        case _:
            assert_never(event)  # error: incompatible type "ApplicationCommand.*more items  # pyright: InvalidEvent


def forgets_what_is_registered(event: Event) -> None:
    if isinstance(event, GatewayEvent):
        return
    assert_never(event)  # error: incompatible type "Event"  # pyright: "Event"


@shard.on(Event)  # error: incompatible type.*ApplicationCommand  # pyright: "Event" is not assignable to type "GatewayEvent"
async def takes_less_than_it_is_given(event: GatewayEvent) -> None: ...


async def reads(event: GatewayEvent) -> None:
    print(event.content)  # error: "Ready" of .* has no attribute "content"  # pyright: "content" for class "Ready"
    forgets_most(await shard.receive())  # error: incompatible type "Event"  # pyright: "Event" is not assignable
