"""Show one activity after another, while handlers go on counting guilds.

Each is shown for ``ROTATE_SECONDS``, 60 by default. Discord takes 5 presences in 20 seconds; if there are more, the
shard sends only the latest.

Run it with ``DISCORD_TOKEN=... python examples/presence_rotator.py``.

With structs: `from gatewaysdk.structs import GuildCreate, GuildDelete, Ready`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os

from gatewaysdk import (
    DEFAULT_URL,
    GuildCreate,
    GuildDelete,
    PresenceActivity,
    Ready,
    Shard,
    Snowflake,
    listener,
)
from gatewaysdk.enums import ActivityType, PresenceStatus


class Guilds:
    """The guilds that the bot is in."""

    def __init__(self) -> None:
        self.ids: set[Snowflake] = set()

    @listener(Ready)
    async def start(self, event: Ready) -> None:
        self.ids = {guild.id for guild in event.guilds}
        print(f"logged in as {event.user.username}")

    @listener(GuildCreate)
    async def joined(self, event: GuildCreate) -> None:
        if event.id not in self.ids:  # READY has listed the guilds that the bot is in already
            self.ids.add(event.id)
            print(f"now in {len(self.ids)} guilds")

    @listener(GuildDelete)
    async def left(self, event: GuildDelete) -> None:
        if not event.unavailable:  # else the guild has an outage, and the bot is still in it
            self.ids.discard(event.id)
            print(f"now in {len(self.ids)} guilds")


async def rotate(shard: Shard, guilds: Guilds, seconds: float) -> None:
    for number in itertools.count():
        activities = [
            PresenceActivity(name=f"over {len(guilds.ids)} guilds", type=ActivityType.WATCHING),
            PresenceActivity(name="the gateway", type=ActivityType.LISTENING),
            # Of a custom status, Discord shows the state, not the name.
            PresenceActivity(name="Custom Status", type=ActivityType.CUSTOM, state="here to help"),
        ]
        activity = activities[number % len(activities)]
        # Returns once it is sent, and waits while the shard is not connected. A new session shows the latest again.
        await shard.update_presence(since=None, activities=[activity], status=PresenceStatus.ONLINE, afk=False)
        print("now showing", activity.state or activity.name)
        await asyncio.sleep(seconds)


async def main() -> None:
    seconds = float(os.environ.get("ROTATE_SECONDS", "60"))
    shard = Shard(os.environ["DISCORD_TOKEN"], url=os.environ.get("GATEWAY_URL", DEFAULT_URL))
    guilds = Guilds()
    shard.add_listeners(guilds)

    ready = asyncio.Event()

    @shard.once(Ready)
    async def begin(event: Ready) -> None:
        ready.set()

    async def rotate_when_ready() -> None:
        # Not in the handler: events wait for handlers, and this would never return.
        await ready.wait()
        await rotate(shard, guilds, seconds)

    # If one of the two tasks fails, the other is cancelled. Ctrl-C cancels both, and run() then closes the connection.
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(shard.run())
        tasks.create_task(rotate_when_ready())


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
