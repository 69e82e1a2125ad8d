"""Which events reach whom."""

import asyncio

from gatewaysdk import events
from gatewaysdk.enums import Intents
from gatewaysdk.simulator import EVENT_NAMES, Simulator, sample, serve_forever
from gatewaysdk.tables.events import EVENT_CLASSES

from .client import TOKEN, Client, connect


async def names_until_heartbeat(client: Client) -> list[str | None]:
    """Return the names of all that comes before the answer to a heartbeat."""
    await client.send(1, None)
    names = []
    while (frame := await client.receive()).op == 0:
        names.append(frame.t)
    return names


async def test_all_kinds_arrive_in_order_numbered_and_sound() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified()
        names = await sim.emit_all(seed=7)
        assert {"READY", "RESUMED", *names} == set(EVENT_NAMES)
        for sequence, name in enumerate(names, 2):
            frame = await client.receive()
            assert (frame.t, frame.s) == (name, sequence)
            event = getattr(events, EVENT_CLASSES[name]).model_validate(frame.d)
            assert not event.violations


async def test_events_without_their_intent_do_not_come() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=int(Intents.GUILD_INVITES))
        assert await sim.emit("INVITE_CREATE") == 1
        assert await sim.emit("MESSAGE_CREATE") == 0
        assert await sim.emit("MESSAGE_DELETE", respect_intents=False) == 1
        assert await sim.emit("INTERACTION_CREATE") == 1
        assert await names_until_heartbeat(client) == ["INVITE_CREATE", "MESSAGE_DELETE", "INTERACTION_CREATE"]


async def test_any_one_of_several_intents_brings_an_event() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=int(Intents.DIRECT_MESSAGES))
        assert await sim.emit("MESSAGE_CREATE") == 1


async def test_guild_messages_are_empty_without_message_content() -> None:
    payload = sample("MESSAGE_CREATE", seed=1, full=True)
    payload["guild_id"] = "1"
    assert payload["content"]
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=int(Intents.GUILD_MESSAGES))
        await sim.emit("MESSAGE_CREATE", payload)
        assert (await client.receive_event("MESSAGE_CREATE"))["content"] == ""
        await sim.emit("MESSAGE_CREATE", payload, respect_intents=False)
        assert await client.receive_event("MESSAGE_CREATE") == payload
        direct = {key: value for key, value in payload.items() if key != "guild_id"}
        await sim.emit("MESSAGE_CREATE", direct)
        assert await client.receive_event("MESSAGE_CREATE") == direct


async def test_events_go_to_one_shard_or_to_all() -> None:
    async with Simulator(token=TOKEN, guilds=2) as sim, connect(sim) as zero, connect(sim) as one:
        for number, client in enumerate((zero, one)):
            await (await client.greeted()).identified(shard=[number, 2])
            await client.receive_event("GUILD_CREATE")
        assert await sim.emit("MESSAGE_CREATE", shard=1) == 1
        assert await sim.emit("WEBHOOKS_UPDATE") == 2
        assert await sim.emit("ENTITLEMENT_CREATE") == 1
        assert await names_until_heartbeat(zero) == ["WEBHOOKS_UPDATE", "ENTITLEMENT_CREATE"]
        assert await names_until_heartbeat(one) == ["MESSAGE_CREATE", "WEBHOOKS_UPDATE"]


async def test_what_is_made_up_happens_in_a_guild_of_the_session() -> None:
    async with Simulator(token=TOKEN, guilds=2) as sim, connect(sim) as client:
        await (await client.greeted()).identified(shard=[1, 2])
        await client.receive_event("GUILD_CREATE")
        await sim.emit("WEBHOOKS_UPDATE")
        assert (await client.receive_event("WEBHOOKS_UPDATE"))["guild_id"] == str(sim.guild_ids[1])


async def test_an_event_that_does_not_exist_may_be_sent_with_a_payload() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=0)
        await sim.emit("BRAND_NEW_EVENT", {"a": 1})
        assert await client.receive_event("BRAND_NEW_EVENT") == {"a": 1}


async def test_many_emitters_at_once_keep_the_sequence() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim, compress="zlib-stream") as client:
        await (await client.greeted()).identified()
        await asyncio.gather(*(sim.emit("MESSAGE_CREATE", seed=seed) for seed in range(20)))
        assert [(await client.receive()).s for _ in range(20)] == list(range(2, 22))


async def test_a_busy_gateway_emits_at_its_interval_and_the_same_for_a_seed() -> None:
    async def emitted(seed: int) -> list[str | None]:
        waits: list[float] = []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) > 10:
                raise asyncio.CancelledError

        async with Simulator(token=TOKEN, guilds=0, seed=seed) as sim, connect(sim) as client:
            await (await client.greeted()).identified()
            task = asyncio.ensure_future(serve_forever(sim, 2.5, sleep=sleep))
            await asyncio.wait([task])
            assert task.cancelled()
            assert waits == [2.5] * 11
            return await names_until_heartbeat(client)

    assert await emitted(1) == await emitted(1) != await emitted(2)
