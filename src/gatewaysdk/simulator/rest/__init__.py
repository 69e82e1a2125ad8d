"""Discord's HTTP API, as far as bots call it when they start, answer and moderate.

Each file holds the routes of one subject; `service` leads to them, and `records` keeps what came.
"""

from __future__ import annotations

from .records import RestRecords, RestRequest
from .service import MOST_UPLOADED, RestService
from .unknown_routes import UnknownRoutes

__all__ = ["MOST_UPLOADED", "RestRecords", "RestRequest", "RestService", "UnknownRoutes"]
