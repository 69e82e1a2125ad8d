"""One engine after the other for the tests of what all engines promise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from gatewaysdk.broker.engine import Engine, memory_engine

Connect: TypeAlias = Callable[[], Awaitable[Engine]]
"""Returns another client of the same engine."""


@pytest.fixture(params=["memory"])
async def connect(request: pytest.FixtureRequest) -> Connect:
    engine = memory_engine()

    async def again() -> Engine:
        return engine

    return again


@pytest.fixture
async def engine(connect: Connect) -> Engine:
    return await connect()
