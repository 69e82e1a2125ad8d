"""Ids, times and the other values that a wire type of their own describes."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gatewaysdk.bases.types import IntegerPair, PresenceBoolean, Timestamp
from gatewaysdk.models import RoleTags
from gatewaysdk.snowflake import DISCORD_EPOCH, Snowflake

MOST = 2**64 - 1

snowflakes: TypeAdapter[Snowflake] = TypeAdapter(Snowflake)
timestamps: TypeAdapter[datetime] = TypeAdapter(Timestamp)
booleans: TypeAdapter[bool] = TypeAdapter(PresenceBoolean)
pairs: TypeAdapter[tuple[int, int]] = TypeAdapter(IntegerPair)


def both_ways(adapter: TypeAdapter[Any], value: Any) -> Any:
    """Return what a value means, as decoded data and as JSON text."""
    found = adapter.validate_python(value)
    assert adapter.validate_json(json.dumps(value)) == found
    return found


def refused(adapter: TypeAdapter[Any], value: Any) -> None:
    with pytest.raises(ValidationError):
        adapter.validate_python(value)
    with pytest.raises(ValidationError):
        adapter.validate_json(json.dumps(value))


# Snowflakes (reference#snowflakes)


@given(st.integers(0, MOST))
def test_a_snowflake_comes_as_a_string_or_as_an_integer(value: int) -> None:
    for wire in (str(value), value):
        found = both_ways(snowflakes, wire)
        assert type(found) is Snowflake
        assert found == value
        assert hash(found) == hash(value)


@given(st.integers(0, MOST))
def test_a_snowflake_leaves_as_a_string(value: int) -> None:
    snowflake = Snowflake(value)
    assert snowflakes.dump_json(snowflake) == f'"{value}"'.encode()
    assert (str(snowflake), f"{snowflake}", repr(snowflake)) == (str(value), str(value), f"Snowflake({value})")


@pytest.mark.parametrize(
    "value",
    [
        -1, MOST + 1, 2**70, True, False, 1.0, None, [], {}, "", "-1", "+1", "1.0", "0x1", " 1", "1 ", "1\n", "1_000",
        "x", "\uff11", "\u0663", str(MOST + 1), "9" * 20, "1" * 21, "0" * 21,
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_64_bit_id_is_refused(value: Any) -> None:
    refused(snowflakes, value)


def test_a_snowflake_tells_its_time() -> None:
    # The example of reference#snowflakes-snowflake-id-format-structure-left-to-right.
    assert Snowflake(175928847299117063).created_at == datetime(2016, 4, 30, 11, 18, 25, 796000, UTC)
    assert Snowflake(0).created_at == DISCORD_EPOCH
    assert Snowflake(MOST).created_at.year == 2154


@given(st.datetimes(datetime(2015, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC)))
def test_the_snowflake_of_a_moment_is_the_smallest_of_its_millisecond(moment: datetime) -> None:
    snowflake = Snowflake.from_datetime(moment)
    assert timedelta(0) <= moment - snowflake.created_at < timedelta(milliseconds=1)
    assert Snowflake(max(snowflake - 1, 0)).created_at <= snowflake.created_at
    assert snowflake & 0x3FFFFF == 0


def test_a_snowflake_is_copied_and_pickled_as_one() -> None:
    value = Snowflake(5)
    for found in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert found == 5
        assert type(found) is Snowflake


# Timestamps (reference#iso8601-datetime)


@pytest.mark.parametrize(
    "text",
    [
        "2017-07-25T08:09:41.111000+00:00", "2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.1234567+00:00", "2015-04-26T06:26:56.936000+00:00", "1970-01-01T00:00:00+00:00",
    ],
)  # fmt: skip
def test_a_timestamp_becomes_an_aware_datetime(text: str) -> None:
    found = both_ways(timestamps, text)
    assert found == datetime.fromisoformat(text.replace("4567+", "456+"))
    assert found.utcoffset() == timedelta(0)


def test_a_timestamp_keeps_its_offset() -> None:
    found = both_ways(timestamps, "2026-01-02T03:04:05+05:30")
    assert found == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize(
    "value", [0, 1700000000, 1.5, True, None, "", "1700000000", "now", "03:04:05", "20260102", [], {}], ids=repr
)
def test_what_is_no_iso_8601_text_is_refused(value: Any) -> None:
    refused(timestamps, value)


def test_a_timestamp_without_an_offset_is_utc() -> None:
    assert both_ways(timestamps, "2026-01-02T03:04:05") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-13-02T03:04:05Z", "2026-01-02T25:04:05Z", "2026-01-02X"])
def test_a_broken_timestamp_is_refused(text: str) -> None:
    refused(timestamps, text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_timestamp_comes_back_from_its_own_json(moment: datetime) -> None:
    assert timestamps.validate_json(timestamps.dump_json(moment)) == moment
    assert timestamps.validate_python(moment) == moment


# Booleans that are true by being there (topics/permissions#role-object-role-tags-structure)


def test_a_key_with_null_means_true() -> None:
    assert both_ways(booleans, None) is True
    tags = RoleTags.model_validate_json('{"premium_subscriber": null}')
    assert (tags.premium_subscriber, tags.available_for_purchase, tags.guild_connections) == (True, False, False)


def test_a_missing_key_means_false() -> None:
    assert RoleTags.model_validate({}).premium_subscriber is False


def test_what_we_wrote_ourselves_is_read_again() -> None:
    for tags in (RoleTags.model_validate({"premium_subscriber": None}), RoleTags.model_validate({"bot_id": "5"})):
        assert RoleTags.model_validate_json(tags.model_dump_json()) == tags
        assert RoleTags.model_validate(tags.model_dump()) == tags


@pytest.mark.parametrize("value", [0, 1, "true", "", [], {}], ids=repr)
def test_other_values_of_such_a_key_are_refused(value: Any) -> None:
    refused(booleans, value)


# Pairs: [shard_id, num_shards]


def test_a_pair_is_an_array_of_two_integers() -> None:
    assert both_ways(pairs, [0, 16]) == (0, 16)
    assert pairs.validate_python((0, 16)) == (0, 16)
    assert pairs.dump_json((0, 16)) == b"[0,16]"


@pytest.mark.parametrize(
    "value",
    [[], [1], [1, 2, 3], ["0", 16], [True, 16], [0.0, 16], [None, 1], {"0": 1, "1": 2}, "01", None, 5],
    ids=repr,
)
def test_what_is_no_pair_of_integers_is_refused(value: Any) -> None:
    refused(pairs, value)
