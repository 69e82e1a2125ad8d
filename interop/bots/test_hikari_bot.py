"""Tests of the bot with hikari."""

import pytest
import pytest_asyncio
from hikari_bot import make_bot


@pytest_asyncio.fixture
async def bot(simulator):
    bot = make_bot(simulator.token.reveal(), f"{simulator.api_url}/api/v10")
    await bot.start(check_for_updates=False)
    yield bot
    await bot.close()


@pytest.mark.simulator(answer_seconds=30)
async def test_greets(simulator, bot):
    guild = simulator.world.guild("Test")
    alice, bob = guild.member("alice"), guild.member("bob")
    asked = await alice.uses("/greet", guild.channel("general"), who=bob)
    reply = await asked.reply(timeout=30)
    assert reply.content == "Hello, bob!"
    assert reply.ephemeral


@pytest.mark.simulator(answer_seconds=30)
async def test_a_reaction_gives_the_role(simulator, bot):
    guild = simulator.world.guild("Test")
    reader, alice = guild.role("Reader"), guild.member("alice")
    asked = await alice.uses("/rules", guild.channel("general"))
    await alice.reacts("👍", await asked.reply(timeout=30))
    await simulator.wait_for(lambda: alice.has(reader), timeout=30)
