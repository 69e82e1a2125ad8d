"""The scenario of the documentation is carried out, with a bot that answers as it says."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp

from gatewaysdk import Backoff, Intents, MessageCreate, Shard
from gatewaysdk.simulator import Simulator
from gatewaysdk.simulator.scenario import read_scenario, run_scenario

PAGE = Path(__file__).resolve().parents[3] / "docs" / "howto" / "scenarios.md"


async def test_the_scenarios_of_the_documentation(tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        path = tmp_path / "ping.yaml"
        path.write_text(block, encoding="utf-8")
        scenario = read_scenario(path)
        async with Simulator(token="test") as sim:
            headers = {"Authorization": "Bot test"}
            shard = Shard(
                "test", url=sim.url, extra_intents=Intents.MESSAGE_CONTENT, policy=Backoff(base=0.01, cap=0.02)
            )
            async with aiohttp.ClientSession(sim.api_url, headers=headers) as http, shard:

                @shard.on(MessageCreate)
                async def answer(event: MessageCreate, http: aiohttp.ClientSession = http) -> None:
                    if event.content == "!ping":
                        await http.post(f"/api/v10/channels/{event.channel_id}/messages", json={"content": "pong"})

                await shard.connect()
                found = [outcome async for outcome in run_scenario(sim, scenario)]
        assert len(found) == len(scenario.steps)
        assert [one.problem for one in found] == [None] * len(found)
