"""Waits and streams that both type checkers must refuse."""

from __future__ import annotations

from gatewaysdk import GuildBanAdd, MessageCreate, MessageDelete, Shard

shard = Shard("token")


def of_a_message(event: MessageCreate) -> bool:
    return event.content == "!"


async def of_an_async_predicate(event: MessageDelete) -> bool:
    return event.id == 1


async def wait() -> None:
    await shard.wait_for(MessageDelete, of_a_message)  # error: incompatible type|Cannot infer  # pyright: cannot be assigned to parameter
    await shard.wait_for(MessageDelete, of_an_async_predicate)  # error: incompatible type  # pyright: cannot be assigned to parameter
    await shard.wait_for(MessageDelete, lambda event: event.content == "!")  # error: has no attribute "content"  # pyright: "content" for class "MessageDelete"
    await shard.wait_for(MessageDelete, lambda: True)  # error: incompatible type|Cannot infer  # pyright: cannot be assigned to parameter
    await shard.wait_for(MessageDelete, 10)  # error: incompatible type|No overload  # pyright: Literal\[10\]
    await shard.wait_for(MessageDelete, timeout="10")  # error: incompatible type|No overload  # pyright: Literal\['10'\]
    await shard.wait_for(MessageDelete, where="here")  # error: incompatible type|No overload  # pyright: Literal\['here'\]
    await shard.wait_for("MESSAGE_DELETE")  # error: incompatible type|No overload  # pyright: Literal\['MESSAGE_DELETE'\]
    await shard.wait_for(MessageDelete, GuildBanAdd)  # error: incompatible type|No overload  # pyright: cannot be assigned to parameter
    event = await shard.wait_for(MessageDelete)
    print(event.content)  # error: "MessageDelete" has no attribute "content"  # pyright: "content" for class "MessageDelete"
    shard.wait_for(MessageDelete)  # error: must be used  # pyright: is not used


async def read() -> None:
    async for deleted in shard.stream(MessageDelete):
        print(deleted.author)  # error: "MessageDelete" has no attribute "author"  # pyright: "author" for class "MessageDelete"
    async for one in shard.stream(MessageDelete, GuildBanAdd):
        print(one.user)  # error: "MessageDelete" of .* has no attribute "user"  # pyright: "user" for class "MessageDelete"
    async for event in await shard.stream(MessageDelete):  # error: Incompatible types in "await"  # pyright: not awaitable
        print(event)
    shard.stream(MessageDelete, where="dm")  # error: No overload  # pyright: Literal\['dm'\]|No overloads
    shard.events(MessageDelete, where="guild")  # error: No overload  # pyright: No overloads
    message: MessageCreate = await anext(shard.stream(MessageDelete))  # error: [Ii]ncompatible type  # pyright: is not assignable
    print(message)
