"""The data of an event as it came."""

from __future__ import annotations

import json

import pytest

from gatewaysdk.codec import get_codec
from gatewaysdk.codec.etf import EtfCodec
from gatewaysdk.frame import Frame

DATA = {"id": "1", "content": "é", "n": [1, None, True]}


def test_json_is_what_stands_in_the_message() -> None:
    codec = get_codec("json")
    message = b'{"t":"X","s":1,"op":0,"d":{ "id" : "1" }}'
    assert codec.undecoded(codec.envelope(message)) == b'{ "id" : "1" }'


@pytest.mark.parametrize(
    "message",
    [
        '{"op":0,"d":{"big":123456789012345678901234567890},"s":1,"t":"X"}',
        '{"op":0,"s":1,"t":"X"}',
    ],
)
def test_json_in_another_order_is_written_anew(message: str) -> None:
    codec = get_codec("json")
    assert json.loads(codec.undecoded(codec.envelope(message))) == json.loads(message).get("d")


@pytest.mark.parametrize("style", ["discord", "erlpack"])
def test_etf_is_a_term_without_the_version(style: str) -> None:
    codec = EtfCodec(style=style)
    term = codec.undecoded(codec.envelope(codec.encode_frame(Frame(0, DATA, 1, "X"))))
    assert codec.backend.decode(term, 0, len(term), 1000) == DATA


def test_etf_without_data_is_nil() -> None:
    codec = EtfCodec()
    term = codec.undecoded((0, 1, "X", b"", 0, 0))
    assert codec.backend.decode(term, 0, len(term), 10) is None
