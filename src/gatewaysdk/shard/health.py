"""The health of a shard as ages instead of flags: when something stops, its age grows."""

from __future__ import annotations

from dataclasses import dataclass

from ..delivery.delivery import Delivery
from ..protocol import GatewayProtocol, State
from ..sessions.keeper import SessionKeeper

__all__ = ["Health", "take_health"]


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a shard at one moment. Ages are in seconds; None if the thing has not happened yet.

    Attributes:
        state: the state of the connection.
        since_ack: seconds since a heartbeat on this connection was last acknowledged. Above one and a half heartbeat
            intervals (about 60 s) the connection is in trouble, whatever ``state`` says.
        since_event: seconds since an event last arrived, with or without a listener.
        since_handled: seconds since handlers last finished an event.
        in_hand: names of the events that are being handled, each with the seconds since its handlers began.
        waiting: number of events in the queue that are not being handled.
        held_bytes: bytes of all events that wait or are being handled.
        reading_paused_for: seconds since the shard paused reading because the queue is full; None while it reads.
        saving_for: seconds since the session store began to save; None while it does not save.
    """

    state: State
    since_ack: float | None
    since_event: float | None
    since_handled: float | None
    in_hand: tuple[tuple[str, float], ...]
    waiting: int
    held_bytes: int
    reading_paused_for: float | None
    saving_for: float | None


def take_health(
    now: float | None,
    protocol: GatewayProtocol | None,
    delivery: Delivery,
    keeper: SessionKeeper,
    event_at: float | None,
    paused_at: float | None,
) -> Health:
    """Return the health of a shard at ``now``; None while it does not run, and then no age is known."""
    in_hand = () if now is None else tuple(delivery.in_hand(now))

    def age(since: float | None) -> float | None:
        return None if since is None or now is None else max(0.0, now - since)

    return Health(
        state=State.IDLE if protocol is None else protocol.state,
        since_ack=age(None if protocol is None else protocol.acknowledged_at),
        since_event=age(event_at),
        since_handled=age(delivery.finished_at),
        in_hand=in_hand,
        waiting=len(delivery.backlog) - len(in_hand),
        held_bytes=delivery.backlog.bytes,
        reading_paused_for=age(paused_at),
        saving_for=age(keeper.calls_since),
    )
