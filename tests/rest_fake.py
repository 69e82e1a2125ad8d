"""A fake of Discord's REST API: it answers what examples ask for, and keeps what came."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

__all__ = ["Asked", "RestFake", "rest_fake"]


MESSAGE: dict[str, Any] = {
    "id": "91",
    "channel_id": "80",
    "author": {"id": "1", "username": "bot", "discriminator": "0000", "global_name": None, "avatar": None, "bot": True},
    "content": "hello",
    "timestamp": "2026-01-02T03:04:05.000000+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "pinned": False,
    "type": 0,
    "flags": 0,
    "components": [],
}


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    authorization: str | None
    body: Any


@dataclass
class RestFake:
    """The fake at ``url``. ``asked`` holds the requests in order."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        text = await request.text()
        kept = Asked(
            request.method, request.path, request.headers.get("Authorization"), json.loads(text) if text else None
        )
        self.asked.append(kept)
        if kept.path.endswith("/callback"):
            return web.Response(status=204)
        return web.json_response(MESSAGE)


@asynccontextmanager
async def rest_fake() -> AsyncIterator[RestFake]:
    """Serve the fake on loopback within the block."""
    fake = RestFake()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield fake
    finally:
        await runner.cleanup()
