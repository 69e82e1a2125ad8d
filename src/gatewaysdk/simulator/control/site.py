"""The control API over HTTP: who may use it, and from requests to actions.

Three things keep others out. The `Door` has checked ``Host`` and ``Origin``, so no web page of another origin comes
this far. A request has to come from this machine. And it has to have the key in its header ``Authorization``, which
other users of this machine do not know, and which a browser adds to no request by itself, so no page can forge one.
Changes take ``Content-Type: application/json`` as well, which a form of another page cannot send.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, TypeAlias

from aiohttp import web

from ...errors import ConfigurationError
from ..simulation import Simulation
from ..transcript import Transcript
from .actions import ACTIONS, perform
from .asks import PlaceRequest, read_ask
from .page import load_page
from .problem import ControlProblem
from .stream import TrafficStreams
from .view import messages, shown_entry, state

__all__ = ["ControlSite"]

ControlHandler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MOST_KEPT = 1000
_MOST_BYTES = 1 << 20
_SHORTEST_KEY = 8
_MOST_DIGITS = 18


class ControlSite:
    """Serves the control API and its page below ``/control/``.

    Attributes:
        key: what requests need to know.
    """

    def __init__(self, sim: Simulation, key: str) -> None:
        if len(key) < _SHORTEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise ConfigurationError(
                f"control_key has {len(key)} characters; it takes {_SHORTEST_KEY} or more of ASCII, without spaces"
            )
        self.key = key
        self._sim = sim
        self._recent = Transcript(_MOST_KEPT)
        self._streams = TrafficStreams(sim.feed)
        sim.feed.listeners.append(self._recent.note)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        router.add_get("/control", self._redirect)
        router.add_get("/control/", self._page)
        router.add_get("/control/state", self._guarded(self._state))
        router.add_get("/control/messages", self._guarded(self._messages))
        router.add_get("/control/traffic", self._guarded(self._traffic))
        router.add_get("/control/traffic/stream", self._guarded(self._stream))
        router.add_post("/control/{action}", self._guarded(self._act))
        router.add_route("*", "/control/{path:.*}", self._guarded(self._nothing))

    def stop(self) -> None:
        """End the streams of traffic."""
        self._streams.stop()

    def _guarded(self, handler: ControlHandler) -> ControlHandler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                _check_place(request)
                self._check_key(request)
                return await handler(request)
            except ControlProblem as problem:
                return _json({"error": str(problem)}, problem.status)

        return guarded

    def _check_key(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.key}".encode()):
            raise ControlProblem(
                "the key is missing or wrong; send the header Authorization: Bearer KEY, with the key that stands "
                "behind # in the URL of the page",
                401,
            )

    async def _redirect(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/control/")

    async def _page(self, request: web.Request) -> web.StreamResponse:
        page = load_page()
        return web.Response(text=page.html, content_type="text/html", charset="utf-8", headers=page.headers)

    async def _state(self, request: web.Request) -> web.StreamResponse:
        return _json(state(self._sim))

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        return _json(messages(self._sim, read_ask("messages", PlaceRequest, dict(request.query))))

    async def _traffic(self, request: web.Request) -> web.StreamResponse:
        return _json({"traffic": [shown_entry(entry) for entry in self._after(request)]})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        return await self._streams.serve(request, self._after(request))

    async def _act(self, request: web.Request) -> web.StreamResponse:
        return _json(await perform(self._sim, request.match_info["action"], await _read(request)))

    async def _nothing(self, request: web.Request) -> web.StreamResponse:
        actions = ", ".join(f"POST /control/{name}" for name in ACTIONS)
        raise ControlProblem(
            f"there is no {request.method} {request.path}; there are GET /control/state, /control/messages, "
            f"/control/traffic and /control/traffic/stream, and {actions}",
            404,
        )

    def _after(self, request: web.Request) -> list[Any]:
        after = request.query.get("after", "0")
        if not after.isdecimal() or len(after) > _MOST_DIGITS:
            raise ControlProblem(f"after is {after!r}; it takes the number of an entry, or 0 for all that are kept")
        return [entry for entry in self._recent.entries if entry.number > int(after)]


def _check_place(request: web.Request) -> None:
    """Refuse requests from other machines, which may come when the simulator listens on more than loopback."""
    peer = None if request.transport is None else request.transport.get_extra_info("peername")
    if peer is None or not _is_loopback(peer[0]):
        raise ControlProblem("the control API is for programs of the simulator's own machine; run this there", 403)


def _is_loopback(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


async def _read(request: web.Request) -> Any:
    if request.content_type != "application/json":
        raise ControlProblem(
            f"Content-Type is {request.content_type!r}; send JSON, with Content-Type: application/json", 415
        )
    try:
        # A body without Content-Length counts too; what others upload to Discord's routes may be larger.
        data = await request.clone(client_max_size=_MOST_BYTES).read()
    except web.HTTPRequestEntityTooLarge:
        raise ControlProblem(f"the body has more than {_MOST_BYTES} bytes; send fewer", 413) from None
    try:
        return json.loads(data or b"{}")
    except (ValueError, RecursionError) as error:
        raise ControlProblem(f"the body is no JSON: {error}; send an object, such as {{}}") from error


def _json(payload: Any, status: int = 200) -> web.Response:
    return web.json_response(payload, status=status, headers={"Cache-Control": "no-store"})
