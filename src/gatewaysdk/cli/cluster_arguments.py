"""The options of the commands for a cluster."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from .connection_arguments import add_token
from .values import positive, seconds, words

__all__ = ["add_dead_letters", "add_gateway", "add_top"]

_LETTER_ACTIONS = {
    "list": "a line for each, the oldest first",
    "show": "the whole event as JSON, and why it was given up",
    "replay": "have them handled once more",
    "forget": "drop them for good",
}


def _add_cluster(command: ArgumentParser) -> None:
    command.add_argument(
        "--cluster",
        type=Path,
        metavar="FILE",
        help="the file of the cluster, as cluster.toml (default: environment variables such as GATEWAYSDK_APP alone)",
    )


def add_gateway(commands: Any) -> None:
    """Add ``gatewaysdk gateway``."""
    gateway = commands.add_parser(
        "gateway",
        help="run one host of a cluster: some of a bot's shards, whose events go into a log",
        description="Run a host of a cluster until SIGTERM or Ctrl-C, which hand its shards over to the other hosts.\n"
        "Hosts share the shards among them; when one dies, the others resume its sessions. The token comes from the\n"
        "environment or a file, never from an argument or the file of the cluster.",
        epilog="example:\n  DISCORD_TOKEN=... gatewaysdk gateway --cluster cluster.toml\n\n"
        "exit codes: 0 after SIGTERM or Ctrl-C, 1 when the host cannot go on, 2 for wrong arguments or settings",
    )
    add_token(gateway)
    _add_cluster(gateway)
    gateway.add_argument(
        "--log-level", choices=["debug", "info", "warning", "error"], help="what is logged (default: info)"
    )


def add_top(commands: Any) -> None:
    """Add ``gatewaysdk top``."""
    top = commands.add_parser(
        "top",
        help="all hosts of a cluster, and their shards",
        description="Show what each host of a cluster runs, and how far its log is behind. In a terminal the table\n"
        "is refreshed until Ctrl-C; elsewhere it is printed once.",
        epilog="example:\n  gatewaysdk top --cluster cluster.toml --consumers bot\n\n"
        "exit codes: 0 success, 1 when the engine does not answer, 2 for wrong arguments or settings",
    )
    _add_cluster(top)
    add = top.add_argument
    add("--consumers", type=words, default=(), metavar="NAME,...", help="show also how far these consumers are behind")
    add("--every", type=seconds, default=2.0, metavar="SECONDS", help="between two looks (default: %(default)g)")
    add("--once", action="store_true", help="print once, in a terminal too")
    add("--json", action="store_true", help="print one line of JSON")


def add_dead_letters(commands: Any) -> None:
    """Add ``gatewaysdk dead-letters``."""
    letters = commands.add_parser(
        "dead-letters",
        help="events that a consumer has given up: list, show, replay or forget them",
        description="Events whose handlers raised too often, or that cannot be decoded, are kept as dead letters of\n"
        "the consumer. A replay sends one to a running process of the consumer, which needs bus=; once handlers have\n"
        "returned it is no dead letter any more.",
        epilog="examples:\n  gatewaysdk dead-letters list bot --cluster cluster.toml\n"
        "  gatewaysdk dead-letters replay bot 3 4 --cluster cluster.toml\n\n"
        "exit codes: 0 success, 1 when a letter was not handled or the engine does not answer, 2 for wrong arguments",
    )
    actions = letters.add_subparsers(dest="action", required=True, metavar="action")
    for action, text in _LETTER_ACTIONS.items():
        parser = actions.add_parser(action, help=text, description=text[0].upper() + text[1:] + ".")
        parser.add_argument("consumer", help="durable name of the consumer")
        _add_cluster(parser)
        add = parser.add_argument
        if action == "list":
            add("--limit", type=positive, default=1000, metavar="COUNT", help="most to list (default: %(default)s)")
            continue
        add("numbers", nargs="*", type=positive, metavar="number", help="as `list` shows them")
        if action != "show":
            add("--all", action="store_true", help="all of them, the oldest first")
        if action == "replay":
            add("--timeout", type=seconds, default=120.0, metavar="SECONDS", help="for each (default: %(default)g)")
