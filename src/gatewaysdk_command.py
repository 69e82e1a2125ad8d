"""Starts the command ``gatewaysdk``; a module of its own, as whatever is in the package imports all of it first.

Importing takes some tenths of a second. A Ctrl-C meanwhile ends the process as the signal does by itself, without a
traceback from the midst of an import.
"""

from __future__ import annotations

import signal

_INTERRUPTED = 130  # as shells report it


def main() -> int:
    """Run the command with the arguments of the process, and return its exit code."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # not if it is ignored, as in the background of a shell
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from gatewaysdk.cli import main

    try:
        signal.signal(signal.SIGINT, before)
        return main()
    except KeyboardInterrupt:  # before, or after, the command itself heeds it
        return _INTERRUPTED
