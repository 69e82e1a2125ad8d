"""Answers to commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gatewaysdk import events
from gatewaysdk.enums import Intents
from gatewaysdk.simulator import Simulator

from .client import ALL_INTENTS, TOKEN, Client, connect


@asynccontextmanager
async def live(*, intents: int = ALL_INTENTS, **settings: Any) -> AsyncIterator[tuple[Simulator, Client, str]]:
    async with Simulator(token=TOKEN, **settings) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=intents)
        if intents & 1:
            await client.receive_event("GUILD_CREATE")
        yield sim, client, str(sim.guild_ids[0])


async def test_all_members_come_in_chunks_of_1000() -> None:
    async with live(members=1001) as (_, client, guild_id):
        await client.send(8, {"guild_id": guild_id, "query": "", "limit": 0, "nonce": "abc"})
        chunks = [await client.receive_event("GUILD_MEMBERS_CHUNK") for _ in range(2)]
        assert [(chunk["chunk_index"], chunk["chunk_count"]) for chunk in chunks] == [(0, 2), (1, 2)]
        assert [len(chunk["members"]) for chunk in chunks] == [1000, 1]
        assert all(chunk["nonce"] == "abc" and "presences" not in chunk for chunk in chunks)
        assert not events.GuildMembersChunk.model_validate(chunks[1]).violations
        assert len({member["user"]["id"] for chunk in chunks for member in chunk["members"]}) == 1001


async def test_members_are_found_by_the_beginning_of_their_name() -> None:
    async with live(members=30) as (_, client, guild_id):
        await client.send(8, {"guild_id": guild_id, "query": "Member-2", "limit": 5, "presences": True})
        chunk = await client.receive_event("GUILD_MEMBERS_CHUNK")
        names = [member["user"]["username"] for member in chunk["members"]]
        assert names == ["member-2", "member-20", "member-21", "member-22", "member-23"]
        assert [one["user"]["id"] for one in chunk["presences"]] == [one["user"]["id"] for one in chunk["members"]]
        assert not any("guild_id" in one for one in chunk["presences"])
        assert "nonce" not in chunk
        assert not events.GuildMembersChunk.model_validate(chunk).violations


async def test_members_are_found_by_id_and_the_others_are_named() -> None:
    async with live() as (_, client, guild_id):
        await client.send(8, {"guild_id": guild_id, "query": "", "limit": 0})
        members = (await client.receive_event("GUILD_MEMBERS_CHUNK"))["members"]
        known = members[2]["user"]["id"]
        await client.send(8, {"guild_id": guild_id, "user_ids": [known, 7], "nonce": "n" * 33})
        chunk = await client.receive_event("GUILD_MEMBERS_CHUNK")
        assert [member["user"]["id"] for member in chunk["members"]] == [known]
        assert chunk["not_found"] == ["7"]
        assert "nonce" not in chunk, "a nonce of more than 32 bytes is ignored"
        await client.send(8, {"guild_id": guild_id, "user_ids": known})
        assert (await client.receive_event("GUILD_MEMBERS_CHUNK"))["members"] == chunk["members"]


@pytest.mark.parametrize(
    ("op", "d"),
    [
        (4, {"guild_id": "7", "channel_id": "8", "self_mute": False, "self_deaf": False}),
        (8, {"guild_id": "7", "user_ids": ["8"]}),
        (31, {"guild_ids": ["7"]}),
        (43, {"guild_id": "7", "fields": ["status"]}),
    ],
)
async def test_a_guild_of_others_does_not_answer(op: int, d: Any) -> None:
    async with live() as (_, client, _guild_id):
        await client.send(op, d)
        await client.send(1, None)
        assert (await client.receive()).op == 11


async def test_one_event_of_sounds_for_each_guild() -> None:
    async with live(guilds=2) as (sim, client, _guild_id):
        await client.receive_event("GUILD_CREATE")
        guild_ids = [str(guild_id) for guild_id in sim.guild_ids]
        await client.send(31, {"guild_ids": [guild_ids[0], "7", guild_ids[1]]})
        for expected in guild_ids:
            answer = await client.receive_event("SOUNDBOARD_SOUNDS")
            assert answer["guild_id"] == expected
            assert {sound["guild_id"] for sound in answer["soundboard_sounds"]} == {expected}
            assert not events.SoundboardSounds.model_validate(answer).violations


async def test_channel_info_holds_the_fields_that_were_asked_for() -> None:
    async with live() as (_, client, guild_id):
        await client.send(43, {"guild_id": guild_id, "fields": ["status"]})
        answer = await client.receive_event("CHANNEL_INFO")
        assert answer["guild_id"] == guild_id
        assert answer["channels"]
        assert all(channel.keys() == {"id", "status"} for channel in answer["channels"])
        assert not events.ChannelInfo.model_validate(answer).violations


async def test_joining_voice_brings_state_and_server_and_leaving_the_state() -> None:
    async with live() as (_, client, guild_id):
        d = {"guild_id": guild_id, "channel_id": "5", "self_mute": True, "self_deaf": False}
        await client.send(4, d)
        state = events.VoiceStateUpdate.model_validate(await client.receive_event("VOICE_STATE_UPDATE"))
        server = events.VoiceServerUpdate.model_validate(await client.receive_event("VOICE_SERVER_UPDATE"))
        assert (state.guild_id, state.channel_id, state.self_mute, state.self_deaf) == (int(guild_id), 5, True, False)
        assert (server.guild_id, state.violations, server.violations) == (int(guild_id), (), ())
        await client.send(4, {**d, "channel_id": None})
        assert (await client.receive_event("VOICE_STATE_UPDATE"))["channel_id"] is None
        await client.send(1, None)
        assert (await client.receive()).op == 11


async def test_a_presence_is_told_to_those_with_the_intent() -> None:
    d = {"since": None, "activities": [{"name": "chess", "type": 0}], "status": "idle", "afk": False}
    async with live() as (sim, client, guild_id):
        await client.send(3, d)
        presence = events.PresenceUpdate.model_validate(await client.receive_event("PRESENCE_UPDATE"))
        assert not presence.violations
        assert (presence.guild_id, presence.status) == (int(guild_id), "idle")
        assert [activity.name for activity in presence.activities or []] == ["chess"]
        assert (await sim.wait_for_received(3))[0].d == d
    async with live(intents=int(Intents.GUILDS)) as (sim, client, _):
        await client.send(3, d)
        await client.send(1, None)
        assert (await client.receive()).op == 11
        assert [one.d for one in sim.received if one.op == 3] == [d]


@pytest.mark.parametrize(
    ("op", "d"),
    [
        (3, None),
        (3, {"activities": [], "status": 1}),
        (4, {"guild_id": "x", "channel_id": None, "self_mute": True, "self_deaf": True}),
        (4, {"guild_id": "1", "channel_id": None, "self_mute": 1, "self_deaf": True}),
        (8, {}),
        (8, {"guild_id": -1, "query": "", "limit": 0}),
        (8, {"guild_id": "1", "query": ""}),
        (8, {"guild_id": "1", "user_ids": [None]}),
        (31, {"guild_ids": "1"}),
        (43, {"guild_id": ["1"], "fields": []}),
        (43, {"guild_id": "1"}),
    ],
)
async def test_malformed_commands_are_refused(op: int, d: Any) -> None:
    async with live() as (_, client, _guild_id):
        await client.send(op, d)
        assert await client.closed() == 4002
