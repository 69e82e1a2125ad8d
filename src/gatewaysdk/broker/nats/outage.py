"""Few lines of log while NATS cannot be reached: nats-py reports each try to connect, several a second."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

__all__ = ["OutageLog"]

_SECONDS = 60.0
"""Between two lines during one outage."""


class OutageLog:
    """Logs the start and the end of an outage, and at most one error a minute in between.

    Args:
        log: where lines go.
        clock: seconds that only grow.
    """

    def __init__(self, log: logging.LoggerAdapter[logging.Logger], clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._next: float | None = None  # when an error may be logged again; None while connected
        self._began = 0.0

    def note_loss(self) -> None:
        """Log that an outage begins, unless one goes on."""
        if self._next is None:
            self._began = self._clock()
            self._next = self._began + _SECONDS
            self._log.warning("the connection to NATS was lost; it is made again")

    def note_error(self, error: Exception) -> None:
        """Log an error; during an outage, only if the last line is a minute old."""
        if self._next is None:
            self._log.warning("NATS: %s: %s", type(error).__name__, error)
            return
        now = self._clock()
        if now >= self._next:
            self._next = now + _SECONDS
            self._log.warning("NATS is away for %.0f s: %s: %s", now - self._began, type(error).__name__, error)

    def note_return(self) -> None:
        """Log that the outage is over."""
        if self._next is not None:
            self._next = None
            self._log.warning("the connection to NATS is there again after %.0f s", self._clock() - self._began)
