"""One client's program at work, with a simulator of its own."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from gatewaysdk.simulator import Simulator

PATIENCE = 60.0  # seconds for any one step: some clients wait for 30 s before they identify again


class Running:
    """A program, and what it has said that it saw."""

    def __init__(self, sim: Simulator, process: asyncio.subprocess.Process) -> None:
        self.sim = sim
        self.seen: list[dict[str, Any]] = []
        self.output: list[str] = []
        self._process = process
        self._changed = asyncio.Event()
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            text = line.decode(errors="replace").rstrip()
            self.output = [*self.output[-40:], text[:500]]
            if text.startswith('{"saw"'):
                self.seen.append(json.loads(text))
                self._changed.set()
        self._changed.set()

    def all(self, what: str) -> list[dict[str, Any]]:
        """Return what it saw of a kind."""
        return [one for one in self.seen if one["saw"] == what]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it has seen enough; ``TimeoutError`` or ``EOFError`` when it does not come."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                if self.reading.done():
                    raise EOFError("it ended by itself")
                self._changed.clear()
                await self._changed.wait()

    async def stop(self) -> None:
        """End it, kindly first."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):  # it has ended by itself, and nobody was told yet
                self._process.terminate()
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
        await self._process.wait()
        await self.reading


@asynccontextmanager
async def run(
    command: Sequence[str | Path], *, shards: int = 0, environment: Mapping[str, str] = {}, **settings: Any
) -> AsyncIterator[Running]:
    """Start a program with a simulator; both end with the block."""
    async with Simulator(unknown_routes="allow", shards=max(1, shards), **settings) as sim:
        known = {"TOKEN": sim.token.reveal(), "API_URL": sim.api_url, "GATEWAY_URL": sim.url, "SHARDS": str(shards)}
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, **environment, **known},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 24,
        )
        running = Running(sim, process)
        try:
            yield running
        finally:
            await running.stop()
