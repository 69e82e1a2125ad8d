"""The log of a worker: its lines name the worker, and go to the parent unless the program has set up a log itself."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable

from ...tasks.label import UNSHARDED, logger_of
from .messages import Logged

__all__ = ["forward_lines", "levels", "name_worker", "write_line"]


def levels() -> tuple[int, int]:
    """Return the levels of the root logger and of ours, which a worker is to have too."""
    return logging.root.level, UNSHARDED.log.logger.level


class _Name(logging.Filter):
    def __init__(self, worker: int) -> None:
        super().__init__()
        self._worker = worker

    def filter(self, record: logging.LogRecord) -> bool:
        text = str(record.msg)
        record.msg = f"worker {self._worker}{', ' if text.startswith('shard ') else ': '}{text}"
        record.worker = self._worker
        return True


def name_worker(worker: int) -> None:
    """Have all lines of ours in this process begin with the worker; records have its number as ``worker``."""
    UNSHARDED.log.logger.addFilter(_Name(worker))


class _Forward(logging.Handler):
    def __init__(self, send: Callable[[Logged], None]) -> None:
        super().__init__()
        self._forward = send

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = copy.copy(record)
            line.msg, line.args = record.getMessage(), None
            if record.exc_info:  # a traceback is not pickled
                line.exc_text = logging.Formatter().formatException(record.exc_info)
                line.exc_info = None
            self._forward(Logged(line))
        except Exception:
            self.handleError(record)


def forward_lines(send: Callable[[Logged], None], given: tuple[int, int]) -> None:
    """Send what is logged in this process to the parent, unless the program has set up handlers in it."""
    if not logging.root.handlers:
        logging.root.setLevel(given[0])
        UNSHARDED.log.logger.setLevel(given[1])
        logging.root.addHandler(_Forward(send))


def write_line(record: logging.LogRecord) -> None:
    """Log a line of a worker here."""
    logger = logger_of(record)
    if logger.isEnabledFor(record.levelno):
        logger.handle(record)
