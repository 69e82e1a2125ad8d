"""Every error that the package raises, in one tree.

::

    GatewayError
    +-- UsageError                  a mistake of the caller; nothing was sent
    |   +-- ConfigurationError      a setting that cannot work (also a ValueError)
    |   +-- CommandError            a command Discord would refuse (also a ValueError)
    |   +-- EncodeError             a value that the encoding cannot express (also a ValueError)
    |   +-- StateError              a call that makes no sense now (also a RuntimeError)
    |       +-- ShardClosed         the shard was closed while the caller waited for something
    +-- PeerError                   the other side sent something that cannot be used
    |   +-- DecodeError             a message that is not in the agreed encoding
    |   +-- DecompressionError      broken or truncated compressed data
    |   +-- MessageTooLarge         more bytes or values than ``max_size`` allows
    |   +-- ProtocolError           a well-formed message that breaks the gateway's rules
    |   +-- PayloadError            an event that breaks the documentation; delivered without the broken parts
    +-- DeliveryError               something in the program keeps events from being handled
    |   +-- HandlerTimeout          a handler took longer than it may (also a TimeoutError)
    |   +-- SessionStoreTimeout     the session store took longer than it may (also a TimeoutError)
    |   +-- EventBuried             a consumer has given an event up, which is a dead letter now
    |   +-- EventsDropped           events were discarded, as ``overflow`` allows
    |   +-- TaskCancelled           other code cancelled a task of the shard, so the shard ended
    +-- LimitError                  one of Discord's limits
    |   +-- SendTimeout             a command waited too long to be sent (also a TimeoutError)
    |   +-- SessionStartsExhausted  the bot may start too few further sessions today
    |   +-- RequestRateLimited      a request came too soon after another, and the caller chose not to wait
    +-- RequestTimeout              a request was not answered in full (also a TimeoutError)
    +-- TransportError              the network failed
    |   +-- ConnectError            the socket could not be opened
    |   +-- PhaseTimeout            HELLO, READY or RESUMED did not come (also a TimeoutError)
    |   +-- ConnectionLost          the socket died without a close code
    |   +-- SendUnsure              a command was written, but nothing proves that Discord has read it
    |   +-- GaveUp                  the reconnect policy allows no further attempt
    +-- WorkerLost                  a worker process ended or hung
    +-- RecordingError              a recording that cannot be written or read
    +-- BrokerError                 the engine of a cluster
    |   +-- BrokerUnavailable       the engine did not answer in time
    |   +-- Fenced                  another host has written the log of the shard
    |   +-- LeaseLost               the lease of a shard ended before it was renewed
    |   +-- NobodyServes            nobody answers questions to this name
    |   |   +-- ShardsMissing       something for all shards has not reached some
    |   +-- CommandFailed           the host that was asked could not do it
    +-- ConnectionClosed            the gateway closed with a code
        +-- FatalCloseError         the code says that connecting again cannot help

    FieldAbsent(AttributeError)     a field of an inbound model that the gateway left out or broke
"""

from __future__ import annotations

import re

__all__ = [
    "BrokerError", "BrokerUnavailable", "CommandError", "CommandFailed", "ConfigurationError", "ConnectError",
    "ConnectionClosed", "ConnectionLost", "DecodeError", "DecompressionError", "DeliveryError", "EncodeError",
    "EventBuried", "EventsDropped", "FatalCloseError", "Fenced", "FieldAbsent", "GatewayError", "GaveUp",
    "HandlerTimeout", "LeaseLost", "LimitError", "MessageTooLarge", "NobodyServes", "PayloadError", "PeerError",
    "PhaseTimeout", "ProtocolError", "RecordingError", "RequestRateLimited", "RequestTimeout", "SendTimeout",
    "SendUnsure", "SessionStartsExhausted", "SessionStoreTimeout", "ShardClosed", "ShardsMissing", "StateError",
    "TaskCancelled", "TransportError", "UsageError", "WorkerLost",
]  # fmt: skip


def _remake(kind: type[Exception], args: tuple[object, ...], attributes: dict[str, object]) -> Exception:
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(attributes)
    return error


def _reduce(self: Exception) -> tuple[object, ...]:
    """Tell pickle and copy how to rebuild an error: from its attributes, as ``__init__`` does not take its text."""
    return _remake, (type(self), self.args, vars(self))


class GatewayError(Exception):
    """Base of every error of this package. It can be pickled and copied."""

    __reduce__ = _reduce


class UsageError(GatewayError):
    """The caller asked for something that cannot work; nothing was sent."""


class ConfigurationError(UsageError, ValueError):
    """A setting that cannot work: the message names the value, the rule and the remedy."""


class CommandError(UsageError, ValueError):
    """A command that Discord would refuse.

    Attributes:
        command: name of the command class, such as ``RequestGuildMembers``.
        field: the field at fault, None when it is the whole payload.
        problem: what is wrong and what to do, in words.
    """

    def __init__(self, command: str, field: str | None, problem: str) -> None:
        where = command if field is None else f"{command}.{field}"
        super().__init__(f"{where} {problem}")
        self.command, self.field, self.problem = command, field, problem


class EncodeError(UsageError, ValueError):
    """A value that the encoding cannot express, such as NaN, a set or an integer beyond 64 bits."""


class StateError(UsageError, RuntimeError):
    """A call that makes no sense in the present state, such as sending while closed."""


class ShardClosed(StateError):
    """The shard was closed while the caller waited for something. A handler need not catch this: it is not reported."""


class PeerError(GatewayError):
    """The other side sent something that cannot be used."""


class DecodeError(PeerError):
    """A message that is not valid in the agreed encoding."""


class DecompressionError(PeerError):
    """Compressed data that is broken or cut short."""


class MessageTooLarge(PeerError):
    """A message above a bound: on its bytes as received, on its inflated bytes, or on its values.

    The gateway sends the same message on the next connection, so a shard ends with this error at the third in a row.

    Attributes:
        limit: the bound, in bytes or in values, as the message says.
    """

    def __init__(self, problem: str, limit: int) -> None:
        super().__init__(problem)
        self.limit = limit


class ProtocolError(PeerError):
    """A well-formed message that breaks the rules of the gateway."""


class PayloadError(PeerError):
    """An event's data breaks Discord's documentation. The event is still delivered; only the error hook gets this.

    Attributes:
        event_name: name of the event on the wire.
        problems: the first problems, a sentence each; ``event.violations`` lists more.
        count: how many problems there are.
    """

    def __init__(self, event_name: str, problems: tuple[str, ...], count: int) -> None:
        shown = "; ".join(problems) + ("; ..." if count > len(problems) else "")
        super().__init__(f"{event_name} has {count} broken parts, which were left out: {shown}")
        self.event_name, self.problems, self.count = event_name, problems, count


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


class LimitError(GatewayError):
    """One of Discord's limits forbids what the caller wants."""


class SendTimeout(LimitError, TimeoutError):
    """A command could not go out within its timeout, and was not sent.

    Attributes:
        command: name of the command class.
        timeout: seconds that the caller allowed.
        wait: seconds until the send limit would let it out; None while no session is live.
    """

    def __init__(self, command: str, timeout: float, wait: float | None) -> None:
        when = "there is no live session" if wait is None else f"it could go out in {wait:.1f} s"
        super().__init__(f"{command} was not sent within {timeout:g} s: {when}; allow more time or send fewer commands")
        self.command, self.timeout, self.wait = command, timeout, wait


class SessionStartsExhausted(LimitError):
    """Only the reserve of the day's session starts is left. If a bot uses up all, Discord resets its token.

    Attributes:
        remaining: sessions that may still be started, as far as is known.
        reset_after: seconds until there are more.
        wanted: sessions that were to be started.
    """

    def __init__(self, remaining: int, reset_after: float, wanted: int = 1) -> None:
        left = f"{remaining} session starts are left for the next {reset_after:.0f} s"
        if wanted == 1:
            left += ", and that is the reserve; find out why sessions keep being lost, then start again by hand"
        else:
            left += f", a reserve among them, and {wanted} are wanted; wait for so long, or start fewer shards"
        super().__init__(left)
        self.remaining, self.reset_after, self.wanted = remaining, reset_after, wanted


class RequestRateLimited(LimitError):
    """The gateway answered RATE_LIMITED to a request with ``on_rate_limited="raise"``.

    See events/gateway-events#rate-limited.

    Attributes:
        request: what was asked for.
        retry_after: seconds to wait before asking again.
    """

    def __init__(self, request: str, retry_after: float) -> None:
        super().__init__(
            f"{request} was asked too soon: ask again in {retry_after:g} s, or wait with on_rate_limited='wait'"
        )
        self.request, self.retry_after = request, retry_after


class RequestTimeout(GatewayError, TimeoutError):
    """A request was sent, and its answer, or the rest of it, did not come in time.

    Attributes:
        request: what was asked for.
        seconds: how long nothing came.
        came: the parts that had come before, in words.
        missing: the parts that had not, as far as known, ten at most: ``chunk 3``, ``guild 81384788765712384``,
            ``VOICE_SERVER_UPDATE``.
        remedy: a likely cause, or what to do.
    """

    def __init__(self, request: str, seconds: float, came: str, missing: tuple[str, ...], remedy: str) -> None:
        without = f" but not {', '.join(missing)}" if missing else ""
        super().__init__(f"{request}: nothing more within {seconds:g} s; {came} came{without}; {remedy}")
        self.request, self.seconds, self.came = request, seconds, came
        self.missing, self.remedy = missing, remedy


class TransportError(GatewayError):
    """The network failed: a connection could not be made, was too slow, or ended without a close code."""


class ConnectError(TransportError):
    """The socket could not be opened.

    Attributes:
        url: the URL, without user, password and query, which may be secret.
        reason: why, in words.
    """

    def __init__(self, url: str, reason: str) -> None:
        url = plain_url(url)
        super().__init__(f"cannot connect to {url}: {reason}")
        self.url, self.reason = url, reason


class PhaseTimeout(TransportError, TimeoutError):
    """A phase of connecting took longer than its deadline.

    Attributes:
        phase: what did not come: ``connect``, ``HELLO``, ``READY``, ``RESUMED`` or ``HEARTBEAT_ACK``.
        seconds: how long the shard waited for it.
    """

    def __init__(self, phase: str, seconds: float) -> None:
        super().__init__(f"no {phase} within {seconds:g} s")
        self.phase, self.seconds = phase, seconds


class ConnectionLost(TransportError):
    """The socket ended without a close code: a cut cable, a killed server, a reset."""


class SendUnsure(TransportError):
    """A command was written to a connection that ended before anything proved that the gateway had read it.

    It may or may not have had its effect. Send it again if its effect may happen twice.

    Attributes:
        command: name of the command class.
    """

    def __init__(self, command: str) -> None:
        super().__init__(
            f"{command} was written to a connection that ended before the gateway acknowledged it, "
            "so it may have been lost; send it again if having it twice does no harm"
        )
        self.command = command


class GaveUp(TransportError):
    """The reconnect policy allows no further attempt. ``__cause__`` is the error of the last one, if there was one.

    Attributes:
        attempts: how many there were.
        reason: how the last connection ended, in words.
    """

    def __init__(self, attempts: int, reason: str) -> None:
        super().__init__(f"the reconnect policy gave up after {attempts} attempts: {reason}")
        self.attempts, self.reason = attempts, reason


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


class RecordingError(GatewayError):
    """A recording that cannot be written, or whose file cannot be read, is damaged, or is no recording."""


class ConnectionClosed(GatewayError):
    """The gateway closed the connection with a code.

    Attributes:
        code: the WebSocket close code (topics/opcodes-and-status-codes#gateway-close-event-codes).
        reason: the gateway's reason, possibly empty.
        name: Discord's name of the code, empty for an unknown one.
        remedy: what to do about it, possibly empty.
        can_reconnect: whether a new connection can work at all.
        can_resume: whether the session may be resumed on it.
    """

    def __init__(
        self,
        code: int,
        reason: str = "",
        *,
        name: str = "",
        remedy: str = "",
        can_reconnect: bool = True,
        can_resume: bool = True,
    ) -> None:
        said = f" ({name})" if name else ""
        said += f": {reason.removesuffix('.')}" if reason else ""
        said += f". {remedy}" if remedy else ""
        super().__init__(f"gateway closed the connection with code {code}{said}")
        self.code, self.reason, self.name = code, reason, name
        self.remedy, self.can_reconnect, self.can_resume = remedy, can_reconnect, can_resume


class FatalCloseError(ConnectionClosed):
    """A close code after which connecting again cannot help; ``remedy`` says what can."""


class FieldAbsent(AttributeError):
    """A documented field that is missing in this payload, or broken.

    The other fields of the object can be read; ``event.violations`` lists all that are broken.

    Attributes:
        model: name of the object's class.
        field: name of the field, such as ``author``.
        reason: why it is absent.
    """

    __reduce__ = _reduce

    def __init__(self, model: str, field: str, reason: str) -> None:
        super().__init__(f"{model}.{field} is absent: {reason}")
        self.model, self.field, self.reason = model, field, reason


def plain_url(url: str) -> str:
    """Return ``url`` without user, password and query, any of which may be secret: safe to show."""
    # Not parsed, as it may be no URL at all, and an error that says so shows it. Cut up to the last @: a password may
    # hold one, or a slash.
    return re.sub(r"^([^/?#@]*//)?[^?#]*@", r"\1", re.split(r"[?#]", url, maxsplit=1)[0])
