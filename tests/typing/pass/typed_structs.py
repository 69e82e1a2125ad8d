"""Structs: the class that a handler names chooses the family, for type checkers as when the program runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, assert_never, assert_type

from gatewaysdk import (
    AnyEvent,
    Event,
    MessageCreate,
    Shard,
    decode_event,
    event_class,
    listener,
    register_event,
    structs,
)
from gatewaysdk.delivery import EventStream
from gatewaysdk.enums import ChannelType, MessageFlags, MessageType
from gatewaysdk.frame import Frame
from gatewaysdk.structs import UNSET, GatewayEvent, UnsetType

shard = Shard("token")


@shard.on(structs.MessageCreate)
async def read(event: structs.MessageCreate, shard: Shard) -> None:
    assert_type(event, structs.MessageCreate)
    assert_type(event.id, int)
    assert_type(event.author, structs.User)
    assert_type(event.timestamp, datetime)
    assert_type(event.type, MessageType)
    assert_type(event.flags, MessageFlags | None)
    assert_type(event.channel_type, ChannelType | None)
    assert_type(event.referenced_message, structs.Message | None | UnsetType)
    if event.referenced_message is not UNSET and event.referenced_message is not None:
        assert_type(event.referenced_message, structs.Message)
    assert_type(event.to_dict(), dict[str, Any])
    assert_type(structs.MessageCreate.from_json(event.to_json()), structs.MessageCreate)


@shard.on(structs.Event)
async def everything(event: structs.Event) -> None:
    assert_type(event.event_name, str)


@shard.on(structs.MessageCreate, structs.GuildCreate)
async def either(event: structs.MessageCreate | structs.GuildCreate) -> None:
    if isinstance(event, structs.GuildCreate):
        assert_type(event.name, str)
    else:
        assert_type(event.content, str)


@shard.on(structs.MessageCreate, structs.MessageUpdate, structs.MessageDelete, structs.TypingStart)
async def one_of_many(event: structs.Event) -> None: ...


@shard.on(MessageCreate, structs.MessageCreate)
async def as_both(event: MessageCreate | structs.MessageCreate) -> None:
    assert_type(event.content, str)


@shard.on_error
async def hook(error: Exception, event: structs.Event | None) -> None: ...


@shard.on_error
async def hook_for_both(error: Exception, event: AnyEvent | None) -> None: ...


class Group:
    @listener(structs.TypingStart)
    async def typing(self, event: structs.TypingStart, shard: Shard) -> None: ...


async def wait() -> None:
    assert_type(await shard.wait_for(structs.TypingStart, lambda event: event.user_id == 1), structs.TypingStart)
    assert_type(shard.stream(structs.MessageCreate), EventStream[structs.MessageCreate])
    assert_type(shard.events(structs.Event), EventStream[structs.Event])
    assert_type(shard.events(), EventStream[Event])
    async for event in shard.stream(structs.MessageCreate, structs.MessageDelete):
        assert_type(event, structs.MessageCreate | structs.MessageDelete)


def decode(frame: Frame) -> None:
    assert_type(decode_event(frame), Event)
    assert_type(decode_event(frame, structs.Event), structs.Event)
    assert_type(event_class("MESSAGE_CREATE", structs.Event), type[structs.Event] | None)


@register_event
class GuildParadeStart(structs.Event, frozen=True, kw_only=True):
    """An event of the program's own."""

    event_name: ClassVar[str] = "GUILD_PARADE_START"
    marshal_id: int


assert_type(GuildParadeStart(marshal_id=1).marshal_id, int)


def component(found: structs.Component) -> str:
    if isinstance(found, structs.Button):
        assert_type(found.label, str | None)
    if isinstance(found, structs.UnknownObject):
        assert_type(found.raw, dict[str, Any])
    return type(found).__name__


def shown(event: structs.MessageCreate | structs.MessageDelete) -> str:
    match event:
        case structs.MessageCreate():
            return event.content
        case structs.MessageDelete():
            return str(event.id)
        case _:
            assert_never(event)


def described(event: GatewayEvent) -> str:
    match event:
        case structs.UnknownEvent() | structs.InvalidEvent():
            return event.name
        case _:
            return event.event_name
