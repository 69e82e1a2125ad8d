"""One message between a shard and the gateway, for observers of all traffic."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..codec import Codec
from ..frame import Frame

__all__ = ["Traffic"]


@dataclass(frozen=True, slots=True)
class Traffic:
    """A message that the shard has received, or given to its socket.

    Attributes:
        sent: whether the shard sent it; else it was received.
        frame: its ``op``, ``s``, ``t`` and ``d``. The token in IDENTIFY and RESUME is a `Token`, which nothing shows.
            ``d`` of a received message is decoded when it is first read, and raises `PeerError` if that is impossible.
        size: its bytes, not compressed.
        codec: the encoding of the connection.
    """

    sent: bool
    frame: Frame
    size: int
    codec: Codec = field(repr=False)
