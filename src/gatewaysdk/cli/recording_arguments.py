"""The options of the commands for recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .connection_arguments import add_connection, add_door, add_token
from .names import intent_names
from .values import count, opcodes, positive, seconds, seconds_or_zero, snowflake, speed, words

__all__ = ["add_record", "add_replay", "add_show"]


def add_record(commands: Any) -> None:
    """Add ``gatewaysdk record``."""
    record = commands.add_parser(
        "record",
        help="connect as a bot and keep its frames in a file",
        description="Connect to Discord, or to --url, and store what comes and goes until Ctrl-C. Then the session\n"
        "ends and the bot goes offline. Tokens, session ids and other secrets are never stored.",
        epilog="example:\n  DISCORD_TOKEN=... gatewaysdk record bug.gwr --redact content\n\n"
        "exit codes: 0 after Ctrl-C, --duration or --count, 1 when the gateway or the file cannot be used,\n"
        "2 for wrong arguments",
    )
    record.add_argument("file", type=Path, metavar="FILE", help="the file, which must not exist")
    add_token(record)
    add = record.add_argument
    add(
        "--redact",
        choices=["content"],
        action="append",
        help="also remove what people wrote: texts, addresses of files, and all names",
    )
    add(
        "--intents",
        type=intent_names,
        metavar="NAME,...",
        help="ask for exactly these (default: all but the privileged ones). The text of messages needs MESSAGE_CONTENT",
    )
    add_connection(add)
    add("--duration", type=seconds, metavar="SECONDS", help="stop after so many seconds")
    add("--count", type=positive, metavar="N", help="stop after this many messages")


def add_replay(commands: Any) -> None:
    """Add ``gatewaysdk replay``."""
    replay = commands.add_parser(
        "replay",
        help="send a recording to any client",
        description="Serve a simulated gateway until Ctrl-C that sends each new session the events of a recording.\n"
        "The client chooses encoding and compression in the URL.",
        epilog="example:\n  gatewaysdk replay bug.gwr --speed max\n\n"
        "exit codes: 0 after Ctrl-C, 1 when the file cannot be read or it cannot listen",
    )
    replay.add_argument("file", type=Path, metavar="FILE", help="the recording")
    add = replay.add_argument
    add("--speed", type=speed, default=1.0, metavar="N", help="N times as fast as it was, or max (default: 1)")
    add("--loop", action="store_true", help="begin again after the last event")
    add_door(add)


def add_show(commands: Any) -> None:
    """Add ``gatewaysdk show``."""
    show = commands.add_parser(
        "show",
        help="print, filter and count the frames of a recording",
        description="Print the messages of a recording, one a line: seconds since its beginning, < for received or >\n"
        "for sent, name, and what is most telling. Works while the file is being written.",
        epilog="examples:\n"
        "  gatewaysdk show bug.gwr --events MESSAGE_CREATE,MessageDelete --guild 41771983423143937\n"
        "  gatewaysdk show bug.gwr --count\n"
        "  gatewaysdk show bug.gwr --direction sent --json | jq .d\n\n"
        "exit codes: 0 success, 1 the file cannot be read or is damaged; what is sound is printed",
    )
    show.add_argument("file", type=Path, metavar="FILE", help="the recording")
    add = show.add_argument
    add("--events", type=words, nargs="+", action="extend", metavar="NAME,...", help="only these events")
    add("--op", type=opcodes, metavar="N,...", help="only these opcodes")
    add("--direction", choices=["received", "sent"], help="only what was received, or sent")
    add("--guild", type=snowflake, metavar="ID", help="only what is in this guild")
    add("--user", type=snowflake, metavar="ID", help="only what is by or about this user")
    add("--shard", type=count, metavar="ID", help="only what this shard received or sent")
    add("--since", type=seconds_or_zero, metavar="SECONDS", help="only from this second of the recording on")
    add("--until", type=seconds_or_zero, metavar="SECONDS", help="only before this second of the recording")
    add("--count", action="store_true", help="print how many messages and bytes there are of each name")
    add("--json", action="store_true", help="print JSON lines, with all data")
    add("--no-color", action="store_true", help="no colours; NO_COLOR in the environment does the same")
