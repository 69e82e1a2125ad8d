"""What a parent and its worker say to each other, pickled, one message at a time."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...commands import UpdatePresence
from ...errors import GatewayError
from ...snowflake import Snowflake
from ..health import ShardStatus
from ..plan import FleetPlan
from ..steps import FleetStep

__all__ = [
    "Begin",
    "Finished",
    "Imported",
    "LifeSign",
    "Live",
    "Logged",
    "RemoteAnswer",
    "RemoteCall",
    "RemoteCancel",
    "Stop",
    "Told",
    "portable",
]  # fmt: skip


# From the parent


@dataclass(frozen=True, slots=True)
class Begin:
    """Run these shards.

    Attributes:
        plan: which shards, and where the gateway is.
        state_dir: where sessions and the identify queue are, unless the program has its own.
        presence: what is shown; None for what the program says.
        user_id: the bot's own id, if it is known: a worker that resumes gets no READY.
        counts_events: whether the shards count events by name, which the parent may have been asked for.
    """

    plan: FleetPlan
    state_dir: str
    presence: UpdatePresence | None
    user_id: Snowflake | None
    counts_events: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Close the shards and end."""

    keep_session: bool
    grace: float


# From the worker


@dataclass(frozen=True, slots=True)
class Imported:
    """The program is imported and its manager found; what ended that instead, if something did."""

    error: Exception | None


@dataclass(frozen=True, slots=True)
class Live:
    """All shards of the worker are live."""


@dataclass(frozen=True, slots=True)
class LifeSign:
    """The event loop of the worker runs, and this is what its shards are at."""

    rows: Sequence[ShardStatus]
    user_id: Snowflake | None


@dataclass(frozen=True, slots=True)
class Told:
    """A step that observers in the parent are told too."""

    step: FleetStep


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log, where the program has set up none for the worker."""

    record: logging.LogRecord


@dataclass(frozen=True, slots=True)
class Finished:
    """The manager of the worker runs no more.

    Attributes:
        error: what ended it, and has to end all.
        cause: the parent asked for it; SIGTERM came; the program closed its manager, which closes all workers; or the
            program closed each shard of the worker, which leaves the others.
        keep_session: how the program closed it.
    """

    error: Exception | None
    cause: Literal["parent", "signal", "manager", "shards"]
    keep_session: bool


# From both


@dataclass(frozen=True, slots=True)
class RemoteCall:
    """Do something and answer. What it takes is pickled by itself, so that a part that cannot be read has an answer."""

    number: int
    name: str
    arguments: bytes


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """What a call returned, or the error that it raised, pickled."""

    number: int
    failed: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class RemoteCancel:
    """The answer is not waited for any more."""

    number: int


def portable(error: Exception) -> Exception:
    """Return the error if another process can read it, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - just made
    except Exception:  # it may raise anything
        said = GatewayError(f"{type(error).__name__}: {error}")
        said.__notes__ = list(getattr(error, "__notes__", ()))
        return said
    return error
