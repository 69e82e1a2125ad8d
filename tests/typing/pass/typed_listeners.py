"""Handlers in all their forms: of several classes, once, with the shard, of plain data, in groups, from one place."""

from __future__ import annotations

import functools
from typing import Any, assert_type

from gatewaysdk import (
    Event,
    GuildBanAdd,
    GuildBanRemove,
    GuildMemberAdd,
    GuildMemberRemove,
    Intents,
    MessageDelete,
    Ready,
    Shard,
    Snowflake,
    UnknownEvent,
    listener,
    raw_listener,
)
from gatewaysdk.models import User

shard = Shard("token")


@shard.on(GuildMemberAdd)
async def joined(event: GuildMemberAdd, shard: Shard) -> None:
    assert_type(event.user, User | None)
    assert_type(shard.user_id, Snowflake | None)


@shard.on(GuildBanAdd, GuildBanRemove, GuildMemberRemove)
async def three(event: GuildBanAdd | GuildBanRemove | GuildMemberRemove, shard: Shard) -> None:
    assert_type(event.user, User)


@shard.on(GuildBanAdd, GuildBanRemove, GuildMemberRemove, GuildMemberAdd)
async def four(event: Event) -> None:
    if isinstance(event, GuildBanAdd | GuildBanRemove):
        assert_type(event, GuildBanAdd | GuildBanRemove)


@shard.on(Event)
async def everything(event: Event, shard: Shard) -> None:
    assert_type(shard.intents, Intents)


@shard.once(Ready)
async def first(event: Ready) -> None:
    assert_type(event.user, User)


@shard.once(Ready, UnknownEvent)
async def first_of_two(event: Ready | UnknownEvent, shard: Shard) -> None: ...


@shard.on(MessageDelete, where="guild")
async def in_guilds(event: MessageDelete) -> None:
    assert_type(event.guild_id, Snowflake | None)


@shard.once(MessageDelete, where=None)
async def anywhere(event: MessageDelete) -> None: ...


@shard.on_raw("MESSAGE_DELETE")
async def plain(data: Any, shard: Shard) -> None:
    print(data["id"])


@shard.on_raw("NOT_YET_INVENTED")
async def named(data: dict[str, Any]) -> None: ...


# More than it is called with is fine when it has a default, and so is a function that says less of what it takes.
@shard.on(MessageDelete)
async def with_default(event: MessageDelete, prefix: str = "gone") -> None: ...


async def of_a_logger(prefix: str, event: Event) -> None: ...


shard.on(MessageDelete)(functools.partial(of_a_logger, "gone"))


class Base:
    @listener(GuildBanAdd, GuildBanRemove, once=True)
    async def ban(self, event: GuildBanAdd | GuildBanRemove) -> None:
        assert_type(event.user, User)


class Group(Base):
    def __init__(self, name: str) -> None:
        self.name = name

    @listener(GuildMemberAdd)
    async def joined(self, event: GuildMemberAdd) -> None:
        assert_type(self.name, str)
        assert_type(event.guild_id, Snowflake)

    @listener(MessageDelete, where="direct")
    async def with_shard(self, event: MessageDelete, shard: Shard) -> None:
        assert_type(shard, Shard)

    @listener(GuildBanAdd, GuildBanRemove, GuildMemberRemove, GuildMemberAdd, Ready)
    async def many(self, event: Event) -> None: ...

    @raw_listener("MESSAGE_DELETE", once=True)
    async def plain(self, data: Any) -> None: ...

    @raw_listener("MESSAGE_DELETE")
    async def plain_with_shard(self, data: Any, shard: Shard) -> None: ...


async def use(event: GuildMemberAdd) -> None:
    group = Group("log")
    shard.add_listeners(group)
    shard.off(group.joined)
    shard.off(joined)
    shard.remove_listeners(group)
    # Decorators give back what they are given, so that a test can call it.
    await group.joined(event)
    await joined(event, shard)
