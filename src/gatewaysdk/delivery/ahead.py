"""Builds the classes of the events that are listened for while the shard waits for the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

__all__ = ["Ahead"]


class Ahead:
    """Runs pieces of work one by one, and lets the event loop do all else that is due between two of them.

    To build a model takes up to 100 ms, during which the loop stands still. At the start only answers from the network
    have to wait for that; later it would be the first event.

    Args:
        failed: called with the error of a piece; then the others are left out.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._pieces: Iterator[Callable[[], None]] = iter(())
        self._handle: asyncio.Handle | None = None

    def begin(self, pieces: Iterable[Callable[[], None]]) -> None:
        """Run these pieces soon, in place of those that are left from before."""
        self.cancel()
        self._pieces = iter(pieces)
        self._soon()

    def cancel(self) -> None:
        """Leave out the pieces that have not run."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _soon(self) -> None:
        self._handle = asyncio.get_running_loop().call_soon(self._run_next)

    def _run_next(self) -> None:
        self._handle = None
        piece = next(self._pieces, None)
        if piece is None:
            return
        try:
            piece()
        except Exception as error:
            self._failed(error)
        else:
            self._soon()
