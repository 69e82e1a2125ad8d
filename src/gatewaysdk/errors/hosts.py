"""What goes wrong beyond this process: with workers, other hosts, and the engine of a cluster."""

from __future__ import annotations

from .base import GatewayError

__all__ = [
    "BrokerError",
    "BrokerUnavailable",
    "CommandFailed",
    "Fenced",
    "LeaseLost",
    "NobodyServes",
    "ShardsMissing",
    "WorkerLost",
]


class WorkerLost(GatewayError):
    """A worker process of a fleet ended or hung. Its work of that moment, such as a command, may be done or not.

    Attributes:
        worker: its number.
        reason: what became of it, in words.
    """

    def __init__(self, worker: int, reason: str) -> None:
        super().__init__(f"worker {worker} {reason}")
        self.worker, self.reason = worker, reason


class BrokerError(GatewayError):
    """Something of the engine that a cluster stands on. docs/topics/cluster.md lists the failures."""


class BrokerUnavailable(BrokerError):
    """The engine did not answer in time, or has no majority. What was asked may have happened or not."""


class Fenced(BrokerError):
    """Another host has written the log of the shard, so nothing of this host's enters any more."""


class LeaseLost(BrokerError):
    """The lease of a shard or host ended before it was renewed."""


class NobodyServes(BrokerError):
    """Nobody answers questions to this name now: no host holds the shard."""


class ShardsMissing(NobodyServes):
    """Something that was for all shards has not reached some, because nobody holds them now. The others have it.

    Attributes:
        missing: ids of the shards that have it not.
        num_shards: how many the bot has.
    """

    def __init__(self, what: str, missing: tuple[int, ...], num_shards: int) -> None:
        named = ", ".join(map(str, missing[:20])) + (", ..." if len(missing) > 20 else "")
        super().__init__(f"{what} has not reached {len(missing)} of {num_shards} shards: {named}; nobody holds them")
        self.missing, self.num_shards = missing, num_shards


class CommandFailed(BrokerError):
    """Somebody serves the name, but answered the question with an error.

    Attributes:
        name: whom the question went to.
        kind: class of the error there, such as ``SendTimeout``.
        problem: its text.
    """

    def __init__(self, name: str, kind: str, problem: str) -> None:
        super().__init__(f"{name} could not do it: {kind}: {problem}")
        self.name, self.kind, self.problem = name, kind, problem
