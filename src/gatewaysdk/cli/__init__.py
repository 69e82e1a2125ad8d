"""The command ``gatewaysdk``: a demonstration, a simulated gateway, a listener, and a runner, over the public API."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Coroutine
from contextlib import suppress
from importlib import import_module
from typing import Any

from ..errors import GatewayError, UsageError
from .parser import Misuse, make_parser, refuse_tokens
from .show import clean

__all__ = ["main"]

_MISUSE = 2
_INTERRUPTED = 130  # the exit code that shells report for a command ended by Ctrl-C


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 for success, 1 for failure, 2 for arguments that cannot be used."""
    _prepare()
    arguments = sys.argv[1:] if argv is None else argv
    try:
        refuse_tokens(arguments)
        options = make_parser().parse_args(arguments)
        code = _run(options)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where an error can be told; Python flushes again at the end
        return code
    except (Misuse, UsageError) as error:
        return _fail(str(error), _MISUSE)
    except GatewayError as error:
        return _fail(str(error), 1)
    except BrokenPipeError:
        return _close_stdout()
    except OSError as error:  # a full disk; the commands themselves turn errors of the network into a GatewayError
        return _fail(f"cannot write the output: {error.strerror or error}", _close_stdout() or 1)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except SystemExit as done:  # argparse, after --help or --version
        return done.code if isinstance(done.code, int) else 0


# The module and the function of each command, and its exit status after Ctrl-C: None where it sees to that itself.
_COMMANDS: dict[str, tuple[str, str, int | None]] = {
    "canary": ("canary", "canary", _MISUSE),  # it was interrupted before it could begin to listen
    "dead-letters": ("dead_letters", "dead_letters", _INTERRUPTED),
    "demo": ("demo", "demo", _INTERRUPTED),
    "doctor": ("doctor", "doctor", None),
    "gateway": ("gateway", "gateway", None),
    "listen": ("listen", "listen", 0),
    "record": ("record", "record", 0),
    "replay": ("replay", "replay", 0),
    "run": ("run", "run", None),
    "say": ("say", "say", None),
    "show": ("show_recording", "show", None),
    "simulate": ("simulate", "simulate", 0),
    "top": ("top", "top", 0),
}


def _run(options: Namespace) -> int:
    module, name, interrupted = _COMMANDS[options.command]
    # Each command is imported only when it runs, so --help stays quick.
    command = getattr(import_module(f".{module}", __package__), name)
    if interrupted is None:
        status: int = command(options)
        return status
    return _finish(command(options), interrupted=interrupted)


def _finish(command: Coroutine[Any, Any, int], *, interrupted: int) -> int:
    """Run the command until it ends, or cancel it on Ctrl-C or SIGTERM; then it closes what it opened."""

    async def stoppable() -> int:
        task = asyncio.current_task()
        assert task is not None
        # This raises on Windows and outside of the main thread. asyncio.run handles Ctrl-C itself.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await command

    try:
        return asyncio.run(stoppable())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return interrupted


def _prepare() -> None:
    # The commands themselves report what happens; the library's log would report it a second time.
    logger = logging.getLogger("gatewaysdk")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # events have characters that some terminals cannot show


def _fail(message: str, code: int) -> int:
    print(f"gatewaysdk: {clean(message)}", file=sys.stderr)
    return code


def _close_stdout() -> int:
    """End quietly when the reader of our output has gone, as ``head`` does."""
    # Python flushes stdout once more at exit, which would fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
