"""hikari with its caches off and one listener for each event of the mix; runs in an environment of its own."""

from __future__ import annotations

import asyncio
import base64
from importlib import import_module
from typing import Any

from .meter import Meter, arguments, hide_extras, pin

# Named after what hikari makes of the mix. Guild events, as all of the mix is from guilds.
LISTENERS = (
    "GuildMessageCreateEvent",
    "PresenceUpdateEvent",
    "GuildTypingEvent",
    "GuildReactionAddEvent",
    "VoiceStateUpdateEvent",
    "GuildMessageUpdateEvent",
    "MemberUpdateEvent",
    "InteractionCreateEvent",
    "MemberCreateEvent",
    "GuildMessageDeleteEvent",
    "GuildReactionDeleteEvent",
    "MemberDeleteEvent",
    "GuildChannelUpdateEvent",
    "RoleUpdateEvent",
)


async def main() -> None:
    """Connect, play and report."""
    options = arguments().parse_args()
    if options.plain:
        hide_extras()
    hikari: Any = import_module("hikari")  # so, as type checkers run where it is not
    pin()
    meter = Meter(options.base)
    token = base64.b64encode(b"1190000000000000001").decode() + ".x.y"  # it looks for the id of the bot within
    bot = hikari.GatewayBot(
        token,
        banner=None,
        logs="WARNING",
        intents=hikari.Intents.ALL,
        auto_chunk_members=False,
        cache_settings=hikari.impl.CacheSettings(components=hikari.api.CacheComponents.NONE),
        rest_url=f"{options.base}/api/v10",
    )

    async def handle(event: object) -> None:
        meter.events += 1

    async def mark(event: Any) -> None:
        meter.mark(event.message_id)

    if options.handlers == "all":
        for name in LISTENERS:
            bot.event_manager.subscribe(getattr(hikari, name), handle)
    bot.event_manager.subscribe(hikari.GuildReactionDeleteAllEvent, mark)
    await bot.start(check_for_updates=False)
    await meter.done.wait()
    meter.report(version=hikari.__version__)
    await bot.close()


if __name__ == "__main__":
    asyncio.run(main())
