"""The session starts of a day, counted on the disk: a program that crashes again and again does not begin anew."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..errors import ConfigurationError, SessionStartsExhausted, StateError
from .clock import Moment, moment_now
from .forecast import StartForecast
from .locks import locked, make_directory
from .session_starts import DAY, SessionStartLimit, SessionStarts

__all__ = ["IdentifyBudget"]

_PATIENCE = 2.0
"""Seconds that `renew` and `forecast` wait for the file."""

_MOST = 1e18
_MOST_BYTES = 10_000


class IdentifyBudget(SessionStarts):
    """`SessionStarts` that all processes of a machine share, and that outlive them: ``budget.json`` in a directory.

    Each start is counted on the disk before its IDENTIFY goes out, so that bots that crash and start again, over and
    over, stop before Discord resets their token. The file is replaced as a whole and flushed, and so survives
    ``kill -9`` and power cuts. One that was damaged is an error until `renew` writes it anew.

    Args:
        path: a directory, which is made if need be; one for each bot. `FileIdentifyQueue` may have the same.
        limit: what ``GET /gateway/bot`` has just said, which replaces what was counted. None goes on with that.
        reserve: starts that are not used.
        clock: the present moment.

    Attributes:
        limit: what Discord said last, as of the last look at the file.
        remaining: starts that are left, as of the last look at the file.

    Raises:
        ConfigurationError: a directory that cannot be used, is on a file system without locks, or holds a damaged file;
            a negative reserve.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        limit: SessionStartLimit | None = None,
        *,
        reserve: int = 10,
        clock: Callable[[], Moment] = moment_now,
    ) -> None:
        super().__init__(reserve=reserve)
        directory = make_directory(path)
        self._path = directory / "budget.json"
        self._lock = directory / "budget.lock"
        self._clock = clock
        self._owed = 0
        if limit is None:
            with self._locked_soon():
                self._note(self._read())
        else:
            self.renew(limit)

    def refresh(self) -> None:
        """Look at the file, for `limit` and `remaining`. Raises what `take` raises."""
        with self._locked():
            self._note(self._read())

    def renew(self, limit: SessionStartLimit) -> None:
        """Go on from what a fresh ``GET /gateway/bot`` says, instead of what was counted. Call it at once.

        Raises:
            StateError: for 2 s another process has not let go of the file.
        """
        with self._locked_soon():
            self._owed = 0
            self._write(_Count.of(limit, self._clock()))

    def forecast(self, starts: int, now: float = 0.0) -> StartForecast:
        """Return what it would cost to start so many sessions; ``now`` is not used, as the file has its own time.

        Raises:
            StateError: for 2 s another process has not let go of the file.
            ConfigurationError: the file is damaged.
        """
        del now
        with self._locked_soon():
            self._note(self._read())
        return self._forecast(starts)

    def known(self, starts: int, now: float = 0.0) -> StartForecast:
        """Return what `forecast` would, by an earlier look at the file if another process has it just now.

        It never waits. Raises `ConfigurationError` when the file is damaged.
        """
        del now
        with suppress(BlockingIOError):
            self.refresh()
        return self._forecast(starts)

    def _forecast(self, starts: int) -> StartForecast:
        count = self._count
        return StartForecast(starts, count.total, count.remaining, self.reserve, count.reset_in(self._clock()))

    def take(self, now: float = 0.0) -> SessionStartsExhausted | None:
        """Count a start, or return why it must not be; ``now`` is not used, as the file has its own time.

        Raises:
            BlockingIOError: another process has the file just now; try again in some milliseconds.
            ConfigurationError: the file is damaged.
        """
        del now
        with self._locked():
            count = self._read()
            remaining, self._owed = min(count.remaining + self._owed, count.total), 0
            allowed = remaining > self.reserve
            self._write(replace(count, remaining=remaining - allowed))
        if allowed:
            return None
        return SessionStartsExhausted(remaining, count.reset_in(self._clock()))

    def give_back(self) -> None:
        """Uncount a start that was taken: no IDENTIFY went out."""
        try:
            with self._locked():
                count = self._read()
                self._write(replace(count, remaining=min(count.remaining + 1, count.total)))
        except (BlockingIOError, ConfigurationError):
            self._owed += 1  # with the next start, which says what is wrong, if anything is; this must not wait

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock of the file meanwhile. Raises `BlockingIOError` if another process has it."""
        try:
            with locked(self._lock):
                yield
        except BlockingIOError:
            raise
        except OSError as error:
            raise ConfigurationError(f"session starts cannot be counted: {error}; name another directory") from error

    @contextmanager
    def _locked_soon(self) -> Iterator[None]:
        """Hold the lock of the file meanwhile, and wait for it if need be: others have it for milliseconds."""
        tried_until = time.monotonic() + _PATIENCE
        with ExitStack() as stack:
            while True:
                try:
                    stack.enter_context(self._locked())
                    break
                except BlockingIOError:
                    if time.monotonic() > tried_until:
                        raise StateError(
                            f"{self._lock} is held by a process that does not go on; end it, then try again"
                        ) from None
                time.sleep(0.002)
            yield

    def _read(self) -> _Count:
        """Return the count as of now."""
        now = self._clock()
        try:
            with self._path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            return _Count.of(SessionStartLimit(), now)
        except OSError as error:
            raise ConfigurationError(
                f"the session starts cannot be counted: {error}; name another directory"
            ) from error
        count = self._parse(data)
        if count.reset_in(now) > 0:
            return count
        return replace(count, remaining=count.total, reset_after=DAY, since=now)

    def _parse(self, data: bytes) -> _Count:
        try:
            if len(data) <= _MOST_BYTES:
                return _Count.parse(json.loads(data))
            problem = f"it has more than {_MOST_BYTES} bytes"
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            problem = f"{type(error).__name__}: {error}"[:200]
        raise ConfigurationError(
            f"{self._path} holds no count of session starts ({problem}); "
            "remove it, and give IdentifyBudget the session_start_limit of fetch_gateway_bot"
        )

    def _write(self, count: _Count) -> None:
        temporary = self._path.with_suffix(".new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            json.dump(asdict(count), file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        self._note(count)

    def _note(self, count: _Count) -> None:
        self._count = count
        self.limit = SessionStartLimit(count.total, count.remaining, count.reset_after, count.max_concurrency)
        self.remaining = count.remaining


@dataclass(frozen=True, slots=True)
class _Count:
    """What the file holds: how many are left, and that all are there again ``reset_after`` seconds after ``since``."""

    total: int
    remaining: int
    max_concurrency: int
    reset_after: float
    since: Moment

    @classmethod
    def of(cls, limit: SessionStartLimit, now: Moment) -> _Count:
        return cls(limit.total, limit.remaining, limit.max_concurrency, limit.reset_after, now)

    def reset_in(self, now: Moment) -> float:
        """Return the seconds until all are there again."""
        return max(0.0, self.reset_after - now.seconds_since(self.since))

    @classmethod
    def parse(cls, data: Any) -> _Count:
        """Raise `ValueError`, `TypeError` or `KeyError` for what is none."""
        since = Moment(_number(data, "since", "wall"), _number(data, "since", "uptime"), str(data["since"]["boot"]))
        total, remaining, concurrency = (int(_number(data, key)) for key in ("total", "remaining", "max_concurrency"))
        if total < 1 or remaining < 0 or concurrency < 1:
            raise ValueError("a number is too low")
        return cls(total, remaining, concurrency, _number(data, "reset_after"), since)


def _number(data: Any, *keys: str) -> float:
    for key in keys:
        data = data[key]
    if type(data) not in (int, float) or not -_MOST < data < _MOST:
        raise TypeError(f"{'.'.join(keys)} is no number that a count has")
    return float(data)
