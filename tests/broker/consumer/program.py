"""A consumer as a process of its own: prints a line when a handler begins and when it ends."""

from __future__ import annotations

import asyncio
import sys

from gatewaysdk import TypingStart
from gatewaysdk.broker import Engine
from gatewaysdk.broker.consumer import EventConsumer

IN_HAND = 20


async def connect(url: str, app: str) -> Engine:
    """Return the engine at a URL."""
    if url.startswith("redis:"):
        from gatewaysdk.broker.redis import connect_redis

        return await connect_redis(url, app)
    from gatewaysdk.broker.nats import NatsSettings, connect_nats

    return await connect_nats(url, app, NatsSettings(max_bytes=10_000_000))


async def main(url: str, app: str, stuck: int) -> None:
    """Handle events until SIGTERM; the handler of one, whose number is given, never ends."""
    engine = await connect(url, app)
    consumer = EventConsumer("bot", engine.log, in_hand=IN_HAND)

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        origin = consumer.origin
        print("begin", origin.sequence, origin.attempt, flush=True)
        if origin.sequence == stuck:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        print("end", origin.sequence, origin.attempt, flush=True)

    try:
        await consumer.run()
    finally:
        await engine.close()
    print("closed", consumer.in_hand, consumer.stats.again, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
