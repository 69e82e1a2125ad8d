"""Payload compression: single messages, each a zlib document."""

import zlib

import pytest

from gatewaysdk.compression import get_inflater
from gatewaysdk.errors import DecompressionError

from .streams import EVENTS, feed_all


def test_text_messages_pass_beside_compressed_payloads() -> None:
    inflater = get_inflater(None, payload=True)
    assert feed_all(inflater, ["hello", zlib.compress(b"ready"), "ack"]) == ["hello", b"ready", "ack"]


def test_a_payload_cut_short_is_refused_at_every_length() -> None:
    whole = zlib.compress(EVENTS[3])
    for length in range(len(whole)):
        with pytest.raises(DecompressionError):
            get_inflater(None, payload=True).feed(whole[:length])


def test_a_payload_with_something_behind_it_is_refused() -> None:
    for more in (b"\x00", zlib.compress(b"second")):
        with pytest.raises(DecompressionError, match="behind its end"):
            get_inflater(None, payload=True).feed(zlib.compress(b"first") + more)


def test_a_payload_that_needs_a_dictionary_is_refused() -> None:
    context = zlib.compressobj(zdict=b"shared")
    with pytest.raises(DecompressionError):
        get_inflater(None, payload=True).feed(context.compress(b"shared") + context.flush())
