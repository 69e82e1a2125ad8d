"""The options of the commands that connect as a bot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..compression import COMPRESSIONS
from .connection_arguments import add_connection, add_encoding, add_token
from .names import event_names, intent_names
from .values import positive, program, seconds, words

__all__ = ["add_canary", "add_listen", "add_run"]


def add_listen(commands: Any) -> None:
    """Add ``gatewaysdk listen``."""
    listen = commands.add_parser(
        "listen",
        help="connect as a bot and show its events",
        description="Connect to Discord, or to --url, and show events until Ctrl-C. Then the session ends and the bot\n"
        "goes offline. The token comes from the environment or a file, never from an argument.",
        epilog="examples:\n"
        "  DISCORD_TOKEN=... gatewaysdk listen --events MESSAGE_CREATE,GuildCreate\n"
        "  gatewaysdk listen --token-file token.txt --json | jq .t\n\n"
        "exit codes: 0 after Ctrl-C or --count, 1 when the gateway cannot be used, 2 for wrong arguments",
    )
    add_token(listen)
    add = listen.add_argument
    add(
        "--events",
        type=event_names,
        nargs="+",
        action="extend",
        metavar="NAME,...",
        help="show only these events, written MESSAGE_CREATE or MessageCreate (default: all that come)",
    )
    add(
        "--intents",
        type=intent_names,
        metavar="NAME,...",
        help="ask for exactly these (default: those that --events needs; without --events all but the privileged "
        "ones). The text of messages needs MESSAGE_CONTENT",
    )
    add_connection(add)
    add("--json", action="store_true", help='print JSON lines: {"t": name, "d": data}, with "violations" if any')
    add("--raw", action="store_true", help="print JSON lines with the data as Discord sent it, unknown keys included")
    add("--count", type=positive, metavar="N", help="stop after this many events")
    add("--no-color", action="store_true", help="no colours; NO_COLOR in the environment does the same")


def add_canary(commands: Any) -> None:
    """Add ``gatewaysdk canary``."""
    canary = commands.add_parser(
        "canary",
        help="connect as a bot and report whatever should not be",
        description="Connect all shards of a bot with every intent that it may use, listen to all events, and report\n"
        "what should not be: unknown events, keys, values and bits, payloads that break the documentation, reconnects\n"
        "that failed to resume. It keeps places and counts, never what users wrote. Ctrl-C ends it with a summary;\n"
        "SIGUSR1 prints one meanwhile.",
        epilog="example:\n  DISCORD_TOKEN=... gatewaysdk canary --duration 3600 --json seen.json\n\n"
        "exit codes: 0 nothing was found, 1 something was found, 2 it could not run",
    )
    add_token(canary)
    add = canary.add_argument
    # The default is Discord's, in a module that takes aiohttp, which --help does not wait for.
    add("--api-url", metavar="URL", help="an HTTP API to use instead of Discord's, such as a simulator's")
    add_encoding(add)
    add("--compress", choices=COMPRESSIONS, default="zlib-stream", help="compression (default: %(default)s)")
    add("--duration", type=seconds, metavar="SECONDS", help="end after so many seconds (default: at Ctrl-C)")
    add("--json", type=Path, metavar="FILE", help="write the report to this file, at the end and at each SIGUSR1")
    add(
        "--on-alert",
        type=program,
        metavar="COMMAND",
        help="run this for each new finding, with the finding as JSON on stdin; no shell, 10 times a minute at most",
    )
    add(
        "--ignore",
        type=words,
        nargs="+",
        action="extend",
        metavar="PLACE,...",
        help="do not report these places, such as events/ready#_trace",
    )


def add_run(commands: Any) -> None:
    """Add ``gatewaysdk run``."""
    run = commands.add_parser(
        "run",
        help="run all shards of a bot, and show how they are",
        description="Run the ShardManager of a program until Ctrl-C or SIGTERM, which keep the sessions where the\n"
        "manager has a state_dir. In a terminal it shows a row for each shard, elsewhere a line every minute.",
        epilog="examples:\n"
        "  gatewaysdk run bot:manager\n"
        "  gatewaysdk run bot:make_manager --workers 4\n\n"
        "exit codes: 0 after Ctrl-C or SIGTERM, 1 when the bot cannot go on, 2 for wrong arguments",
    )
    run.add_argument("target", metavar="MODULE:NAME", help="a ShardManager, or a function that returns one")
    add = run.add_argument
    add("--workers", type=positive, metavar="N", help="spread the shards over so many processes (default: this one)")
    add("--reload", action="store_true", help="with --workers: start them anew, one after the other, on SIGHUP")
    add("--plain", action="store_true", help="lines instead of the dashboard")
    add(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        help="what is logged (default: info, or what the program has set up)",
    )
