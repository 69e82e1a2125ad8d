"""Rate limits of HTTP: their headers on each answer, and 429 where a test wants it (topics/rate-limits)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .errors import RestError

__all__ = ["RestLimits"]

_PERIOD = 1.0  # seconds
_GENEROUS = 50
_MAJOR = ("channel_id", "guild_id", "interaction_id")
_MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    used: int
    resets_at: float


class RestLimits:
    """Counts requests by route and by what Discord calls its major parameter.

    ``limit`` requests are let through in a second; None lets all through, and says that there is room.
    """

    def __init__(self, limit: int | None, clock: Callable[[], float], wall_clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._wall_clock = wall_clock
        self._buckets: dict[str, _Bucket] = {}

    def count(self, method: str, template: str, params: Mapping[str, str]) -> dict[str, str]:
        """Count a request and return the headers of its answer; raises `RestError` with 429 for one too many."""
        name = hashlib.sha256(f"{method} {template}".encode()).hexdigest()[:32]
        key = " ".join([name, *(params[one] for one in _MAJOR if one in params)])
        now, limit = self._clock(), self._limit or _GENEROUS
        bucket = self._buckets.get(key)
        if bucket is None or bucket.resets_at <= now:
            if len(self._buckets) >= _MOST_BUCKETS:
                self._buckets.clear()
            bucket = self._buckets[key] = _Bucket(0, now + _PERIOD)
        wait = round(max(0.001, bucket.resets_at - now), 3)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - bucket.used - 1) if self._limit else limit - 1),
            "X-RateLimit-Reset": f"{self._wall_clock() + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": name,
        }
        if self._limit is not None and bucket.used >= limit:
            error = RestError(429, 0, "You are being rate limited.", retry_after=wait, **{"global": False})
            error.headers = {**headers, "Retry-After": str(int(wait) + 1), "X-RateLimit-Scope": "user"}
            raise error
        bucket.used += 1
        return headers
