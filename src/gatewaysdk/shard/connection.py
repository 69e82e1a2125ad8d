"""One connection of a shard: opens a socket, reads it and writes to it in order. A new connection is a new object."""

from __future__ import annotations

import asyncio
from typing import Protocol

from ..compression import Inflater, Message
from ..errors import ConnectError, GatewayError, MessageTooLarge, PeerError, TaskCancelled
from ..stats import Stats
from ..tasks.label import UNSHARDED, Label
from ..transport import Closed, Connector, Transport

__all__ = ["Connection", "ConnectionOwner"]

# aiohttp's receive() does not suspend while messages are queued, so a busy socket would starve timers and handlers.
# Messages are counted, not time, because time cannot show whether receive() has suspended meanwhile.
_YIELD_EVERY = 128


class ConnectionOwner(Protocol):
    """Gets a call for each thing that happens on a connection. None of them raises because of the network."""

    def on_connected(self, connection: Connection) -> None: ...

    def on_connect_failed(self, connection: Connection, error: GatewayError) -> None: ...

    def on_message(self, connection: Connection, message: Message) -> None:
        """Take one gateway message. Raises `PeerError` if it is not one."""

    def on_broken(self, connection: Connection, error: PeerError) -> None: ...

    def on_closed(self, connection: Connection, code: int | None, reason: str) -> None: ...


class Connection:
    """The socket of one ``Connect`` effect. One task opens and reads it, a second one writes to it.

    It needs an inflater of its own, because a compression context starts with the first byte of a connection.
    """

    def __init__(
        self,
        url: str,
        connector: Connector,
        inflater: Inflater,
        owner: ConnectionOwner,
        stats: Stats,
        *,
        binary: bool,
        label: Label = UNSHARDED,
    ) -> None:
        self._url = url
        self._connector = connector
        self._binary = binary
        self._inflater = inflater
        self._owner = owner
        self._stats = stats
        self._label = label
        self._transport: Transport | None = None
        # A list and a future: a process may have hundreds of idle connections, and a deque takes ten times the memory.
        self._outgoing: list[bytes | tuple[int, str]] = []
        self._something_to_write: asyncio.Future[None] | None = None
        self._readable: asyncio.Future[None] | None = None
        self._closing = False
        self._failure: BaseException | None = None
        self._begun = False
        self.task = asyncio.create_task(self._run(), name=label.task_name("connection"))

    def send(self, data: bytes) -> None:
        """Write a message after the earlier ones. Does nothing once the connection is closing."""
        if not self._closing:
            self._write_soon(data)

    def close(self, code: int, reason: str) -> None:
        """Close the socket once all messages are written, or stop opening it. The owner is told when it is closed."""
        if self._closing:
            return
        self._closing = True
        self.resume()
        if self._transport is None:
            self.task.cancel()
            if not self._begun:  # a task cancelled before its first step never runs, so tell the owner here
                asyncio.get_running_loop().call_soon(self._given_up)
        else:
            self._write_soon((code, reason))

    def abort(self) -> None:
        """Drop the socket now, without a close frame; `on_closed` is not called."""
        self._closing = True
        self.task.cancel()

    @property
    def closing(self) -> bool:
        """Whether `close` or `abort` was called, so the task may end, cancelled or not."""
        return self._closing

    @property
    def paused(self) -> bool:
        """Whether reading waits for `resume`."""
        return self._readable is not None

    def pause(self) -> None:
        """Stop reading until `resume`; writing goes on."""
        if not self._closing and self._readable is None:
            self._readable = asyncio.get_running_loop().create_future()

    def resume(self) -> None:
        """Go on reading."""
        readable, self._readable = self._readable, None
        if readable is not None and not readable.done():
            readable.set_result(None)

    def _write_soon(self, item: bytes | tuple[int, str]) -> None:
        self._outgoing.append(item)
        waiting, self._something_to_write = self._something_to_write, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _given_up(self) -> None:
        self._owner.on_connect_failed(self, ConnectError(self._url, "given up"))

    async def _run(self) -> None:
        self._begun = True
        try:
            transport = await self._connector.connect(self._url)
        except ConnectError as error:
            self._owner.on_connect_failed(self, error)
            return
        except asyncio.CancelledError:
            self._given_up()
            raise
        self._transport = transport
        writer = asyncio.create_task(self._write(transport), name=self._label.task_name("writer"))
        writer.add_done_callback(self._writer_done)
        try:
            self._owner.on_connected(self)
            closed = await self._read(transport)
            if self._closing:
                await writer  # the writer is closing the socket; if that takes too long, the owner calls `abort`
        except asyncio.CancelledError:
            if self._failure is not None:
                raise self._failure from None
            raise
        finally:
            # Also after a cancellation: the socket and the writer must never outlive this task.
            writer.cancel()
            transport.abort()
        self._owner.on_closed(self, closed.code, closed.reason)

    async def _read(self, transport: Transport) -> Closed:
        receive, feed, on_message, stats = transport.receive, self._inflater.feed, self._owner.on_message, self._stats
        while True:
            for _ in range(_YIELD_EVERY):
                try:
                    received = await receive()
                except MessageTooLarge as error:
                    self._owner.on_broken(self, error)
                    return Closed(None)
                if isinstance(received, Closed):
                    return received
                stats.bytes_received += len(received)
                try:
                    for message in feed(received):
                        on_message(self, message)
                except PeerError as error:
                    self._owner.on_broken(self, error)
                    return await self._drain(transport)
                # Otherwise an idle connection would keep its last message in memory, which may be large.
                received = message = b""
                while self._readable is not None:
                    await self._readable
            await asyncio.sleep(0)

    async def _drain(self, transport: Transport) -> Closed:
        """Read and drop messages until the end: after a broken one nothing can be decompressed."""
        while True:
            received = await transport.receive()
            if isinstance(received, Closed):
                return received
            await asyncio.sleep(0)

    async def _write(self, transport: Transport) -> None:
        while True:
            while not self._outgoing:
                self._something_to_write = asyncio.get_running_loop().create_future()
                await self._something_to_write
            item = self._outgoing.pop(0)
            if isinstance(item, bytes):
                try:
                    await transport.send(item, binary=self._binary)
                except Exception as error:
                    # Frames of the traceback may hold the message in plain text, with the token in it.
                    raise error.with_traceback(None)  # noqa: B904  # it is the error itself
                item = b""  # an idle connection must not keep its last message, as in `_read`
            else:
                await transport.close(*item)
                return

    def _writer_done(self, writer: asyncio.Task[None]) -> None:
        """End the connection if its writer has ended too early: nothing could be sent any more, not even heartbeats."""
        error = TaskCancelled(writer.get_name()) if writer.cancelled() else writer.exception()
        if not self._closing and not self.task.done():  # else the task awaits the writer, or has cancelled it
            self._failure = error
            self.task.cancel()
