"""All events over a real socket in every compression, and commands in the other direction."""

from __future__ import annotations

import logging

import pytest

from gatewaysdk import (
    CommandError,
    Event,
    EventStream,
    PresenceActivity,
    RequestGuildMembers,
    RequestSoundboardSounds,
    Resumed,
    Shard,
    StateError,
    UnknownEvent,
    UpdatePresence,
    UpdateVoiceState,
    events,
)
from gatewaysdk.commands import IdentifyConnectionProperties
from gatewaysdk.enums import Capabilities
from gatewaysdk.simulator import Simulator, sample
from gatewaysdk.tables.events import EVENT_CLASSES

from .conftest import MakeShard

COMPRESSIONS = [
    {"compress": None},
    {"compress": "zlib-stream"},
    {"compress": "zstd-stream"},
    {"compress": None, "payload_compression": True},
]


@pytest.mark.parametrize("compression", COMPRESSIONS, ids=["none", "zlib-stream", "zstd-stream", "payload"])
async def test_every_event_arrives_typed_and_sound(
    sim: Simulator, make_shard: MakeShard, compression: dict[str, object]
) -> None:
    shard = make_shard(**compression)
    seen: dict[str, Event] = {}
    await shard.connect()
    await sim.emit_all(respect_intents=False)
    await sim.drop()
    while "RESUMED" not in seen:
        event = await shard.receive()
        assert not event.violations, f"{event.event_name}: {event.violations}"
        seen[event.event_name] = event
    assert seen.keys() == EVENT_CLASSES.keys()
    assert {name: type(event).__name__ for name, event in seen.items()} == EVENT_CLASSES
    assert shard.stats.unknown_events == shard.stats.invalid_events == shard.stats.violations == 0


async def test_pain_28_a_message_of_20_mb_arrives_whole(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(compress=None)
    await shard.connect()
    content = "x" * 20_000_000
    await sim.emit(
        "MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True) | {"content": content}, respect_intents=False
    )
    while not isinstance(event := await shard.receive(), events.MessageCreate):
        pass
    assert event.content == content


async def test_commands_reach_the_gateway_and_are_answered(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    stream: EventStream[events.GuildMembersChunk | events.VoiceStateUpdate] = shard.events(
        events.GuildMembersChunk, events.VoiceStateUpdate
    )
    await sim.wait_for_session()
    guild = sim.sessions[0].guild_ids[0]
    await shard.send(RequestGuildMembers(guild_id=guild, query="", limit=1, nonce="n"))
    await shard.send(UpdateVoiceState(guild_id=guild, channel_id="5", self_mute=False, self_deaf=True))
    chunk = await anext(stream)
    assert isinstance(chunk, events.GuildMembersChunk)
    assert (chunk.nonce, chunk.guild_id) == ("n", int(guild))
    voice = await anext(stream)
    assert isinstance(voice, events.VoiceStateUpdate)
    assert voice.self_deaf


async def test_the_presence_is_that_of_the_last_command_after_identifying_again(
    sim: Simulator, make_shard: MakeShard
) -> None:
    first = UpdatePresence(since=None, activities=[PresenceActivity(name="one", type=0)], status="idle", afk=False)
    shard = make_shard(intents=0, presence=first, shard=(0, 1), large_threshold=100, capabilities=1 << 15)
    await shard.connect()
    assert sim.identifies[0]["presence"]["activities"] == [{"name": "one", "type": 0}]
    assert (sim.identifies[0]["shard"], sim.identifies[0]["large_threshold"]) == ([0, 1], 100)
    assert sim.identifies[0]["capabilities"] == Capabilities.CHANNEL_OBFUSCATION


async def test_the_properties_are_sent(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0, properties=IdentifyConnectionProperties(os="os", browser="mine", device="mine"))
    await shard.connect()
    assert sim.identifies[0]["properties"] == {"os": "os", "browser": "mine", "device": "mine"}


async def test_a_command_that_is_too_large_is_refused_here(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    ids = [10**18 + number for number in range(300)]
    with pytest.raises(CommandError, match=r"RequestSoundboardSounds has \d+ bytes encoded, Discord takes 4096"):
        await shard.send(RequestSoundboardSounds(guild_ids=ids))
    await shard.send(RequestSoundboardSounds(guild_ids=ids[:1]))
    await sim.wait_for_received(31)
    assert sim.connections[0].open


async def test_a_command_before_connecting_is_refused() -> None:
    with pytest.raises(StateError, match="RequestSoundboardSounds cannot be sent before the shard is connected"):
        await Shard("t", intents=0).send(RequestSoundboardSounds(guild_ids=[1]))


async def test_receiving_before_connecting_and_after_closing_is_refused(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    with pytest.raises(StateError, match=r"call connect\(\) first"):
        await shard.receive()
    await shard.connect()
    await shard.receive()
    await shard.close()
    with pytest.raises(StateError, match="the shard was closed"):
        await shard.receive()
    with pytest.raises(StateError, match=r"call connect\(\) first"):
        await shard.receive()


async def test_pain_18_the_token_is_nowhere_to_be_seen(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shard = make_shard(intents=0)
    effects: list[object] = []
    shard.observe(effects.append)
    await shard.connect()
    await sim.drop()
    while not isinstance(await shard.receive(), Resumed):
        pass
    shown = caplog.text + repr(shard) + repr(effects) + repr(vars(shard)) + str(shard.session)
    assert "simulated-token" not in shown


async def test_an_unknown_event_is_received_as_such(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await sim.emit("BRAND_NEW", {"a": 1})
    await shard.receive()
    event = await shard.receive()
    assert isinstance(event, UnknownEvent)
    assert (event.name, event.data) == ("BRAND_NEW", {"a": 1})
