"""Reports what happens to the connection on stderr, while events go to stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..errors import FatalCloseError
from ..protocol import Disconnected, Effect, SessionResumed, SessionStarted, Waiting
from .show import clean

__all__ = ["Notices", "say"]


def say(text: str) -> None:
    """Print a line on stderr."""
    print(f"gatewaysdk: {clean(text)}", file=sys.stderr, flush=True)


class Notices:
    """An observer of a shard: prints the greeting at the first session, and then a line for each step."""

    def __init__(self, greeting: str, redact: Callable[[str], str]) -> None:
        self._greeting = greeting
        self._redact = redact
        self._greeted = False

    def __call__(self, effect: Effect) -> None:
        """Print one step. Prints nothing if the first attempt fails: `connect` raises that error."""
        if self._greeted:
            text = _in_words(effect)
            if text is not None:
                say(self._redact(text))
        elif isinstance(effect, SessionStarted):
            self._greeted = True
            say(self._greeting)


def _in_words(effect: Effect) -> str | None:
    match effect:
        # If the shard ends for good, the error that follows says why.
        case Disconnected(reason, error) if not isinstance(error, FatalCloseError):
            return f"disconnected: {reason}"
        case Waiting(seconds=seconds, resuming=resuming):
            return f"connecting again in {seconds:.1f} s, {'to resume' if resuming else 'with a new session'}"
        case SessionResumed(_, replayed):
            return f"resumed, {replayed} missed events came"
        case SessionStarted():
            return "connected with a new session; the events since the disconnect are lost"
    return None
