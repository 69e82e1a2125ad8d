"""Writing: what the gateway, or a client of the simulator, is sent."""

import datetime
import enum
import json
import math
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.codec import get_codec
from gatewaysdk.errors import EncodeError, UsageError
from gatewaysdk.frame import Frame

from .ids import without_address

codec = get_codec("json")


class Intents(enum.IntFlag):
    GUILDS = 1
    GUILD_MESSAGES = 512


class ActivityType(enum.IntEnum):
    WATCHING = 3


class Status(enum.StrEnum):
    ONLINE = "online"


class Number(int):
    pass


class Text(str):
    __slots__ = ()


@dataclass
class Point:
    x: int


def test_a_command_is_op_and_d() -> None:
    assert codec.encode(1, 251) == b'{"op":1,"d":251}'
    assert codec.encode(1, None) == b'{"op":1,"d":null}'


def test_a_whole_envelope_has_the_order_of_discord_and_stays_undecoded_when_read() -> None:
    message = codec.encode_frame(Frame(0, {"content": "café"}, 3, "MESSAGE_CREATE"))
    assert message == '{"t":"MESSAGE_CREATE","s":3,"op":0,"d":{"content":"café"}}'.encode()
    assert codec.encode_frame(codec.peek(message)) == message


def test_enums_flags_and_subclasses_are_their_values() -> None:
    data = {
        "intents": Intents.GUILDS | Intents.GUILD_MESSAGES | 1 << 40,
        "type": ActivityType.WATCHING,
        "status": Status.ONLINE,
        "number": Number(2**63),
        "text": Text("a"),
        "shard": (0, 1),
    }
    assert json.loads(codec.encode(2, data))["d"] == {
        "intents": 1 << 40 | 513,
        "type": 3,
        "status": "online",
        "number": 2**63,
        "text": "a",
        "shard": [0, 1],
    }


def cyclic() -> list[Any]:
    data: list[Any] = []
    data.append(data)
    return data


@pytest.mark.parametrize(
    "value",
    [
        2**64,
        -(2**63) - 1,
        Number(2**64),
        math.nan,
        math.inf,
        -math.inf,
        "\ud800",
        {1: "a"},
        {None: "a"},
        {"a"},
        b"bytes",
        object(),
        Point(1),
        datetime.datetime(2026, 8, 1, tzinfo=datetime.UTC),
        cyclic(),
    ],
    ids=without_address,
)
def test_what_json_cannot_express_is_an_encode_error(value: Any) -> None:
    for d in (value, {"deep": [None, ({"er": value},)]}):
        with pytest.raises(EncodeError, match="op 3 cannot be sent as JSON"):
            codec.encode(3, d)
        with pytest.raises(EncodeError):
            codec.encode_frame(Frame(3, d))


def test_an_encode_error_is_a_mistake_of_the_caller() -> None:
    assert issubclass(EncodeError, UsageError)
    assert issubclass(EncodeError, ValueError)


def test_null_beside_finite_floats_is_no_error() -> None:
    assert codec.encode(3, {"since": None, "x": [1.5, None]}) == b'{"op":3,"d":{"since":null,"x":[1.5,null]}}'


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(values, st.none() | st.integers(0, 2**63), st.none() | st.text())
def test_what_is_encoded_is_read_back_equal(d: Any, s: int | None, t: str | None) -> None:
    try:
        expected = json.loads(json.dumps(d, allow_nan=False))
    except ValueError:
        with pytest.raises(EncodeError):
            codec.encode_frame(Frame(0, d, s, t))
        return
    frame = codec.peek(codec.encode_frame(Frame(0, d, s, t)))
    assert (frame.op, frame.d, frame.s, frame.t) == (0, expected, s, t)
    assert codec.peek(codec.encode(0, d)).d == expected
