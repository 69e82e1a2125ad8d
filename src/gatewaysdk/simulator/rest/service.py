"""Discord's HTTP API over the world: from a request of aiohttp to an answer."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from ..state import SharedState
from . import channels, commands, guilds, interactions, members, messages, reactions, users
from .call import Reply, RestCall, Upload
from .errors import RestError
from .limits import RestLimits
from .records import RestRecords, RestRequest
from .routes import FoundRoute, Route, Routes, strip_prefix

__all__ = ["MOST_UPLOADED", "RestService"]

MOST_UPLOADED = 25 * 1024 * 1024
"""Bytes that a request may have."""

_MODULES = (users, commands, channels, messages, reactions, guilds, members, interactions)
_log = logging.getLogger(__name__)


class RestService:
    """Answers requests; ``records`` keeps what came."""

    def __init__(self, state: SharedState) -> None:
        self.records = RestRecords(state.settings.history)
        self._state = state
        self._routes = Routes(route for module in _MODULES for route in module.ROUTES)
        self._limits = RestLimits(state.settings.rest_limit, state.clock, state.world.now)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a request, and tell sessions what came of it."""
        found = self._routes.find(request.method, request.raw_path.partition("?")[0])
        headers: dict[str, str] = {}
        body: Any = None
        try:
            body, files = await _read(request)
            if found is None:
                raise RestError(404, 0, "404: Not Found")
            route, params = found
            self._check_token(request, route)
            headers = self._limits.count(route.method, route.template, params)
            reason = request.headers.get("X-Audit-Log-Reason")
            call = RestCall(
                self._state, params, request.query, {} if body is None else body, files, reason and unquote(reason)
            )
            result = route.handler(call)
            reply = result if isinstance(result, Reply) else Reply(200, result)
        except ConnectionError:
            return web.Response()  # nobody is there any more to read it
        except (AttributeError, KeyError, TypeError, ValueError):
            # A body of another shape than Discord's; the traceback says where, should it be the simulator's fault.
            _log.warning("%s %s has a body that cannot be used", request.method, request.path, exc_info=True)
            reply = Reply(400, RestError(400, 50035, "Invalid Form Body").payload)
        except RestError as error:
            headers |= error.headers
            reply = Reply(error.status, error.payload)
        self._note(request, found, body, reply)
        await self._state.teller.settle()
        self._state.watch.notify()
        if reply.status == 204:
            return web.Response(status=204, headers=headers)
        # Without a charset, as Discord writes it and some clients insist.
        data = json.dumps(reply.payload).encode()
        return web.Response(status=reply.status, body=data, content_type="application/json", headers=headers)

    def _check_token(self, request: web.Request, route: Route) -> None:
        if not route.open and request.headers.get("Authorization") != f"Bot {self._state.settings.token.reveal()}":
            raise RestError(401, 0, "401: Unauthorized")

    def _note(self, request: web.Request, found: FoundRoute | None, body: Any, reply: Reply) -> None:
        template = None if found is None else found[0].template
        noted = RestRequest(request.method, strip_prefix(request.path), template, body, reply.status, reply.payload)
        self.records.note(noted)
        self._state.feed.answered(noted.method, _shown_path(noted.path, found), body, reply.status, reply.payload)
        if found is None:
            _log.warning("%s %s is no route that the simulator has; it was answered with 404", noted.method, noted.path)


def _shown_path(path: str, found: FoundRoute | None) -> str:
    # Interactions have tokens of their own, in the path.
    return path.replace(found[1]["token"], "[token]") if found is not None and "token" in found[1] else path


async def _read(request: web.Request) -> tuple[Any, dict[str, Upload]]:
    """Return the JSON of a request, None without, and its files (reference#uploading-files)."""
    if request.content_type == "multipart/form-data":
        return await _read_parts(request)
    data = await request.read()
    return (_parse(data) if data else None), {}


async def _read_parts(request: web.Request) -> tuple[Any, dict[str, Upload]]:
    body: Any = {}
    files = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise RestError(400, 50035, "Invalid Form Body")
        data = bytes(await part.read())
        if part.name == "payload_json":
            body = _parse(data)
        elif part.filename is not None:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name or ""] = Upload(part.filename, kind, data)
    return body, files


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise RestError(400, 50109, "The request body contains invalid JSON.") from error
