"""What the server sends to a client, as a value that is encoded in the path of the URL.

Imports only the standard library, because the peers' environments import it, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["FIRST_MARK", "LAST_MARK", "MARK", "MIX", "Scenario"]

MIX: dict[str, int] = {
    "MESSAGE_CREATE": 350,
    "PRESENCE_UPDATE": 250,
    "TYPING_START": 150,
    "MESSAGE_REACTION_ADD": 60,
    "VOICE_STATE_UPDATE": 50,
    "MESSAGE_UPDATE": 40,
    "GUILD_MEMBER_UPDATE": 20,
    "INTERACTION_CREATE": 20,
    "GUILD_MEMBER_ADD": 15,
    "MESSAGE_DELETE": 15,
    "MESSAGE_REACTION_REMOVE": 10,
    "GUILD_MEMBER_REMOVE": 10,
    "CHANNEL_UPDATE": 5,
    "GUILD_ROLE_UPDATE": 5,
}
"""How many of a thousand events have a name."""

MARK = "MESSAGE_REACTION_REMOVE_ALL"
"""The event that comes right before the first event of a measurement and right after the last.

In between it never comes, so it is also the rare one that the one listener waits for.
"""

FIRST_MARK, LAST_MARK = "1111111111111111111", "2222222222222222222"
"""The message that a mark is about."""

_PATH = re.compile(r"/e(\d+)-u(\d+)-r(\d+)-g(\w+)-s(\d+)-w(\d+)$")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A stream of events.

    Attributes:
        events: how many, between the two marks.
        unique: how many of them differ; then they come again.
        rate: events a second, 0 for as fast as the client takes them.
        guilds: how many GUILD_CREATEs come before: 0, 1 for the smallest, 50 for all, -1 for the largest alone.
        shards: how many connections a client makes.
        warm: events before the first mark, of all kinds, for what programs do at their first event only.
    """

    events: int = 50_000
    unique: int = 2_000
    rate: int = 0
    guilds: int = 50
    shards: int = 1
    warm: int = 2_000

    @property
    def path(self) -> str:
        """The path that stands for it."""
        guilds = str(self.guilds).replace("-", "L")
        return f"/e{self.events}-u{self.unique}-r{self.rate}-g{guilds}-s{self.shards}-w{self.warm}"

    @classmethod
    def parse(cls, path: str) -> Scenario:
        """Return what a path stands for."""
        found = _PATH.match(path)
        if found is None:
            raise ValueError(path)
        events, unique, rate, guilds, shards, warm = found.groups()
        return cls(int(events), int(unique), int(rate), int(guilds.replace("L", "-")), int(shards), int(warm))
