"""Join a voice channel, say where a voice client would connect, and leave on Ctrl-C.

Run it with ``DISCORD_TOKEN=... GUILD_ID=... CHANNEL_ID=... python examples/voice_join.py``.

With structs: `from gatewaysdk.structs import Ready, VoiceServerUpdate`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os

from gatewaysdk import DEFAULT_URL, Intents, Ready, RequestTimeout, Shard, VoiceServerUpdate


async def main() -> None:
    guild_id, channel_id = int(os.environ["GUILD_ID"]), int(os.environ["CHANNEL_ID"])
    shard = Shard(
        os.environ["DISCORD_TOKEN"],
        url=os.environ.get("GATEWAY_URL", DEFAULT_URL),
        intents=Intents.GUILDS | Intents.GUILD_VOICE_STATES,
    )
    async with shard:
        await anext(shard.events(Ready))
        try:
            info = await shard.join_voice(guild_id=guild_id, channel_id=channel_id, self_deaf=True)
        except RequestTimeout as error:
            print(error)
            return
        # A voice client needs these two, the token and the bot's id. Do not print the token.
        print(f"connect to wss://{info.endpoint} as voice session {info.session_id}")
        try:
            async for update in shard.stream(VoiceServerUpdate):
                if update.guild_id == guild_id:
                    print("connect again to", update.endpoint or "a server that Discord still looks for")
        finally:
            await shard.leave_voice(guild_id=guild_id, timeout=5)
            print("left")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
