"""Survives its own restart: the session is saved at the end and resumed at the next start, so no event is missed.

Discord keeps a session for a short while only; when it is too late, the shard starts a new one by itself.

Run it with ``DISCORD_TOKEN=... python examples/resume_after_restart.py``, stop it with Ctrl-C and start it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from dataclasses import asdict
from pathlib import Path

from gatewaysdk import DEFAULT_URL, MessageCreate, Ready, Resumed, Session, Shard


def load(path: Path) -> Session | None:
    return Session(**json.loads(path.read_text())) if path.exists() else None


def save(path: Path, session: Session | None) -> None:
    if session is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(json.dumps(asdict(session)))


async def main() -> None:
    path = Path(os.environ.get("SESSION_FILE", "session.json"))
    shard = Shard(
        os.environ["DISCORD_TOKEN"],
        url=os.environ.get("GATEWAY_URL", DEFAULT_URL),
        session=load(path),
    )

    @shard.on(Ready)
    async def started(event: Ready) -> None:
        print("new session", event.session_id)

    @shard.on(Resumed)
    async def resumed(event: Resumed) -> None:
        print("resumed")

    @shard.on(MessageCreate)
    async def log_message(event: MessageCreate) -> None:
        print("message", event.id)

    try:
        await shard.run()
    finally:
        # Closed by now, and resumable. The session counts only events that handlers were done with.
        save(path, shard.session)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
