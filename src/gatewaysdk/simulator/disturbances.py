"""What happens to the next messages of a connection on their way to the client."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from ..compression import Message

__all__ = ["Disturbances"]

# No compression, encoding or text has these bytes where a message begins.
_BROKEN = b"\x07\x07\x07\x07\x07\x07\x07\x07"


class Disturbances:
    """What is still to happen; with nothing set, messages go as they are.

    Attributes:
        corrupt: how many of the next messages are damaged at their beginning.
        truncate: how many of the next messages lose their second half.
        repeat: how many of the next dispatches are sent twice, with the same sequence number.
        late: the seconds that each of the next messages waits, in order.
        stalled_until: the time of the simulator's clock until which no message leaves.
        mute: whether no message leaves any more.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self.corrupt = 0
        self.truncate = 0
        self.repeat = 0
        self.late: deque[float] = deque()
        self.stalled_until = clock()
        self.mute = False
        self._clock = clock
        self._sleep = sleep
        self._over = asyncio.Event()

    @property
    def none(self) -> bool:
        """Whether messages go as they are, now."""
        planned = self.corrupt or self.truncate or self.repeat or self.late or self.mute
        return not planned and self.stalled_until <= self._clock()

    def end(self) -> None:
        """Let all messages go that wait, because the connection ends."""
        self._over.set()

    async def wait(self) -> None:
        """Wait until the next message may leave."""
        seconds = self.late.popleft() if self.late else 0.0
        while not self._over.is_set() and (seconds := max(seconds, self.stalled_until - self._clock())) > 0:
            sleeping = asyncio.ensure_future(self._sleep(seconds))
            over = asyncio.ensure_future(self._over.wait())
            try:
                await asyncio.wait([sleeping, over], return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeping.cancel()
                over.cancel()
            seconds = 0.0

    def takes_twice(self) -> bool:
        """Whether the next dispatch is sent twice; asking counts it."""
        if not self.repeat:
            return False
        self.repeat -= 1
        return True

    def damaged(self, message: Message) -> Message:
        """Return the next message as it arrives."""
        if self.corrupt:
            self.corrupt -= 1
            message = _corrupted(message)
        if self.truncate:
            self.truncate -= 1
            message = message[: len(message) // 2]
        return message


def _corrupted(message: Message) -> Message:
    if isinstance(message, str):
        return _BROKEN.decode() + message[len(_BROKEN) :]
    return _BROKEN + message[len(_BROKEN) :]
