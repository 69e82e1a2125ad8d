"""Print every step of a connection, every error, and the counters, as for logs and metrics.

Run it with ``DISCORD_TOKEN=... python examples/observe.py``.

With structs: `from gatewaysdk.structs import Event, GuildCreate`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os

from gatewaysdk import DEFAULT_URL, Effect, Event, GuildCreate, PayloadError, Shard
from gatewaysdk.protocol import Disconnected, HeartbeatAcknowledged, SessionResumed, SessionStarted, Waiting


def show(effect: Effect) -> None:
    """Print a step. It must not block, because the connection waits; if it raises, the error hook gets the error."""
    match effect:
        case SessionStarted(session):
            print("new session", "that cannot be resumed" if session is None else session.session_id)
        case SessionResumed(session, replayed):
            print(f"resumed {session.session_id}, {replayed} missed events came late")
        case HeartbeatAcknowledged(latency):
            print(f"latency {latency * 1000:.0f} ms")
        case Disconnected(reason):
            print("disconnected:", reason)
        case Waiting(seconds, resuming, attempt):
            print(f"attempt {attempt} to {'resume' if resuming else 'identify'} in {seconds:.1f} s")
        case _:
            pass


async def main() -> None:
    shard = Shard(os.environ["DISCORD_TOKEN"], url=os.environ.get("GATEWAY_URL", DEFAULT_URL))
    shard.observe(show)

    @shard.on(GuildCreate)
    async def greet(event: GuildCreate) -> None:
        print("guild", event.name)

    @shard.on_error
    async def report(error: Exception, event: Event | None) -> None:
        # Either a handler raised, or an event broke the documentation and came without its broken parts.
        kind = "payload" if isinstance(error, PayloadError) else "handler"
        print(f"{kind} error:", error)

    try:
        await shard.run()
    finally:
        for name, value in dataclasses.asdict(shard.stats).items():
            print(f"{name:16} {value}")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
