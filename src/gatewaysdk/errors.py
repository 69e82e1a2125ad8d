"""Every error that the package raises, in one tree.

::

    GatewayError
    +-- UsageError                  our caller's mistake; nothing was sent
    |   +-- ConfigurationError      a setting that cannot work (also a ValueError)
    |   +-- CommandError            a command Discord would refuse (also a ValueError)
    |   +-- EncodeError             a value that the encoding cannot express (also a ValueError)
    |   +-- StateError              a call that makes no sense now (also a RuntimeError)
    +-- PeerError                   what the other side sent cannot be used
    |   +-- DecodeError             a message that is not the encoding agreed upon
    |   +-- DecompressionError      broken, truncated or oversize compressed data
    |   +-- ProtocolError           a well-formed message that breaks the gateway's rules
    |   +-- PayloadError            an event that breaks the documentation; delivered without the broken parts
    +-- TransportError              the network, before or instead of the gateway
    |   +-- ConnectError            the socket could not be opened
    |   +-- PhaseTimeout            HELLO, READY or RESUMED did not come (also a TimeoutError)
    |   +-- ConnectionLost          the socket died without a close code
    +-- ConnectionClosed            the gateway closed with a code
        +-- FatalCloseError         the code says that connecting again cannot help

    FieldAbsent(AttributeError)     a field of an inbound model that the gateway left out or broke
"""

from __future__ import annotations

__all__ = [
    "CommandError",
    "ConfigurationError",
    "ConnectError",
    "ConnectionClosed",
    "ConnectionLost",
    "DecodeError",
    "DecompressionError",
    "EncodeError",
    "FatalCloseError",
    "FieldAbsent",
    "GatewayError",
    "PayloadError",
    "PeerError",
    "PhaseTimeout",
    "ProtocolError",
    "StateError",
    "TransportError",
    "UsageError",
]


class GatewayError(Exception):
    """Base of every error of this package."""


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

    def __reduce__(self) -> tuple[type[CommandError], tuple[str, str | None, str]]:
        return type(self), (self.command, self.field, self.problem)


class EncodeError(UsageError, ValueError):
    """A value that the encoding cannot express, such as NaN, a set or an integer beyond 64 bits."""


class StateError(UsageError, RuntimeError):
    """A call that makes no sense in the present state, such as sending while closed."""


class PeerError(GatewayError):
    """What the other side sent cannot be used."""


class DecodeError(PeerError):
    """A message that is not what the encoding says it should be."""


class DecompressionError(PeerError):
    """Compressed data that is broken, cut short, or larger than the bound."""


class ProtocolError(PeerError):
    """A well-formed message that breaks the rules of the gateway."""


class PayloadError(PeerError):
    """An event's data breaks the documentation. The event was delivered; only the error hook sees this.

    Attributes:
        event_name: name of the event on the wire.
        problems: what is wrong, a sentence each; ``event.violations`` has them in full.
    """

    def __init__(self, event_name: str, problems: tuple[str, ...]) -> None:
        shown = "; ".join(problems[:5]) + ("; ..." if len(problems) > 5 else "")
        super().__init__(f"{event_name} has {len(problems)} broken parts, which were left out: {shown}")
        self.event_name = event_name
        self.problems = problems

    def __reduce__(self) -> tuple[type[PayloadError], tuple[str, tuple[str, ...]]]:
        return type(self), (self.event_name, self.problems)


class TransportError(GatewayError):
    """The network failed, before or instead of the gateway."""


class ConnectError(TransportError):
    """The socket could not be opened.

    Attributes:
        url: where to, without any secret.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"cannot connect to {url}: {reason}")
        self.url = url
        self.reason = reason

    def __reduce__(self) -> tuple[type[ConnectError], tuple[str, str]]:
        return type(self), (self.url, self.reason)


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

    def __reduce__(self) -> tuple[type[PhaseTimeout], tuple[str, float]]:
        return type(self), (self.phase, self.seconds)


class ConnectionLost(TransportError):
    """The socket ended without a close code: a cut cable, a killed server, a reset."""


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

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_closed, (type(self), self.args, self.__dict__)


class FatalCloseError(ConnectionClosed):
    """A close code after which connecting again cannot help; ``remedy`` says what can."""


def _rebuild_closed(kind: type[ConnectionClosed], args: tuple[str, ...], state: dict[str, object]) -> ConnectionClosed:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class FieldAbsent(AttributeError):
    """A documented field that this payload does not hold, or holds broken.

    The other fields of the object are there; ``event.violations`` lists all that is not.

    Attributes:
        field: path of the field within the object read, such as ``author``.
        reason: why it is absent.
    """

    def __init__(self, model: str, field: str, reason: str) -> None:
        super().__init__(f"{model}.{field} is absent: {reason}")
        self.model = model
        self.field = field
        self.reason = reason

    def __reduce__(self) -> tuple[type[FieldAbsent], tuple[str, str, str]]:
        return type(self), (self.model, self.field, self.reason)
