"""Starts the gateway's process, asks it and kills it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

__all__ = ["GatewayProcess", "free_port"]

ROOT = Path(__file__).resolve().parent.parent.parent.parent
_LINE = 1 << 20


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


class GatewayProcess:
    """A gateway on a port, with the arguments of `gateway.Gateway`."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *, failing: int = 0) -> None:
        """Start it, and return when it listens."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.fleet.long.gateway", json.dumps({**self._settings, "failing": failing}),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE,
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip
        await self._answer()

    async def ask(self, command: str) -> Any:
        """Have it do something, and return its answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())
        return await self._answer()

    async def _answer(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the gateway's process has ended; its stderr says why")
        return json.loads(line)

    async def kill(self) -> None:
        """Kill it; nothing of it is left, not even its sessions."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
