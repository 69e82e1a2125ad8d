"""Requests of real shards, answered by the simulator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gatewaysdk import (
    Backoff,
    ChannelInfo,
    GuildCreate,
    GuildMembersChunk,
    Intents,
    Ready,
    RequestGuildMembers,
    RequestRateLimited,
    RequestTimeout,
    Resumed,
    Shard,
    StateError,
)
from gatewaysdk.codec import Encoding
from gatewaysdk.models import GuildMember
from gatewaysdk.protocol import Opcode
from gatewaysdk.simulator import Simulator, sample, sample_model

ALL = Intents.GUILDS | Intents.GUILD_MEMBERS | Intents.GUILD_PRESENCES | Intents.GUILD_VOICE_STATES
QUICK = Backoff(base=0.01, cap=0.02)
STRANGE = 7  # a guild that no session of the simulator is in, so that the test can answer for it

ENCODINGS = pytest.mark.parametrize("encoding", ["json", "etf"])


@asynccontextmanager
async def live(encoding: Encoding = "json", **settings: Any) -> AsyncIterator[tuple[Simulator, Shard]]:
    """A shard that is connected, and which nobody but the test reads from."""
    async with (
        Simulator(token="any", **settings) as sim,
        Shard("any", url=sim.url, policy=QUICK, intents=ALL, encoding=encoding) as shard,
    ):
        await anext(shard.events(Ready))
        yield sim, shard


@asynccontextmanager
async def resumed(encoding: Encoding = "json", **settings: Any) -> AsyncIterator[tuple[Simulator, Shard]]:
    """One that has sent no IDENTIFY of late, so that it may do so at once when it loses its session."""
    async with live(encoding, **settings) as (sim, first):
        await first.close()
        async with Shard(
            "any", url=sim.url, policy=QUICK, intents=ALL, encoding=encoding, session=first.session
        ) as shard:
            await anext(shard.events(Resumed))
            yield sim, shard


async def nonce_of(sim: Simulator, count: int = 1) -> str:
    received = await sim.wait_for_received(Opcode.REQUEST_GUILD_MEMBERS, count)
    return str(received[-1].d["nonce"])


def strange_chunk(nonce: str, index: int, count: int, **more: Any) -> dict[str, Any]:
    return {
        "guild_id": str(STRANGE),
        "members": [],
        "chunk_index": index,
        "chunk_count": count,
        "nonce": nonce,
        **more,
    }


@ENCODINGS
async def test_all_members_of_a_guild(encoding: Encoding) -> None:
    async with live(encoding, members=2100) as (sim, shard):
        (guild_id,) = sim.guild_ids
        members = await shard.request_guild_members(guild_id=guild_id, query="", limit=0, presences=True)
        assert len({member.user.id for member in members if member.user is not None}) == len(members) == 2100
        assert len(members.presences) == 2100
        sizes = [
            len(chunk.members) async for chunk in shard.request_guild_members(guild_id=guild_id, query="", limit=0)
        ]
        assert sizes == [1000, 1000, 100]


@ENCODINGS
async def test_members_by_name_and_by_id(encoding: Encoding) -> None:
    async with live(encoding, members=150) as (sim, shard):
        (guild_id,) = sim.guild_ids
        found = await shard.request_guild_members(guild_id=guild_id, query="member-14", limit=100)
        assert {member.user.username for member in found if member.user is not None} == {
            "member-14",
            *(f"member-{number}" for number in range(140, 150)),
        }
        everybody = await shard.request_guild_members(guild_id=guild_id, query="", limit=0)
        user_ids = [member.user.id for member in everybody if member.user is not None]
        named = await shard.request_guild_members(guild_id=str(guild_id), user_ids=[*user_ids, 1, 2])
        assert (len(named), named.not_found) == (150, [1, 2])
        assert len(await sim.wait_for_received(Opcode.REQUEST_GUILD_MEMBERS, 4)) == 4


async def test_requests_for_many_guilds_at_a_time() -> None:
    async with live(guilds=3, members=1001) as (sim, shard):
        requests = [
            shard.request_guild_members(guild_id=guild_id, query="", limit=0)
            for guild_id in (*sim.guild_ids, *sim.guild_ids)
        ]
        results = await asyncio.gather(*requests)
        assert [len(members) for members in results] == [1001] * 6


async def test_a_handler_may_ask_though_the_queue_is_full() -> None:
    async with (
        Simulator(token="any", guilds=6, members=30) as sim,
        Shard("any", url=sim.url, intents=ALL, queue_size=1) as shard,
    ):
        counts: list[int] = []
        enough = asyncio.Event()

        @shard.on(GuildCreate)
        async def count(event: GuildCreate) -> None:
            counts.append(len(await shard.request_guild_members(guild_id=event.id, query="", limit=0)))
            if len(counts) == 6:
                enough.set()

        running = asyncio.create_task(shard.run())
        await asyncio.wait_for(enough.wait(), 20)
        assert counts == [30] * 6
        await shard.close()
        await running


async def test_the_shard_reads_no_further_than_the_chunk_in_hand() -> None:
    async with live() as (sim, shard):
        chunks = aiter(shard.request_guild_members(guild_id=STRANGE, query="", limit=0))
        first = asyncio.ensure_future(anext(chunks))
        nonce = await nonce_of(sim)
        for index in range(40):
            await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(nonce, index, 40))
        assert (await first).chunk_index == 0
        for _ in range(200):
            await asyncio.sleep(0)
        assert shard.stats.frames < 20
        assert [chunk.chunk_index async for chunk in chunks] == list(range(1, 40))


@ENCODINGS
async def test_pain_14_chunks_out_of_order_twice_and_for_others(encoding: Encoding) -> None:
    async with live(encoding) as (sim, shard):
        one = asyncio.ensure_future(shard.request_guild_members(guild_id=STRANGE, query="", limit=0))
        first = await nonce_of(sim)
        two = asyncio.ensure_future(shard.request_guild_members(guild_id=STRANGE, query="", limit=0))
        second = await nonce_of(sim, 2)
        for nonce, index in ((second, 1), (first, 2), (first, 1), ("other", 0), (first, 1), (second, 0), (first, 0)):
            found = {"not_found": [str(100 * index + len(nonce))]}
            await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(nonce, index, 3 if nonce == first else 2, **found))
        assert (await one).not_found == [32, 132, 232]
        assert (await two).not_found == [32, 132]


async def test_pain_14_a_guild_that_does_not_answer_is_a_timeout() -> None:
    async with live() as (sim, shard):
        with pytest.raises(RequestTimeout, match=f"guild {STRANGE}: nothing more within 0.05 s; nothing came"):
            await shard.request_guild_members(guild_id=STRANGE, query="", limit=0, timeout=0.05)
        with pytest.raises(RequestTimeout, match="1 of 2 guilds came but not guild 7"):
            await shard.request_soundboard_sounds(guild_ids=[STRANGE, *sim.guild_ids], timeout=0.05)


async def test_pain_14_the_limit_on_all_members_is_waited_for_or_raised() -> None:
    ahead = 0.0
    async with live(enforce_limits=True, clock=lambda: time.monotonic() + ahead) as (sim, shard):
        (guild_id,) = sim.guild_ids
        await shard.request_guild_members(guild_id=guild_id, query="", limit=0)
        with pytest.raises(RequestRateLimited) as raised:
            await shard.request_guild_members(guild_id=guild_id, query="", limit=0, on_rate_limited="raise")
        assert 25 < raised.value.retry_after <= 30
        ahead = raised.value.retry_after - 0.2
        assert len(await shard.request_guild_members(guild_id=guild_id, query="", limit=0)) == 5
        await sim.wait_for_received(Opcode.REQUEST_GUILD_MEMBERS, 4)  # the last two by the same call


# Connections that break


async def test_pain_14_a_cut_connection_costs_no_chunk() -> None:
    async with live() as (sim, shard):
        chunks = aiter(shard.request_guild_members(guild_id=STRANGE, query="", limit=0))
        first = asyncio.ensure_future(anext(chunks))
        nonce = await nonce_of(sim)
        await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(nonce, 0, 3))
        assert (await first).chunk_index == 0
        await sim.drop()
        await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(nonce, 1, 3))  # while the shard is away
        second = await anext(chunks)
        await sim.wait_for_session()
        await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(nonce, 2, 3))
        assert [second.chunk_index, *[chunk.chunk_index async for chunk in chunks]] == [1, 2]
        assert len(sim.resumes) == 1
        assert len(await sim.wait_for_received(Opcode.REQUEST_GUILD_MEMBERS)) == 1


@ENCODINGS
async def test_after_a_lost_session_the_list_is_complete_all_the_same(encoding: Encoding) -> None:
    async with resumed(encoding) as (sim, shard):
        waiting = asyncio.ensure_future(shard.request_guild_members(guild_id=STRANGE, query="", limit=0))
        first = await nonce_of(sim)
        member = {
            **sample_model(GuildMember, full=False, seed=0),
            "user": sample("MESSAGE_CREATE", full=False, seed=0)["author"],
        }
        await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(first, 0, 2, members=[member]))
        await sim.close(4009)
        second = await nonce_of(sim, 2)
        assert second != first
        await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(second, 0, 2, members=[member]))
        await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(second, 1, 2))
        assert len(await waiting) == 1


async def test_a_request_that_was_lost_with_the_connection_is_made_again() -> None:
    async with live() as (sim, shard):
        waiting = asyncio.ensure_future(shard.request_guild_members(guild_id=STRANGE, query="", limit=0))
        first = await nonce_of(sim)
        await sim.drop()
        await nonce_of(sim, 2)
        assert len(sim.resumes) == 1
        await sim.emit("GUILD_MEMBERS_CHUNK", strange_chunk(first, 0, 1))  # it was only late
        assert await waiting == []


async def test_a_request_made_while_away_is_answered_once_back() -> None:
    async with resumed(members=20) as (sim, shard):
        await sim.close(4009)
        (guild_id,) = sim.guild_ids
        assert len(await shard.request_guild_members(guild_id=guild_id, query="", limit=0)) == 20
        assert len(await sim.wait_for_received(Opcode.REQUEST_GUILD_MEMBERS)) == 1


async def test_it_ends_with_the_shard() -> None:
    async with live() as (sim, shard):
        waiting = asyncio.ensure_future(shard.request_guild_members(guild_id=STRANGE, query="", limit=0))
        await nonce_of(sim)
        await shard.close()
        with pytest.raises(StateError, match="the shard was closed"):
            await waiting
        with pytest.raises(StateError, match="RequestGuildMembers cannot be sent before the shard is connected"):
            await shard.request_guild_members(guild_id=STRANGE, query="", limit=0)


async def test_raw_commands_and_streams_go_on_beside_requests() -> None:
    async with live(members=20) as (sim, shard):
        (guild_id,) = sim.guild_ids
        stream = shard.stream(GuildMembersChunk, ChannelInfo)
        await shard.send(RequestGuildMembers(guild_id=guild_id, query="", limit=1, nonce="mine"))
        await shard.request_guild_members(guild_id=guild_id, query="", limit=0)
        nonces = [one.nonce for one in (await anext(stream), await anext(stream)) if isinstance(one, GuildMembersChunk)]
        assert nonces == ["mine", await nonce_of(sim, 2)]


# Other questions


@ENCODINGS
async def test_sounds_and_channel_info(encoding: Encoding) -> None:
    async with live(encoding, guilds=3) as (sim, shard):
        answers = await shard.request_soundboard_sounds(guild_ids=sim.guild_ids)
        assert {one.guild_id for one in answers} == set(sim.guild_ids)
        assert all(one.soundboard_sounds for one in answers)
        infos = await asyncio.gather(
            *(
                shard.request_channel_info(guild_id=sim.guild_ids[0], fields=[field])
                for field in ("status", "voice_start_time")
            )
        )
        fields = [set.union(*(channel.model_fields_set for channel in info.channels)) for info in infos]
        assert fields == [{"id", "status"}, {"id", "voice_start_time"}]


@ENCODINGS
async def test_joining_moving_and_leaving_voice(encoding: Encoding) -> None:
    async with live(encoding) as (sim, shard):
        (guild_id,) = sim.guild_ids
        for channel_id in (5, 6):
            info = await shard.join_voice(guild_id=guild_id, channel_id=channel_id, self_deaf=True)
            assert (info.state.channel_id, info.state.user_id, info.state.self_deaf) == (
                channel_id,
                shard.user_id,
                True,
            )
            assert info.endpoint
            assert info.token not in repr(info)
        await shard.leave_voice(guild_id=guild_id)
        await sim.wait_for(lambda: sim.received[-1].d["channel_id"] is None)


async def test_voice_waits_for_an_endpoint() -> None:
    async with live() as (sim, shard):
        waiting = asyncio.create_task(shard.join_voice(guild_id=STRANGE, channel_id=5))
        await sim.wait_for_received(Opcode.VOICE_STATE_UPDATE)
        server = {"token": "secret", "guild_id": str(STRANGE), "endpoint": None}
        await sim.emit("VOICE_SERVER_UPDATE", server)
        state = {**sample("VOICE_STATE_UPDATE", full=False, seed=0), "guild_id": str(STRANGE), "channel_id": "5"}
        for user_id in (1, shard.user_id):
            await sim.emit("VOICE_STATE_UPDATE", {**state, "user_id": str(user_id)})
        await sim.emit("VOICE_SERVER_UPDATE", {**server, "endpoint": "found:443"})
        assert (await waiting).endpoint == "found:443"
