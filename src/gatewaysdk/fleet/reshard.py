"""From one number of shards to another, while events go on."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ..errors import ConfigurationError, StateError
from ..identify import StartForecast
from ..identify.arrival import ON_ITS_WAY
from ..identify.local import IDENTIFY_INTERVAL
from ..shard.runtime import DEFAULT_GRACE
from .generation import Generation, leave_alone
from .matching import EXPIRY
from .overlap import NEW, OLD, Overlap

__all__ = ["ReshardPlan", "Resharding", "identify_wait", "matching_shard_ids", "start_seconds"]

_GUILDS_WITHIN = 60.0
"""Seconds after which the new fleet takes over although guilds are missing: they may be unavailable for hours."""

_SETTLED = 0.5
"""Seconds that an event may wait for the other fleet while all is well. One that waits longer shows a gap."""


@dataclass(frozen=True, slots=True)
class ReshardPlan:
    """What a change of the number of shards costs. As a text, a sentence for the log.

    Attributes:
        before, after: how many shards the bot has.
        identifies: sessions that have to be started by this manager.
        seconds: how long the identify limits make that, at least.
        remaining: sessions that the bot may start now; None where an identify queue of the user's counts them.
    """

    before: int
    after: int
    identifies: int
    seconds: float
    remaining: int | None

    def __str__(self) -> str:
        left = "" if self.remaining is None else f" of {self.remaining:,} that are left"
        return (
            f"from {self.before} to {self.after} shards: {self.identifies:,} sessions{left}, "
            f"which takes {self.seconds:.0f} s or more"
        )


def start_seconds(identifies: int, max_concurrency: int, ready_after: float = 0.0) -> float:
    """Return the seconds from the first IDENTIFY to the last READY (events/gateway#sharding-max-concurrency).

    So many sessions at a time, and the next ones when the last have READY, and 5 s after their IDENTIFYs arrived.

    Args:
        identifies: sessions to start.
        max_concurrency: how many at a time, as Discord allows it.
        ready_after: seconds from each IDENTIFY to its READY; with 0, the result is the least that the limits allow.
    """
    if not identifies:
        return 0.0
    step = max(IDENTIFY_INTERVAL + min(ready_after, ON_ITS_WAY), ready_after)
    return (math.ceil(identifies / max_concurrency) - 1) * step + ready_after


def identify_wait(waiting: int, max_concurrency: int, forecast: StartForecast | None) -> float:
    """Return the seconds until the last of so many shards may start a session, at least; 0 for none."""
    if not waiting:
        return 0.0
    short = forecast is not None and forecast.remaining - waiting < forecast.reserve
    until_reset = forecast.reset_after if forecast is not None and short else 0.0
    return until_reset + start_seconds(waiting, max_concurrency)


def matching_shard_ids(shard_ids: Sequence[int], before: int, after: int) -> tuple[int, ...]:
    """Return the shards of the new fleet that have the guilds of these shards of the old one, and no others.

    Raises:
        ConfigurationError: there are none, as guilds would have to move between managers.
    """
    if after < 1 or after == before:
        raise ConfigurationError(f"{before} shards cannot become {after}; name another number, from 1 on")
    # A guild is on shard n of the old and m of the new fleet only if both leave the same remainder by this.
    common = math.gcd(before, after)
    remainders = {shard_id % common for shard_id in shard_ids}
    if len(remainders) * (before // common) != len(set(shard_ids)):
        raise ConfigurationError(
            f"the {len(shard_ids)} shards of this manager have guilds that would move to another manager with {after} "
            f"shards; choose a multiple of {before}, or run all shards in one manager"
        )
    return tuple(shard_id for shard_id in range(after) if shard_id % common in remainders)


class Resharding:
    """Brings a new fleet up beside the old one, lets it take over, and ends the old one.

    Args:
        old, new: the fleets.
        quiet: seconds for which, in the end, nothing must have been seen by one of them alone.

    Attributes:
        old, new: see above.
    """

    def __init__(self, old: Generation, new: Generation, quiet: float) -> None:
        self.old = old
        self.new = new
        self._quiet = quiet
        self._overlap = Overlap()
        self._now = asyncio.get_running_loop().time
        self._new_ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def new_ended(self, error: Exception | None) -> None:
        """The new fleet has ended."""
        if not self._new_ended.done():
            self._new_ended.set_exception(error or StateError("the shards of the new fleet were closed"))
            self._new_ended.exception()  # `run` raises it, if it still runs

    async def run(self, take_over: Callable[[], None]) -> None:
        """Return when the old fleet has ended; ``take_over`` is called when the new one becomes the first of both.

        Raises the error that has ended the new fleet before that; the old one goes on then. `fade` must follow either.
        """
        overlap = self._overlap
        for generation, side in ((self.old, OLD), (self.new, NEW)):
            for shard in generation.shards:
                overlap.attach(shard, side)
            generation.made = partial(overlap.attach, side=side)
        try:
            await self._bring_up()
            overlap.hand_over()
            take_over()
            await self._settle()
            await self.old.close(keep_session=False, grace=DEFAULT_GRACE)
            overlap.retire()
        except BaseException:
            if overlap.first == OLD:
                overlap.give_up()
            raise

    async def _bring_up(self) -> None:
        self.new.start()
        deadline = math.inf
        while not (self.new.ready and self._overlap.is_complete(self.new.shards)) and self._now() < deadline:
            await self._overlap.next_look()
            if self._new_ended.done():
                self._new_ended.result()
            if self.new.ready and deadline == math.inf:
                deadline = self._now() + _GUILDS_WITHIN

    async def _settle(self) -> None:
        since = self._now()
        while self._now() - since < self._quiet:
            await self._overlap.next_look()
            if self._new_ended.done():
                self._new_ended.result()
            if not self.new.ready or self._overlap.unmatched > _SETTLED:
                since = self._now()

    async def fade(self) -> None:
        """Let go of what the fleet that is left shows late, until it has shown all that the other one has."""
        deadline = self._now() + EXPIRY
        try:
            # The order of a guild's events is kept however slow its handlers are.
            while not self._overlap.drained or (not self._overlap.matched and self._now() < deadline):
                await self._overlap.next_look()
        finally:
            self.let_go()

    def let_go(self) -> None:
        """Hand out what waits, and stand no more between the fleets and their handlers."""
        self.old.made = self.new.made = leave_alone
        self._overlap.detach()
