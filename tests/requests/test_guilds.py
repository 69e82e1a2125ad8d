"""Soundboard sounds and channel info."""

from __future__ import annotations

import asyncio

import pytest

from gatewaysdk import CommandError, RequestTimeout
from gatewaysdk.enums import ChannelInfoField

from .fakes import GUILD, FakeShard, all_done, channel_info, in_virtual_time, now, ready, resumed, sounds


@in_virtual_time
async def test_sounds_are_complete_when_each_guild_has_answered() -> None:
    shard = FakeShard()
    waiting = asyncio.ensure_future(shard.request_soundboard_sounds(guild_ids=["1", 2, 3, 2]))
    command = await shard.asked(1)
    assert command.guild_ids == [1, 2, 3]
    await shard.arrive(sounds(2), sounds(2), sounds(9), sounds(3))
    assert not waiting.done()
    await shard.arrive(sounds(1))
    assert [one.guild_id for one in await waiting] == [2, 3, 1]
    assert not shard.open_taps


@in_virtual_time
async def test_sounds_come_as_guilds_answer() -> None:
    shard = FakeShard()
    answers = aiter(shard.request_soundboard_sounds(guild_ids=[1, 2]))
    first = asyncio.ensure_future(anext(answers))
    await shard.arrive()
    await shard.arrive(sounds(2))
    assert (await first).guild_id == 2
    await answers.aclose()
    assert not shard.open_taps


@in_virtual_time
async def test_after_a_new_or_resumed_session_only_the_missing_guilds_are_asked_again() -> None:
    shard = FakeShard()
    waiting = asyncio.ensure_future(shard.request_soundboard_sounds(guild_ids=[1, 2, 3]))
    await shard.asked(1)
    await shard.arrive(sounds(1), ready())
    assert (await shard.asked(2)).guild_ids == [2, 3]
    await shard.arrive(sounds(3), resumed())
    assert (await shard.asked(3)).guild_ids == [2]
    await shard.arrive(sounds(2))
    assert len(await waiting) == 3


@in_virtual_time
async def test_guilds_that_do_not_answer_are_named() -> None:
    shard = FakeShard()
    waiting = asyncio.ensure_future(shard.request_soundboard_sounds(guild_ids=[1, 2, 3], timeout=7))
    await shard.asked(1)
    await shard.arrive(sounds(2))
    with pytest.raises(RequestTimeout, match=r"within 7 s; 1 of 3 guilds came but not guild 1, guild 3; a guild may"):
        await waiting
    assert now() == pytest.approx(7, abs=0.01)


@in_virtual_time
async def test_many_guilds_are_asked_by_the_hundred() -> None:
    shard = FakeShard()
    waiting = asyncio.ensure_future(shard.request_soundboard_sounds(guild_ids=range(1, 102)))
    await shard.asked(1)
    await shard.arrive(*map(sounds, range(1, 101)))
    assert (await shard.asked(2)).guild_ids == [101]
    await shard.arrive(sounds(101))
    assert len(await waiting) == 101


@in_virtual_time
async def test_channel_info_is_that_of_the_guild() -> None:
    shard = FakeShard()
    shard.can_send.clear()
    waiting = asyncio.create_task(shard.request_channel_info(guild_id=GUILD, fields=["status"]))
    await all_done()
    await shard.arrive(channel_info(GUILD))  # not ours, as nothing was sent yet
    shard.can_send.set()
    command = await shard.asked(1)
    assert command.payload() == {"guild_id": str(GUILD), "fields": ["status"]}
    await shard.arrive(channel_info(9), channel_info(GUILD, {"id": "5", "status": "singing"}))
    (channel,) = (await waiting).channels
    assert (channel.id, channel.status) == (5, "singing")
    assert not shard.open_taps


@in_virtual_time
async def test_one_request_for_channel_info_of_a_guild_waits_for_the_other() -> None:
    shard = FakeShard()
    tasks = [
        asyncio.create_task(shard.request_channel_info(guild_id=guild_id, fields=[ChannelInfoField(field)]))
        for guild_id, field in ((GUILD, "status"), (GUILD, "voice_start_time"), (9, "status"))
    ]
    await all_done()
    assert [(one.guild_id, one.fields) for one in shard.commands] == [(GUILD, ["status"]), (9, ["status"])]
    await shard.arrive(channel_info(GUILD, {"id": "5", "status": "singing"}))
    assert (await shard.asked(3)).fields == ["voice_start_time"]
    await shard.arrive(channel_info(GUILD, {"id": "5", "voice_start_time": 7}), channel_info(9))
    one, two, three = await asyncio.gather(*tasks)
    assert (one.channels[0].status, two.channels[0].voice_start_time, three.guild_id) == ("singing", 7, 9)


@in_virtual_time
async def test_channel_info_that_does_not_come() -> None:
    shard = FakeShard()
    with pytest.raises(RequestTimeout, match=f"guild {GUILD}: nothing more within 30 s; nothing came but not CHANNEL"):
        await shard.request_channel_info(guild_id=GUILD, fields=["status"])
    waiting = asyncio.create_task(shard.request_channel_info(guild_id=GUILD, fields=["status"]))
    await shard.asked(2)
    await shard.arrive(ready())
    await shard.asked(3)
    await shard.arrive(channel_info(GUILD))
    assert (await waiting).channels == []
    with pytest.raises(CommandError, match=r"RequestChannelInfo\.guild_id"):
        await shard.request_channel_info(guild_id="x", fields=[])
