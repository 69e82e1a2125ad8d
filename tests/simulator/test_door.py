"""Foreign pages are refused before anything is done for them; everything else on this machine comes in."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from gatewaysdk import ConfigurationError
from gatewaysdk.simulator import FaultProxy, Faults, Simulator
from gatewaysdk.simulator.door import Door

from .client import TOKEN

PATHS = ["/", "/gateway-ws", "/gateway", "/api/gateway/bot", "/api/v10/gateway/bot", "/not-there"]
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Host": "evil.example"},
    {"Host": "evil.example", "Origin": "http://evil.example"},  # DNS rebinding
]


async def get(url: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        return response.status, await response.text()


async def shake_hands(url: str, **headers: str) -> int:
    """Return the status that answers a WebSocket handshake."""
    async with aiohttp.ClientSession() as http:
        try:
            async with http.ws_connect(f"{url}/?v=10", headers=headers):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_foreign_page_is_refused_on_every_path_and_uses_nothing_up(headers: dict[str, str]) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        sim.queue_faults(Faults(refuse=418))
        for path in PATHS:
            status, text = await get(sim.api_url + path, Authorization=f"Bot {TOKEN}", **headers)
            assert status == 403
            assert "Simulator(allowed_" in text
            assert "--allow-" in text
        assert await shake_hands(sim.url, **headers) == 403
        assert (sim.connections, sim.sessions, sim.identifies) == ([], [], [])
        assert await shake_hands(sim.url) == 418, "the fault is still there for a client of ours"


async def test_a_request_that_is_no_handshake_uses_no_fault_up() -> None:
    # The image of a page elsewhere: browsers send no Origin with it.
    async with Simulator(token=TOKEN) as sim:
        sim.queue_faults(Faults(refuse=418))
        assert (await get(sim.api_url))[0] == 400
        assert await shake_hands(sim.url) == 418


async def test_settings_let_others_in() -> None:
    async with Simulator(token=TOKEN, allowed_hosts=["gateway.test"], allowed_origins=["https://app.example"]) as sim:
        assert await shake_hands(sim.url, Host="gateway.test:8080") == 101
        assert await shake_hands(sim.url, Origin="https://app.example") == 101
        assert await shake_hands(sim.url, Origin="https://app.example:8443") == 403
        assert await shake_hands(sim.url, Host="other.test") == 403


async def test_its_own_url_comes_in_directly_and_through_a_proxy() -> None:
    async with Simulator(token=TOKEN) as sim, FaultProxy(sim.url) as proxy:
        assert await shake_hands(sim.url) == 101
        assert await shake_hands(proxy.url) == 101
        assert await shake_hands(proxy.url, Origin=proxy.url) == 101  # as some clients do
        assert await shake_hands(proxy.url, Origin="https://evil.example") == 403


async def test_an_ipv6_address_comes_in_by_its_url() -> None:
    try:
        sim = Simulator(token=TOKEN, host="::1")
        await sim.start()
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with FaultProxy(sim.url, host="::1") as proxy:
        assert sim.url.startswith("ws://[::1]:")
        assert await shake_hands(sim.url) == 101
        assert await shake_hands(proxy.url) == 101
    await sim.stop()


HERE, LAN = "127.0.0.1", "192.168.1.7"


@pytest.mark.parametrize(
    ("listens", "arrived_at", "host"),
    [
        (HERE, HERE, "127.0.0.1:80"),
        (HERE, HERE, "127.9.9.9:1"),
        (HERE, HERE, "[::1]:80"),
        (HERE, HERE, "localhost"),
        (HERE, HERE, "LocalHost.:80"),
        (HERE, HERE, "bots.localhost:80"),
        (HERE, HERE, "127.0.0.1:9"),  # a tunnel's port
        ("0.0.0.0", HERE, "0.0.0.0:80"),
        ("0.0.0.0", LAN, f"{LAN}:80"),
        ("::", f"::ffff:{LAN}", f"{LAN}:80"),
        ("::", "fd00::7", "[fd00:0::7]:80"),
        ("gateway.test", LAN, "gateway.test:80"),
    ],
)
def test_hosts_that_are_ours(listens: str, arrived_at: str, host: str) -> None:
    assert Door(listens).refusal([host], [], arrived_at) is None


@pytest.mark.parametrize(
    "hosts",
    [
        [], ["127.0.0.1", "127.0.0.1"], [""], ["evil.example"], ["localhost.evil.example"], ["notlocalhost"],
        ["127.0.0.1.evil.example"], ["evil.example@127.0.0.1"], ["127.0.0.1/evil"], ["127.0.0.1:evil"], ["[::2]"],
        ["8.8.8.8"], ["192.168.1.8"], ["127.0.0.1 "], ["x" * 5000],
    ],
)  # fmt: skip
def test_hosts_that_are_not_ours(hosts: list[str]) -> None:
    refusal = Door(HERE, ["gateway.test"]).refusal(hosts, [], LAN)
    assert refusal is not None
    assert len(refusal) < 500


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("127.0.0.1:8080", "http://localhost:8080"),
        ("localhost:8080", "ws://localhost:8080"),
        ("localhost", "https://localhost"),
        ("localhost:443", "https://localhost"),
        ("127.0.0.1:8080", "HTTP://APP.EXAMPLE"),
    ],
)
def test_origins_that_may_connect(host: str, origin: str) -> None:
    assert Door(HERE, allowed_origins=["http://app.example"]).refusal([host], [origin], HERE) is None


@pytest.mark.parametrize(
    "origins",
    [
        ["null"], [""], ["http://localhost:3000"], ["http://localhost"], ["https://evil.example:8080"],
        ["http://localhost:8080.evil.example"], ["http://localhost:8080@evil.example"], ["file://"],
        ["http://localhost:8080", "https://evil.example"], ["http://app.example:80"],
    ],
)  # fmt: skip
def test_origins_that_may_not(origins: list[str]) -> None:
    refusal = Door(HERE, allowed_origins=["http://app.example"]).refusal(["localhost:8080"], origins, HERE)
    assert refusal is not None
    assert f"allowed_origins=[{origins[-1]!r}]" in refusal


@pytest.mark.parametrize(
    "setting",
    [
        {"allowed_hosts": "gateway.test"}, {"allowed_hosts": ["http://gateway.test"]}, {"allowed_hosts": [""]},
        {"allowed_hosts": ["gateway.test:80"]}, {"allowed_origins": "http://app.example"},
        {"allowed_origins": ["app.example"]}, {"allowed_origins": ["http://app.example/"]},
        {"allowed_origins": ["null"]}, {"allowed_origins": ["*"]},
    ],
)  # fmt: skip
def test_settings_that_let_nobody_in_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(setting))):
        Simulator(token=TOKEN, **setting)
