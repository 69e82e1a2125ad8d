"""discord.py with its caches off and one listener for each event of the mix; runs in an environment of its own."""

from __future__ import annotations

import asyncio
import logging
from importlib import import_module
from typing import Any

from .meter import Meter, arguments, hide_extras, pin

# Without a cache discord.py tells of some events only in their raw form, and of GUILD_MEMBER_UPDATE not at all.
LISTENERS = (
    "on_message",
    "on_raw_presence_update",
    "on_raw_typing",
    "on_raw_reaction_add",
    "on_voice_state_update",
    "on_raw_message_edit",
    "on_member_update",
    "on_interaction",
    "on_member_join",
    "on_raw_message_delete",
    "on_raw_reaction_remove",
    "on_raw_member_remove",
    "on_guild_channel_update",
    "on_guild_role_update",
)


async def main() -> None:
    """Connect, play and report."""
    options = arguments().parse_args()
    if options.plain:
        hide_extras()
    discord: Any = import_module("discord")  # so, as type checkers run where it is not
    pin()
    logging.basicConfig(level=logging.ERROR)
    meter = Meter(options.base)
    discord.http.Route.BASE = f"{options.base}/api/v10"
    client = discord.Client(
        intents=discord.Intents.all(),
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        enable_raw_presences=True,
        enable_debug_events=False,
    )

    async def handle(*event: object) -> None:
        meter.events += 1

    async def mark(event: Any) -> None:
        meter.mark(event.message_id)

    if options.handlers == "all":
        for name in LISTENERS:
            setattr(client, name, handle)
    client.on_raw_reaction_clear = mark
    # The first connection goes to a constant; the later ones, to what READY says.
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = import_module("yarl").URL(
        options.base.replace("http", "ws", 1) + "/"
    )
    async with client:
        running = asyncio.create_task(client.start("bench"))
        ending = asyncio.create_task(meter.done.wait())
        await asyncio.wait([running, ending], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        meter.report(version=discord.__version__)


if __name__ == "__main__":
    asyncio.run(main())
