"""The options of the commands that are a gateway themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..codec.etf import STYLES
from ..compression import COMPRESSIONS
from .connection_arguments import add_door, add_encoding
from .names import event_names, privileged_intents
from .values import count, positive, seconds_or_zero

__all__ = ["add_demo", "add_say", "add_simulate"]


def add_demo(commands: Any) -> None:
    """Add ``gatewaysdk demo``."""
    demo = commands.add_parser(
        "demo",
        help="a simulated gateway, a shard, and every event on the screen",
        description="Start a simulated gateway on this machine, receive every kind of event as a typed object,\n"
        "cut the connection, resume, and show that nothing was lost. Needs no token and no network.",
        epilog="example:\n  gatewaysdk demo --compress zstd-stream\n\n"
        "exit codes: 0 when everything arrived, 1 when something is missing",
    )
    add_encoding(demo.add_argument)
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


def add_simulate(commands: Any) -> None:
    """Add ``gatewaysdk simulate``."""
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


def add_say(commands: Any) -> None:
    """Add ``gatewaysdk say``."""
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
