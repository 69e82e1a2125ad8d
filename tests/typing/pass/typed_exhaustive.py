"""Matches over events that a type checker proves complete."""

from __future__ import annotations

from typing import TypeAlias, assert_never, assert_type

from gatewaysdk import (
    Event,
    GatewayEvent,
    InvalidEvent,
    MessageCreate,
    MessageDelete,
    MessageUpdate,
    Shard,
    UnknownEvent,
    decode_event,
    events,
)
from gatewaysdk.frame import Frame

shard = Shard("token")

Change: TypeAlias = MessageCreate | MessageUpdate | MessageDelete


@shard.on(MessageCreate, MessageUpdate, MessageDelete)
async def log(event: Change) -> None:
    match event:
        case MessageCreate():
            assert_type(event.content, str)
        case MessageUpdate():
            assert_type(event, MessageUpdate)
        case MessageDelete(id=message_id):
            print(message_id.created_at)
        case _:
            assert_never(event)


def name_of(event: GatewayEvent) -> str:
    if isinstance(event, UnknownEvent | InvalidEvent):
        assert_type(event, UnknownEvent | InvalidEvent)
        return event.name
    return event.event_name


def rest(event: events.GatewayEvent) -> None:
    match event:
        case MessageCreate() | MessageUpdate() | MessageDelete():
            assert_type(event, Change)
        case _:
            print(event.event_name)


# What Discord sends is in the union, what you registered yourself is not: hence the check at run time.
@shard.on(Event)
async def everything(event: Event) -> None:
    if isinstance(event, GatewayEvent):
        print(name_of(event))
    else:
        assert_type(event, Event)


async def streams() -> None:
    async for event in shard.events():
        if isinstance(event, GatewayEvent):
            rest(event)
    received = decode_event(Frame(op=0, s=1, t="READY", d={}))
    print(name_of(received) if isinstance(received, GatewayEvent) else received.event_name)
