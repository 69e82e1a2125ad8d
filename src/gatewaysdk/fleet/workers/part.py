"""The shards that one worker runs, as its manager sees them; what concerns others goes by way of the parent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...commands import UpdatePresence
from ...errors import StateError
from ...snowflake import Snowflake
from ..generation import Common
from ..health import ShardStatus
from ..local import LocalFleet
from ..start import Start
from .peer import Peer
from .remote import RemoteShard

__all__ = ["PartFleet"]


class PartFleet(LocalFleet):
    """A `LocalFleet` of some of the shards.

    Args:
        start: what they are.
        common: what they share with the manager.
        worker: the number of the worker.
        parent: the parent.
        known_user_id: the bot's own id, if the parent knows it.
        closed: called with ``keep_session`` when the fleet is to be closed.
    """

    def __init__(
        self,
        start: Start,
        common: Common,
        worker: int,
        parent: Peer,
        known_user_id: Snowflake | None,
        closed: Callable[[bool], None],
    ) -> None:
        super().__init__(start, common)
        self._worker = worker
        self._parent = parent
        self._known_user_id = known_user_id
        self._closed = closed

    def stop(self, *, keep_session: bool) -> None:
        """Begin to close all shards of this worker; the parent then closes the others."""
        self._closed(keep_session)
        super().stop(keep_session=keep_session)

    async def close(self, *, keep_session: bool, grace: float) -> bool:
        """Close all shards of this worker; the parent then closes the others."""
        self._closed(keep_session)
        return await super().close(keep_session=keep_session, grace=grace)

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id: a shard that resumes is not told it, but the parent may know it."""
        return super().user_id or self._known_user_id

    def whereabouts(self, shard_id: int) -> str:
        """Say where a shard is that is not here."""
        return "which another worker runs: commands and requests of the manager reach it"

    def reach(self, guild_id: Snowflake, shard_id: int) -> RemoteShard:
        """Return the shard of a guild that another worker has."""
        return RemoteShard(shard_id, guild_id, self._get_parent)

    async def _get_parent(self) -> Peer:
        return self._parent

    async def show_presence(self, command: UpdatePresence, timeout: float | None) -> float:
        """Have all workers show a presence."""
        waited: float = await self._parent.call("presence", command, timeout)
        return waited

    async def show_presence_here(self, command: UpdatePresence, timeout: float | None) -> float:
        """Show a presence on the shards of this worker."""
        return await super().show_presence(command, timeout)

    async def gather(
        self, manager: Any, function: Callable[..., Any], arguments: tuple[Any, ...], *, results: bool = True
    ) -> list[Any]:
        """Have all workers run a function."""
        found: list[Any] = await self._parent.call("gather", function, arguments, results)
        return found

    async def gather_here(self, manager: Any, function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Any]:
        """Run a function in this worker."""
        return await super().gather(manager, function, arguments)

    async def reload(self) -> None:
        """Refuse: the worker would wait for its own end."""
        raise StateError("a worker cannot wait for its own end; call reload() in the parent, or send SIGHUP to that")

    def rows(self) -> list[ShardStatus]:
        """Return what each shard of this worker is at."""
        return [replace(row, worker=self._worker) for row in super().rows()]
