"""A host as a process of its own: ``gatewaysdk gateway``."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from gatewaysdk.simulator import FaultProxy

__all__ = ["HostProcess"]


class HostProcess:
    """A host that can be killed, frozen, cut off from the brokers, and stopped.

    Args:
        name: of the host.
        cluster: the file of the cluster.
        brokers: ports of the broker nodes.
        token: of the bot.
        log: file that gets its log.
    """

    def __init__(self, name: str, cluster: Path, brokers: Sequence[int], token: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._cluster = cluster
        self._token = token
        self._proxies = [FaultProxy(f"ws://127.0.0.1:{port}") for port in brokers]
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it."""
        for proxy in self._proxies:
            await proxy.start()
        servers = ",".join(proxy.url.replace("ws://", "nats://") for proxy in self._proxies)
        environment = {
            **os.environ,
            "DISCORD_TOKEN": self._token,
            "GATEWAYSDK_HOST_NAME": self.name,
            "GATEWAYSDK_BROKER_SERVERS": servers,
        }
        command = [sys.executable, "-m", "gatewaysdk", "gateway", "--cluster", str(self._cluster)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: ASYNC220

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it (SIGSTOP) until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to hand over and end (SIGTERM)."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def cut(self) -> None:
        """Cut it off from all brokers, but not from Discord."""
        for proxy in self._proxies:
            proxy.stall()

    def heal(self) -> None:
        """Let it reach the brokers again."""
        for proxy in self._proxies:
            proxy.go_on()

    async def ended(self) -> int:
        """Wait for its end, and return its exit status."""
        assert self._process is not None
        status = await asyncio.to_thread(self._process.wait, 60)
        for proxy in self._proxies:
            await proxy.stop()
        return status
