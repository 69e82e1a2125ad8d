"""A subject of our own, where answers of several messages come."""

from __future__ import annotations

import asyncio
from collections import deque

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

__all__ = ["Inbox"]


class Inbox:
    """What came and was not taken is kept: who asks bounds it by what he asks for.

    nats-py's own ``next_msg`` makes a task for each message, which takes more time than all else that a reader does.

    Args:
        client: that is connected.

    Attributes:
        name: the subject.
    """

    def __init__(self, client: Client) -> None:
        self.name = client.new_inbox()
        self._client = client
        self._messages: deque[Msg] = deque()
        self._some = asyncio.Event()
        self._subscription: Subscription | None = None

    async def open(self) -> None:
        """Subscribe. Raises what nats-py does."""
        self._subscription = await self._client.subscribe(self.name, cb=self._keep, pending_bytes_limit=0)

    async def close(self) -> None:
        """Unsubscribe. Raises what nats-py does."""
        if self._subscription is not None and not self._client.is_closed:
            await self._subscription.unsubscribe()

    async def next(self, seconds: float) -> Msg | None:
        """Return the next message, or None after so many seconds."""
        if not self._messages:
            try:
                async with asyncio.timeout(seconds):
                    await self._some.wait()
            except TimeoutError:
                return None
        return self.next_at_once()

    def next_at_once(self) -> Msg | None:
        """Return the next message, if it has come."""
        if not self._messages:
            return None
        message = self._messages.popleft()
        if not self._messages:
            self._some.clear()
        return message

    async def _keep(self, message: Msg) -> None:
        self._messages.append(message)
        self._some.set()
