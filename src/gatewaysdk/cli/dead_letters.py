"""``gatewaysdk dead-letters``: the events that a consumer has given up, and how to have them handled after all."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence

from ..broker import CommandBus, DeadLetter, EventLog
from ..broker.cluster_file import read_cluster_file
from ..broker.consumer import replay
from ..broker.opening import open_engine
from ..codec import get_codec
from ..errors import PeerError
from .parser import Misuse
from .show import clean

__all__ = ["act", "dead_letters"]

_MOST = 100_000
"""Letters that are looked through for a number."""


async def dead_letters(options: Namespace) -> int:
    """Do what the options say, and return 0, or 1 if a letter was not handled."""
    engine = await open_engine(read_cluster_file(options.cluster))
    try:
        return await act(options, engine.log, engine.bus)
    finally:
        await engine.close()


async def act(options: Namespace, log: EventLog, bus: CommandBus) -> int:
    """List, show, replay or forget dead letters."""
    if options.action == "list":
        for letter in await log.buried(options.consumer, options.limit):
            print(_line(letter))
        return 0
    chosen = _choose(await log.buried(options.consumer, _MOST), options)
    if options.action == "show":
        for letter in chosen:
            print(json.dumps(_plain(letter), indent=2))
        return 0
    failed, done = 0, "forgotten" if options.action == "forget" else "handled"
    for letter in chosen:
        reason = None if options.action == "forget" else await _replay(bus, letter, options.timeout)
        if reason is None:
            await log.unbury(letter)
        failed += reason is not None
        print(f"{letter.number}: {done if reason is None else clean(reason)}")
    return 1 if failed else 0


async def _replay(bus: CommandBus, letter: DeadLetter, timeout: float) -> str | None:
    try:
        return await replay(bus, letter, timeout)
    except TimeoutError:
        return f"no answer within {timeout:g} s; it may be handled or not"


def _choose(letters: Sequence[DeadLetter], options: Namespace) -> Sequence[DeadLetter]:
    if getattr(options, "all", False):
        if options.numbers:
            raise Misuse("give numbers, or --all, not both")
        return letters
    if not options.numbers:
        raise Misuse("say which, by the numbers that `list` shows" + (", or --all" if hasattr(options, "all") else ""))
    known = {letter.number: letter for letter in letters}
    for number in options.numbers:
        if number not in known:
            raise Misuse(f"consumer {options.consumer} has no dead letter {number}; `list` shows those that it has")
    return [known[number] for number in options.numbers]


def _line(letter: DeadLetter) -> str:
    event = letter.event
    where = f"shard {event.shard[0]} of {event.shard[1]}"
    return f"{letter.number}  {event.name}  {where}  {event.session_id}:{event.sequence}  {clean(letter.reason)}"


def _plain(letter: DeadLetter) -> dict[str, object]:
    event = letter.event
    codec = get_codec(event.encoding)
    try:
        data = codec.data(codec.envelope_of_data(event.name, event.sequence, event.data))
    except PeerError as error:
        print(f"{letter.number} cannot be decoded: {error}", file=sys.stderr)
        data = event.data.decode("utf-8", "backslashreplace")
    return {
        "number": letter.number,
        "consumer": letter.consumer,
        "reason": letter.reason,
        "shard": event.shard,
        "session_id": event.session_id,
        "sequence": event.sequence,
        "t": event.name,
        "d": data,
    }
