"""Uses of a shard and its streams that both type checkers must refuse."""

from __future__ import annotations

from gatewaysdk import MessageCreate, MessageDelete, Shard

shard = Shard("token")


async def read() -> None:
    for event in shard.events(MessageCreate):  # error: __iter__|not iterable  # pyright: is not iterable
        print(event)
    async for one in shard.events(MessageCreate, MessageDelete):
        print(one.content)  # error: "MessageDelete" of .* has no attribute "content"  # pyright: "content" for class "MessageDelete"
    async for anything in shard.events():
        print(anything.content)  # error: "Event" has no attribute "content"  # pyright: "content" for class "Event"
    print((await shard.receive()).content)  # error: "Event" has no attribute  # pyright: "content" for class "Event"
    shard.events("MESSAGE_CREATE")  # error: No overload|incompatible type|No matching overload  # pyright: No overloads|incompatible|cannot be assigned


async def use() -> None:
    shard.run()  # error: [Vv]alue of type .*must be used  # pyright: is not awaited|not accessed|must be awaited|is not used
    await shard.latency  # error: Incompatible types in "await"  # pyright: not awaitable
    print(shard.session.session_id)  # error: has no attribute "session_id"  # pyright: "session_id" is not a known attribute of "None"
    with shard:  # error: __enter__  # pyright: __enter__
        pass


Shard()  # error: Missing positional argument "token"  # pyright: Argument missing for parameter "token"
Shard("token", shard=0)  # error: incompatible type "int"  # pyright: "Literal\[0\]"
Shard("token", intent=1)  # error: [Uu]nexpected keyword argument "intent"  # pyright: No parameter named "intent"
Shard("token", compress=True)  # error: incompatible type  # pyright: Literal\[True\]
