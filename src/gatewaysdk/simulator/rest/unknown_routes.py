"""The error for a test whose bot called what the simulator does not have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ...errors import StateError

__all__ = ["UnknownRoutes"]


class UnknownRoutes(StateError):
    """HTTP requests came for which the simulator has no route; each got 404, and the bot may have gone wrong by that.

    Attributes:
        requests: method, path and status of each.
    """

    def __init__(self, requests: Iterable[str]) -> None:
        self.requests = tuple(requests)
        shown = ", ".join(
            f"{one} ({count} times)" if count > 1 else one for one, count in Counter(self.requests).items()
        )
        super().__init__(
            f"the simulator has no route for {shown}; when the 404 is fine, say Simulator(unknown_routes='allow')"
        )
