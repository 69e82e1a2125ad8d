"""A client without `Shard`: it drives the protocol core by hand over another WebSocket library, `websockets`.

The core decides everything; this file carries out its effects in order, and tells it what happened and when.
docs/howto/other-websocket-library.md explains each step.

Run it with ``DISCORD_TOKEN=... python examples/custom_websocket.py``.

With structs: `decode_event(frame, structs.Event)`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections import deque
from collections.abc import AsyncGenerator, Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from gatewaysdk import (
    API_VERSION,
    DEFAULT_URL,
    Command,
    ConnectError,
    Event,
    Intents,
    MessageTooLarge,
    PeerError,
    SessionStarts,
    Token,
    decode_event,
)
from gatewaysdk.codec import get_codec
from gatewaysdk.compression import MAX_SIZE, Inflater, get_inflater
from gatewaysdk.protocol import (
    Close,
    Connect,
    Dispatch,
    Effect,
    Failed,
    GatewayProtocol,
    IdentifySettings,
    IdentifyWanted,
    Send,
)


class Client:
    """One connection that lasts: `events` yields the events that arrive, `send` sends commands meanwhile."""

    def __init__(
        self,
        token: str,
        url: str,
        *,
        intents: Intents,
        compress: str | None = "zlib-stream",
        payload_compression: bool = False,
    ) -> None:
        self.codec = get_codec("json")
        # A compression context starts with the first byte of a connection, so each gets a new inflater.
        self.new_inflater: Callable[[], Inflater] = lambda: get_inflater(compress, payload=payload_compression)
        self.inflater = self.new_inflater()
        query = f"v={API_VERSION}&encoding={self.codec.name}" + (f"&compress={compress}" if compress else "")
        identify = IdentifySettings(token=Token(token), intents=intents, compress=payload_compression)
        self.core = GatewayProtocol(identify, url=url, query=query, random=random.random)
        self.starts = SessionStarts()
        self.socket: ClientConnection | None = None
        self.effects: deque[Effect] = deque()

    def send(self, command: Command) -> None:
        """Send a command: now, or once the session is live and the send limit has room."""
        self.effects += self.core.send(command.opcode, command.payload(), now())

    async def events(self) -> AsyncGenerator[Event, None]:
        """Connect and yield events, across reconnections. Raises FatalCloseError if Discord refuses for good."""
        self.effects += self.core.connect(now())
        try:
            while True:
                while self.effects:
                    match self.effects.popleft():
                        case Dispatch(frame):
                            try:
                                event = decode_event(frame)
                            except PeerError as error:  # only this event is lost; the connection goes on
                                print(f"{frame.t} cannot be decoded: {error}")
                            else:
                                yield event
                        case Failed(error):
                            raise error
                        case effect:
                            await self.carry_out(effect)
                await self.wait()
        finally:
            # Close with a code that keeps the session, so that a later core can resume it.
            for effect in self.core.close(now()):
                await self.carry_out(effect)

    async def carry_out(self, effect: Effect) -> None:
        match effect:
            case IdentifyWanted():
                # The only shard of a bot waits for no other shard; only the sessions of a day are limited.
                exhausted = self.starts.take(now())
                if exhausted is None:
                    self.effects += self.core.identify_granted(now())
                else:
                    self.effects += self.core.identify_refused(exhausted, now())
            case Connect(url):
                await self.open(url)
            case Send(op, d) if self.socket is not None:
                # If the socket has died meanwhile, the next recv() reports it.
                with contextlib.suppress(ConnectionClosed):
                    await self.socket.send(self.codec.encode(op, d).decode())  # text, as JSON is not `codec.binary`
            case Close(code, reason) if self.socket is not None:
                await self.socket.close(code, reason)
            case _:
                pass  # the other effects only inform: sessions, latency, waits; print them to see what happens

    async def open(self, url: str) -> None:
        self.inflater = self.new_inflater()
        try:
            async with asyncio.timeout_at(self.core.deadline):
                self.socket = await connect(
                    url,
                    compression=None,  # Discord compresses above the WebSocket, not within it
                    max_size=MAX_SIZE,  # the GUILD_CREATE of a large guild is larger than the library's 1 MiB
                    ping_interval=None,  # heartbeats do that
                    open_timeout=None,  # the core's deadlines do that
                    close_timeout=1,
                )
        except (OSError, WebSocketException) as error:  # TimeoutError is an OSError
            where = url.partition("?")[0]
            self.effects += self.core.connect_failed(ConnectError(where, str(error) or type(error).__name__), now())
        else:
            self.effects += self.core.connected(now())

    async def wait(self) -> None:
        """Wait for the next message, the end of the socket or the core's deadline, and tell the core."""
        try:
            async with asyncio.timeout_at(self.core.deadline):
                message = await (asyncio.Future[str]() if self.socket is None else self.socket.recv())
        except TimeoutError:
            self.effects += self.core.handle_timeout(now())
        except ConnectionClosed as closed:
            self.socket = None
            if closed.sent is not None and closed.sent.code == 1009:  # too large; the gateway will send it again
                error = MessageTooLarge(f"a message has more than {MAX_SIZE} bytes", MAX_SIZE)
                self.effects += self.core.broken(error, now())
            code, reason = (None, "") if closed.rcvd is None else (closed.rcvd.code, closed.rcvd.reason)
            self.effects += self.core.connection_closed(code, reason, now())
        else:
            try:
                for part in self.inflater.feed(message):
                    self.effects += self.core.receive(self.codec.peek(part), now())
            except PeerError as error:  # it cannot be decompressed or decoded: the core reconnects and resumes
                self.effects += self.core.broken(error, now())


def now() -> float:
    """Return the time of the clock that asyncio's timeouts use, so that the core's deadlines fit them."""
    return asyncio.get_running_loop().time()


async def main(compress: str | None = "zlib-stream", *, payload_compression: bool = False) -> None:
    client = Client(
        os.environ["DISCORD_TOKEN"],
        os.environ.get("GATEWAY_URL", DEFAULT_URL),
        intents=Intents.GUILDS | Intents.GUILD_MESSAGES,
        compress=compress,
        payload_compression=payload_compression,
    )
    async with contextlib.aclosing(client.events()) as events:
        async for event in events:
            print(type(event).event_name or "an unknown event")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
