"""A bot that only knows HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from gatewaysdk.simulator import Simulator


class Http:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        """Return status and JSON of the answer."""
        if body is not None:
            options["json"] = body
        async with self.session.request(method, f"/api/v10{path}", **options) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        status, answer = await self(method, path, body, **options)
        assert 200 <= status < 300, (status, answer)
        return answer

    async def code(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, int]:
        """Return status and Discord's code of an answer that is no success."""
        status, answer = await self(method, path, body, **options)
        return status, answer["code"]


@asynccontextmanager
async def http(sim: Simulator) -> AsyncIterator[Http]:
    headers = {"Authorization": f"Bot {sim.token.reveal()}"}
    async with aiohttp.ClientSession(sim.api_url, headers=headers) as session:
        yield Http(session)
