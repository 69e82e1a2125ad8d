"""Scenarios with a bot that answers, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from gatewaysdk import Backoff, Intents, InteractionCreate, MessageCreate, MessageReactionAdd, Shard, TypingStart
from gatewaysdk.simulator import Simulator
from gatewaysdk.simulator.scenario import Outcome, read_scenario, run_scenario

BUTTONS = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"}]}]


@asynccontextmanager
async def answering(sim: Simulator) -> AsyncIterator[None]:
    """Run a bot that says of all that happens what it was, and has the command /ask, which answers with a button."""
    shard = Shard(
        sim.token,
        url=sim.url,
        extra_intents=Intents.MESSAGE_CONTENT | Intents.GUILD_MESSAGE_TYPING | Intents.GUILD_MESSAGE_REACTIONS,
        policy=Backoff(base=0.01, cap=0.02),
    )
    headers = {"Authorization": f"Bot {sim.token.reveal()}"}
    async with aiohttp.ClientSession(f"{sim.api_url}/api/v10/", headers=headers) as http, shard:

        async def post(path: str, body: object) -> None:
            async with http.post(path, json=body) as response:
                assert response.status < 300, await response.text()

        @shard.on(MessageCreate)
        async def read(event: MessageCreate) -> None:
            if event.author.id != sim.bot.user.id:
                await post(f"channels/{event.channel_id}/messages", {"content": f"you said {event.content}"})

        @shard.on(TypingStart)
        async def see(event: TypingStart) -> None:
            await post(f"channels/{event.channel_id}/messages", {"content": "you type"})

        @shard.on(MessageReactionAdd)
        async def like(event: MessageReactionAdd) -> None:
            await post(f"channels/{event.channel_id}/messages", {"content": f"you like with {event.emoji.name}"})

        @shard.on(InteractionCreate)
        async def answer(event: InteractionCreate) -> None:
            data = {"content": "sure?", "components": BUTTONS} if event.type == 2 else {"content": "done"}
            await post(f"interactions/{event.id}/{event.token}/callback", {"type": 4, "data": data})

        await post(f"applications/{sim.bot.user.id}/commands", {"name": "ask", "description": "asks", "type": 1})
        connecting = asyncio.create_task(shard.connect())
        yield
        await connecting


async def outcomes(tmp_path: Path, text: str) -> list[Outcome]:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    scenario = read_scenario(path)
    async with Simulator(unknown_routes="allow") as sim, answering(sim):
        return [outcome async for outcome in run_scenario(sim, scenario)]


async def test_all_that_a_scenario_can_do(tmp_path: Path) -> None:
    found = await outcomes(
        tmp_path,
        """
guilds: [{name: Test, channels: [bots], members: [bob], roles: [Reader]}]
steps:
  - wait_for_session: 30
  - wait_for_command: ask
  - says: hi
  - expect_message: {text: you said hi, within: 30}
  - reacts: "👍"
  - expect_message: {contains: 👍, within: 30}
  - uses: {command: /ask, who: bob}
  - expect_reply: {text: "sure?", within: 30}
  - clicks: {button: "Yes", who: bob}
  - expect_reply: {contains: done, within: 30}
  - dispatch: {event: TYPING_START}
  - expect_message: {text: you type, guild: Guild 0, within: 30}
  - fault: {name: op-7, after: 0.01}
  - random_faults: {seconds: 0.05, every: 0.02, names: [cut, stall]}
  - wait: 0
  - fault: cut
  - wait_for_session
  - says: {text: again, channel: bots}
  - expect_message: {text: you said again, channel: bots, within: 30}
""",
    )
    assert [(one.step.line, one.problem) for one in found if one.step] == [(line, None) for line in range(4, 23)]


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ("[{wait_for_session: {count: 2, within: 0.1}}]", "2 session(s) did not come within 0.1 s"),
        ("[{wait_for_command: {name: nope, within: 0.1}}]", "a command 'nope' did not come within 0.1 s"),
        ("[{expect_message: {within: 0.1}}]", "the bot sent nothing new to #general within 0.1 s"),
        ("[wait_for_session, says: a, expect_message: {text: b, within: 30}]", "the bot said 'you said a', not 'b'"),
        ("[wait_for_session, says: a, expect_message: {contains: b}]", "which does not contain 'b'"),
        ("[{reacts: x}]", "no message was expected yet; put expect_message or expect_reply before it"),
        ("[expect_reply]", "nobody has used a command or clicked; put uses or clicks before it"),
        ("[wait_for_session, uses: /nope]", "the bot has registered no command 'nope'"),
        (
            "[wait_for_session, dispatch: GUILD_MEMBER_UPDATE]",
            "no session gets GUILD_MEMBER_UPDATE: the bot is not connected, or",
        ),
    ],
)
async def test_a_step_that_fails_is_the_last(tmp_path: Path, steps: str, says: str) -> None:
    found = await outcomes(tmp_path, f"steps: {steps[:-1]}, wait: 0]")
    assert says in str(found[-1].problem)
    assert all(one.problem is None for one in found[:-1])
    assert str(found[-1].step) != "wait seconds=0.0"


@pytest.mark.parametrize("allowed", [True, False])
async def test_routes_that_are_not_there_fail_it_unless_allowed(tmp_path: Path, allowed: bool) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("steps: []\n" + "unknown_routes: allow\n" * allowed, encoding="utf-8")
    async with Simulator(unknown_routes="allow") as sim, aiohttp.ClientSession(sim.api_url) as http:
        headers = {"Authorization": f"Bot {sim.token.reveal()}"}
        async with http.get("/api/v10/no/such/route", headers=headers) as response:
            assert response.status == 404
        found = [outcome async for outcome in run_scenario(sim, read_scenario(path))]
    assert [one.step for one in found] == ([] if allowed else [None])
    assert allowed or "/no/such/route" in str(found[0].problem)


async def test_a_world_without_guilds_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("steps: [says: hi]", encoding="utf-8")
    async with Simulator(guilds=0) as sim:
        (found,) = [outcome async for outcome in run_scenario(sim, read_scenario(path))]
        assert found.problem == "there is no guild; give the scenario one under guilds"
