"""Reading: the envelope at once, the data when asked for."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Json, TypeAdapter, ValidationError

from gatewaysdk.codec import JsonFrame, get_codec
from gatewaysdk.errors import DecodeError
from gatewaysdk.frame import Frame

HELLO = b'{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250,"_trace":["[\\"gateway\\"]"]}}'
ACK = b'{"t":null,"s":null,"op":11,"d":null}'
INVALID_SESSION = b'{"t":null,"s":null,"op":9,"d":false}'
HEARTBEAT_AS_CLIENTS_WRITE_IT = b'{"op":1,"d":251}'
MESSAGE = (
    b'{"t":"MESSAGE_CREATE","s":42,"op":0,"d":{"id":"1100000000000000001","content":"\xc3\xa9 \\"}{\\" \\ud83d\\ude00"'
    b',"author":{"id":"80351110224678912","bot":false},"mentions":[],"flags":0,"nonce":null,"score":1.5}}'
)
REAL = [HELLO, ACK, INVALID_SESSION, HEARTBEAT_AS_CLIENTS_WRITE_IT, MESSAGE]

any_data: TypeAdapter[Any] = TypeAdapter(Any)
codec = get_codec("json")


class Author(BaseModel):
    id: int
    bot: bool


class Message(BaseModel):
    id: int
    content: str
    author: Author


def envelope_of(frame: Frame) -> tuple[int, Any, int | None, str | None]:
    return frame.op, frame.d, frame.s, frame.t


def short(value: object) -> str:
    return repr(value)[:40]


def is_lazy(frame: Frame) -> bool:
    """Tell whether ``d`` was left alone: a validator that is given JSON text sees the wire's own bytes."""
    seen: list[str] = []

    class Spy:
        def validate_json(self, data: bytes, /) -> None:
            seen.append("json")

        def validate_python(self, data: Any, /) -> None:
            seen.append("python")

    frame.validate(Spy())
    return seen == ["json"]


@pytest.mark.parametrize("message", REAL)
def test_a_message_is_read_as_the_json_that_it_is(message: bytes) -> None:
    data = json.loads(message)
    assert envelope_of(codec.peek(message)) == (data["op"], data["d"], data.get("s"), data.get("t"))


@pytest.mark.parametrize("message", [HELLO, ACK, INVALID_SESSION, MESSAGE])
def test_d_stays_undecoded_in_the_order_that_discord_writes(message: bytes) -> None:
    assert is_lazy(codec.peek(message))


@pytest.mark.parametrize("as_type", [bytes, bytearray, memoryview, lambda message: message.decode()])
def test_any_kind_of_buffer_or_text_is_taken(as_type: Any) -> None:
    frame = codec.peek(as_type(MESSAGE))
    assert (frame.op, frame.s, frame.t) == (0, 42, "MESSAGE_CREATE")
    assert frame.d == json.loads(MESSAGE)["d"]
    assert frame.size == len(MESSAGE)
    assert is_lazy(frame)


def test_a_buffer_written_to_after_the_peek_does_not_change_the_frame() -> None:
    buffer = bytearray(MESSAGE)
    frame = codec.peek(buffer)
    buffer[:] = b"x" * len(buffer)
    assert frame.d == json.loads(MESSAGE)["d"]


def test_d_is_decoded_once() -> None:
    frame = codec.peek(MESSAGE)
    assert frame.d is frame.d


def test_size_is_that_of_the_message_in_every_shape() -> None:
    for message in (MESSAGE, MESSAGE + b"\r\n", b" " + MESSAGE, HEARTBEAT_AS_CLIENTS_WRITE_IT):
        assert codec.peek(message).size == len(message)


def test_keys_after_d_are_no_part_of_it() -> None:
    frame = codec.peek(b'{"t":"READY","s":1,"op":0,"d":{"v":10},"extra":{"a":1}}')
    assert envelope_of(frame) == (0, {"v": 10}, 1, "READY")
    assert frame.validate(any_data) == {"v": 10}


def test_keys_after_d_still_reach_the_model_when_it_is_validated_first() -> None:
    frame = codec.peek(MESSAGE[:-1] + b',"extra":1}')
    assert frame.validate(TypeAdapter(Message)).author.id == 80351110224678912


def test_an_envelope_that_names_a_key_twice_is_refused() -> None:
    frame = codec.peek(b'{"t":null,"s":null,"op":11,"d":null,"op":9}')
    with pytest.raises(DecodeError, match="twice"):
        _ = frame.d


def test_unknown_keys_of_the_envelope_are_ignored() -> None:
    assert envelope_of(codec.peek(b'{"_v":2,"op":7,"d":null,"s":null,"t":null,"more":[1]}')) == (7, None, None, None)


def test_missing_keys_other_than_op_are_none() -> None:
    assert envelope_of(codec.peek(b'{"op":11}')) == (11, None, None, None)


def test_an_unusual_name_or_number_is_read_in_full() -> None:
    assert codec.peek(b'{"t":"new event\\u0021","s":1,"op":0,"d":{}}').t == "new event!"
    assert codec.peek(b'{"t":"A","s":9223372036854775807,"op":0,"d":{}}').s == 9223372036854775807
    assert codec.peek(b'{"t":"A","s":-1,"op":-3,"d":{}}').op == -3


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"0",
        b'"op"',
        b"{",
        b"{}",
        b'{"d":{}}',
        b'{"op":null}',
        b'{"op":true,"d":null}',
        b'{"op":"0","d":null}',
        b'{"op":0.0,"d":null}',
        b'{"op":0,"s":"1","d":null}',
        b'{"op":0,"s":false,"d":null}',
        b'{"op":0,"s":1.5,"d":null}',
        b'{"op":0,"t":1,"d":null}',
        b'{"op":0,"t":["READY"],"d":null}',
        b'{"op":NaN,"d":null}',
        b'{"op":0,"d":nan}',
        b'{"op":0,"d":+1}',
        b'{"op":0,"d":"\xff"}',
        b'{"op":0,"d":null}{"op":0,"d":null}',
        b'{"op":0,"d":null}\x00',
        b'\xef\xbb\xbf{"op":0,"d":null}',
        b'{"op":0,"d":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"t":null,"s":01,"op":0,"d":null}',
        b'{"t":null,"s":1,"op":00,"d":null}',
        b'{"t":null,"s":null,"op":0,"d":',
        b'{"t":"A","s":1,"op":0,"d":{}}{',
        MESSAGE[:-20],
        "\ud800",
        '{"op":0,"d":"\ud800"}',
    ],
    ids=short,
)
def test_what_is_no_gateway_message_is_a_decode_error_at_once(message: bytes | str) -> None:
    with pytest.raises(DecodeError):
        codec.peek(message)


@pytest.mark.parametrize(
    "d",
    [
        b"",
        b"nan",
        b"9" * 4301,
        b"nul",
        b"{",
        b'{"a":1',
        b'{"a":1}}',
        b'{"a":1},',
        b"1 2",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\x01"',
        b"[" * 5000 + b"]" * 5000,
        b"[" * 100_000,
    ],
    ids=short,
)
def test_broken_data_behind_a_good_envelope_is_a_decode_error_when_read(d: bytes) -> None:
    frame = codec.peek(b'{"t":"A","s":1,"op":0,"d":' + d + b"}")
    for _ in range(2):
        with pytest.raises(DecodeError):
            _ = frame.d


@pytest.mark.parametrize("d", [b"", b"{", b'{"id":1}}', b'{"id":"\xff"}', b"[" * 5000 + b"]" * 5000], ids=short)
def test_broken_json_is_a_decode_error_for_a_model_too(d: bytes) -> None:
    frame = codec.peek(b'{"t":"A","s":1,"op":0,"d":' + d + b"}")
    for _ in range(2):
        with pytest.raises(DecodeError):
            frame.validate(TypeAdapter(Message))


def test_half_a_surrogate_pair_becomes_the_sign_for_what_is_no_text() -> None:
    # Pairs, other escapes and what merely looks like one stay as they are.
    text = rb"\ud800 \uDBFF\udc00\udc00 \ud83d\ude00 \ud800\ud800\udc00 \\ud800 \\\ud800 \u0041\n"
    expected = "\ufffd \U0010fc00\ufffd \U0001f600 \ufffd\U00010000 \\ud800 \\\ufffd A\n"
    for message in (b'{"t":"A","s":1,"op":0,"d":{"x":"%b"}}', b'{"op":0,"d":{"x":"%b"}}'):
        frame = codec.peek(message % text)
        assert frame.d == {"x": expected}
        assert frame.validate(any_data) == {"x": expected}
    nested = b'{"x":' * 300 + b'"\\ud800"' + b"}" * 300
    assert codec.peek(b'{"t":"A","s":1,"op":0,"d":{"id":1,"bot":true,"new":%b}}' % nested).validate(
        TypeAdapter(Author)
    ) == Author(id=1, bot=True)


def test_data_nested_deeper_than_pydantic_parses_is_validated_all_the_same() -> None:
    nested = b'{"x":' * 300 + b"1" + b"}" * 300
    frame = codec.peek(b'{"t":"A","s":1,"op":0,"d":{"id":1,"bot":true,"new":' + nested + b"}}")
    assert frame.validate(TypeAdapter(Author)) == Author(id=1, bot=True)


def test_a_model_is_built_alike_from_every_spelling() -> None:
    reordered = json.dumps(dict(sorted(json.loads(MESSAGE).items())), indent=1).encode()
    lazy, parsed = codec.peek(MESSAGE), codec.peek(reordered)
    assert is_lazy(lazy)
    assert not is_lazy(parsed)
    validator = TypeAdapter(Message)
    assert lazy.validate(validator) == parsed.validate(validator)


class JsonOnly:
    """A validator that must not be asked twice."""

    def __init__(self, adapter: TypeAdapter[Any]) -> None:
        self.validate_json = adapter.validate_json

    def validate_python(self, data: Any, /) -> Any:
        raise AssertionError("the data was validated a second time")


def test_data_that_fits_no_model_is_left_to_pydantic() -> None:
    with pytest.raises(ValidationError) as caught:
        codec.peek(MESSAGE).validate(JsonOnly(TypeAdapter(dict[str, Author])))
    assert caught.value.error_count() > 1
    with pytest.raises(ValidationError, match="dict_type"):
        codec.peek(ACK).validate(JsonOnly(TypeAdapter(dict[str, Author])))
    with pytest.raises(ValidationError):
        codec.peek(b" " + MESSAGE).validate(TypeAdapter(dict[str, Author]))


def test_a_broken_json_field_inside_good_json_is_left_to_pydantic() -> None:
    class Holder(BaseModel):
        text: Json[Any]

    frame = codec.peek(b'{"t":"A","s":1,"op":0,"d":{"text":"{"}}')
    with pytest.raises(ValidationError) as caught:
        frame.validate(JsonOnly(TypeAdapter(Holder)))
    assert caught.value.errors()[0]["type"] == "json_invalid"


def chain(error: BaseException | None) -> list[BaseException]:
    return [] if error is None else [error, *chain(error.__cause__ or error.__context__)]


@pytest.mark.parametrize(
    "message",
    [
        b'{"t":"VOICE_SERVER_UPDATE","s":1,"op":0,"d":{"token":"hunter2","guild_id":"1"',
        b'{"op":2,"d":{"token":"hunter2"',
        b'{"op":"2","d":{"token":"hunter2"}}',
        b'{"s":"1","op":0,"d":{"token":"hunter2"}}',
        b"x" * 80 + b"hunter2",
        b"\xff" * 80 + b"hunter2",
    ],
)
def test_an_error_quotes_a_little_of_the_envelope_and_nothing_of_the_data(message: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        codec.peek(message)
    assert len(str(caught.value)) < 220
    for error in chain(caught.value):
        assert "hunter2" not in repr((error, vars(error)))
        assert "hunter2" not in str(getattr(error, "doc", ""))


def test_an_error_about_data_read_late_quotes_nothing_of_it() -> None:
    frame = codec.peek(b'{"t":"A","s":1,"op":0,"d":{"token":"hunter2",}}')
    reads: list[Callable[[], Any]] = [lambda: frame.d, lambda: frame.validate(any_data)]
    for read in reads:
        with pytest.raises(DecodeError) as caught:
            read()
        for error in chain(caught.value):
            assert "hunter2" not in str(error)
            assert "hunter2" not in str(getattr(error, "doc", ""))


def test_a_frame_shows_nothing_of_its_data() -> None:
    frame = codec.peek(b'{"t":"A","s":1,"op":0,"d":{"token":"hunter2"}}')
    assert isinstance(frame, JsonFrame)
    assert repr(frame) == "JsonFrame(op=0, s=1, t='A')"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
whitespace = st.text(alphabet=" \t\r\n", max_size=2)


@st.composite
def envelopes(draw: st.DrawFn) -> bytes:
    """Write an envelope in any order and spacing, Discord's own included, with keys that no envelope has yet."""
    fields = {
        "t": draw(st.none() | st.sampled_from(["READY", "MESSAGE_CREATE"]) | st.text()),
        "s": draw(st.none() | st.integers(0, 2**63)),
        "op": draw(st.integers(0, 50) | st.integers(-(2**63), 2**63)),
        "d": draw(values),
    }
    fields |= draw(st.dictionaries(st.text().filter(lambda key: key not in fields), values, max_size=1))
    keys = draw(st.just(list(fields)) | st.permutations(list(fields)))
    spaces = draw(st.just(("", "")) | st.tuples(whitespace, whitespace))
    ascii_only = draw(st.booleans())
    separators = ("," + spaces[0], ":" + spaces[1])
    text = json.dumps({key: fields[key] for key in keys}, ensure_ascii=ascii_only, separators=separators)
    return (draw(whitespace) + text + draw(whitespace)).encode()


@given(envelopes())
def test_every_spelling_of_an_envelope_is_read_as_json_reads_it(message: bytes) -> None:
    data = json.loads(message)
    assert envelope_of(codec.peek(message)) == (data["op"], data["d"], data["s"], data["t"])


@given(envelopes())
def test_the_lazy_path_and_the_full_parse_agree(message: bytes) -> None:
    # A leading blank is enough to leave the lazy path.
    lazy, parsed = codec.peek(message.lstrip()), codec.peek(b" " + message)
    assert envelope_of(lazy) == envelope_of(parsed)
    again = codec.peek(message.lstrip())
    assert again.validate(any_data) == parsed.validate(any_data)


def read_all(message: bytes) -> None:
    """Peek and read; nothing but a DecodeError may come of it."""
    try:
        frame = codec.peek(message)
        assert type(frame.op) is int
        assert frame.s is None or type(frame.s) is int
        assert frame.t is None or type(frame.t) is str
        _ = frame.d
    except DecodeError:
        return
    again = codec.peek(message)
    again.validate(any_data)
    assert envelope_of(again) == envelope_of(frame)


@given(st.binary(max_size=200))
def test_random_bytes_are_a_frame_or_a_decode_error(message: bytes) -> None:
    read_all(message)


@given(st.binary(max_size=60), st.booleans())
def test_random_data_behind_a_good_prefix_is_a_frame_or_a_decode_error(noise: bytes, closed: bool) -> None:
    read_all(b'{"t":"A","s":1,"op":0,"d":' + noise + b"}" * closed)


@given(st.sampled_from(REAL), st.data())
def test_a_damaged_message_is_a_frame_or_a_decode_error(message: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(message)))
        end = data.draw(st.integers(start, min(len(message), start + 8)))
        message = message[:start] + data.draw(st.binary(max_size=4) | st.sampled_from(REAL)) + message[end:]
    read_all(message)
