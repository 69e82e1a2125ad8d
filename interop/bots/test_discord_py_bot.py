"""Tests of the bot with discord.py."""

import asyncio

import discord
import pytest
import pytest_asyncio
import yarl
from discord_py_bot import GreetingBot


@pytest_asyncio.fixture
async def bot(simulator, monkeypatch):
    monkeypatch.setattr(discord.http.Route, "BASE", f"{simulator.api_url}/api/v10")
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(simulator.url))
    async with GreetingBot() as bot:
        task = asyncio.create_task(bot.start(simulator.token.reveal()))
        await simulator.bot.registered("greet", timeout=30)
        await simulator.wait_for_session(timeout=30)
        yield bot
    await task


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
