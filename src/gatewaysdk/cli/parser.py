"""The options of the commands. Imports neither the simulator nor the events, so --help is quick."""

from __future__ import annotations

import re
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .. import __version__
from ..codec import ENCODINGS
from ..codec.etf import STYLES
from ..compression import COMPRESSIONS
from .connection_arguments import add_connection, add_door, add_etf, add_token
from .names import event_names, intent_names, privileged_intents
from .recording_arguments import add_record, add_replay, add_show
from .values import count, positive, program, seconds, seconds_or_zero, words

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
    add_record(commands)
    add_replay(commands)
    add_show(commands)
    _add_canary(commands)
    _add_run(commands)
    _add_gateway(commands)
    _add_top(commands)
    _add_dead_letters(commands)
    _add_doctor(commands)
    return parser


def _add_doctor(commands: Any) -> None:
    commands.add_parser(
        "doctor",
        help="what this installation can do, and what is missing",
        description="Show versions, which ETF backends are available, and why the others are not.",
        epilog="example:\n  gatewaysdk doctor",
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
    add_etf(demo.add_argument)
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
        "exit codes: 0 after Ctrl-C or a scenario, 1 when it cannot listen or the scenario failed",
    )
    add = simulate.add_argument
    add_door(add)
    add("--control-key", metavar="KEY", help="the key of its page and control API (default: a random one, printed)")
    shown = simulate.add_mutually_exclusive_group()
    shown.add_argument("--quiet", action="store_true", help="print the addresses only, not what happens")
    shown.add_argument("--verbose", action="store_true", help="print heartbeats too, and the data of each message")
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
    instead = simulate.add_mutually_exclusive_group()
    instead.add_argument(
        "--rate",
        type=positive,
        metavar="EVENTS",
        help="send each session this many events a second instead, encoded beforehand; what it sent is printed",
    )
    instead.add_argument(
        "--scenario", type=Path, metavar="FILE", help="carry out the steps of this YAML file instead, and end"
    )
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
    add_token(canary)
    add = canary.add_argument
    # The default is Discord's, in a module that takes aiohttp, which --help does not wait for.
    add("--api-url", metavar="URL", help="an HTTP API to use instead of Discord's, such as a simulator's")
    add("--encoding", choices=ENCODINGS, default="json", help="encoding of messages (default: %(default)s)")
    add_etf(add)
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


def _add_cluster(command: ArgumentParser) -> None:
    command.add_argument(
        "--cluster",
        type=Path,
        metavar="FILE",
        help="the file of the cluster, as cluster.toml (default: environment variables such as GATEWAYSDK_APP alone)",
    )


def _add_gateway(commands: Any) -> None:
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


def _add_top(commands: Any) -> None:
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


def _add_dead_letters(commands: Any) -> None:
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


_LETTER_ACTIONS = {
    "list": "a line for each, the oldest first",
    "show": "the whole event as JSON, and why it was given up",
    "replay": "have them handled once more",
    "forget": "drop them for good",
}
