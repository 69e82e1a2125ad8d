"""What a connection goes through, for logs and metrics: every step, every error, and the counters.

Run it with ``DISCORD_TOKEN=... python examples/observe.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os

from gatewaysdk import DEFAULT_URL, Effect, Event, GuildCreate, PayloadError, Shard
from gatewaysdk.protocol import Disconnected, HeartbeatAcknowledged, SessionResumed, SessionStarted, Waiting


def show(effect: Effect) -> None:
    """Called at each step; it must not block, and what it raises is not caught."""
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
        # Either a handler raised, or a payload broke the documentation and came without the broken parts.
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
