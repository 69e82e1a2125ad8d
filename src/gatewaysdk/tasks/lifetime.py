"""From the start of a shard to its end, for those who wait for either, and for those who want the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..errors import StateError

__all__ = ["Lifetime"]


class Lifetime:
    """Whether a shard runs, and what became of it. A shard may run several times, one after the other."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[None] | None = None
        self._live: asyncio.Future[None] | None = None
        self._stop_wanted = False

    @property
    def running(self) -> bool:
        """Whether it was begun and nothing has ended it since."""
        return self._ended is not None and not self._ended.done()

    def begin(self) -> None:
        """Count as running."""
        self._loop = loop = asyncio.get_running_loop()
        self._ended, self._live = loop.create_future(), loop.create_future()

    def take_stop(self) -> bool:
        """Return whether an end was wanted before the beginning. Call it after `begin`.

        A `request_stop` in another thread then sees that the shard runs, or is seen here.
        """
        wanted, self._stop_wanted = self._stop_wanted, False
        return wanted

    def request_stop(self, stop: Callable[[], None]) -> None:
        """Have the loop call ``stop``, now if it runs, else remember it. For any thread and for signal handlers."""
        self._stop_wanted = True
        if self._loop is None or not self.running:
            return

        def stop_if_running() -> None:
            self._stop_wanted = False
            if self.running:
                stop()

        try:
            # Later, as observers may ask for it in the midst of carrying out effects; and it wakes the loop.
            self._loop.call_soon_threadsafe(stop_if_running)
        except RuntimeError:  # the loop is closed, and nothing runs on it any more
            self._ended = None

    def set_live(self, error: BaseException | None = None) -> None:
        """The first attempt to connect has worked, or ended with an error."""
        _resolve(self._live, error)

    def end(self, error: BaseException | None) -> bool:
        """End it, if it has not ended; return whether this did."""
        _resolve(self._live, error if error is not None else StateError("the shard was closed"))
        return _resolve(self._ended, error)

    async def wait_live(self) -> None:
        """Return once the session is live; raise what ended the first attempt."""
        assert self._live is not None  # begun
        await asyncio.shield(self._live)

    async def wait_ended(self) -> None:
        """Return when the shard was closed; raise what ended it otherwise."""
        assert self._ended is not None  # begun
        await asyncio.shield(self._ended)

    async def wait_over(self, timeout: float) -> None:
        """Return at the end, however it came, or after so many seconds."""
        if self._ended is not None:
            await asyncio.wait([self._ended], timeout=timeout)


def _resolve(future: asyncio.Future[None] | None, error: BaseException | None) -> bool:
    if future is None or future.done():
        return False
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
        future.exception()  # nobody need be waiting
    return True
