"""How connections fail and end."""

from __future__ import annotations

from .base import GatewayError, plain_url

__all__ = [
    "ConnectError",
    "ConnectionClosed",
    "ConnectionLost",
    "FatalCloseError",
    "GaveUp",
    "PhaseTimeout",
    "SendUnsure",
    "TransportError",
]


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
