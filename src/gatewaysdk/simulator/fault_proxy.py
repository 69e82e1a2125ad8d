"""A bad network between a client and a gateway: a TCP proxy on loopback that misbehaves on demand."""

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
    """Passes bytes between clients and a gateway until told otherwise.

    ::

        async with FaultProxy() as proxy, Simulator(resume_gateway_url=proxy.url) as sim:
            proxy.target = sim.url
            ...  # connect a client to proxy.url
            proxy.cut()

    Without TLS a flipped bit may look like any other, so a client that is to notice each of them needs ``wss://``, as
    Discord has. TLS passes through, or ends here with ``ssl``.

    Args:
        target: URL of the gateway, ``ws://`` or ``wss://``; may be set later, before clients come.
        seed: decides which bits are flipped and where bytes are split.
        ssl: context of a server that speaks TLS with the clients and plainly with the target.
        host, port: where to listen; port 0 takes a free one.

    Attributes:
        refuse: reset new connections at once.
        connections: how many there were.
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
        """Listen; raises ``OSError`` when the port is taken. ``async with`` does this."""
        if self._server is not None:
            raise StateError("the proxy has started already; make another one")
        self._server = await asyncio.start_server(self._accept, self._host, self._port, ssl=self._ssl)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Reset all connections and stop listening. ``async with`` does this."""
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
        """Where clients connect instead of ``target``."""
        secure = self._ssl is not None or (self.target is not None and self.target.startswith("wss:"))
        return f"{'wss' if secure else 'ws'}://{authority(self._host, self._port)}"

    @property
    def open(self) -> int:
        """How many connections there are now."""
        return len(self._tasks)

    # What connections suffer, the present and later ones

    def delay(self, seconds: float) -> None:
        """Hold each piece back for some time, one after another."""
        self._conditions.delay = seconds

    def throttle(self, bytes_per_second: float | None) -> None:
        """Let no more than this pass in each direction of a connection; None lifts the limit."""
        self._conditions.bytes_per_second = bytes_per_second

    def split(self, most_bytes: int | None) -> None:
        """Pass on pieces of 1 to ``most_bytes`` bytes, at random; None leaves them as they come."""
        self._conditions.most_bytes = most_bytes

    def stall(self) -> None:
        """Let nothing pass, neither bytes nor the end of a connection, until `go_on`: a half-open connection."""
        self._conditions.flowing.clear()

    def go_on(self) -> None:
        """Let pass what `stall` held back."""
        self._conditions.flowing.set()

    # What happens to the present connections

    def cut(self, after: int = 0) -> None:
        """Reset connections, at once or after as many further bytes towards the client: in the midst of a message."""
        if after > 0:
            for link in self._links:
                link.cut_after = after
        else:
            for task in self._tasks:
                task.cancel()

    def half_close(self, towards: Side = "client") -> None:
        """Tell one side that no more will come, and go on passing what that side sends."""
        for link in self._links:
            link.finish(towards)

    def corrupt(self, towards: Side = "client", count: int = 1) -> None:
        """Flip a bit in each of the next ``count`` pieces."""
        for link in self._links:
            link.corrupts[towards] += count

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of ours rather than one of asyncio's, which would log what happens to it.
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer), name="fault proxy")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self.refuse and self.target is not None:
                await self._connect(self.target, reader, writer)
        except OSError:
            pass  # either side is gone, and so is the other in a moment
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
