"""Runs a bot as a program: with a log, until Ctrl-C or SIGTERM, and with one sentence if it cannot go on."""

from __future__ import annotations

import asyncio
import inspect
import logging
import signal
import sys
import threading
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import suppress
from typing import Any, Protocol

from ..errors import ConfigurationError, GatewayError, StateError

__all__ = ["Bot", "run"]

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class Bot(Protocol):
    """What `run` runs: a `Shard`, a `ShardManager`, or an object with such a method."""

    def run(self, *, stop_signals: Iterable[signal.Signals]) -> Coroutine[Any, Any, None]: ...


def run(bot: Bot | Coroutine[Any, Any, object], /, *, log_level: int | str | None = logging.INFO) -> None:
    """Run a bot until it is closed, or until Ctrl-C or SIGTERM, and then return; the session stays resumable.

    An error that ends the bot is printed as one sentence, and the program ends with exit status 1. Only an error that
    is not of this package has a traceback; at level DEBUG the log has one of the others, too.

    Args:
        bot: a shard, a manager, or a coroutine such as ``main()``, which is cancelled on Ctrl-C and SIGTERM.
        log_level: if no logging is set up, the log goes to stderr from this level on. None sets up none.

    Raises:
        SystemExit: with status 1, for an error of this package; its ``__cause__`` is that error.
        ConfigurationError: ``bot`` is nothing that runs.
        StateError: an event loop runs already.
    """
    _check(bot)
    said = _Said() if log_level is not None and not _has_logging() else None
    if said is not None:
        logging.basicConfig(level=log_level, format=_FORMAT, handlers=[said])
    try:
        asyncio.run(_until_stopped(bot))
    except KeyboardInterrupt:
        return
    except (GatewayError, ExceptionGroup) as error:
        sentences = list(_sentences(error))
        if not sentences:  # another error is in the group
            raise
        logging.getLogger("gatewaysdk").debug("the program ends with this error", exc_info=error)
        for sentence in sentences:
            if said is None or sentence not in said.last:  # the shard itself may have logged it just now
                print(f"gatewaysdk: {sentence}", file=sys.stderr)
        raise SystemExit(1) from error


async def _until_stopped(bot: Bot | Coroutine[Any, Any, object]) -> None:
    signals = [signal.SIGINT, signal.SIGTERM] if threading.current_thread() is threading.main_thread() else []
    if not inspect.iscoroutine(bot):
        await bot.run(stop_signals=signals)  # type: ignore[union-attr]  # mypy does not narrow by `iscoroutine`
        return
    task, terminated = asyncio.ensure_future(bot), False

    def terminate() -> None:
        nonlocal terminated
        terminated = True
        task.cancel()

    if signals:  # asyncio.run itself cancels on Ctrl-C
        with suppress(NotImplementedError):  # Windows has no SIGTERM that a program could get
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
    try:
        await task
    except asyncio.CancelledError:
        if not terminated:
            raise


def _check(bot: object) -> None:
    if not inspect.iscoroutine(bot) and (isinstance(bot, type) or not hasattr(bot, "run")):
        what = f"the class {bot.__name__}" if isinstance(bot, type) else f"of type {type(bot).__name__}"
        raise ConfigurationError(f"bot is {what}; run() takes a Shard, a ShardManager, or a coroutine such as main()")
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    if inspect.iscoroutine(bot):
        bot.close()  # else Python warns that it was never awaited
    raise StateError("run() starts an event loop, and one runs here already; write `await shard.run()` instead")


def _has_logging() -> bool:
    handlers = [*logging.getLogger().handlers, *logging.getLogger("gatewaysdk").handlers]
    return not all(isinstance(one, logging.NullHandler) for one in handlers)


class _Said(logging.StreamHandler[Any]):
    """Writes log lines to stderr, and knows the last one."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()
        super().emit(record)


def _sentences(error: Exception) -> Iterator[str]:
    """Yield the texts of the errors of this package; none if there is another error among them."""
    if not isinstance(error, ExceptionGroup):
        yield "; ".join([str(error), *getattr(error, "__notes__", ())])
        return
    ours, others = error.split(GatewayError)
    if others is None and ours is not None:
        for one in ours.exceptions:
            yield from _sentences(one)
