"""Joining and leaving voice."""

from __future__ import annotations

import asyncio
from itertools import permutations
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, Intents, RequestTimeout, StateError
from gatewaysdk.requests import VoiceConnectionInfo

from .fakes import GUILD, USER, FakeShard, all_done, in_virtual_time, ready, resumed, voice_server, voice_state


def join(shard: FakeShard, channel_id: int = 5, **more: Any) -> asyncio.Task[VoiceConnectionInfo]:
    return asyncio.create_task(shard.join_voice(guild_id=GUILD, channel_id=channel_id, **more))


@pytest.mark.parametrize("order", list(permutations(range(2))))
@in_virtual_time
async def test_state_and_server_come_in_either_order(order: tuple[int, ...]) -> None:
    shard = FakeShard()
    waiting = join(shard, self_deaf=True)
    command = await shard.asked(1)
    assert command.payload() == {"guild_id": str(GUILD), "channel_id": "5", "self_mute": False, "self_deaf": True}
    both = [voice_state(5), voice_server("host:443")]
    await shard.arrive(*(both[index] for index in order))
    info = await waiting
    assert (info.state, info.server) == tuple(both)
    assert (info.session_id, info.token, info.endpoint) == (info.state.session_id, "a-secret", "host:443")
    assert "a-secret" not in repr(info)
    assert not shard.open_taps


@in_virtual_time
async def test_only_the_bots_own_state_in_that_channel_counts() -> None:
    shard = FakeShard()
    waiting = join(shard)
    await shard.asked(1)
    await shard.arrive(
        voice_server("elsewhere", guild_id=9),
        voice_state(5, user_id=USER + 1),
        voice_state(6),
        voice_state(None),
        voice_state(5, guild_id=9),
        voice_server("host:443"),
    )
    assert not waiting.done()
    await shard.arrive(voice_state(5))
    assert ((await waiting).endpoint, (await waiting).state.channel_id) == ("host:443", 5)


@in_virtual_time
async def test_a_null_endpoint_is_no_server_yet() -> None:
    shard = FakeShard()
    waiting = join(shard)
    await shard.asked(1)
    await shard.arrive(voice_state(5), voice_server(None))
    assert not waiting.done()
    await shard.arrive(voice_server("host:443"))
    assert (await waiting).endpoint == "host:443"


@in_virtual_time
async def test_what_came_before_the_command_went_out_is_no_answer() -> None:
    shard = FakeShard()
    shard.can_send.clear()
    waiting = join(shard)
    await all_done()
    await shard.arrive(voice_server("old:443"), voice_state(5))
    shard.can_send.set()
    await shard.asked(1)
    await shard.arrive(voice_state(5))
    assert not waiting.done()
    await shard.arrive(voice_server("new:443"))
    assert (await waiting).endpoint == "new:443"


@in_virtual_time
async def test_a_new_session_joins_again() -> None:
    shard = FakeShard()
    waiting = join(shard)
    await shard.asked(1)
    await shard.arrive(voice_server("old:443"), resumed(), ready())
    await shard.asked(2)
    await shard.arrive(voice_state(5))
    assert not waiting.done()
    await shard.arrive(voice_server("new:443"))
    assert (await waiting).endpoint == "new:443"


@in_virtual_time
async def test_two_joins_in_a_guild_are_made_one_after_the_other() -> None:
    shard = FakeShard()
    first, second = join(shard, 5), join(shard, 6)
    assert (await shard.asked(1)).channel_id == 5
    await shard.arrive(voice_state(5), voice_server("one:443"))
    assert (await shard.asked(2)).channel_id == 6
    await shard.arrive(voice_state(6), voice_server("two:443"))
    assert ((await first).endpoint, (await second).endpoint) == ("one:443", "two:443")


@in_virtual_time
async def test_what_does_not_come_is_named() -> None:
    shard = FakeShard()
    with pytest.raises(
        RequestTimeout, match=r"nothing came but not VOICE_STATE_UPDATE, VOICE_SERVER_UPDATE; the channel may not be"
    ):
        await shard.join_voice(guild_id=GUILD, channel_id=5)
    waiting = join(shard)
    await shard.asked(2)
    await shard.arrive(voice_state(5))
    with pytest.raises(RequestTimeout, match=r"VOICE_STATE_UPDATE came but not VOICE_SERVER_UPDATE; leave the channel"):
        await waiting


@in_virtual_time
async def test_without_the_intent_it_fails_at_once() -> None:
    shard = FakeShard(intents=Intents.GUILDS)
    with pytest.raises(ConfigurationError, match=r"join_voice\(\) needs Intents\.GUILD_VOICE_STATES.*extra_intents"):
        await shard.join_voice(guild_id=GUILD, channel_id=5)
    assert not shard.commands


@in_virtual_time
async def test_without_the_bots_id_no_state_can_be_told_to_be_its_own() -> None:
    shard = FakeShard(user_id=None)
    waiting = join(shard)
    await shard.asked(1)
    await shard.arrive(voice_state(5))
    with pytest.raises(StateError, match="does not say who the bot is; begin a new one"):
        await waiting


@in_virtual_time
async def test_leaving_waits_for_no_answer() -> None:
    shard = FakeShard(intents=Intents(0))
    assert await shard.leave_voice(guild_id=GUILD, timeout=3) == 0.0
    command = await shard.asked(1)
    assert command.payload() == {"guild_id": str(GUILD), "channel_id": None, "self_mute": False, "self_deaf": False}
    assert shard.timeouts == [3]
