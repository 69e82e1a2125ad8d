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


def say(what: str, first: int, second: int) -> None:
    """Print a line in one write: `print` makes several where output is unbuffered, and a kill may come between them."""
    sys.stdout.write(f"{what} {first} {second}\n")
    sys.stdout.flush()


async def main(url: str, app: str, stuck: int) -> None:
    """Handle events until SIGTERM; the handler of one, whose number is given, never ends."""
    engine = await connect(url, app)
    consumer = EventConsumer("bot", engine.log, in_hand=IN_HAND)

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        origin = consumer.origin
        say("begin", origin.sequence, origin.attempt)
        if origin.sequence == stuck:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        say("end", origin.sequence, origin.attempt)

    try:
        await consumer.run()
    finally:
        await engine.close()
    say("closed", consumer.in_hand, consumer.stats.again)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
