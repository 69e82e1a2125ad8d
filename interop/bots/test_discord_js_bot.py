"""Tests of the bot with discord.js, which runs as a program of its own, as a bot in any language can."""

import asyncio
import os
from pathlib import Path

import pytest
import pytest_asyncio

pytestmark = [
    pytest.mark.simulator(answer_seconds=30),
    pytest.mark.skipif("NODE_PATH" not in os.environ, reason="discord.js is installed by make interop alone"),
]


@pytest_asyncio.fixture
async def bot(simulator):
    environment = {"DISCORD_TOKEN": simulator.token.reveal(), "DISCORD_API": f"{simulator.api_url}/api"}
    program = Path(__file__).with_name("discord_js_bot.cjs")
    process = await asyncio.create_subprocess_exec("node", program, env={**os.environ, **environment})
    await simulator.bot.registered("greet", timeout=30)
    yield process
    process.terminate()
    await process.wait()


async def test_greets(simulator, bot):
    guild = simulator.world.guild("Test")
    alice, bob = guild.member("alice"), guild.member("bob")
    asked = await alice.uses("/greet", guild.channel("general"), who=bob)
    assert (await asked.reply(timeout=30)).content == "Hello, bob!"


async def test_a_reaction_gives_the_role(simulator, bot):
    guild = simulator.world.guild("Test")
    reader, alice = guild.role("Reader"), guild.member("alice")
    asked = await alice.uses("/rules", guild.channel("general"))
    await alice.reacts("👍", await asked.reply(timeout=30))
    await simulator.wait_for(lambda: alice.has(reader), timeout=30)
