"""``gatewaysdk run``: run the manager of a program, and show how its shards are."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from argparse import Namespace
from collections.abc import Coroutine
from typing import Any

from .. import ShardManager
from ..errors import GatewayError
from ..fleet.target import load_manager
from .dashboard.view import FleetView, can_draw
from .notices import say
from .parser import Misuse

__all__ = ["run", "set_up_logging"]

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def run(options: Namespace) -> int:
    """Run until a signal or `ShardManager.stop` ends it, and return 0; 1 after a sentence that says what ended it."""
    if options.reload and options.workers is None:
        raise Misuse("--reload starts worker processes anew; say how many with --workers")
    try:
        if options.workers is not None:
            set_up_logging(options.log_level)
            return asyncio.run(_run_workers(options))
        # Imported outside of the event loop, as `python bot.py` does it: a module may call asyncio.run by itself.
        manager = load_manager(options.target)
        set_up_logging(options.log_level)
        return asyncio.run(_run_here(manager, options))
    except KeyboardInterrupt:  # before the shards started; from then on the manager heeds the signal
        return 0


async def _run_here(manager: ShardManager, options: Namespace) -> int:
    view = FleetView(draws=_draws(options))
    view.attach(manager)
    return await _ended(manager.run(), view)


async def _run_workers(options: Namespace) -> int:
    from ..fleet.workers import run_target  # until the worker processes are merged

    view = FleetView(draws=_draws(options))
    program = run_target(options.target, workers=options.workers, reload=options.reload, on_manager=view.attach)
    return await _ended(program, view)


async def _ended(program: Coroutine[Any, Any, None], view: FleetView) -> int:
    """Wait for the end, give the terminal back, and say what the end was."""
    try:
        try:
            await program
        finally:
            await view.close()
    except GatewayError as error:
        say(str(error))
        return 1
    return 0


def _draws(options: Namespace) -> bool:
    # textual reads keys from stdin and draws on stderr.
    terminal = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    return not options.plain and can_draw(terminal=terminal, term=os.environ.get("TERM"))


def set_up_logging(level: str | None) -> None:
    """Log to stderr, unless the program has set up its own log; a level that was asked for holds for both."""
    root = logging.getLogger()
    if not root.handlers:
        logging.basicConfig(format=_FORMAT, level=logging.INFO)
    if level is not None:
        root.setLevel(level.upper())
