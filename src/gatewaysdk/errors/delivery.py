"""What keeps events from being handled."""

from __future__ import annotations

from .base import GatewayError

__all__ = ["DeliveryError", "EventBuried", "EventsDropped", "HandlerTimeout", "SessionStoreTimeout", "TaskCancelled"]


class DeliveryError(GatewayError):
    """Something in the program itself keeps events from being handled."""


class HandlerTimeout(DeliveryError, TimeoutError):
    """A handler took longer than ``handler_timeout``, and was cancelled.

    Attributes:
        event_name: class of the event, empty for raw handlers.
        seconds: how long it had.
    """

    def __init__(self, event_name: str, seconds: float) -> None:
        what = f" of {event_name}" if event_name else ""
        super().__init__(f"a handler{what} took longer than handler_timeout, {seconds:g} s, and was cancelled")
        self.event_name, self.seconds = event_name, seconds


class SessionStoreTimeout(DeliveryError, TimeoutError):
    """The session store did not load or save a session in time.

    A late ``load`` ends the shard. A late ``save`` goes to the error hook; events go on, and do not wait for the store
    again until it has saved a session.

    Attributes:
        call: ``load`` or ``save``.
        seconds: how long it had: ``store_timeout``.
    """

    def __init__(self, call: str, seconds: float) -> None:
        then = "the shard does not start" if call == "load" else "events go on, and a restart may repeat some"
        super().__init__(f"the session store's {call} took longer than store_timeout, {seconds:g} s; {then}")
        self.call, self.seconds = call, seconds


class TaskCancelled(DeliveryError):
    """Other code cancelled a task of the shard, so that the shard ended.

    Attributes:
        task: name of the task.
    """

    def __init__(self, task: str) -> None:
        super().__init__(f"something cancelled the task {task!r} from outside; close the shard instead, with close()")
        self.task = task


class EventBuried(DeliveryError):
    """A consumer gave an event up: it is a dead letter now. ``gatewaysdk dead-letters`` shows and replays those.

    Attributes:
        consumer: durable name of the consumer.
        event: the event's name, its session id and its number in that session.
        reason: why, in words.
    """

    def __init__(self, consumer: str, event: tuple[str, str, int], reason: str) -> None:
        super().__init__(f"consumer {consumer} has given up {event[0]} {event[1]}:{event[2]}: {reason}")
        self.consumer, self.event, self.reason = consumer, event, reason


class EventsDropped(DeliveryError):
    """Handlers were too slow, and events were discarded, as ``overflow`` allows.

    Attributes:
        counts: how many events were discarded, by name on the wire.
    """

    def __init__(self, counts: dict[str, int]) -> None:
        shown = ", ".join(f"{count} {name}" for name, count in counts.items())
        super().__init__(f"{sum(counts.values())} events were dropped, as handlers were too slow: {shown}")
        self.counts = counts
