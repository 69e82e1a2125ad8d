"""People do things, and the bot is told as Discord tells."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gatewaysdk import events
from gatewaysdk.enums import Intents
from gatewaysdk.errors import ConfigurationError, StateError
from gatewaysdk.simulator import Simulator, Venue
from gatewaysdk.tables.events import EVENT_CLASSES

from .client import ALL_INTENTS, TOKEN, Client, connect


@asynccontextmanager
async def playing(*, intents: int = ALL_INTENTS) -> AsyncIterator[tuple[Simulator, Client, Venue]]:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        place = sim.world.guild("Test")
        for name in ("alice", "bob"):
            place.member(name)
        await (await client.greeted()).identified(intents=intents)
        if intents & 1:
            await client.receive_event("GUILD_CREATE")
        yield sim, client, place


async def told(client: Client, name: str) -> Any:
    """Receive an event, as its class; what is not in the schema fails here."""
    event = getattr(events, EVENT_CLASSES[name]).model_validate(await client.receive_event(name))
    assert not event.violations
    return event


async def nothing_told(client: Client) -> None:
    await client.send(1, None)
    assert (await client.receive()).op == 11


async def test_a_message_comes_with_its_author_and_their_membership() -> None:
    async with playing() as (sim, client, place):
        alice, general = place.member("alice"), place.channel()
        said = await alice.says(f"hi {sim.bot.user.mention}", general)
        event = await told(client, "MESSAGE_CREATE")
        assert (event.id, event.content, event.author.id) == (said.id, said.content, alice.id)
        assert (event.guild_id, event.channel_id) == (place.id, general.id)
        assert [user.id for user in event.mentions] == [sim.bot.user.id]


async def test_what_is_said_changed_taken_back_and_answered() -> None:
    async with playing() as (_, client, place):
        alice, general = place.member("alice"), place.channel()
        first = await alice.says("one", general)
        second = await alice.says("two", general, reply_to=first)
        await alice.edits(second, "three")
        await alice.reacts("👍", second)
        await alice.unreacts("👍", second)
        await alice.types(general)
        await alice.deletes(first)
        await told(client, "MESSAGE_CREATE")
        answer = await told(client, "MESSAGE_CREATE")
        assert (answer.type, answer.referenced_message.id) == (19, first.id)
        assert (await told(client, "MESSAGE_UPDATE")).content == "three"
        added = await told(client, "MESSAGE_REACTION_ADD")
        assert (added.emoji.name, added.user_id, added.member.user.id) == ("👍", alice.id, alice.id)
        assert (await told(client, "MESSAGE_REACTION_REMOVE")).message_id == second.id
        assert (await told(client, "TYPING_START")).user_id == alice.id
        assert (await told(client, "MESSAGE_DELETE")).id == first.id
        with pytest.raises(StateError, match="bob cannot edit"):
            await place.member("bob").edits(second, "mine")


async def test_people_come_and_go_get_roles_and_talk() -> None:
    async with playing() as (_, client, place):
        role = place.role("Reader")
        carol = place.member("carol", role)
        await carol.loses(role)
        await carol.gets(role)
        await carol.joins_voice(place.voice_channel())
        await carol.leaves()
        assert (await told(client, "GUILD_ROLE_CREATE")).role.name == "Reader"
        assert (await told(client, "GUILD_MEMBER_ADD")).roles == [role.id]
        assert (await told(client, "GUILD_MEMBER_UPDATE")).roles == []
        assert (await told(client, "GUILD_MEMBER_UPDATE")).roles == [role.id]
        assert (await told(client, "VOICE_STATE_UPDATE")).channel_id == place.voice_channel().id
        assert (await told(client, "VOICE_STATE_UPDATE")).channel_id is None
        assert (await told(client, "GUILD_MEMBER_REMOVE")).user.id == carol.id
        with pytest.raises(StateError, match="no voice channel"):
            await place.member("alice").joins_voice(place.channel())


async def test_without_the_intent_for_content_a_message_is_empty_unless_it_concerns_the_bot() -> None:
    intents = int(Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGES)
    async with playing(intents=intents) as (sim, client, place):
        alice = place.member("alice")
        await alice.says("secret", place.channel())
        await alice.says(sim.bot.user.mention, place.channel())
        await alice.says("between us", alice.direct)
        contents = [(await told(client, "MESSAGE_CREATE")).content for _ in range(3)]
        assert contents == ["", sim.bot.user.mention, "between us"]


@pytest.mark.parametrize(
    ("intents", "direct", "comes"),
    [
        (Intents.GUILD_MESSAGES, False, True),
        (Intents.GUILD_MESSAGES, True, False),
        (Intents.DIRECT_MESSAGES, True, True),
        (Intents.DIRECT_MESSAGES, False, False),
    ],
)
async def test_messages_of_guilds_and_direct_ones_have_intents_of_their_own(
    intents: Intents, direct: bool, comes: bool
) -> None:
    async with playing(intents=int(intents)) as (_, client, place):
        alice = place.member("alice")
        await alice.says("hi", alice.direct if direct else place.channel())
        if comes:
            await told(client, "MESSAGE_CREATE")
        await nothing_told(client)


async def test_a_bot_that_is_connected_learns_of_a_new_guild_on_its_shard() -> None:
    async with Simulator(token=TOKEN, guilds=2) as sim, connect(sim) as zero, connect(sim) as one:
        for number, client in enumerate((zero, one)):
            await (await client.greeted()).identified(shard=[number, 2])
            await client.receive_event("GUILD_CREATE")
        place = sim.world.guild("New")  # guild 2 is on shard 0
        await place.member("alice").says("hi", place.channel())
        assert (await told(zero, "GUILD_CREATE")).id == place.id
        await told(zero, "GUILD_MEMBER_ADD")
        await told(zero, "MESSAGE_CREATE")
        await nothing_told(one)
        assert sim.world.guild("New").id == place.id
        assert place.id in [one.id for one in sim.world.guilds]


async def test_missed_events_of_the_world_are_replayed() -> None:
    async with playing() as (sim, client, place):
        session = sim.sessions[0]
        await sim.drop()
        await place.member("alice").says("while you were away", place.channel())
        async with connect(sim) as again:
            await (await again.greeted()).resume(session.session_id, 2)
            assert (await told(again, "MESSAGE_CREATE")).content == "while you were away"
            assert (await again.receive()).t == "RESUMED"
        assert client.frames == []


async def test_an_event_is_dispatched_with_some_fields_given() -> None:
    async with playing() as (sim, client, place):
        assert await sim.dispatch(events.MessageCreate, content="hi", channel_id=7) == 1
        event = await told(client, "MESSAGE_CREATE")
        assert (event.content, event.channel_id, event.guild_id) == ("hi", 7, place.id)
        with pytest.raises(ConfigurationError, match="no field 'contnt'"):
            await sim.dispatch(events.MessageCreate, contnt="hi")
        with pytest.raises(ConfigurationError, match="MessageCreate cannot have content"):
            await sim.dispatch(events.MessageCreate, content=7)


async def test_the_same_event_emitted_twice_has_two_ids_and_happens_in_the_world() -> None:
    async with playing() as (sim, client, place):
        await sim.emit("MESSAGE_CREATE")
        await sim.emit("MESSAGE_CREATE")
        first, second = await told(client, "MESSAGE_CREATE"), await told(client, "MESSAGE_CREATE")
        assert first.id != second.id
        assert first.channel_id in place.guild.channels
        assert first.author.id in place.guild.members
        assert (first.type, bool(first.author.bot)) == (0, False)
