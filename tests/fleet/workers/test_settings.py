"""Settings that cannot work with workers are refused before a process starts."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, LocalIdentifyQueue, ShardManager
from gatewaysdk.simulator import Simulator


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"workers": -1}, "workers is -1; it takes a number from 1 on"),
        ({"workers": True}, "workers is True"),
        ({"workers": 1.5}, "workers is 1.5"),
        ({"workers": 2, "worker_timeout": 0}, "worker_timeout is 0; it takes seconds above 0"),
        ({"workers": 2}, "no variable of the main module is it"),
    ],
)
async def test_settings_of_workers(given: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = ShardManager("some-token-of-ours", intents=0)
    if "worker_timeout" in given:
        monkeypatch.setattr("gatewaysdk.fleet.running.name_of", lambda _: "bot:manager")
    program = ModuleType("__main__")  # what runs the tests may be no file
    program.__file__ = "bot.py"
    monkeypatch.setitem(sys.modules, "__main__", program)
    if given["workers"] != 2:
        monkeypatch.setattr("gatewaysdk.fleet.running.name_of", lambda _: "bot:manager")
    with pytest.raises(ConfigurationError, match=message):
        await manager.run(**given)


async def test_a_queue_of_one_process_is_refused() -> None:
    async with Simulator() as sim:
        manager = ShardManager(sim.token, api_url=sim.api_url, intents=0, identify_queue=LocalIdentifyQueue())
        with pytest.raises(ConfigurationError, match="leave it out or pass FileIdentifyQueue"):
            await manager._run(2, None, (), lambda: "bot:manager")
