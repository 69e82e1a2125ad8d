"""The order of HELLO, IDENTIFY and READY, and every refusal, over real sockets."""

from typing import Any

import pytest

from gatewaysdk.enums import Intents
from gatewaysdk.events import GuildCreate, Ready
from gatewaysdk.simulator import Simulator
from gatewaysdk.tables.intents import PRIVILEGED_INTENTS

from .client import ALL_INTENTS, TOKEN, connect


async def test_hello_comes_first_with_the_heartbeat_interval() -> None:
    async with Simulator(token=TOKEN, heartbeat_interval=1234) as sim, connect(sim) as client:
        frame = await client.receive()
        assert (frame.op, frame.d, frame.s, frame.t) == (10, {"heartbeat_interval": 1234}, None, None)


async def test_the_envelope_has_its_keys_in_the_order_of_discord() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await client.greeted()
        assert client.raw == ['{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}}']


async def test_ready_answers_identify_and_the_guilds_follow() -> None:
    async with Simulator(token=TOKEN, guilds=2) as sim, connect(sim) as client:
        data = await (await client.greeted()).identified()
        ready = Ready.model_validate(data)
        assert not ready.violations
        assert (ready.v, ready.resume_gateway_url, ready.shard) == (10, sim.url, None)
        assert [guild.id for guild in ready.guilds] == list(sim.guild_ids)
        assert all(guild.unavailable for guild in ready.guilds)
        for guild_id in sim.guild_ids:
            guild = GuildCreate.model_validate(await client.receive_event("GUILD_CREATE"))
            assert not guild.violations
            assert (guild.id, guild.unavailable, guild.member_count) == (guild_id, False, 5)
        assert sim.sessions[0].session_id == ready.session_id
        assert sim.sessions[0].sequence == 3


async def test_without_the_guilds_intent_no_guild_follows() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=0)
        await client.send(1, 1)
        assert (await client.receive()).op == 11


async def test_without_the_presences_intent_a_guild_shows_the_bot_alone() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        ready = await (await client.greeted()).identified(intents=int(Intents.GUILDS))
        guild = await client.receive_event("GUILD_CREATE")
        assert [member["user"]["id"] for member in guild["members"]] == [ready["user"]["id"]]
        assert guild["presences"] == []


async def test_a_large_guild_shows_as_many_members_as_identify_asks_for() -> None:
    async with Simulator(token=TOKEN, members=60) as sim, connect(sim) as client:
        await (await client.greeted()).identified(large_threshold=55)
        guild = await client.receive_event("GUILD_CREATE")
        assert (guild["large"], guild["member_count"], len(guild["members"])) == (True, 60, 55)


async def test_a_shard_gets_its_guilds_and_its_number() -> None:
    async with Simulator(token=TOKEN, guilds=5, shards=2) as sim, connect(sim) as client:
        ready = await (await client.greeted()).identified(shard=[1, 2])
        assert ready["shard"] == [1, 2]
        assert [int(guild["id"]) for guild in ready["guilds"]] == [sim.guild_ids[1], sim.guild_ids[3]]
        assert all((guild_id >> 22) % 2 == 1 for guild_id in sim.sessions[0].guild_ids)


async def test_a_heartbeat_is_answered_even_before_identify() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await (await client.greeted()).send(1, None)
        frame = await client.receive()
        assert (frame.op, frame.d) == (11, None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"shard": [2, 2]}, 4010),
        ({"shard": [0, 0]}, 4010),
        ({"shard": [-1, 2]}, 4010),
        ({"shard": "0"}, 4010),
        ({"intents": 1 << 40}, 4013),
        ({"intents": 1 << 18}, 4013),
        ({"intents": -1}, 4013),
        ({"intents": int(Intents.GUILD_MEMBERS)}, 4014),
        ({"intents": int(Intents.MESSAGE_CONTENT)}, 4014),
        ({"intents": ...}, 4002),
        ({"intents": "1"}, 4002),
        ({"intents": True}, 4002),
        ({"token": ...}, 4002),
        ({"properties": ...}, 4002),
        ({"large_threshold": 10}, 4002),
    ],
)
async def test_identify_is_refused(changes: dict[str, Any], code: int) -> None:
    granted = Intents.GUILD_PRESENCES
    async with Simulator(token=TOKEN, privileged=granted) as sim, connect(sim) as client:
        await (await client.greeted()).identify(**{"intents": 1, **changes})
        assert await client.closed() == code
        assert sim.sessions == []


async def test_a_token_may_have_the_prefix_of_http() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        ready = await (await client.greeted()).identified(token=f"Bot {TOKEN}", intents=0)
        async with connect(sim) as again:
            await (await again.greeted()).resume(ready["session_id"], 1, f"Bot {TOKEN}")
            assert (await again.receive()).t == "RESUMED"


async def test_intents_that_are_granted_are_taken() -> None:
    async with Simulator(token=TOKEN, privileged=PRIVILEGED_INTENTS) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=ALL_INTENTS)
        assert sim.sessions[0].intents == Intents(ALL_INTENTS)


async def test_too_many_guilds_for_the_shards_want_more_shards() -> None:
    async with Simulator(token=TOKEN, guilds=2501) as sim:
        async with connect(sim) as client:
            await (await client.greeted()).identify()
            assert await client.closed() == 4011
        async with connect(sim) as client:
            await (await client.greeted()).identified(shard=[0, 2], intents=0)


async def test_a_second_identify_is_one_too_many() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified()
        await client.identify()
        assert await client.closed() == 4005
        assert len(sim.sessions) == 1


@pytest.mark.parametrize("op", [3, 4, 8, 31, 43])
async def test_commands_before_identify_are_refused(op: int) -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await (await client.greeted()).send(op, {})
        assert await client.closed() == 4003


@pytest.mark.parametrize("op", [0, 5, 7, 9, 10, 11, 99])
async def test_opcodes_that_clients_do_not_send_are_unknown(op: int) -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await (await client.greeted()).send(op, None)
        assert await client.closed() == 4001


@pytest.mark.parametrize("text", ["", "{", "[]", '{"d":null}', '{"op":"1"}', '{"op":1,"d":' + " " * 4096 + "1}"])
async def test_what_is_no_gateway_message_or_too_long_is_refused(text: str) -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await (await client.greeted()).socket.send_str(text)
        assert await client.closed() == 4002


async def test_4096_bytes_are_not_too_long() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        head, tail = '{"op":1,"d":null,"x":"', '"}'
        await (await client.greeted()).socket.send_str(head + "x" * (4096 - len(head) - len(tail)) + tail)
        assert (await client.receive()).op == 11


@pytest.mark.parametrize("query", ["", "v=9", "v=11&encoding=json", "encoding=json"])
async def test_any_version_but_10_is_refused(query: str) -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim, query=query) as client:
        assert await client.closed() == 4012


@pytest.mark.parametrize("query", ["v=10&encoding=xml", "v=10&compress=lzma", "v=10&encoding=json&compress=zlib"])
async def test_unknown_encodings_and_compressions_are_refused(query: str) -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim, query=query) as client:
        assert await client.closed() == 4002


@pytest.mark.parametrize("path", ["/", "/gateway-ws"])
async def test_the_gateway_is_at_two_paths(path: str) -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim, path=path) as client:
        await client.greeted()
        assert sim.connections[0].path == path
        assert sim.connections[0].query == {"v": "10", "encoding": "json"}
