"""Simulates a bad network between a client and a gateway: a TCP proxy on loopback that a test can make misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import ssl as tls
from random import Random
from typing import Self
from urllib.parse import urlsplit

from ..errors import StateError
from .door import authority
from .link import Conditions, Link, Side, reset

__all__ = ["FaultProxy"]


class FaultProxy:
    """Passes bytes between clients and a gateway, and disturbs them when told to.

    ::

        async with FaultProxy() as proxy, Simulator(resume_gateway_url=proxy.url) as sim:
            proxy.target = sim.url
            ...  # connect a client to proxy.url
            proxy.cut()

    Without TLS a client cannot notice every flipped bit, so tests of that need ``wss://``, as Discord has. The proxy
    passes TLS through unchanged unless you pass ``ssl``.

    Args:
        target: URL of the gateway, ``ws://`` or ``wss://``; you may set it later, before clients connect.
        seed: decides which bits are flipped and where bytes are split.
        ssl: server context for TLS with the clients; the proxy then uses plain TCP with the target.
        host, port: where to listen; port 0 takes a free one.

    Attributes:
        refuse: whether to reset new connections at once.
        connections: number of connections so far.
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        seed: int = 0,
        ssl: tls.SSLContext | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.target = target
        self.refuse = False
        self.connections = 0
        self._conditions = Conditions(Random(seed))  # noqa: S311 - damages bytes, keeps no secret
        self._conditions.flowing.set()
        self._ssl = ssl
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start to listen. Raises ``OSError`` if the port is taken. ``async with`` calls this."""
        if self._server is not None:
            raise StateError("the proxy has started already; make another one")
        self._server = await asyncio.start_server(self._accept, self._host, self._port, ssl=self._ssl)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Reset all connections and stop listening. ``async with`` calls this."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            self.cut()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The URL that clients connect to instead of ``target``."""
        secure = self._ssl is not None or (self.target is not None and self.target.startswith("wss:"))
        return f"{'wss' if secure else 'ws'}://{authority(self._host, self._port)}"

    @property
    def open(self) -> int:
        """Number of connections that are open now."""
        return len(self._tasks)

    # Faults of present and later connections

    def delay(self, seconds: float) -> None:
        """Delay each piece of data by ``seconds``, one after another."""
        self._conditions.delay = seconds

    def throttle(self, bytes_per_second: float | None) -> None:
        """Limit the speed in each direction of a connection; None lifts the limit."""
        self._conditions.bytes_per_second = bytes_per_second

    def split(self, most_bytes: int | None) -> None:
        """Split data into pieces of 1 to ``most_bytes`` bytes, at random; None passes it on unsplit."""
        self._conditions.most_bytes = most_bytes

    def stall(self) -> None:
        """Hold back all bytes and ends of connections until `go_on`, so that connections are half-open."""
        self._conditions.flowing.clear()

    def go_on(self) -> None:
        """Pass on what `stall` has held back."""
        self._conditions.flowing.set()

    # Faults of the present connections

    def cut(self, after: int = 0) -> None:
        """Reset connections at once, or after ``after`` more bytes to the client, which may be inside a message."""
        if after > 0:
            for link in self._links:
                link.cut_after = after
        else:
            for task in self._tasks:
                task.cancel()

    def half_close(self, towards: Side = "client") -> None:
        """Send one side the end of the data, and go on passing on what that side sends."""
        for link in self._links:
            link.finish(towards)

    def corrupt(self, towards: Side = "client", count: int = 1) -> None:
        """Flip one bit in each of the next ``count`` pieces."""
        for link in self._links:
            link.corrupts[towards] += count

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Our own task: asyncio would log errors of a task that it makes for a coroutine callback.
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer), name="fault proxy")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self.refuse and self.target is not None:
                await self._connect(self.target, reader, writer)
        except OSError:
            pass  # one side is gone; the finally block below ends the other
        finally:
            reset(writer)

    async def _connect(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        url = urlsplit(target)
        default = 443 if url.scheme == "wss" else 80
        gateway = await asyncio.open_connection(url.hostname, url.port or default)
        link = Link(self._conditions, (reader, writer), gateway)
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)
            reset(gateway[1])
            with contextlib.suppress(OSError):
                await gateway[1].wait_closed()
