"""The options of the commands. Knows neither the simulator nor the events, so that --help costs little."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .. import DEFAULT_URL, __version__
from ..codec import ENCODINGS
from ..compression import COMPRESSIONS
from .names import event_names, intent_names, privileged_intents

__all__ = ["Misuse", "make_parser", "refuse_tokens"]

# Three parts of base64url: the bot's id, a time, and a signature. Also within --token=... or "Bot ...".
_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{5,}\.[\w-]{25,}")

_NO_TOKEN_HERE = (
    "the token must not be an argument: other users of this machine and the shell's history would see it; "
    "put it into the environment variable DISCORD_TOKEN or into a file for --token-file"
)


class Misuse(Exception):
    """Arguments that cannot be used; the message is one line."""


class _Parser(ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        raise Misuse(f"{message}; see {self.prog} --help")

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        options, extra = self.parse_known_args(args, namespace)
        if any(one == "--token" or one.startswith("--token=") for one in extra):
            raise Misuse(_NO_TOKEN_HERE)
        if extra:
            # What is no option is not repeated: it could be a token.
            unknown = [one.partition("=")[0] for one in extra if one.startswith("-")]
            self.error(f"there is no option {unknown[0]}" if unknown else f"{len(extra)} argument(s) too many")
        return options


def refuse_tokens(arguments: Sequence[str]) -> None:
    """Raise `Misuse` when an argument looks like a bot token, without repeating it."""
    if any(_TOKEN.search(one) for one in arguments):
        raise Misuse(_NO_TOKEN_HERE)


def make_parser() -> ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(
        prog="gatewaysdk",
        description="Typed events from Discord's Gateway, or from one simulated on this machine.",
        epilog="examples:\n"
        "  gatewaysdk demo\n"
        "  DISCORD_TOKEN=... gatewaysdk listen --events MESSAGE_CREATE\n"
        "  gatewaysdk simulate --interval 0.5\n\n"
        "exit codes: 0 success, 1 failure, 2 arguments that cannot be used",
    )
    parser.add_argument("--version", action="version", version=f"gatewaysdk {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_simulate(commands)
    _add_listen(commands)
    return parser


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser(
        "demo",
        help="a simulated gateway, a shard, and every event on the screen",
        description="Start a simulated gateway on this machine, receive every kind of event as a typed object, cut the\n"
        "connection, resume, and show that nothing was lost. Needs no token and no network.",
        epilog="example:\n  gatewaysdk demo --compress zstd-stream\n\n"
        "exit codes: 0 when everything arrived, 1 when something is missing",
    )
    demo.add_argument("--encoding", choices=ENCODINGS, default="json", help="of the messages (default: %(default)s)")
    demo.add_argument(
        "--compress", choices=COMPRESSIONS, default="zlib-stream", help="of the connection (default: %(default)s)"
    )
    demo.add_argument("--seed", type=int, default=0, help="choose other payloads (default: %(default)s)")
    demo.add_argument("--quiet", action="store_true", help="show the summary only")
    demo.add_argument("--no-color", action="store_true", help="no colours; NO_COLOR in the environment does the same")


def _add_simulate(commands: Any) -> None:
    simulate = commands.add_parser(
        "simulate",
        help="a gateway on this machine, to try bots on",
        description="Serve a simulated gateway until Ctrl-C, with the rules and close codes of Discord's. The client\n"
        "chooses encoding and compression in the URL.",
        epilog="example:\n  gatewaysdk simulate --events MESSAGE_CREATE,TYPING_START --interval 0.2\n\n"
        "exit codes: 0 after Ctrl-C, 1 when it cannot listen",
    )
    add = simulate.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)")
    add("--port", type=_port, default=0, help="port to listen on (default: a free one)")
    add("--token", help="the token it takes, which is no secret (default: a made up one, which is printed)")
    add("--guilds", type=_count, default=1, help="guilds that the bot is in (default: %(default)s)")
    add(
        "--interval",
        type=_seconds_or_zero,
        default=1.0,
        metavar="SECONDS",
        help="time between random events, 0 for none (default: %(default)s)",
    )
    add("--events", type=event_names, nargs="+", action="extend", metavar="NAME,...", help="only these (default: all)")
    add(
        "--heartbeat-interval",
        type=_positive,
        default=41250,
        metavar="MS",
        help="milliseconds that HELLO asks for (default: %(default)s)",
    )
    add(
        "--refuse-intents",
        type=privileged_intents,
        metavar="NAME,...",
        help="privileged intents to close with 4014 for; PRIVILEGED for all three",
    )


def _add_listen(commands: Any) -> None:
    listen = commands.add_parser(
        "listen",
        help="connect as a bot and show its events",
        description="Connect to Discord, or to --url, and show events until Ctrl-C, which ends the session so that the\n"
        "bot goes offline. The token comes from the environment or a file, never from an argument.",
        epilog="examples:\n"
        "  DISCORD_TOKEN=... gatewaysdk listen --events MESSAGE_CREATE,GuildCreate\n"
        "  gatewaysdk listen --token-file token.txt --json | jq .t\n\n"
        "exit codes: 0 after Ctrl-C or --count, 1 when the gateway cannot be used, 2 for wrong arguments",
    )
    token = listen.add_mutually_exclusive_group()
    token.add_argument("--token-file", type=Path, metavar="PATH", help="read the token from this file")
    token.add_argument(
        "--token-env",
        type=_variable,
        default="DISCORD_TOKEN",
        metavar="NAME",
        help="read the token from this environment variable (default: %(default)s)",
    )
    add = listen.add_argument
    add(
        "--events",
        type=event_names,
        nargs="+",
        action="extend",
        metavar="NAME,...",
        help="show only these events, as MESSAGE_CREATE or MessageCreate (default: all that come)",
    )
    add(
        "--intents",
        type=intent_names,
        metavar="NAME,...",
        help="subscribe to exactly these (default: what --events takes; without --events all but the privileged ones). "
        "The text of messages takes MESSAGE_CONTENT",
    )
    add("--encoding", choices=ENCODINGS, default="json", help="of the messages (default: %(default)s)")
    add(
        "--compress",
        choices=[*COMPRESSIONS, "payload"],
        default="zlib-stream",
        help="of the connection, or of each payload (default: %(default)s)",
    )
    add("--url", default=DEFAULT_URL, help="of another gateway, such as one of `gatewaysdk simulate`")
    add("--shard", type=_shard, metavar="ID/COUNT", help="be one shard of several, as 0/2")
    add("--json", action="store_true", help='print JSON lines: {"t": name, "d": data}, with "violations" if any')
    add("--raw", action="store_true", help="JSON lines with the data as it came, unknown keys included")
    add("--count", type=_positive, metavar="N", help="end after this many events")
    add("--timeout", type=_seconds, default=20.0, help="seconds for each step of connecting (default: %(default)g)")
    add("--proxy", metavar="URL", help="an HTTP proxy to connect through")
    add("--no-color", action="store_true", help="no colours; NO_COLOR in the environment does the same")


def _port(text: str) -> int:
    return _number(text, int, 0, 65535, "a port from 0 to 65535")


def _count(text: str) -> int:
    return _number(text, int, 0, 10**6, "a number from 0 on")


def _positive(text: str) -> int:
    return _number(text, int, 1, 10**9, "a number from 1 on")


def _seconds_or_zero(text: str) -> float:
    return _number(text, float, 0, 10**6, "seconds, 0 or more")


def _seconds(text: str) -> float:
    return _number(text, float, 0.001, 10**6, "seconds above 0")


def _number(text: str, kind: Any, least: float, most: float, rule: str) -> Any:
    try:
        number = kind(text)
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise ArgumentTypeError(f"{text!r} is not {rule}")
    return number


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", text):
        raise ArgumentTypeError("takes the name of an environment variable, not a token")
    return text


def _shard(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if not found or not int(found[1]) < int(found[2]):
        raise ArgumentTypeError(f"{text!r} is not ID/COUNT with an id from 0 to below the count, as 0/2")
    return int(found[1]), int(found[2])
