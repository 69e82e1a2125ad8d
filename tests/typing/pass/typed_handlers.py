"""Handlers: the class of an event is the type of what its handler takes."""

from __future__ import annotations

from typing import Any, ClassVar, assert_type

from gatewaysdk import Event, GuildCreate, MessageCreate, Shard, Snowflake, UnknownEvent, Violation, register_event
from gatewaysdk.models import User

shard = Shard("token")


@shard.on(MessageCreate)
async def read(event: MessageCreate) -> None:
    assert_type(event, MessageCreate)
    assert_type(event.content, str)
    assert_type(event.author, User)
    assert_type(event.author.id, Snowflake)


@shard.on(Event)
async def everything(event: Event) -> None:
    assert_type(event.event_name, str)


@shard.on(UnknownEvent)
async def unknown(event: UnknownEvent) -> None:
    assert_type(event.name, str)
    assert_type(event.data, Any)


@shard.on(MessageCreate, GuildCreate)
async def either(event: MessageCreate | GuildCreate) -> None:
    if isinstance(event, GuildCreate):
        assert_type(event.name, str)
    else:
        assert_type(event.content, str)


# A handler may take more than it is given.
@shard.on(MessageCreate, GuildCreate, UnknownEvent)
async def any_event(event: Event) -> None:
    assert_type(event.violations, tuple[Violation, ...])


@shard.on_raw("MESSAGE_CREATE")
async def raw(data: Any) -> None:
    print(data["content"])


class Counter:
    """What has an async __call__ or an async method is as good as a function."""

    async def __call__(self, event: MessageCreate) -> None: ...

    async def count(self, event: MessageCreate) -> None: ...


shard.on(MessageCreate)(Counter())
shard.on(MessageCreate)(Counter().count)


@register_event
class NewEvent(Event):
    """An event of one's own."""

    event_name: ClassVar[str] = "NEW_EVENT"
    size: int


@shard.on(NewEvent)
async def new(event: NewEvent) -> None:
    assert_type(event.size, int)


async def call_directly(event: MessageCreate) -> None:
    # The decorator gives the function back, so that a test can call it.
    await read(event)
    await shard.run()
