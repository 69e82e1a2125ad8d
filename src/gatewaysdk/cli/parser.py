"""The parser of the command line. Imports neither the simulator nor the events, so --help is quick."""

from __future__ import annotations

import re
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import Any, NoReturn

from .. import __version__
from .client_arguments import add_canary, add_listen, add_run
from .cluster_arguments import add_dead_letters, add_gateway, add_top
from .recording_arguments import add_record, add_replay, add_show
from .simulator_arguments import add_demo, add_say, add_simulate

__all__ = ["Misuse", "make_parser", "refuse_tokens"]

# A token has three parts of base64url: the bot's id, a time, and a signature. Found in --token=... and "Bot ...", too.
_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{5,}\.[\w-]{25,}")

_WHY_REFUSED = (
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
            raise Misuse(_WHY_REFUSED)
        if extra:
            # Do not repeat an argument that is not an option: it could be a token.
            unknown = [one.partition("=")[0] for one in extra if one.startswith("-")]
            problem = f"there is no option {unknown[0]}" if unknown else f"{len(extra)} argument(s) too many"
            raise Misuse(f"{problem}; see {self.prog} {options.command} --help")
        return options


def refuse_tokens(arguments: Sequence[str]) -> None:
    """Raise `Misuse` when an argument looks like a bot token, without repeating it."""
    if any(_TOKEN.search(one) for one in arguments):
        raise Misuse(_WHY_REFUSED)


def make_parser() -> ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(
        prog="gatewaysdk",
        description="Typed events from Discord's Gateway, or from one simulated on this machine.",
        epilog="examples:\n"
        "  gatewaysdk demo\n"
        "  DISCORD_TOKEN=... gatewaysdk listen --events MESSAGE_CREATE\n"
        "  gatewaysdk run bot:manager\n"
        "  gatewaysdk simulate --interval 0.5\n\n"
        "exit codes: 0 success, 1 failure, 2 arguments that cannot be used",
    )
    parser.add_argument("--version", action="version", version=f"gatewaysdk {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_demo(commands)
    add_simulate(commands)
    add_say(commands)
    add_listen(commands)
    add_record(commands)
    add_replay(commands)
    add_show(commands)
    add_canary(commands)
    add_run(commands)
    add_gateway(commands)
    add_top(commands)
    add_dead_letters(commands)
    _add_doctor(commands)
    return parser


def _add_doctor(commands: Any) -> None:
    commands.add_parser(
        "doctor",
        help="what this installation can do, and what is missing",
        description="Show versions, which ETF backends are available, and why the others are not.",
        epilog="example:\n  gatewaysdk doctor",
    )
