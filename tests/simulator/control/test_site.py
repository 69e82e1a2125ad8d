"""Who may use the control API, and what it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gatewaysdk import ConfigurationError
from gatewaysdk.simulator import Simulator
from gatewaysdk.simulator.control import ACTIONS

from ..client import TOKEN, connect
from .conftest import KEY, Control

AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "status", "said"),
    [
        ({}, 401, "Authorization: Bearer KEY"),
        ({"Authorization": "Bearer wrong"}, 401, "behind #"),
        (AUTHORIZED | {"Content-Type": "text/plain"}, 415, "application/json"),
        (AUTHORIZED | {"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
        (AUTHORIZED | JSON | {"Origin": "http://evil.test"}, 403, "evil.test"),
        (AUTHORIZED | JSON | {"Origin": "null"}, 403, "null"),
        (AUTHORIZED | JSON | {"Host": "evil.test"}, 403, "evil.test"),
    ],
    ids=lambda one: json.dumps(one) if isinstance(one, dict) else "",
)
async def test_others_are_kept_out(sim: Simulator, headers: dict[str, str], status: int, said: str) -> None:
    async with (
        aiohttp.ClientSession(sim.api_url) as session,
        session.post("/control/forget_sessions", data=b"{}", headers=headers) as response,
    ):
        assert response.status == status
        assert said in await response.text()
        assert not [name for name in response.headers if name.startswith("Access-Control")]


async def test_only_this_machine_may_use_it(sim: Simulator, control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    # No test has another machine; the address of the peer is all that would be different.
    monkeypatch.setattr("gatewaysdk.simulator.control.site._is_loopback", lambda host: host != "127.0.0.1")
    status, error = await control.refused("say", text="hi")
    assert (status, "own machine" in error) == (403, True)


@pytest.mark.parametrize("key", ["short", "with a space", "schlüssel-ä"])
def test_a_key_that_protects_nothing_or_fits_into_no_header(key: str) -> None:
    with pytest.raises(ConfigurationError, match="control_key has") as caught:
        Simulator(control_key=key)
    assert key not in str(caught.value)


async def test_without_a_key_there_is_no_control_api() -> None:
    async with Simulator(token=TOKEN, unknown_routes="allow") as sim, aiohttp.ClientSession(sim.api_url) as session:
        assert sim.control_url is None
        async with session.get("/control/state", headers=AUTHORIZED) as response:
            assert response.status == 404


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[]", b'"text"', b"null"])
async def test_a_body_that_is_no_object(sim: Simulator, data: bytes) -> None:
    async with (
        aiohttp.ClientSession(sim.api_url, headers=AUTHORIZED | JSON) as session,
        session.post("/control/say", data=data) as response,
    ):
        assert response.status == 400
        assert "the body is" in (await response.json())["error"]


async def test_a_body_that_is_nested_too_deeply(control: Control) -> None:
    data = b"[" * 200_000
    async with control.session.post("/control/say", data=data, headers=JSON) as response:
        assert (response.status, "no JSON" in (await response.json())["error"]) == (400, True)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large(control: Control, chunked: bool) -> None:
    data = b" " * ((1 << 20) + 1)

    async def parts() -> AsyncIterator[bytes]:
        yield data

    async with control.session.post(
        "/control/say", data=parts() if chunked else BytesIO(data), headers=JSON
    ) as response:
        assert (response.status, "1048576 bytes" in (await response.json())["error"]) == (413, True)


async def test_numbers_that_no_id_has(control: Control) -> None:
    async with control.session.get(f"/control/traffic?after={'1' * 5000}") as response:
        assert response.status == 400
    assert (await control.refused("react", emoji="x", message="1" * 5000))[0] == 400
    assert (await control.refused("submit", interaction="1" * 5000, values={}))[0] == 400


async def test_a_route_that_is_not_there_names_those_that_are(sim: Simulator, control: Control) -> None:
    status, error = await control.refused("dance")
    assert (status, "say, react" in error) == (404, True)
    async with control.session.put("/control/say") as response:
        assert response.status == 404
        assert "POST /control/say" in (await response.json())["error"]
    async with control.session.get("/control/traffic?after=x") as response:
        assert response.status == 400
    assert not sim.rest.unknown  # they are no routes of Discord's


async def test_the_page_runs_nothing_but_itself(sim: Simulator) -> None:
    assert sim.control_url == f"{sim.api_url}/control/#{KEY}"
    async with aiohttp.ClientSession(sim.api_url) as session, session.get("/control") as response:
        html = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert str(response.url) == f"{sim.api_url}/control/"
    assert KEY not in html
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    for outside in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "https://",
        "style=",
        " onclick",
    ):
        assert outside not in html


async def test_the_state_and_what_was_said(sim: Simulator, control: Control) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=513, shard=[0, 2])
        state = await control.get("state")
        await control("say", text="hi")
        said = await control.get("messages?channel=general")
    assert state["connections"][0]["open"] is True
    assert state["sessions"] == [
        {"shard": [0, 2], "connected": True, "intents": ["GUILDS", "GUILD_MESSAGES"], "sequence": 2, "guilds": 1}
    ]
    assert [one["name"] for one in state["guilds"]] == ["Guild 0", "Guild 1"]
    assert [one["name"] for one in state["guilds"][0]["channels"]] == ["general", "Lounge"]
    assert "MESSAGE_CREATE" in state["events"]
    assert [one["content"] for one in said["messages"]] == ["hi"]
    assert TOKEN not in json.dumps(state)


async def test_looking_changes_nothing(sim: Simulator, control: Control) -> None:
    before = await control.get("state")
    for query in ("as=nobody", "channel=@me", "as=nobody&channel=@me"):
        assert (await control.get(f"messages?{query}"))["messages"] == []
    assert await control.get("state") == before


async def test_the_traffic_so_far_and_as_it_comes(sim: Simulator, control: Control) -> None:
    async with connect(sim) as bot:
        await (await bot.greeted()).identified(intents=0)
        so_far = (await control.get("traffic"))["traffic"]
        assert [one["kind"] for one in so_far] == ["connect", "sent", "received", "identify", "sent"]
        assert so_far[2]["what"] == "IDENTIFY"
        after = so_far[3]["number"]
        async with control.session.get(f"/control/traffic/stream?after={after}") as response:
            assert response.content_type == "text/event-stream"
            assert (await _next(response))["what"] == "READY"
            await sim.reconnect()
            entry = await _next(response)
            assert (entry["what"], entry["number"]) == ("RECONNECT", after + 2)
            assert TOKEN not in json.dumps(so_far)


async def _next(response: aiohttp.ClientResponse) -> dict[str, Any]:
    async for line in response.content:
        if line.startswith(b"data: "):
            entry: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
            return entry
    raise AssertionError("the stream has ended")


async def test_readers_of_the_traffic_are_not_without_number(
    sim: Simulator, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatewaysdk.simulator.control.stream._MOST_STREAMS", 1)
    async with control.session.get("/control/traffic/stream") as response:
        assert response.status == 200
        async with control.session.get("/control/traffic/stream") as refused:
            assert (refused.status, "1 streams" in (await refused.json())["error"]) == (503, True)


async def test_a_simulator_that_stops_ends_its_streams(sim: Simulator, control: Control) -> None:
    async with control.session.get("/control/traffic/stream") as response:
        stopping = asyncio.create_task(sim.stop())
        assert b"the traffic follows" in await response.content.read()
        await stopping


def test_every_route_is_documented() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "howto" / "drive-the-simulator.md").read_text("utf-8")
    for name, action in ACTIONS.items():
        row = next(line for line in page.splitlines() if f"`POST /control/{name}`" in line)
        own = action.shape.model_fields.keys() - {"guild", "channel", "person"}
        assert [key for key in own if f"`{key}`" not in row.split("|")[2]] == []
