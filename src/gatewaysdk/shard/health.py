"""Whether a shard does its work, as ages rather than flags: what stands still shows."""

from __future__ import annotations

from dataclasses import dataclass

from ..delivery.delivery import Delivery
from ..protocol import GatewayProtocol, State
from ..sessions.keeper import SessionKeeper

__all__ = ["Health", "take_health"]


@dataclass(frozen=True, slots=True)
class Health:
    """What a shard was at when it was asked. Ages are in seconds; None for what has not happened yet.

    Attributes:
        state: where the connection stands.
        since_ack: age of the last acknowledged heartbeat on this connection. Above one and a half heartbeat intervals
            (about 60 s) the connection is in trouble, whatever ``state`` says.
        since_event: age of the last event that came, listened for or not.
        since_handled: age of the last moment at which handlers were done with an event.
        in_hand: names of the events that are being handed out, with the seconds for which they have been.
        waiting: events that are held and not in hand.
        held_bytes: bytes of all events that are held.
        reading_paused_for: seconds for which nothing was read, because too much is held; None while the shard reads.
        saving_for: seconds for which the session store has been saving; None while it is not.
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
    """Return the health of a shard at ``now``, None while it does not run: then nothing has an age."""
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
