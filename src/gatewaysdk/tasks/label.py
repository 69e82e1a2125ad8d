"""Names the shard on log lines, tasks and errors, as a process may run dozens of shards."""

from __future__ import annotations

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TypeVar

__all__ = ["UNSHARDED", "Label", "logger_of"]

E = TypeVar("E", bound=BaseException)


class _Prefixed(logging.LoggerAdapter[logging.Logger]):
    """The logger ``gatewaysdk`` with a prefix on each line. Its records have ``shard_id`` and ``num_shards``."""

    def __init__(self, prefix: str, shard_id: int, num_shards: int) -> None:
        self._prefix = prefix
        self._numbers = {"shard_id": shard_id, "num_shards": num_shards}
        super().__init__(logging.getLogger("gatewaysdk"), self._numbers)

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return f"{self._prefix}{msg}", {**kwargs, "extra": {**kwargs.get("extra", {}), **self._numbers}}


class Label:
    """The name of a shard for logs, tasks and errors. Without sharding it is empty, as there is one shard only.

    Args:
        shard: (shard_id, num_shards), or None.

    Attributes:
        shard_id: its number, 0 without sharding.
        num_shards: how many there are, 1 without sharding.
        text: ``shard 3 of 8``, empty without sharding.
        log: the logger for its lines.
    """

    __slots__ = ("log", "num_shards", "shard_id", "text")

    def __init__(self, shard: tuple[int, int] | None) -> None:
        self.shard_id, self.num_shards = (0, 1) if shard is None else shard
        self.text = "" if shard is None else f"shard {self.shard_id} of {self.num_shards}"
        self.log = _Prefixed(f"{self.text}: " if self.text else "", self.shard_id, self.num_shards)

    def task_name(self, work: str) -> str:
        """Return the name for a task that does ``work`` for the shard."""
        return f"gatewaysdk {work}, {self.text}" if self.text else f"gatewaysdk {work}"

    def put_on(self, error: E) -> E:
        """Return ``error`` with a note that names the shard; tracebacks show it below the message."""
        note = f"in {self.text}"
        if self.text and note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        return error

    @contextmanager
    def on_errors(self) -> Iterator[None]:
        """Add a note that names the shard to each error that leaves the block."""
        try:
            yield
        except Exception as error:
            self.put_on(error)
            raise


UNSHARDED = Label(None)
"""The label of a shard that is the only one."""


def logger_of(record: logging.LogRecord) -> logging.Logger:
    """Return the logger that a record of another process is for."""
    return logging.getLogger(record.name)
