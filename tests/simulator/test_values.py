"""Single values."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.simulator.values import make_integer, make_snowflake, make_text, make_timestamp
from gatewaysdk.snowflake import Snowflake

randoms = st.randoms(use_true_random=False)


@given(randoms)
def test_ids_are_decimal_strings_whose_time_is_past(random: Random) -> None:
    text = make_snowflake(random)
    assert text.isdecimal()
    assert datetime(2015, 12, 1, tzinfo=UTC) < Snowflake(text).created_at < datetime(2026, 1, 1, tzinfo=UTC)


@given(randoms)
def test_times_are_spelt_as_discord_does(random: Random) -> None:
    text = make_timestamp(random)
    assert text == datetime.fromisoformat(text).isoformat(timespec="microseconds")
    assert text.endswith("+00:00")


@given(randoms)
def test_a_name_tells_what_stands_in_a_field(random: Random) -> None:
    assert make_text("proxy_url", random).startswith("https://")
    assert len(make_text("avatar", random)) == 32
    assert make_text("count", random).isdecimal()
    assert 0 <= make_integer("accent_color", random) < 1 << 24
    assert make_integer("v", random) == 10
