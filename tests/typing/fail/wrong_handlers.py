"""Handlers that both type checkers must refuse."""

from __future__ import annotations

from gatewaysdk import GuildCreate, MessageCreate, Shard, UnknownEvent

shard = Shard("token")


@shard.on(MessageCreate)  # error: incompatible type.*GuildCreate  # pyright: GuildCreate.*MessageCreate|MessageCreate.*GuildCreate
async def takes_another_event(event: GuildCreate) -> None: ...


@shard.on(MessageCreate)  # error: incompatible type.*Coroutine  # pyright: Coroutine
def is_not_async(event: MessageCreate) -> None: ...


@shard.on(MessageCreate)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_nothing() -> None: ...


@shard.on(MessageCreate)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_too_much(event: MessageCreate, more: int) -> None: ...


@shard.on("MESSAGE_CREATE")  # error: No overload.*"str"  # pyright: Literal\['MESSAGE_CREATE'\]
async def names_instead_of_a_class(event: MessageCreate) -> None: ...


@shard.on(dict)  # error: Value of type variable|incompatible type  # pyright: dict
async def is_for_no_event(event: MessageCreate) -> None: ...


@shard.on_raw(MessageCreate)  # error: incompatible type "type\[MessageCreate\]"  # pyright: MessageCreate
async def gives_a_class_for_raw_data(data: object) -> None: ...


@shard.on(MessageCreate, GuildCreate)  # error: incompatible type.*GuildCreate  # pyright: GuildCreate
async def takes_one_of_two(event: MessageCreate) -> None: ...


@shard.on(MessageCreate)
async def misspells(event: MessageCreate) -> None:
    print(event.contents)  # error: has no attribute "contents"  # pyright: Cannot access attribute "contents"
    print(event.author.user_name)  # error: has no attribute "user_name"  # pyright: Cannot access attribute "user_name"


@shard.on(UnknownEvent)
async def reads_a_field_of_another_event(event: UnknownEvent) -> None:
    print(event.content)  # error: has no attribute "content"  # pyright: Cannot access attribute "content"


@shard.on_error  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_only_the_error(error: Exception) -> None: ...
