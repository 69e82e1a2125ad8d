"""How often an event is tried before it is given up as a dead letter."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import ConfigurationError

__all__ = ["Retries"]


@dataclass(frozen=True, slots=True)
class Retries:
    """What happens to an event whose handler raises. Events of the same key wait meanwhile, so that order holds.

    Only the handlers that raised are called again, until the event has been tried ``tries`` times; then it becomes a
    dead letter.

    Attributes:
        tries: how often a handler is called for an event, the first time included.
        delay: seconds before the second time; each further wait is twice as long.
        longest: most seconds of such a wait.
        deliveries: how often an event may be delivered without having been finished, as happens when the process ends
            while the event is in hand. After that it becomes a dead letter, and no handler is called.

    Raises:
        ConfigurationError: a number that cannot work.
    """

    tries: int = 5
    delay: float = 1.0
    longest: float = 60.0
    deliveries: int = 10

    def __post_init__(self) -> None:
        for name in ("tries", "deliveries"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ConfigurationError(f"{name} is {value!r}; it takes an int of at least 1")
        for name in ("delay", "longest"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
                raise ConfigurationError(f"{name} is {value!r}; it takes seconds of at least 0")

    def wait(self, failures: int) -> float:
        """Return the seconds to wait after so many failures."""
        return min(self.longest, self.delay * 2.0 ** min(failures - 1, 60))
