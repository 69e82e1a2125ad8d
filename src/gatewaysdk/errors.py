"""Every error that the package raises, in one tree.

::

    GatewayError
    +-- UsageError                  our caller's mistake; nothing was sent
    |   +-- ConfigurationError      a setting that cannot work (also a ValueError)
    |   +-- CommandError            a command Discord would refuse (also a ValueError)
    |   +-- EncodeError             a value that the encoding cannot express (also a ValueError)
    |   +-- StateError              a call that makes no sense now (also a RuntimeError)
    |       +-- ShardClosed         what was waited for does not come, as the shard was closed meanwhile
    +-- PeerError                   what the other side sent cannot be used
    |   +-- DecodeError             a message that is not the encoding agreed upon
    |   +-- DecompressionError      broken or truncated compressed data
    |   +-- MessageTooLarge         more bytes or values than ``max_size`` allows
    |   +-- ProtocolError           a well-formed message that breaks the gateway's rules
    |   +-- PayloadError            an event that breaks the documentation; delivered without the broken parts
    +-- DeliveryError               handlers do not keep up with events
    |   +-- HandlerTimeout          a handler took longer than it may (also a TimeoutError)
    |   +-- SessionStoreTimeout     the session store took longer than it may (also a TimeoutError)
    |   +-- EventsDropped           events were let go, as ``overflow`` says
    |   +-- TaskCancelled           something cancelled a task of the shard's, which had to end therefore
    +-- LimitError                  a limit of Discord's
    |   +-- SendTimeout             the send limit kept a command waiting for too long (also a TimeoutError)
    |   +-- SessionStartsExhausted  too few of the sessions that a bot may start in a day are left
    |   +-- RequestRateLimited      a request came too soon after another, and was not to wait
    +-- RequestTimeout              a request was not answered in full (also a TimeoutError)
    +-- TransportError              the network, before or instead of the gateway
    |   +-- ConnectError            the socket could not be opened
    |   +-- PhaseTimeout            HELLO, READY or RESUMED did not come (also a TimeoutError)
    |   +-- ConnectionLost          the socket died without a close code
    |   +-- SendUnsure              a command was written, and nothing proves that Discord has read it
    |   +-- GaveUp                  the reconnect policy wants no further attempt
    +-- ConnectionClosed            the gateway closed with a code
        +-- FatalCloseError         the code says that connecting again cannot help

    FieldAbsent(AttributeError)     a field of an inbound model that the gateway left out or broke
"""

from __future__ import annotations

import re

__all__ = [
    "CommandError",
    "ConfigurationError",
    "ConnectError",
    "ConnectionClosed",
    "ConnectionLost",
    "DecodeError",
    "DecompressionError",
    "DeliveryError",
    "EncodeError",
    "EventsDropped",
    "FatalCloseError",
    "FieldAbsent",
    "GatewayError",
    "GaveUp",
    "HandlerTimeout",
    "LimitError",
    "MessageTooLarge",
    "PayloadError",
    "PeerError",
    "PhaseTimeout",
    "ProtocolError",
    "RequestRateLimited",
    "RequestTimeout",
    "SendTimeout",
    "SendUnsure",
    "SessionStartsExhausted",
    "SessionStoreTimeout",
    "ShardClosed",
    "StateError",
    "TaskCancelled",
    "TransportError",
    "UsageError",
]


def _remake(kind: type[Exception], args: tuple[object, ...], attributes: dict[str, object]) -> Exception:
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(attributes)
    return error


def _reduce(self: Exception) -> tuple[object, ...]:
    """Tell pickle and copy how to make an error again: from what it holds, as ``__init__`` does not take its text."""
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
        field: the field at fault, or None when the whole payload is.
    """

    def __init__(self, command: str, field: str | None, problem: str) -> None:
        where = command if field is None else f"{command}.{field}"
        super().__init__(f"{where} {problem}")
        self.command = command
        self.field = field
        self.problem = problem


class EncodeError(UsageError, ValueError):
    """A value that the encoding cannot express, such as NaN, a set or an integer beyond 64 bits."""


class StateError(UsageError, RuntimeError):
    """A call that makes no sense in the present state, such as sending while closed."""


class ShardClosed(StateError):
    """What was waited for does not come, as our caller closed the shard. A handler may let it out: nobody is told."""


class PeerError(GatewayError):
    """What the other side sent cannot be used."""


class DecodeError(PeerError):
    """A message that is not what the encoding says it should be."""


class DecompressionError(PeerError):
    """Compressed data that is broken or cut short."""


class MessageTooLarge(PeerError):
    """A message beyond what ``max_size`` allows: in bytes as it came, in bytes inflated, or in values.

    The next connection meets the same message, so a shard that meets three in a row and gets nowhere ends with this.

    Attributes:
        limit: the bound, in what the text of the error says: bytes, or values.
    """

    def __init__(self, problem: str, limit: int) -> None:
        super().__init__(problem)
        self.limit = limit


class ProtocolError(PeerError):
    """A well-formed message that breaks the rules of the gateway."""


class PayloadError(PeerError):
    """An event's data breaks the documentation. The event was delivered; only the error hook sees this.

    Attributes:
        event_name: name of the event on the wire.
        problems: the first things that are wrong, a sentence each; ``event.violations`` has more of them.
        count: how many things are wrong.
    """

    def __init__(self, event_name: str, problems: tuple[str, ...], count: int) -> None:
        shown = "; ".join(problems) + ("; ..." if count > len(problems) else "")
        super().__init__(f"{event_name} has {count} broken parts, which were left out: {shown}")
        self.event_name = event_name
        self.problems = problems
        self.count = count


class DeliveryError(GatewayError):
    """The code of the program's that events go to does not do its part."""


class HandlerTimeout(DeliveryError, TimeoutError):
    """A handler took longer than ``handler_timeout``, and was cancelled.

    Attributes:
        event_name: class of the event, empty for raw handlers.
        seconds: how long it had.
    """

    def __init__(self, event_name: str, seconds: float) -> None:
        what = f" of {event_name}" if event_name else ""
        super().__init__(f"a handler{what} took longer than handler_timeout, {seconds:g} s, and was cancelled")
        self.event_name = event_name
        self.seconds = seconds


class SessionStoreTimeout(DeliveryError, TimeoutError):
    """The session store did not load or save a session in time.

    From ``load`` it ends the shard. From ``save`` the error hook sees it; events go on, and do not wait for the store
    again until it has saved something.

    Attributes:
        call: ``load`` or ``save``.
        seconds: how long it had: ``store_timeout``.
    """

    def __init__(self, call: str, seconds: float) -> None:
        then = "the shard does not start" if call == "load" else "events go on, and a restart may repeat some"
        super().__init__(f"the session store's {call} took longer than store_timeout, {seconds:g} s; {then}")
        self.call = call
        self.seconds = seconds


class TaskCancelled(DeliveryError):
    """Something other than the shard cancelled one of its tasks, so that the shard ended.

    Attributes:
        task: name of the task.
    """

    def __init__(self, task: str) -> None:
        super().__init__(f"something cancelled the task {task!r} from outside; close the shard instead, with close()")
        self.task = task


class EventsDropped(DeliveryError):
    """Events were let go while handlers were too slow for them, as ``overflow`` says.

    Attributes:
        counts: how many, by name on the wire.
    """

    def __init__(self, counts: dict[str, int]) -> None:
        shown = ", ".join(f"{count} {name}" for name, count in counts.items())
        super().__init__(f"{sum(counts.values())} events were dropped, as handlers were too slow: {shown}")
        self.counts = counts


class LimitError(GatewayError):
    """A limit of Discord's stands in the way."""


class SendTimeout(LimitError, TimeoutError):
    """A command could not go out within its timeout, and was not sent.

    Attributes:
        command: name of the command class.
        wait: seconds until the send limit would let it out; None while there is no session to send it on.
    """

    def __init__(self, command: str, timeout: float, wait: float | None) -> None:
        when = "there is no live session" if wait is None else f"it could go out in {wait:.1f} s"
        super().__init__(f"{command} was not sent within {timeout:g} s: {when}; allow more time or send fewer commands")
        self.command = command
        self.timeout = timeout
        self.wait = wait


class SessionStartsExhausted(LimitError):
    """Starting another session would use up what a bot may start in a day, after which Discord resets its token.

    Attributes:
        remaining: sessions left, as far as is known.
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
        self.remaining = remaining
        self.reset_after = reset_after
        self.wanted = wanted


class RequestRateLimited(LimitError):
    """The gateway answered RATE_LIMITED to a request that was not to wait (events/gateway-events#rate-limited).

    Attributes:
        request: what was asked for.
        retry_after: seconds after which it may be asked again.
    """

    def __init__(self, request: str, retry_after: float) -> None:
        super().__init__(
            f"{request} was asked too soon: ask again in {retry_after:g} s, or wait with on_rate_limited='wait'"
        )
        self.request = request
        self.retry_after = retry_after


class RequestTimeout(GatewayError, TimeoutError):
    """A request was sent, and for too long nothing came that answers it, or the rest of its answer.

    Attributes:
        request: what was asked for.
        seconds: how long nothing came.
        came: what had come before.
        missing: what had not, as far as that is known, ten at most: ``chunk 3``, ``guild 81384788765712384``,
            ``VOICE_SERVER_UPDATE``.
        remedy: what may be the matter.
    """

    def __init__(self, request: str, seconds: float, came: str, missing: tuple[str, ...], remedy: str) -> None:
        without = f" but not {', '.join(missing)}" if missing else ""
        super().__init__(f"{request}: nothing more within {seconds:g} s; {came} came{without}; {remedy}")
        self.request = request
        self.seconds = seconds
        self.came = came
        self.missing = missing
        self.remedy = remedy


class TransportError(GatewayError):
    """The network failed, before or instead of the gateway."""


class ConnectError(TransportError):
    """The socket could not be opened.

    Attributes:
        url: where to, without user, password and query, which may be secret.
        reason: why, in words.
    """

    def __init__(self, url: str, reason: str) -> None:
        url = plain_url(url)
        super().__init__(f"cannot connect to {url}: {reason}")
        self.url = url
        self.reason = reason


class PhaseTimeout(TransportError, TimeoutError):
    """A phase of connecting took longer than its deadline.

    Attributes:
        phase: what was waited for: ``connect``, ``HELLO``, ``READY``, ``RESUMED`` or ``HEARTBEAT_ACK``.
        seconds: how long was waited.
    """

    def __init__(self, phase: str, seconds: float) -> None:
        super().__init__(f"no {phase} within {seconds:g} s")
        self.phase = phase
        self.seconds = seconds


class ConnectionLost(TransportError):
    """The socket ended without a close code: a cut cable, a killed server, a reset."""


class SendUnsure(TransportError):
    """A command was written to a connection that ended before anything proved that the gateway had read it.

    It may have had its effect or not. Send it again if having it twice does no harm.

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
    """The reconnect policy wants no further attempt; ``__cause__`` is what the last one failed with, if that is known.

    Attributes:
        attempts: how many there were.
        reason: why another one would have been needed.
    """

    def __init__(self, attempts: int, reason: str) -> None:
        super().__init__(f"the reconnect policy gave up after {attempts} attempts: {reason}")
        self.attempts = attempts
        self.reason = reason


class ConnectionClosed(GatewayError):
    """The gateway closed the connection with a code.

    Attributes:
        code: the WebSocket close code (topics/opcodes-and-status-codes#gateway-close-event-codes).
        reason: what the gateway said, possibly empty.
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
        said = f"gateway closed the connection with code {code}"
        if name:
            said += f" ({name})"
        if reason:
            said += f": {reason.removesuffix('.')}"
        if remedy:
            said += f". {remedy}"
        super().__init__(said)
        self.code = code
        self.reason = reason
        self.name = name
        self.remedy = remedy
        self.can_reconnect = can_reconnect
        self.can_resume = can_resume


class FatalCloseError(ConnectionClosed):
    """A close code after which connecting again cannot help; ``remedy`` says what can."""


class FieldAbsent(AttributeError):
    """A documented field that this payload does not hold, or holds broken.

    The other fields of the object are there; ``event.violations`` lists all that is not.

    Attributes:
        field: path of the field within the object read, such as ``author``.
        reason: why it is absent.
    """

    __reduce__ = _reduce

    def __init__(self, model: str, field: str, reason: str) -> None:
        super().__init__(f"{model}.{field} is absent: {reason}")
        self.model = model
        self.field = field
        self.reason = reason


def plain_url(url: str) -> str:
    """Return ``url`` as it may be shown: without the user, the password and the query, any of which may be secret."""
    # Not parsed: it may be no URL at all, and is shown in the error that says so. Up to the last @, as a password may
    # hold one, or a slash.
    return re.sub(r"^([^/?#@]*//)?[^?#]*@", r"\1", re.split(r"[?#]", url, maxsplit=1)[0])
