"""A request can be awaited or iterated over once."""

from __future__ import annotations

import asyncio
import gc

import pytest

from gatewaysdk import StateError

from .fakes import GUILD, FakeShard, chunk, in_virtual_time, sounds


@in_virtual_time
async def test_it_is_awaited_or_iterated_over_once() -> None:
    shard = FakeShard()
    request = shard.request_soundboard_sounds(guild_ids=[])
    assert repr(request) == "<request_soundboard_sounds of 0 guilds>"
    assert await request == []
    assert repr(request) == "<request_soundboard_sounds of 0 guilds, begun>"
    with pytest.raises(StateError, match="was awaited or iterated over already; make a new request"):
        await request
    with pytest.raises(StateError, match="make a new request"):
        aiter(request)


def forget(shard: FakeShard) -> None:
    shard.request_guild_members(guild_id=GUILD, query="", limit=0)
    gc.collect()


@in_virtual_time
async def test_nothing_is_sent_before_it_is_awaited_and_to_forget_that_is_told() -> None:
    shard = FakeShard()
    with pytest.warns(RuntimeWarning, match=f"request_guild_members of guild {GUILD} was never awaited"):
        forget(shard)
    assert not shard.commands
    assert not shard.taps


@in_virtual_time
async def test_requests_run_beside_each_other() -> None:
    shard = FakeShard()
    both = asyncio.gather(
        shard.request_guild_members(guild_id=GUILD, query="", limit=0),
        shard.request_soundboard_sounds(guild_ids=[1]),
    )
    await shard.arrive()
    await shard.arrive(sounds(1), chunk(shard.commands[0], 0, 1))
    members, heard = await both
    assert (members, [one.guild_id for one in heard]) == ([], [1])
