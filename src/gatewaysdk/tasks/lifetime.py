"""A shard's time from start to end: callers can wait for both, and ask for the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..errors import StateError

__all__ = ["Lifetime"]


class Lifetime:
    """Whether a shard runs, and how its last run ended. A shard may run several times, one after the other."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[None] | None = None
        self._live: asyncio.Future[None] | None = None
        self._stop_wanted = False

    @property
    def running(self) -> bool:
        """Whether it has begun and has not ended since."""
        return self._ended is not None and not self._ended.done()

    def begin(self) -> None:
        """Start a run. Call this in the event loop that runs the shard."""
        self._loop = loop = asyncio.get_running_loop()
        self._ended, self._live = loop.create_future(), loop.create_future()

    def take_stop(self) -> bool:
        """Return whether an end was requested before `begin`, and forget that. Call it after `begin`.

        In this order, no `request_stop` of another thread is lost: it sees that the shard runs, or this sees it.
        """
        wanted, self._stop_wanted = self._stop_wanted, False
        return wanted

    def request_stop(self, stop: Callable[[], None]) -> None:
        """Have the loop call ``stop`` if the shard runs; else remember that. Safe in threads and signal handlers."""
        self._stop_wanted = True
        if self._loop is None or not self.running:
            return

        def stop_if_running() -> None:
            self._stop_wanted = False
            if self.running:
                stop()

        try:
            # Not called here, as an observer may ask while effects are carried out. This also wakes the loop.
            self._loop.call_soon_threadsafe(stop_if_running)
        except RuntimeError:  # the loop is closed, so that nothing runs any more
            self._ended = None

    def set_live(self, error: BaseException | None = None) -> None:
        """Wake `wait_live`: the session is live, or the first attempt ended with ``error``."""
        _resolve(self._live, error)

    def end(self, error: BaseException | None) -> bool:
        """End the run, with an error or None. Return False if it had ended already."""
        _resolve(self._live, error if error is not None else StateError("the shard was closed"))
        return _resolve(self._ended, error)

    async def wait_live(self) -> None:
        """Return when the session is live. Raises the error that ended the first attempt."""
        assert self._live is not None  # begun
        await asyncio.shield(self._live)

    async def wait_ended(self) -> None:
        """Return when the shard was closed. Raises the error that ended it otherwise."""
        assert self._ended is not None  # begun
        await asyncio.shield(self._ended)

    async def wait_over(self, timeout: float) -> None:
        """Return when the run has ended, with or without an error, or after ``timeout`` seconds."""
        if self._ended is not None:
            await asyncio.wait([self._ended], timeout=timeout)


def _resolve(future: asyncio.Future[None] | None, error: BaseException | None) -> bool:
    if future is None or future.done():
        return False
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
        future.exception()  # retrieved, so that asyncio does not complain if nobody waits for it
    return True
