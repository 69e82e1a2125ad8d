"""Signals that stop a shard."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from ..errors import ConfigurationError

__all__ = ["stop_on"]


@contextmanager
def stop_on(signals: Iterable[signal.Signals], stop: Callable[[], None]) -> Iterator[None]:
    """Within the block, have ``signals`` call ``stop``; afterwards restore the earlier handlers.

    ``stop`` must be safe to call from a signal handler. Raises `ConfigurationError` for a signal that cannot be
    handled; only the main thread can handle signals.
    """
    before: dict[signal.Signals, object] = {}
    try:
        for one in signals:
            previous = signal.getsignal(one)
            _handle(one, stop)
            before[one] = previous
        yield
    finally:
        for one, handler in before.items():
            _restore(one, handler)


def _handle(one: signal.Signals, stop: Callable[[], None]) -> None:
    try:
        asyncio.get_running_loop().add_signal_handler(one, stop)
    except NotImplementedError:  # Windows
        signal.signal(one, lambda *_: stop())
    except (ValueError, RuntimeError, OSError) as error:
        raise ConfigurationError(f"{one!r} cannot stop the shard: {error}; run it in the main thread") from error


def _restore(one: signal.Signals, handler: object) -> None:
    with suppress(NotImplementedError):
        asyncio.get_running_loop().remove_signal_handler(one)
    if handler is not None:  # None: not set from Python
        signal.signal(one, handler)  # type: ignore[arg-type]  # as getsignal gave it
