"""Mentions, times and links: the texts of Discord's own examples, and nothing that would break their form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import (
    ConfigurationError,
    Snowflake,
    SnowflakeLike,
    TimestampStyle,
    channel_mention,
    channel_url,
    command_mention,
    format_emoji,
    format_timestamp,
    guild_navigation,
    message_url,
    role_mention,
    shard_id_for,
    user_mention,
)
from gatewaysdk.enums import Permissions

navigate: Any = guild_navigation  # to pass what no type checker lets pass

# The rows of Discord's tables (reference#message-formatting).
EXAMPLES = [
    (user_mention(80351110224678912), "<@80351110224678912>"),
    (channel_mention(103735883630395392), "<#103735883630395392>"),
    (role_mention(165511591545143296), "<@&165511591545143296>"),
    (command_mention("airhorn", 816437322781949972), "</airhorn:816437322781949972>"),
    (command_mention("role add", 1), "</role add:1>"),
    (command_mention("role user add", 1), "</role user add:1>"),
    (command_mention("größe-2", 1), "</größe-2:1>"),
    (format_emoji("mmLol", 216154654256398347), "<:mmLol:216154654256398347>"),
    (format_emoji("b1nzy", 392938283556143104, animated=True), "<a:b1nzy:392938283556143104>"),
    (format_emoji("b1nzy", 1, animated=None), "<:b1nzy:1>"),
    (format_emoji("💯", None), "💯"),
    (format_emoji("❤️", None, animated=None), "❤️"),
    (format_timestamp(1618953630), "<t:1618953630>"),
    (format_timestamp(1618953630, "d"), "<t:1618953630:d>"),
    (guild_navigation("customize"), "<id:customize>"),
    (guild_navigation("browse"), "<id:browse>"),
    (guild_navigation("guide"), "<id:guide>"),
    (guild_navigation("linked-roles"), "<id:linked-roles>"),
    (guild_navigation("linked-roles", 165511591545143296), "<id:linked-roles:165511591545143296>"),
    (channel_url(1, 2), "https://discord.com/channels/1/2"),
    (channel_url(None, 2), "https://discord.com/channels/@me/2"),
    (message_url(1, 2, 3), "https://discord.com/channels/1/2/3"),
    (message_url(None, "2", Snowflake(3)), "https://discord.com/channels/@me/2/3"),
]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES, ids=[expected for _, expected in EXAMPLES])
def test_it_is_written_as_discord_writes_it(text: str, expected: str) -> None:
    assert text == expected


# Ids

TAKE_AN_ID: list[Callable[[SnowflakeLike], object]] = [
    user_mention,
    channel_mention,
    role_mention,
    lambda one: command_mention("a", one),
    lambda one: format_emoji("a", one),
    lambda one: guild_navigation("linked-roles", one),
    lambda one: channel_url(one, 1),
    lambda one: channel_url(None, one),
    lambda one: message_url(None, 1, one),
    lambda one: shard_id_for(one, 4),
]

NO_IDS = [
    *("", "everyone", "@me", "1>", " 1", "1\n", "+1", "1_0", "٣", "0x1", str(2**64), "9" * 5000),
    *(-1, 2**64, 1.0, True, [1]),
]


@pytest.mark.parametrize("function", TAKE_AN_ID)
@given(value=st.integers(0, 2**64 - 1))
def test_an_id_is_an_integer_a_string_or_a_snowflake(function: Callable[[SnowflakeLike], object], value: int) -> None:
    assert function(value) == function(str(value)) == function(Snowflake(value))


@pytest.mark.parametrize("function", TAKE_AN_ID)
@pytest.mark.parametrize("value", NO_IDS, ids=lambda one: repr(one)[:20])
def test_what_is_no_id_is_refused(function: Any, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^[a-z]+_id is .*; pass an id: its decimal string"):
        function(value)


@pytest.mark.parametrize(
    "function", [user_mention, channel_mention, role_mention, lambda one: channel_url(1, one), TAKE_AN_ID[-1]]
)
def test_nothing_is_no_id(function: Any) -> None:
    with pytest.raises(ConfigurationError, match="is None; pass an id"):
        function(None)


def test_a_long_value_is_cut_short_in_the_message() -> None:
    with pytest.raises(ConfigurationError) as caught:
        user_mention("9" * 5000)
    assert len(str(caught.value)) < 250


# Names


@pytest.mark.parametrize("name", ["", " ", "/airhorn", "a:1", "a>", "<a", "a  b", " a", "a ", "a b c d", "a\nb"])
def test_a_command_is_one_to_three_words(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^name is '.*'; pass the command and its subcommands"):
        command_mention(name, 1)


@pytest.mark.parametrize("emoji_id", [1, None])
@pytest.mark.parametrize("name", ["", " ", ":mmLol:", "<:a:1>", "a b", "a>", "a\n"])
def test_an_emoji_s_name_has_no_colons(name: str, emoji_id: int | None) -> None:
    with pytest.raises(ConfigurationError, match=r"^name is '.*'; pass the emoji's name without colons"):
        format_emoji(name, emoji_id)


@pytest.mark.parametrize("place", ["", "home", "linked-roles:1", "id:guide"])
def test_an_unknown_place_is_refused(place: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^place is '.*'; pass one of customize, browse, guide, "):
        navigate(place)


@pytest.mark.parametrize("place", ["customize", "browse", "guide"])
def test_only_linked_roles_take_a_role(place: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^role_id goes with 'linked-roles', not with '{place}'"):
        navigate(place, 1)


# Times


@pytest.mark.parametrize("style", get_args(TimestampStyle))
def test_every_style_is_written_after_the_time(style: TimestampStyle) -> None:
    assert format_timestamp(0, style) == f"<t:0:{style}>"


def test_the_styles_are_discord_s() -> None:
    assert sorted(get_args(TimestampStyle)) == sorted("tTdDfFsSR")


@pytest.mark.parametrize("style", ["", "r", "tt", "t>"])
def test_an_unknown_style_is_refused(style: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^style is '.*'; pass one of t, T, d, D, f, F, s, S, R$"):
        format_timestamp(0, style)


def test_a_time_is_a_moment_whatever_its_zone() -> None:
    utc = datetime(2021, 4, 20, 21, 20, 30, 999_999, tzinfo=UTC)
    elsewhere = utc.astimezone(timezone(timedelta(hours=-5)))
    assert format_timestamp(utc) == format_timestamp(elsewhere) == format_timestamp(1618953630.9) == "<t:1618953630>"
    assert format_timestamp(Snowflake(175928847299117063).created_at, "R") == "<t:1462015105:R>"


@pytest.mark.parametrize("early", [-0.5, datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)])
def test_a_time_before_1970_is_negative(early: datetime | float) -> None:
    assert format_timestamp(early) == "<t:-1>"


@given(st.datetimes(timezones=st.just(UTC)))
def test_no_second_is_lost_to_rounding(moment: datetime) -> None:
    found = re.fullmatch(r"<t:(-?\d+)>", format_timestamp(moment))
    assert found is not None
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(found[1])) == moment.replace(microsecond=0)


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"^moment is 2021-04-20 00:00:00, which has no time zone"):
        format_timestamp(datetime(2021, 4, 20))  # that is the point


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    with pytest.raises(ConfigurationError, match=r"^moment is -?(nan|inf); pass seconds"):
        format_timestamp(number)


# Shards


@pytest.mark.parametrize("num_shards", [1, 2, 16, 1000])
def test_guilds_are_spread_by_the_time_they_were_made(num_shards: int) -> None:
    # The formula of events/gateway#sharding.
    for guild_id in (0, 1 << 22, 41771983423143937, 197038439483310086, 2**64 - 1):
        assert shard_id_for(guild_id, num_shards) == (guild_id >> 22) % num_shards
    assert shard_id_for(5 << 22, num_shards) == 5 % num_shards


@given(st.integers(0, 2**64 - 1), st.integers(1, 10_000))
def test_a_guild_has_a_shard(guild_id: int, num_shards: int) -> None:
    assert 0 <= shard_id_for(guild_id, num_shards) < num_shards


@pytest.mark.parametrize("num_shards", [0, -1])
def test_there_is_at_least_one_shard(num_shards: int) -> None:
    with pytest.raises(ConfigurationError, match=f"^num_shards is {num_shards}; a bot has one shard or more$"):
        shard_id_for(1, num_shards)


# Permissions need no helper: a set of flags says what it holds.


def test_permissions_say_what_they_hold() -> None:
    found = Permissions.BAN_MEMBERS | Permissions.KICK_MEMBERS | Permissions(1 << 60)
    assert Permissions.BAN_MEMBERS in found
    assert Permissions.BAN_MEMBERS | Permissions.KICK_MEMBERS in found
    assert Permissions.BAN_MEMBERS | Permissions.MANAGE_GUILD not in found
    assert found & (Permissions.MANAGE_GUILD | Permissions.BAN_MEMBERS)
    assert found.value >> 60 == 1
