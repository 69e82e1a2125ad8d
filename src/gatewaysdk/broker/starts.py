"""How many sessions all hosts together may still start today."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass

from ..errors import ConfigurationError, LeaseLost, SessionStartsExhausted
from ..identify import SessionStartLimit
from ..identify.session_starts import DAY
from .protocols import Leases, Register

__all__ = ["ClusterStarts"]

_DAY = "identify.day"
_COUNT = "identify.starts"


class ClusterStarts:
    """Counts session starts by compare-and-set, and refuses the last few: Discord resets a token that uses up all.

    The day is a lease that ends when Discord counts anew (``reset_after``), by the engine's clock. The count names the
    day to which it belongs, so that a new day begins with none. See events/gateway#session-start-limit-object.

    Args:
        leases: of the engine.
        register: of the engine.
        reserve: starts that are kept back, for a person who has to find out why so many were needed.

    Raises:
        ConfigurationError: a negative reserve.
    """

    def __init__(self, leases: Leases, register: Register, *, reserve: int = 10) -> None:
        if reserve < 0:
            raise ConfigurationError(f"reserve is {reserve}, it must be at least 0")
        self.reserve = reserve
        self._leases = leases
        self._register = register

    async def renew(self, limit: SessionStartLimit) -> None:
        """Go on from a fresh ``GET /gateway/bot``, right after its answer, instead of what was counted."""
        day = await self._leases.look(_DAY)
        if day is None:
            await self._begin_day(limit)
            return
        with suppress(LeaseLost):  # another host has just done it, which is as good
            # In one step: after a release, another host could begin a day with all starts left.
            await self._leases.renew(day, _seconds(limit), _dump(limit))

    async def limit(self) -> SessionStartLimit:
        """Return the limit, with ``remaining`` as counted; ``reset_after`` is as of the beginning of the day."""
        return (await self._look())[0]

    async def take(self) -> None:
        """Count a start.

        Raises:
            SessionStartsExhausted: only the reserve is left. Its ``reset_after`` is the longest that it may take.
        """
        while not await self._add(1):
            pass  # another host was quicker

    async def give_back(self) -> None:
        """Take back the count of a start for which no IDENTIFY went out."""
        while not await self._add(-1):
            pass

    async def _add(self, starts: int) -> bool:
        limit, count, revision = await self._look()
        if starts > 0 and limit.remaining <= self.reserve:
            raise SessionStartsExhausted(limit.remaining, limit.reset_after)
        if count.used + starts < 0:
            return True  # it was taken on the day before
        changed = _Count(count.day, count.used + starts, limit.total, limit.max_concurrency)
        return await self._register.write(_COUNT, json.dumps(asdict(changed)).encode(), revision) is not None

    async def _look(self) -> tuple[SessionStartLimit, _Count, int]:
        """Return the limit as of now, the count, and the revision of the count."""
        while True:
            entry = await self._register.read(_COUNT)
            count = None if entry is None else _Count(**json.loads(entry.value))
            day = await self._leases.look(_DAY)
            if day is not None:
                break
            least = SessionStartLimit()
            total, concurrency = (least.total, 1) if count is None else (count.total, count.max_concurrency)
            await self._begin_day(SessionStartLimit(total, total, DAY, concurrency))
        limit = SessionStartLimit(**json.loads(day.value))
        if count is None or count.day != day.revision:
            count = _Count(day.revision, 0, limit.total, limit.max_concurrency)
        left = SessionStartLimit(limit.total, limit.remaining - count.used, limit.reset_after, limit.max_concurrency)
        return left, count, 0 if entry is None else entry.revision

    async def _begin_day(self, limit: SessionStartLimit) -> None:
        # None if another host has just begun it, which is as good.
        await self._leases.claim(_DAY, "cluster", _seconds(limit), _dump(limit))


def _seconds(limit: SessionStartLimit) -> float:
    return max(limit.reset_after, 1.0)


def _dump(limit: SessionStartLimit) -> bytes:
    return json.dumps(asdict(limit)).encode()


@dataclass(frozen=True, slots=True)
class _Count:
    """Counted: ``used`` starts on the day whose lease has the revision ``day``, and what the next day needs."""

    day: int
    used: int
    total: int
    max_concurrency: int
