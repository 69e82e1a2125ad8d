"""Uses of structs that both type checkers must refuse."""

from __future__ import annotations

from typing import assert_never

from gatewaysdk import MessageCreate, Shard, structs
from gatewaysdk.structs import GatewayEvent

shard = Shard("token")


@shard.on(structs.MessageCreate)  # error: incompatible type.*MessageCreate  # pyright: MessageCreate
async def takes_the_model(event: MessageCreate) -> None: ...


@shard.on(MessageCreate)  # error: incompatible type.*MessageCreate  # pyright: MessageCreate
async def takes_the_struct(event: structs.MessageCreate) -> None: ...


@shard.on(structs.Message)  # error: Value of type variable|incompatible type  # pyright: Message
async def is_for_no_event(event: structs.Message) -> None: ...


@shard.on(structs.Event)  # error: incompatible type  # pyright: Event
async def takes_one_of_all(event: structs.MessageCreate) -> None: ...


def reads(event: structs.MessageCreate) -> None:
    print(event.contents)  # error: has no attribute "contents"  # pyright: contents
    event.content = "x"  # error: read-only  # pyright: frozen|read-only
    print(event.guild_id + 1)  # error: Unsupported.*operand  # pyright: not supported for
    print(structs.Massage)  # error: has no attribute "Massage"  # pyright: Massage


def all_of_them(event: GatewayEvent) -> None:
    if not isinstance(event, structs.MessageCreate):
        assert_never(event)  # error: has incompatible type  # pyright: Never
