"""What came over HTTP, for tests to look at."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

__all__ = ["RestRecords", "RestRequest"]

_MOST_KEPT = 10_000


class RestRequest(NamedTuple):
    """A request and what was answered; tokens of interactions stand in the path, the bot's is never kept.

    Attributes:
        path: without ``/api`` and the version.
        route: as in Discord's documentation, ``/channels/{channel_id}/messages``; None when it is unknown.
        body: the JSON that came, None without.
        status: of the answer.
        response: its JSON.
    """

    method: str
    path: str
    route: str | None
    body: Any
    status: int
    response: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


class RestRecords:
    """``sim.rest``: the requests so far.

    Attributes:
        requests: the last 10,000, or as many as the setting ``history`` says, oldest first.
        unknown: as many of those for routes that the simulator does not have.
    """

    def __init__(self, history: int | None = None) -> None:
        most = _MOST_KEPT if history is None else history
        self.requests: deque[RestRequest] = deque(maxlen=most)
        self.unknown: deque[RestRequest] = deque(maxlen=most)

    def note(self, request: RestRequest) -> None:
        """Keep a request."""
        self.requests.append(request)
        if request.route is None:
            self.unknown.append(request)

    def find(self, method: str, route: str) -> list[RestRequest]:
        """Return the requests for a route, ``/channels/{channel_id}/messages``, oldest first."""
        return [one for one in self.requests if (one.method, one.route) == (method, route)]
