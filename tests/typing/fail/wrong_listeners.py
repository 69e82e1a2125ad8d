"""Handlers once, with the shard, in groups and from one place that both type checkers must refuse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from gatewaysdk import GuildBanAdd, GuildBanRemove, MessageCreate, MessageDelete, Shard, listener, raw_listener

shard = Shard("token")


@shard.on(MessageDelete)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_the_shard_first(shard: Shard, event: MessageDelete) -> None: ...


@shard.on(MessageDelete)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_another_event_and_the_shard(event: MessageCreate, shard: Shard) -> None: ...


@shard.once(MessageDelete)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_a_keyword(event: MessageDelete, *, shard: Shard) -> None: ...


@shard.on(MessageDelete)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def yields(event: MessageDelete) -> AsyncIterator[int]:
    yield event.id


@shard.once(MessageDelete, MessageCreate)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_one_of_two(event: MessageDelete) -> None: ...


@shard.on(MessageDelete, once=True)  # error: No overload variant  # pyright: No overloads
async def says_once_as_groups_do(event: MessageDelete) -> None: ...


@shard.on(MessageDelete, where="guilds")  # error: No overload variant  # pyright: "guilds"|Literal\['guilds'\]
async def misspells_the_place(event: MessageDelete) -> None: ...


@shard.on()  # error: require at least one argument  # pyright: No overloads
async def is_for_nothing(event: MessageDelete) -> None: ...


@shard.on  # error: No overload variant  # pyright: cannot be assigned to parameter
async def forgets_the_brackets(event: MessageDelete) -> None: ...


@shard.on_raw("MESSAGE_DELETE")  # error: incompatible type  # pyright: cannot be assigned to parameter
def is_not_async(data: Any) -> None: ...


@shard.on_raw("MESSAGE_DELETE", "MESSAGE_CREATE")  # error: Too many.*arguments  # pyright: Expected 1 positional argument|Expected 2 positional arguments
async def is_for_two_names(data: Any) -> None: ...


class Group:
    @listener(GuildBanAdd)  # error: incompatible type  # pyright: cannot be assigned to parameter
    async def takes_another_event(self, event: GuildBanRemove) -> None: ...

    @listener(GuildBanAdd)  # error: incompatible type  # pyright: cannot be assigned to parameter
    def is_not_async(self, event: GuildBanAdd) -> None: ...

    @listener(GuildBanAdd)  # error: incompatible type  # pyright: cannot be assigned to parameter
    async def takes_too_much(self, event: GuildBanAdd, shard: Shard, more: int) -> None: ...

    @listener(GuildBanAdd)  # error: incompatible type  # pyright: cannot be assigned to parameter
    async def takes_nothing(self) -> None: ...

    @listener(GuildBanAdd, GuildBanRemove)  # error: incompatible type  # pyright: cannot be assigned to parameter
    async def takes_one_of_two(self, event: GuildBanAdd, shard: Shard) -> None: ...

    @listener(GuildBanAdd, where=True)  # error: No overload variant  # pyright: "Where \| None"|Literal\['guild', 'direct'\]
    async def is_from_nowhere(self, event: GuildBanAdd) -> None: ...

    @listener  # error: No overload variant  # pyright: cannot be assigned to parameter
    async def forgets_the_brackets(self, event: GuildBanAdd) -> None: ...

    @raw_listener  # error: incompatible type  # pyright: cannot be assigned to parameter
    async def forgets_the_name(self, data: Any) -> None: ...

    @raw_listener(GuildBanAdd)  # error: incompatible type "type\[GuildBanAdd\]"  # pyright: GuildBanAdd
    async def gives_a_class(self, data: Any) -> None: ...

    @listener(GuildBanAdd)
    async def misspells(self, event: GuildBanAdd) -> None:
        print(event.member)  # error: "GuildBanAdd" has no attribute "member"  # pyright: "member" for class "GuildBanAdd"
        print(self.channels)  # error: "Group" has no attribute "channels"  # pyright: "channels" for class "Group


shard.off("forgets_the_brackets")  # error: incompatible type "str"  # pyright: Literal\['forgets_the_brackets'\]
shard.add_listeners(Group(), Group())  # error: Too many arguments  # pyright: Expected 1 positional argument|Expected 2 positional arguments
