"""A simulator with the control API, and a client of it that knows the key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from gatewaysdk.simulator import Simulator

from ..client import TOKEN

KEY = "a-key-for-tests"


class Control:
    """Speaks to the control API."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def __call__(self, action: str, **body: Any) -> dict[str, Any]:
        status, answer = await self.post(action, body)
        assert status == 200, answer
        return answer

    async def refused(self, action: str, **body: Any) -> tuple[int, str]:
        status, answer = await self.post(action, body)
        assert answer.keys() == {"error"}
        return status, answer["error"]

    async def post(self, action: str, body: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"/control/{action}", json=body) as response:
            return response.status, await response.json()

    async def get(self, path: str) -> dict[str, Any]:
        async with self.session.get(f"/control/{path}") as response:
            assert response.status == 200, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(token=TOKEN, guilds=2, control_key=KEY, unknown_routes="allow") as simulator:
        yield simulator


@pytest.fixture
async def control(sim: Simulator) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession(sim.api_url, headers={"Authorization": f"Bearer {KEY}"}) as session:
        yield Control(session)
