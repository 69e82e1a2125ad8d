"""Where an event that is being handled comes from."""

from __future__ import annotations

from dataclasses import dataclass

from ..protocols import ShardKey

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event in hand comes from. ``session_id`` and ``sequence`` are its identity.

    Attributes:
        consumer: durable name of the consumer that handles it.
        shard: (shard_id, num_shards) of the shard that received it.
        session_id: the session that it belongs to.
        sequence: its ``s`` in that session.
        name: its ``t``, such as ``MESSAGE_CREATE``.
        attempt: 1 the first time; one more each time that it was delivered again, or tried again after an error.
    """

    consumer: str
    shard: ShardKey
    session_id: str
    sequence: int
    name: str
    attempt: int
