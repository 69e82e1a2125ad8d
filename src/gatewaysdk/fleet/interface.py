"""What a manager needs of the shards that it stands for, wherever they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from ..commands import UpdatePresence
from ..enums.intents import Intents
from ..requests.exchange import RemoteAsker
from ..shard.managed import ManagedShard
from ..snowflake import Snowflake
from .generation import Common
from .health import FleetHealth
from .reshard import ReshardPlan
from .start import FleetSettings

__all__ = ["Fleet", "MakeFleet"]


class Fleet(Protocol):
    """Shards under supervision: in this process, in workers, or those of one worker."""

    @property
    def num_shards(self) -> int:
        """How many shards the bot has."""
        ...

    @property
    def shards(self) -> Mapping[int, ManagedShard]:
        """The shards that run in this process."""
        ...

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id."""
        ...

    async def run(self) -> bool: ...

    def stop(self, *, keep_session: bool) -> None: ...

    async def close(self, *, keep_session: bool, grace: float) -> bool:
        """Close all shards; return False if that goes on, as a handler has called this."""
        ...

    def running(self) -> Iterable[ManagedShard]: ...

    def whereabouts(self, shard_id: int) -> str:
        """Say where a shard is that is not in this process, in words that follow its number."""
        ...

    def reach(self, guild_id: Snowflake, shard_id: int) -> RemoteAsker:
        """Return a shard of another process, by one of its guilds. Raises `StateError` when it cannot be reached."""
        ...

    def health(self) -> FleetHealth: ...

    def count_events(self) -> None:
        """Have the shards that run count events by name; `Common.counts_events` is for those that start later."""
        ...

    async def show_presence(self, command: UpdatePresence, timeout: float | None) -> float: ...

    async def gather(
        self, manager: Any, function: Callable[..., Any], arguments: tuple[Any, ...], *, results: bool = True
    ) -> list[Any]: ...

    async def reload(self) -> None: ...

    def fit(self, total: int) -> int:
        """Return the least number of shards, from ``total`` on, that `reshard` can bring."""
        ...

    def plan_reshard(self, total: int) -> ReshardPlan: ...

    async def reshard(self, total: int, quiet: float) -> ReshardPlan: ...


MakeFleet: TypeAlias = Callable[[FleetSettings, Intents, Common, int], Awaitable[Fleet]]
"""Makes a fleet of the choices of the user, the intents, what its shards share, and the least number of them."""
