"""Turns an error of the connection into one line that says what the user can do."""

from __future__ import annotations

from argparse import Namespace
from urllib.parse import urlsplit

from ..enums.intents import Intents
from ..errors import ConnectError, FatalCloseError, GatewayError, PhaseTimeout, plain_url
from ..tables.intents import PRIVILEGED_INTENTS
from .names import intents_in_words

__all__ = ["explain"]

_TOKEN_REFUSED = 4004
_INTENTS_REFUSED = 4014


def explain(error: GatewayError, options: Namespace, intents: Intents) -> str:
    """Return the line for an error of `listen`."""
    match error:
        case FatalCloseError(code=code) if code == _TOKEN_REFUSED:
            source = options.token_file if options.token_file is not None else options.token_env
            return (
                f"the gateway refused the token from {source} (close code {code}); "
                "copy it again from the Bot page of your application, or reset it there"
            )
        case FatalCloseError(code=code) if code == _INTENTS_REFUSED:
            asked = intents_in_words(intents & PRIVILEGED_INTENTS)
            return (
                f"the gateway refused privileged intents (close code {code}); asked for: {asked}. "
                "Switch them on on the Bot page of your application, or leave out the events that need them"
            )
        case ConnectError() if options.proxy is not None:
            said = _without_password(error.reason, options.proxy)
            return f"cannot connect to {error.url} through the proxy: {said}; check --proxy and --url"
        case ConnectError():
            return f"{error}; check --url and the network"
        case PhaseTimeout(phase="connect"):
            return f"no connection to {plain_url(options.url)} within {error.seconds:g} s; check --url and the network"
        case PhaseTimeout():
            return (
                f"connected to {plain_url(options.url)}, but it sent no {error.phase} within {error.seconds:g} s; "
                "check that --url is a gateway, or wait longer with --timeout"
            )
        case _:
            return str(error)


def _without_password(text: str, proxy: str) -> str:
    user, at, _ = urlsplit(proxy).netloc.rpartition("@")
    return text.replace(user + at, "") if at else text
