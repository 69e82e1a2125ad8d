"""How long each phase may take."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ..errors import ConfigurationError

__all__ = ["Timeouts"]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds after which a phase counts as failed. Raises ``ConfigurationError`` unless all are positive.

    Attributes:
        connect: to open the socket.
        hello: from the open socket to HELLO.
        ready: from IDENTIFY to READY.
        resumed: from RESUME to RESUMED, the replay of missed events included.
        close: to close the socket, before it is no longer waited for.
    """

    connect: float = 30.0
    hello: float = 20.0
    ready: float = 60.0
    resumed: float = 60.0
    close: float = 5.0

    def __post_init__(self) -> None:
        for each in fields(self):
            seconds = getattr(self, each.name)
            if not 0 < seconds < float("inf"):
                raise ConfigurationError(f"Timeouts.{each.name} is {seconds!r}; it takes seconds above 0")
