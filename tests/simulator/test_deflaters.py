"""Compressing as Discord does, against the inflaters that a client uses."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.compression import COMPRESSIONS, Message, get_inflater
from gatewaysdk.errors import ConfigurationError
from gatewaysdk.simulator.compression import PAYLOAD_THRESHOLD, get_deflater

SMALL = '{"t":null,"s":null,"op":11,"d":"é"}'
LARGE = SMALL * PAYLOAD_THRESHOLD


def as_bytes(message: Message) -> bytes:
    return message.encode() if isinstance(message, str) else message


@given(
    st.sampled_from([*((name, False) for name in COMPRESSIONS), (None, False), (None, True), ("none", True)]),
    st.lists(st.text(min_size=1) | st.binary(min_size=1) | st.just(LARGE), max_size=8),
)
def test_every_message_comes_out_of_the_inflater_as_it_went_in(kind: tuple[str, bool], messages: list[Message]) -> None:
    compress, payload = kind
    if payload:  # goes with JSON, whose messages are text
        messages = [message for message in messages if isinstance(message, str)]
    deflater, inflater = get_deflater(compress, payload=payload), get_inflater(compress, payload=payload)
    for message in messages:
        (event,) = inflater.feed(deflater.deflate(message))
        assert as_bytes(event) == as_bytes(message)


def test_without_compression_a_message_is_sent_as_it_is() -> None:
    assert get_deflater(None).deflate(SMALL) == SMALL
    assert get_deflater("none").deflate(b"\x83t") == b"\x83t"


@pytest.mark.parametrize("compress", ["zlib-stream", "zstd-stream"])
def test_a_stream_remembers_what_it_sent(compress: str) -> None:
    deflater = get_deflater(compress)
    first, second = deflater.deflate(LARGE), deflater.deflate(LARGE)
    assert len(second) < len(first) < len(LARGE)
    assert get_deflater(compress).deflate(LARGE) == first


def test_each_message_of_a_zlib_stream_ends_with_the_flush_marker() -> None:
    deflater = get_deflater("zlib-stream")
    for message in (SMALL, LARGE, SMALL):
        deflated = deflater.deflate(message)
        assert isinstance(deflated, bytes)
        assert deflated.endswith(b"\x00\x00\xff\xff")


def test_only_large_payloads_are_compressed() -> None:
    deflater = get_deflater(None, payload=True)
    assert deflater.deflate(SMALL) == SMALL
    large = deflater.deflate(LARGE)
    assert isinstance(large, bytes)
    assert len(large) < len(LARGE)
    assert deflater.deflate("x" * (PAYLOAD_THRESHOLD - 1)) == "x" * (PAYLOAD_THRESHOLD - 1)
    assert isinstance(deflater.deflate("x" * PAYLOAD_THRESHOLD), bytes)


def test_unknown_names_and_double_compression_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="'gzip' is unknown"):
        get_deflater("gzip")
    with pytest.raises(ConfigurationError, match="excludes"):
        get_deflater("zlib-stream", payload=True)


def test_zstd_that_is_not_installed_is_a_setting_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gatewaysdk.compression.zstd_library", None)
    with pytest.raises(ConfigurationError, match=r"backports\.zstd"):
        get_deflater("zstd-stream")
