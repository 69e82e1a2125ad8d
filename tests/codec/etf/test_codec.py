"""The codec around the backends: frames that wait, and the two styles of writing."""

from typing import Any

import pytest

from gatewaysdk.codec import ENCODINGS, Codec, EtfCodec, EtfFrame, get_codec
from gatewaysdk.codec.etf import BACKENDS, STYLES, Backend
from gatewaysdk.errors import ConfigurationError, DecodeError, EncodeError
from gatewaysdk.frame import Frame

from ..ids import without_address
from .matrix import EACH_BACKEND, REFERENCE
from .terms import array, atom, big, binary, mapping, small

READY = Frame(0, {"v": 10, "session_id": "5a1c", "shard": [0, 1]}, 1, "READY")


def test_etf_is_found_by_the_name_in_the_url() -> None:
    codec: Codec = get_codec("etf")
    assert isinstance(codec, EtfCodec)
    assert codec.name == "etf"
    assert codec.binary is True
    assert codec is get_codec("etf", backend="auto")
    assert "etf" in ENCODINGS


@EACH_BACKEND
def test_the_backend_is_a_choice(backend: Backend) -> None:
    codec = get_codec("etf", backend=backend.name)
    assert isinstance(codec, EtfCodec)
    assert codec.backend is backend
    assert repr(codec) == f"EtfCodec({backend.name!r}, style='discord')"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: get_codec("etf", backend="cython"), "'cython' is unknown; choose one of 'auto', 'native'"),
        (lambda: get_codec("etf", backend=""), "'' is unknown"),
        (lambda: get_codec("json", backend="native"), "'json' has no backends"),
        (lambda: EtfCodec(style="elixir"), "'elixir' is unknown; choose one of 'discord', 'erlpack'"),
    ],
)
def test_a_choice_that_there_is_not_names_value_and_remedy(call: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        call()


@EACH_BACKEND
@pytest.mark.parametrize("style", STYLES)
def test_a_frame_comes_through(backend: Backend, style: str) -> None:
    codec = EtfCodec(backend.name, style=style)
    message = codec.encode_frame(READY)
    frame = codec.peek(message)
    assert (frame.op, frame.d, frame.s, frame.t) == (0, READY.d, 1, "READY")
    assert frame.size == len(message)
    assert frame.d is frame.d


@EACH_BACKEND
def test_d_stays_undecoded_until_it_is_read(backend: Backend) -> None:
    codec = EtfCodec(backend.name)
    message = codec.encode_frame(READY).replace(b"5a1c", b"5a\xff\xff")
    frame = codec.peek(message)
    assert frame.t == "READY"
    for _ in range(2):
        with pytest.raises(DecodeError):
            _ = frame.d
    with pytest.raises(DecodeError):
        frame.validate(Spy())


class Spy:
    def validate_json(self, data: bytes, /) -> Any:
        raise AssertionError("there is no JSON here")

    def validate_python(self, data: Any, /) -> Any:
        return "validated", data


def test_a_validator_is_given_plain_values() -> None:
    codec = EtfCodec()
    assert codec.peek(codec.encode_frame(READY)).validate(Spy()) == ("validated", READY.d)


@EACH_BACKEND
def test_a_frame_without_d_holds_none(backend: Backend) -> None:
    frame = EtfCodec(backend.name).peek(b"\x83" + mapping((atom("op"), small(11))))
    assert isinstance(frame, EtfFrame)
    assert (frame.op, frame.d, frame.s, frame.t) == (11, None, None, None)


@EACH_BACKEND
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda raw: memoryview(raw + raw)[: len(raw)]])
def test_a_frame_does_not_change_with_the_buffer_that_it_came_in(backend: Backend, kind: Any) -> None:
    message = kind(EtfCodec().encode_frame(READY))
    frame = EtfCodec(backend.name).peek(message)
    if isinstance(message, bytearray):
        message[:] = bytes(len(message))
    assert frame.d == READY.d


def test_a_buffer_with_gaps_is_read_as_what_it_shows() -> None:
    message = EtfCodec().encode_frame(READY)
    spread = b"".join(bytes([byte, 0]) for byte in message)
    assert EtfCodec().peek(memoryview(spread)[::2]).d == READY.d


def test_text_is_no_etf() -> None:
    with pytest.raises(DecodeError, match="text"):
        EtfCodec().peek('{"op":11}')


def test_a_frame_does_not_show_its_data() -> None:
    assert repr(EtfCodec().peek(EtfCodec().encode_frame(READY))) == "EtfFrame(op=0, s=1, t='READY')"


@EACH_BACKEND
def test_a_command_is_op_and_d_with_binary_keys(backend: Backend) -> None:
    command = EtfCodec(backend.name).encode(1, 251)
    assert command == b"\x83" + mapping((binary("op"), small(1)), (binary("d"), small(251)))
    with pytest.raises(EncodeError):
        EtfCodec(backend.name).encode(1, {"at": object()})


# Styles


def test_discord_writes_d_first_and_atoms_for_what_its_gateway_made() -> None:
    data = mapping(
        (atom("v"), small(10)), (atom("session_id"), binary("5a1c")), (atom("shard"), b"k\0\x02\0\x01")
    )  # fmt: skip
    pairs = (atom("d"), data), (atom("op"), small(0)), (atom("s"), small(1)), (atom("t"), atom("READY"))
    assert EtfCodec().encode_frame(READY) == b"\x83" + mapping(*pairs)


def test_discord_writes_binaries_for_what_its_api_made_and_ids_as_integers() -> None:
    data = {
        "id": "175928847299117063", "guild_id": "18446744073709551615", "member_ids": ["175928847299117063"],
        "roles": ["175928847299117063"], "custom_id": "175928847299117063", "content": "175928847299117063",
        "channel_id": "1", "parent_id": None, "webhook_id": "18446744073709551616", "sizes": [1, 300],
    }  # fmt: skip
    number, text = big(175928847299117063), binary("175928847299117063")
    expected = mapping(
        (binary("id"), number), (binary("guild_id"), big(2**64 - 1)), (binary("member_ids"), array(number)),
        (binary("roles"), array(number)), (binary("custom_id"), text), (binary("content"), text),
        (binary("channel_id"), binary("1")), (binary("parent_id"), atom("nil")),
        (binary("webhook_id"), binary("18446744073709551616")), (binary("sizes"), array(small(1), b"b\0\0\x01\x2c")),
    )  # fmt: skip
    message = EtfCodec().encode_frame(Frame(0, data, 70_000, "MESSAGE_CREATE"))
    _, s, _, start, end = REFERENCE.peek(message)
    assert s == 70_000
    assert message[start:end] == expected


def test_discord_writes_a_status_as_an_atom_where_it_knows_it_itself() -> None:
    data = {"status": "online", "client_status": {"web": "idle"}, "user": {"id": "1"}}
    message = EtfCodec().encode_frame(Frame(0, data, 1, "PRESENCE_UPDATE"))
    assert atom("status") + atom("online") in message
    assert atom("web") + atom("idle") in message
    assert binary("status") + binary("online") in EtfCodec().encode_frame(Frame(0, data, 1, "GUILD_CREATE"))


def test_a_gateway_on_erlpack_writes_binaries_only() -> None:
    data = {"id": "175928847299117063", "shard": [0, 1]}
    pairs = (
        (binary("op"), small(0)), (binary("t"), binary("READY")), (binary("s"), small(1)),
        (binary("d"), mapping((binary("id"), binary("175928847299117063")),
                              (binary("shard"), array(small(0), small(1))))),
    )  # fmt: skip
    assert EtfCodec("python", style="erlpack").encode_frame(Frame(0, data, 1, "READY")) == b"\x83" + mapping(*pairs)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("value", [float("nan"), b"", {1: 2}, object(), 2**2040], ids=without_address)
def test_what_are_no_plain_values_is_refused_in_either_style(style: str, value: Any) -> None:
    with pytest.raises(EncodeError):
        EtfCodec(style=style).encode_frame(Frame(0, {"a": [value]}, 1, "READY"))
    nested: Any = []
    for _ in range(300):
        nested = [nested]
    with pytest.raises(EncodeError):
        EtfCodec(style=style).encode_frame(Frame(0, nested, 1, "READY"))


@pytest.mark.parametrize("name", ["会議", "A" * 256])
def test_a_name_that_can_be_no_atom_is_refused_by_the_style_that_makes_it_one(name: str) -> None:
    with pytest.raises(EncodeError, match="atom"):
        EtfCodec().encode_frame(Frame(0, {}, 1, name))


def test_every_backend_has_a_name_to_choose_it_by() -> None:
    assert BACKENDS == ("auto", "native", "python", "erlpack")
