"""The plugin in runs of pytest of its own, as a user's."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\naddopts = -p no:cacheprovider\n"
PLUGIN = "gatewaysdk.testing.pytest_plugin"


def run(folder: Path, test: str, *options: str, first: str = "") -> str:
    """Run pytest on a test and return what it prints."""
    (folder / "pytest.ini").write_text(INI, encoding="utf-8")
    (folder / "test_it.py").write_text(textwrap.dedent(test), encoding="utf-8")
    # Without entry points, so that it is loaded once, whenever this environment was installed.
    code = f"{first}import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "-p", PLUGIN, *options, "-c", "pytest.ini", "test_it.py"]
    environment = {"PYTHONPATH": SOURCE, "PATH": "", "LANG": "C.UTF-8", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


ASYNCIO = ("-p", "pytest_asyncio.plugin")


def test_the_fixtures_give_a_simulator_of_the_markers_settings_and_its_world(tmp_path: Path) -> None:
    test = """
        import pytest

        pytestmark = pytest.mark.simulator(guilds=3, members=7)

        @pytest.mark.simulator(guilds=2)
        async def test_settings(simulator, gateway_world):
            assert len(simulator.guild_ids) == 2
            assert gateway_world.guild("Guild 0").guild.member_count == 7
            assert gateway_world is simulator.world
    """
    assert "1 passed" in run(tmp_path, test, *ASYNCIO, "--strict-markers")


TEST_THAT_FAILS = """
    import aiohttp

    async def test_fails(simulator):
        url = simulator.url + "/?v=10"
        async with aiohttp.ClientSession(simulator.api_url) as http, http.ws_connect(url) as socket:
            await socket.receive()
            headers = {"Authorization": "Bot " + simulator.token.reveal()}
            await socket.send_json({"op": 2, "d": {"token": simulator.token.reveal(), "intents": 1, "properties": {}}})
            await socket.receive()
            async with http.get("/users/@me", headers=headers):
                pass
            assert False, "as meant"
"""


def test_a_test_that_fails_shows_what_went_over_gateway_and_http(tmp_path: Path) -> None:
    shown = run(tmp_path, TEST_THAT_FAILS, *ASYNCIO)
    assert "gateway and REST" in shown
    assert 'gateway <- 0   IDENTIFY {"token": "[token]"' in shown
    assert "gateway -> 0   READY" in shown
    assert "GET /users/@me 200" in shown


def test_a_test_that_passes_shows_nothing(tmp_path: Path) -> None:
    shown = run(tmp_path, TEST_THAT_FAILS.replace('assert False, "as meant"', "assert True"), *ASYNCIO)
    assert "1 passed" in shown
    assert "gateway and REST" not in shown


def test_an_unknown_route_is_an_error_of_its_test(tmp_path: Path) -> None:
    test = """
        import aiohttp

        async def test_calls(simulator):
            async with aiohttp.ClientSession(simulator.api_url) as http, http.get("/vanished") as response:
                assert response.status == 404
    """
    shown = run(tmp_path, test, *ASYNCIO)
    assert "1 passed" in shown
    assert "1 error" in shown
    assert "the simulator has no route for GET /vanished -> 404" in shown


def test_without_pytest_asyncio_the_fixture_says_what_is_missing(tmp_path: Path) -> None:
    test = """
        def test_it(simulator):
            pass
    """
    hide = (
        "import importlib.util as util; find = util.find_spec; "
        "util.find_spec = lambda name, *rest: None if name == 'pytest_asyncio' else find(name, *rest); "
    )
    shown = run(tmp_path, test, "-o", "addopts=", "-W", "ignore", first=hide)
    assert "pip install 'gatewaysdk[pytest]'" in shown
    assert "1 error" in shown


@pytest.mark.parametrize("name", ["simulator", "gateway_world"])
def test_the_fixtures_say_what_they_are(tmp_path: Path, name: str) -> None:
    assert name in run(tmp_path, "", *ASYNCIO, "--fixtures")
