"""The options of the commands. Imports neither the simulator nor the events, so --help is quick."""

from __future__ import annotations

import re
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .. import DEFAULT_URL, __version__
from ..codec import ENCODINGS
from ..codec.etf import BACKENDS, STYLES
from ..compression import COMPRESSIONS
from .names import event_names, intent_names, privileged_intents
from .values import count, port, positive, program, proxy, seconds, seconds_or_zero, shard, variable, words

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
    _add_demo(commands)
    _add_simulate(commands)
    _add_say(commands)
    _add_listen(commands)
    _add_canary(commands)
    _add_run(commands)
    _add_doctor(commands)
    return parser


def _add_doctor(commands: Any) -> None:
    commands.add_parser(
        "doctor",
        help="what this installation can do, and what is missing",
        description="Show versions, which ETF backends are available, and why the others are not.",
        epilog="example:\n  gatewaysdk doctor",
    )


def _add_etf(add: Any) -> None:
    add(
        "--etf-backend",
        choices=BACKENDS,
        help="the backend for --encoding etf (default: the fastest available one; see `gatewaysdk doctor`)",
    )


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser(
        "demo",
        help="a simulated gateway, a shard, and every event on the screen",
        description="Start a simulated gateway on this machine, receive every kind of event as a typed object,\n"
        "cut the connection, resume, and show that nothing was lost. Needs no token and no network.",
        epilog="example:\n  gatewaysdk demo --compress zstd-stream\n\n"
        "exit codes: 0 when everything arrived, 1 when something is missing",
    )
    demo.add_argument(
        "--encoding", choices=ENCODINGS, default="json", help="encoding of messages (default: %(default)s)"
    )
    _add_etf(demo.add_argument)
    demo.add_argument(
        "--etf-style",
        choices=STYLES,
        default="discord",
        help="how the simulated gateway writes ETF: with Discord's atoms, or as erlpack does (default: %(default)s)",
    )
    demo.add_argument(
        "--compress", choices=COMPRESSIONS, default="zlib-stream", help="compression (default: %(default)s)"
    )
    demo.add_argument("--seed", type=int, default=0, help="each seed gives other payloads (default: %(default)s)")
    demo.add_argument("--quiet", action="store_true", help="show the summary only")
    demo.add_argument("--no-color", action="store_true", help="no colours; NO_COLOR in the environment does the same")


def _add_simulate(commands: Any) -> None:
    simulate = commands.add_parser(
        "simulate",
        help="a Discord on this machine, to try bots on",
        description="Serve a simulated gateway and HTTP API until Ctrl-C, with Discord's rules and close codes.\n"
        "The client chooses encoding and compression in the URL. What happens is printed; a line that is typed\n"
        "or piped in is said by a member, and the page that it names shows the traffic and has buttons for faults.",
        epilog="example:\n  gatewaysdk simulate --events MESSAGE_CREATE,TYPING_START --interval 0.2\n\n"
        "exit codes: 0 after Ctrl-C, 1 when it cannot listen",
    )
    add = simulate.add_argument
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
    add("--control-key", metavar="KEY", help="the key of its page and control API (default: a random one, printed)")
    shown = simulate.add_mutually_exclusive_group()
    shown.add_argument("--quiet", action="store_true", help="print the addresses only, not what happens")
    shown.add_argument("--verbose", action="store_true", help="print heartbeats too, and the data of each message")
    add("--token", help="the token that it accepts, which is not a secret (default: a random one, which it prints)")
    add("--guilds", type=count, default=1, help="number of guilds that the bot is in (default: %(default)s)")
    add("--members", type=count, default=5, help="members of each guild, with the bot (default: %(default)s)")
    add(
        "--interval",
        type=seconds_or_zero,
        default=1.0,
        metavar="SECONDS",
        help="seconds between random events, 0 for no events (default: %(default)s)",
    )
    add("--events", type=event_names, nargs="+", action="extend", metavar="NAME,...", help="emit only these events")
    add(
        "--heartbeat-interval",
        type=positive,
        default=41250,
        metavar="MS",
        help="milliseconds between heartbeats, sent in HELLO (default: %(default)s)",
    )
    add(
        "--etf-style",
        choices=STYLES,
        default="discord",
        help="how to write ETF for clients that choose it: with Discord's atoms, or as erlpack does",
    )
    add(
        "--refuse-intents",
        type=privileged_intents,
        metavar="NAME,...",
        help="privileged intents that it refuses with close code 4014; PRIVILEGED for all three",
    )


def _add_say(commands: Any) -> None:
    say = commands.add_parser(
        "say",
        help="let a member of a running simulator say something",
        description="Let somebody in the simulator that `gatewaysdk simulate` runs in another terminal say something.",
        epilog='example:\n  gatewaysdk say "!ping" --as bob\n\n'
        "exit codes: 0 when the bot heard it, 1 when no simulator runs or no bot hears it, 2 for wrong arguments",
    )
    say.add_argument("text", metavar="TEXT", help="what is said")
    add = say.add_argument
    add("--guild", metavar="NAME", help="a guild, by name or id (default: the first)")
    add(
        "--channel", metavar="NAME", help="a channel of it, by name or id; @me for direct messages (default: the first)"
    )
    add("--as", dest="person", default="alice", metavar="NAME", help="who says it; joins if new (default: %(default)s)")
    add(
        "--url", metavar="URL", help="the page that the simulator printed, with its key (default: the one started last)"
    )


def _add_token(command: ArgumentParser) -> None:
    token = command.add_mutually_exclusive_group()
    token.add_argument("--token-file", type=Path, metavar="PATH", help="read the token from this file")
    token.add_argument(
        "--token-env",
        type=variable,
        default="DISCORD_TOKEN",
        metavar="NAME",
        help="read the token from this environment variable (default: %(default)s)",
    )


def _add_listen(commands: Any) -> None:
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
    _add_token(listen)
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
    add("--encoding", choices=ENCODINGS, default="json", help="encoding of messages (default: %(default)s)")
    _add_etf(add)
    add(
        "--compress",
        choices=[*COMPRESSIONS, "payload"],
        default="zlib-stream",
        help="compression of the connection, or `payload` for single payloads (default: %(default)s)",
    )
    add("--url", default=DEFAULT_URL, help="URL of the gateway, such as the one that `gatewaysdk simulate` prints")
    add("--shard", type=shard, metavar="ID/COUNT", help="connect as one shard of several, such as 0/2")
    add("--json", action="store_true", help='print JSON lines: {"t": name, "d": data}, with "violations" if any')
    add("--raw", action="store_true", help="print JSON lines with the data as Discord sent it, unknown keys included")
    add("--count", type=positive, metavar="N", help="stop after this many events")
    add(
        "--timeout",
        type=seconds,
        default=20.0,
        metavar="SECONDS",
        help="seconds that each step of connecting may take (default: %(default)g)",
    )
    add("--proxy", type=proxy, metavar="URL", help="an HTTP proxy to connect through")
    add("--no-color", action="store_true", help="no colours; NO_COLOR in the environment does the same")


def _add_canary(commands: Any) -> None:
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
    _add_token(canary)
    add = canary.add_argument
    # The default is Discord's, in a module that takes aiohttp, which --help does not wait for.
    add("--api-url", metavar="URL", help="an HTTP API to use instead of Discord's, such as a simulator's")
    add("--encoding", choices=ENCODINGS, default="json", help="encoding of messages (default: %(default)s)")
    _add_etf(add)
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


def _add_run(commands: Any) -> None:
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
