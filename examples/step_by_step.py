"""Full control, one step at a time: connect, receive, send, reconnect, close.

Run it with ``DISCORD_TOKEN=... python examples/step_by_step.py``.

With structs, read a stream, `shard.stream(structs.Event)`, in place of `shard.receive()`.
"""

from __future__ import annotations

import asyncio
import os

from gatewaysdk import (
    DEFAULT_URL,
    GuildMembersChunk,
    Intents,
    Ready,
    RequestGuildMembers,
    Resumed,
    Shard,
    UpdatePresence,
)
from gatewaysdk.enums import PresenceStatus


async def main() -> None:
    shard = Shard(
        os.environ["DISCORD_TOKEN"],
        url=os.environ.get("GATEWAY_URL", DEFAULT_URL),
        intents=Intents.GUILDS,
    )
    async with shard:
        # Raises at once if the token is wrong or the gateway cannot be reached.
        session = await shard.connect()
        print("session", "without resume" if session is None else session.session_id)

        ready = await shard.receive()
        assert isinstance(ready, Ready)
        print(f"{ready.user.username} is in {len(ready.guilds)} guilds")

        await shard.send(UpdatePresence(since=None, activities=[], status=PresenceStatus.IDLE, afk=False))
        if ready.guilds:
            await shard.send(RequestGuildMembers(guild_id=ready.guilds[0].id, user_ids=ready.user.id))
            while not isinstance(event := await shard.receive(), GuildMembersChunk):
                print("meanwhile", event.event_name)
            print("member since", event.members[0].joined_at)

        # This loses no event: Discord replays the missed ones before RESUMED.
        await shard.reconnect()
        while not isinstance(event := await shard.receive(), Resumed):
            print("replayed", event.event_name)
        print("resumed")

        # The bot goes offline at once; with keep_session=True the session could be resumed later.
        await shard.close(keep_session=False)
    print("closed")


if __name__ == "__main__":
    asyncio.run(main())
