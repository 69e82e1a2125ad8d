"""Events as plain data, for events that this release does not know, or if you want no models.

Run it with ``DISCORD_TOKEN=... python examples/raw_events.py``.

With structs: `from gatewaysdk.structs import UnknownEvent`; raw handlers get plain data in any case.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

from gatewaysdk import DEFAULT_URL, Intents, Shard, UnknownEvent


async def main() -> None:
    shard = Shard(
        os.environ["DISCORD_TOKEN"],
        url=os.environ.get("GATEWAY_URL", DEFAULT_URL),
        intents=Intents.GUILDS | Intents.GUILD_MESSAGES,
    )

    @shard.on_raw("MESSAGE_CREATE")
    async def show_keys(data: Any) -> None:
        # Exactly what Discord sent: it has the keys that models lack, too, and ids are strings as in JSON.
        print("MESSAGE_CREATE with", ", ".join(sorted(data)))

    @shard.on(UnknownEvent)
    async def show_unknown(event: UnknownEvent) -> None:
        # An event that Discord has added since this release.
        print(f"{event.name} is new to us: {event.data!r}")

    await shard.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
