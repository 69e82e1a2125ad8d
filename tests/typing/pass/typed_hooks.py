"""Hooks and the parts that users bring along: observers, the error hook, policies and sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never, assert_type

from gatewaysdk import (
    ConnectionClosed,
    Effect,
    Event,
    Failure,
    FileIdentifyQueue,
    IdentifyBudget,
    IdentifyQueue,
    LocalIdentifyQueue,
    PayloadError,
    ReconnectPolicy,
    Session,
    Shard,
)
from gatewaysdk.protocol import (
    Close,
    Connect,
    Disconnected,
    Dispatch,
    Failed,
    HeartbeatAcknowledged,
    IdentifyWanted,
    Send,
    SessionInvalidated,
    SessionResumed,
    SessionStarted,
    Stopped,
    Unexpected,
    Waiting,
)
from gatewaysdk.transport import Closed, Connector, Received, Transport


class Patient:
    """A policy of one's own needs no base class."""

    healthy_after = 60.0
    max_failed_resumes = 3

    def delay(self, failure: Failure, random: Callable[[], float]) -> float | None:
        return None if failure.attempt > 10 else 5.0 + random()


class Socket:
    async def receive(self) -> Received:
        return Closed(None)

    async def send(self, data: bytes, *, binary: bool) -> None: ...

    async def close(self, code: int, reason: str) -> None: ...

    def abort(self) -> None: ...


class Sockets:
    async def connect(self, url: str) -> Transport:
        return Socket()

    async def close(self) -> None: ...


class Permit:
    def used(self) -> None: ...

    def release(self) -> None: ...


class Queue:
    async def acquire(self, shard_id: int) -> Permit:
        return Permit()


policy: ReconnectPolicy = Patient()
connector: Connector = Sockets()
queue: IdentifyQueue = Queue()
queue = LocalIdentifyQueue(16)
queue = FileIdentifyQueue("identify", session_starts=IdentifyBudget("identify"))
shard = Shard("token", policy=policy, connector=connector, identify_queue=queue)


@shard.observe
def observe(effect: Effect) -> None:
    match effect:
        case Connect() | Send() | Close() | Dispatch() | Stopped() | Unexpected() | SessionInvalidated():
            pass
        case IdentifyWanted(shard_id):
            assert_type(shard_id, int)
        case HeartbeatAcknowledged(latency):
            assert_type(latency, float)
        case SessionStarted(session):
            assert_type(session, Session | None)
        case SessionResumed(session, replayed):
            assert_type(replayed, int)
        case Disconnected(error=error):
            if isinstance(error, ConnectionClosed):
                assert_type(error.code, int)
        case Waiting():
            assert_type(effect.seconds, float)
        case Failed(error):
            print(error)
        case _:
            assert_never(effect)


@shard.on_error
async def report(error: Exception, event: Event | None) -> None:
    if isinstance(error, PayloadError):
        print(*error.problems, sep="\n")
