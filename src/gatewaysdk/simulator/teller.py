"""Which session learns of a change in the world, and what it is not shown of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from ..enums.intents import Intents
from ..tables.intents import EVENT_INTENTS
from .background import Background
from .presence_rules import hide_content
from .sessions import SimulatedSession
from .world import Change, Payload, World
from .world.view import guild_create

__all__ = ["Teller", "brings", "is_content_hidden"]

_DIRECT = Intents.DIRECT_MESSAGES | Intents.DIRECT_MESSAGE_REACTIONS | Intents.DIRECT_MESSAGE_TYPING
_DIRECT |= Intents.DIRECT_MESSAGE_POLLS
_NOTHING = Intents(0)


def is_content_hidden(name: str, d: Payload, session: SimulatedSession, bot_id: int) -> bool:
    """Whether a session gets a message without what it says (events/gateway#message-content-intent)."""
    if name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or Intents.MESSAGE_CONTENT in session.intents:
        return False
    # Complete are direct messages, those of the bot itself, and those that mention it.
    own = str(bot_id)
    if "guild_id" not in d or d.get("author", {}).get("id") == own:
        return False
    return all(user.get("id") != own for user in d.get("mentions", ()))


class Teller:
    """Sends changes of the world to sessions, in the order in which they were made.

    A change is made at once and told as soon as the event loop comes to it, or by who awaits `settle`.
    """

    def __init__(
        self, world: World, sessions: Callable[[], Mapping[str, SimulatedSession]], background: Background
    ) -> None:
        self._world = world
        self._sessions = sessions
        self._changes: deque[Change] = deque()
        self._lock = asyncio.Lock()
        self._background = background
        self._task: asyncio.Task[None] | None = None
        world.listener = self.tell

    def tell(self, change: Change) -> None:
        """Note a change; without a session there is nobody to tell."""
        if not self._sessions():
            return
        self._changes.append(change)
        if self._task is None or self._task.done():
            self._task = self._background.begin(self.settle(), "telling sessions")

    async def settle(self) -> None:
        """Send what has happened so far."""
        async with self._lock:
            while self._changes:
                change = self._changes.popleft()
                for session in list(self._sessions().values()):
                    await self._tell(session, change)

    async def _tell(self, session: SimulatedSession, change: Change) -> None:
        name, d, guild_id, needs_intent = change
        if guild_id is None:
            if session.shard_id != 0:
                return
        elif name == "GUILD_CREATE":
            if not session.covers(guild_id):
                return
            session.guild_ids += (guild_id,)
            d = guild_create(self._world, self._world.guilds[guild_id], session.intents, session.large_threshold)
        elif guild_id not in session.guild_ids:
            return
        elif name == "GUILD_DELETE":
            session.guild_ids = tuple(one for one in session.guild_ids if one != guild_id)
        if needs_intent and not brings(session.intents, name, direct=guild_id is None):
            return
        if is_content_hidden(name, d, session, self._world.bot.id):
            d = hide_content(d)
        await session.dispatch(name, d)


def brings(intents: Intents, name: str, *, direct: bool) -> bool:
    """Whether intents bring an event of a guild, or of a direct channel (events/gateway#list-of-intents)."""
    needed = EVENT_INTENTS.get(name, _NOTHING)
    if not needed:
        return True
    return bool(needed & intents & (_DIRECT if direct else ~_DIRECT))
