"""Options that several commands share: the token, how to connect to a gateway, and where to be one."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from .. import DEFAULT_URL
from ..codec import ENCODINGS
from ..codec.etf import BACKENDS
from ..compression import COMPRESSIONS
from .values import port, proxy, seconds, shard, variable, words

__all__ = ["add_connection", "add_door", "add_encoding", "add_token"]


def add_encoding(add: Any) -> None:
    """Add the encoding, and the backend of ETF."""
    add("--encoding", choices=ENCODINGS, default="json", help="encoding of messages (default: %(default)s)")
    add(
        "--etf-backend",
        choices=BACKENDS,
        help="the backend for --encoding etf (default: the fastest available one; see `gatewaysdk doctor`)",
    )


def add_token(command: ArgumentParser) -> None:
    """Add where the token is."""
    token = command.add_mutually_exclusive_group()
    token.add_argument("--token-file", type=Path, metavar="PATH", help="read the token from this file")
    token.add_argument(
        "--token-env",
        type=variable,
        default="DISCORD_TOKEN",
        metavar="NAME",
        help="read the token from this environment variable (default: %(default)s)",
    )


def add_connection(add: Any) -> None:
    """Add how to connect as a bot."""
    add_encoding(add)
    add(
        "--compress",
        choices=[*COMPRESSIONS, "payload"],
        default="zlib-stream",
        help="compression of the connection, or `payload` for single payloads (default: %(default)s)",
    )
    add("--url", default=DEFAULT_URL, help="URL of the gateway, such as the one that `gatewaysdk simulate` prints")
    add("--shard", type=shard, metavar="ID/COUNT", help="connect as one shard of several, such as 0/2")
    add(
        "--timeout",
        type=seconds,
        default=20.0,
        metavar="SECONDS",
        help="seconds that each step of connecting may take (default: %(default)g)",
    )
    add("--proxy", type=proxy, metavar="URL", help="an HTTP proxy to connect through")


def add_door(add: Any) -> None:
    """Add where a simulated gateway listens, and whom it lets in."""
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)")
    add("--port", type=port, default=0, help="port to listen on (default: a free one)")
    add(
        "--allow-hosts",
        type=words,
        default=(),
        metavar="NAME,...",
        help="more names that clients may use for it, besides localhost, --host and its address",
    )
    add(
        "--allow-origins",
        type=words,
        default=(),
        metavar="ORIGIN,...",
        help="origins whose web pages may connect, such as http://localhost:3000 (default: none)",
    )
    add("--token", help="the token that it accepts, which is not a secret (default: a random one, which it prints)")
