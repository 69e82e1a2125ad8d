"""What is there holds together, and follows the schema."""

from typing import Any

import pytest

from gatewaysdk import events, models
from gatewaysdk.enums import ChannelFlags, Intents, Permissions
from gatewaysdk.simulator import Simulator
from gatewaysdk.simulator.world import World
from gatewaysdk.simulator.world.permissions import permissions_in
from gatewaysdk.simulator.world.view import guild_create

from .client import ALL_INTENTS, TOKEN, connect

NOW = 1_700_000_000.0


def make_world(guilds: int = 2, members: int = 5, seed: int = 0) -> World:
    return World(guilds, members, seed, lambda: NOW)


def shown(world: World, number: int = 0, intents: int = ALL_INTENTS) -> dict[str, Any]:
    return guild_create(world, list(world.guilds.values())[number], Intents(intents), 50)


def test_a_guild_is_sound_and_its_parts_name_each_other() -> None:
    guild = events.GuildCreate.model_validate(shown(make_world()))
    assert not guild.violations
    roles = {role.id for role in guild.roles}
    members = {member.user.id: member for member in guild.members if member.user is not None}
    assert guild.id in roles, "@everyone has the id of its guild"
    assert all(set(member.roles) <= roles for member in guild.members)
    assert guild.owner_id in members
    assert guild.system_channel_id in {channel.id for channel in guild.channels}
    assert guild.member_count == len(members) == 5


def test_equal_seeds_give_equal_worlds() -> None:
    assert shown(make_world(seed=3)) == shown(make_world(seed=3)) != shown(make_world(seed=4))


def test_no_two_things_have_the_same_id() -> None:
    world = make_world(guilds=3, members=20)
    ids = [world.bot.id, *world.guilds, *world.channels]
    for guild in world.guilds.values():
        ids += [role_id for role_id in guild.roles if role_id != guild.id]
        ids += [user_id for user_id in guild.members if user_id != world.bot.id]
    assert len(ids) == len(set(ids))


def test_a_guild_of_100_000_members_makes_them_when_they_are_asked_for() -> None:
    world = make_world(guilds=1, members=100_000)
    (guild,) = world.guilds.values()
    created = shown(world, intents=int(Intents.GUILDS))
    assert (created["member_count"], len(created["members"]), created["large"]) == (100_000, 1, True)
    assert len(guild.named_members) == 1
    assert len(guild.members) == 100_000


def test_new_ids_are_of_this_moment_and_rise() -> None:
    ids = [make_world().ids.new() for _ in range(1)] + [make_world().ids.new()]
    assert ids[0] == ids[1] == int(NOW * 1000) - 1_420_070_400_000 << 22
    world = make_world()
    many = [world.ids.new() for _ in range(1000)]
    assert many == sorted(set(many))


@pytest.mark.parametrize(
    ("denied", "allowed", "expected"),
    [
        ("", "", True),
        ("everyone", "", False),
        ("everyone", "role", True),
        ("role", "", False),
        ("role", "member", True),
        ("member", "role", False),
    ],
)
def test_overwrites_follow_each_other_in_the_order_of_discord(denied: str, allowed: str, expected: bool) -> None:
    sim = Simulator(token=TOKEN)
    place = sim.world.guild("Test")
    channel, role = place.channel("quiet"), place.role("Quiet")
    person = place.member("alice", role)
    whom: dict[str, Any] = {"everyone": place.everyone, "role": role, "member": person}
    if denied:
        place.deny(channel, whom[denied], Permissions.SEND_MESSAGES)
    if allowed:
        place.allow(channel, whom[allowed], Permissions.SEND_MESSAGES)
    assert (Permissions.SEND_MESSAGES in permissions_in(place.guild, channel, person.member)) is expected


def test_who_does_not_see_a_channel_may_nothing_in_it_and_the_owner_may_all() -> None:
    place = Simulator(token=TOKEN).world.guild("Test")
    channel = place.channel("secret")
    place.deny(channel, place.everyone, Permissions.VIEW_CHANNEL)
    assert permissions_in(place.guild, channel, place.member("alice").member) == Permissions(0)
    assert Permissions.ADMINISTRATOR in permissions_in(place.guild, channel, place.owner.member)


async def test_a_hidden_channel_comes_without_what_it_is_about() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        place = sim.world.guild("Test")
        secret = place.channel("secret")
        for role in place.guild.roles.values():
            place.deny(secret, role, Permissions.VIEW_CHANNEL)
        await (await client.greeted()).identified()
        guild = events.GuildCreate.model_validate(await client.receive_event("GUILD_CREATE"))
        hidden = next(channel for channel in guild.channels if channel.id == secret.id)
        assert (hidden.name, hidden.flags) == ("___hidden___", ChannelFlags.CHANNEL_OBFUSCATED)
        await place.member("alice").says("psst", secret)
        await client.receive_event("GUILD_MEMBER_ADD")
        await client.send(1, None)
        assert (await client.receive()).op == 11, "nothing of the message came"


def test_payloads_follow_the_schema() -> None:
    place = Simulator(token=TOKEN).world.guild("Test")
    pairs: list[tuple[Any, dict[str, Any]]] = [
        (models.Role, place.role("Reader").payload()),
        (models.GuildMember, place.member("alice").member.payload()),
        (models.User, place.member("alice").member.user.own_payload()),
        (models.Channel, place.channel().payload()),
        (models.Channel, place.voice_channel().payload()),
        (models.Guild, place.guild.payload()),
    ]
    for model, payload in pairs:
        assert not model.model_validate(payload).violations
