"""A seeded corpus: 50 guilds of 10 KB to 1 MB and thousands of everyday events of about 1 KB."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import orjson

from gatewaysdk.codec.etf import EtfCodec
from gatewaysdk.codec.json import JsonCodec
from gatewaysdk.decoding.registry import event_class
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import sample

from .payloads import MAKERS
from .scenario import FIRST_MARK, LAST_MARK, MARK, MIX
from .world import APPLICATION_ID, Payload, World

__all__ = ["GUILDS", "Corpus", "Event", "Numbered", "check", "corpus"]

GUILDS = 50
SEED = 6

Event = tuple[str, Payload]
"""A name and its data."""

# Four bytes in ETF whatever the number is, from here on.
_FIRST_LONG = 256
_PLACEHOLDER = 0x01020304


class Corpus:
    """Events by number; the same seed makes the same."""

    def __init__(self, unique: int, seed: int = SEED) -> None:
        self.world = World(GUILDS, seed)
        names = [name for name, share in MIX.items() for _ in range(round(share * unique / 1000))]
        self.world.random.shuffle(names)
        self.events: list[Event] = [(name, MAKERS[name](self.world)) for name in names]

    def guilds(self, count: int) -> Iterator[Event]:
        """The GUILD_CREATEs that a scenario asks for."""
        numbers = range(count) if count >= 0 else (GUILDS - 1,)
        return (("GUILD_CREATE", self.world.guild_create(number)) for number in numbers)

    def ready(self, resume_gateway_url: str) -> Event:
        """READY, with all the guilds."""
        user = {**self.world.users[0], "id": APPLICATION_ID, "bot": True, "verified": True, "mfa_enabled": True}
        user |= {"email": None, "flags": 0, "public_flags": 0}
        guilds = [{"id": place.guild_id, "unavailable": True} for place in self.world.places]
        made = {**sample("READY", full=False, seed=0), "user": user, "guilds": guilds, "session_id": "0123456789abcdef"}
        made |= {"resume_gateway_url": resume_gateway_url, "application": {"id": APPLICATION_ID, "flags": 0}}
        return "READY", {**made, "shard": [0, 1], "session_type": "normal", "user_settings": {}, "private_channels": []}

    def mark(self, *, last: bool) -> Event:
        """The event before the first one, or after the last one."""
        return MARK, {**MAKERS[MARK](self.world), "message_id": LAST_MARK if last else FIRST_MARK}


@cache
def corpus(unique: int) -> Corpus:
    """Return the corpus of a size, made once."""
    return Corpus(unique)


class Numbered:
    """Encodes events again and again, each time with another sequence number, at the cost of a concatenation."""

    def __init__(self, encoding: str) -> None:
        self._codec = EtfCodec() if encoding == "etf" else JsonCodec()
        self._parts: dict[int, tuple[bytes, bytes]] = {}

    def control(self, op: int, d: object) -> bytes:
        """Encode what is no event, with all keys that Discord sends."""
        return self._codec.encode_frame(Frame(op, d))

    def event(self, event: Event, s: int) -> bytes:
        """Encode an event as the one with number ``s``."""
        if s < _FIRST_LONG:
            return self._codec.encode_frame(Frame(0, event[1], s, event[0]))
        parts = self._parts.get(id(event))
        if parts is None:
            whole = self._codec.encode_frame(Frame(0, event[1], _PLACEHOLDER, event[0]))
            number = self._number(_PLACEHOLDER)
            head, _, tail = whole.partition(number)
            parts = self._parts[id(event)] = (head, tail)
        return parts[0] + self._number(s) + parts[1]

    def _number(self, s: int) -> bytes:
        return s.to_bytes(4, "big") if isinstance(self._codec, EtfCodec) else str(s).encode()


def check(made: Corpus) -> tuple[float, list[int]]:
    """Fail if a payload is not what our models expect; return the mean size of events, and the sizes of guilds."""
    guilds = list(made.guilds(GUILDS))
    for name, d in [*made.events, *guilds, made.ready("ws://127.0.0.1"), made.mark(last=True)]:
        model = event_class(name)
        assert model is not None, name
        # The strict first pass, not the lenient second one, which would take anything.
        model.__pydantic_validator__.validate_json(orjson.dumps(d))
    sizes = [len(orjson.dumps(d)) for _, d in made.events]
    return sum(sizes) / len(sizes), [len(orjson.dumps(d)) for _, d in guilds]
