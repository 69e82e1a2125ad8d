"""How many values a message may hold: asked before any decoder, ours or others', makes anything of them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import tracemalloc
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.codec import Codec, get_codec
from gatewaysdk.codec.etf import EtfCodec, backends
from gatewaysdk.compression.bounds import MAX_SIZE, MAX_VALUES, max_values_within
from gatewaysdk.decoding.registry import decode_received
from gatewaysdk.errors import DecodeError, MessageTooLarge
from gatewaysdk.events import TypingStart
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import sample

from .etf.terms import binary, mapping

BACKENDS = [report.name for report in backends() if report.available]
BASE = {"channel_id": "1", "user_id": "2", "timestamp": 3}


def json_message(zzz: bytes, *, usual: bool = True) -> bytes:
    d = orjson.dumps(BASE)[:-1] + b',"zzz":' + zzz + b"}"
    if usual:
        return b'{"t":"TYPING_START","s":1,"op":0,"d":%b}' % d
    return b'{"op":0,"s":1,"t":"TYPING_START","d":%b}' % d


def etf_message(zzz: bytes, *, usual: bool = True) -> bytes:
    d = b"t\0\0\0\4" + EtfCodec("python").encode(0, BASE)[1:].partition(b"t\0\0\0\3")[2] + b"m\0\0\0\3zzz" + zzz
    if usual:
        return b"\x83t\0\0\0\4d\0\1d" + d + b"d\0\2opa\0d\0\1sa\1d\0\1td\0\x0cTYPING_START"
    return b"\x83t\0\0\0\4d\0\2opa\0d\0\1sa\1d\0\1td\0\x0cTYPING_STARTd\0\1d" + d


def nils(count: int) -> bytes:
    return b"l" + count.to_bytes(4, "big") + b"j" * (count + 1)


Make = Callable[..., bytes]
# What is dense: each holds so many values, give or take one.
DENSE: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "json arrays": ("json", lambda n: b"[" + b"[]," * (n // 2) + b"0]"),
    "json objects": ("json", lambda n: b"[" + b"{}," * (n // 2) + b"0]"),
    "json numbers": ("json", lambda n: b"[" + b"1," * n + b"0]"),
    "json nested": ("json", lambda n: b"[" + b'[{"a":[0]}],' * (n // 4) + b"0]"),
    "etf nils": ("etf", lambda n: nils(n // 2)),
    "etf strings": ("etf", lambda n: b"l\0\0\0\2" + (b"k\xff\xff" + bytes(65535)) * 2 + b"j"),
    "etf tuples": ("etf", lambda n: b"i" + (n // 2).to_bytes(4, "big") + b"h\0" * (n // 2)),
    "etf maps": ("etf", lambda n: b"i" + (n // 2).to_bytes(4, "big") + b"t\0\0\0\1a\1a\1" * (n // 2)),
}
CASES = [
    pytest.param(
        encoding, backend, usual, make, id=f"{name}-{backend or 'orjson'}-{'usual' if usual else 'other'} order"
    )
    for name, (encoding, make) in DENSE.items()
    for backend in (BACKENDS if encoding == "etf" else [None])
    for usual in (True, False)
]


def codec_of(encoding: str, backend: str | None, most: int) -> Codec:
    return get_codec(encoding, backend=backend, max_values=most)


@pytest.mark.parametrize(("encoding", "backend", "usual", "make"), CASES)
def test_too_many_are_refused_before_anything_is_made_of_them(
    encoding: str, backend: str | None, usual: bool, make: Callable[[int], bytes]
) -> None:
    most = 100_000
    codec = codec_of(encoding, backend, most)
    message = (json_message if encoding == "json" else etf_message)(make(130_000), usual=usual)
    TypingStart.model_rebuild()
    validator: Any = TypingStart.__pydantic_validator__
    ways: list[Callable[[], Any]] = [
        lambda: codec.data(codec.envelope(message)),
        lambda: codec.validate(codec.envelope(message), validator),
        lambda: codec.peek(message).d,
    ]
    tracemalloc.start()
    try:
        for way in ways:
            with pytest.raises(MessageTooLarge, match="more than 100000 array elements and map entries") as caught:
                way()
            assert caught.value.limit == most
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(message) + 50_000
    allowed = codec_of(encoding, backend, 200_000)
    assert allowed.validate(allowed.envelope(message), validator).channel_id == 1


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("key", ["op", "s", "t"])
def test_no_list_is_built_where_the_envelope_has_a_number_or_a_text(backend: str, key: str) -> None:
    codec = codec_of("etf", backend, 10**9)
    pairs = {"op": b"a\0", "s": b"a\1", "t": b"m\0\0\0\1A", key: nils(1_000_000)}
    message = b"\x83" + mapping(*((binary(name), value) for name, value in pairs.items()))
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError):
            codec.envelope(message)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_keys_of_the_envelope_are_counted_too(backend: str) -> None:
    pairs = [(binary("op"), b"a\0"), *((binary(str(number)), b"j") for number in range(1_000))]
    message = b"\x83" + mapping(*pairs)
    assert codec_of("etf", backend, 1_001).envelope(message)[0] == 0
    with pytest.raises(MessageTooLarge):
        codec_of("etf", backend, 1_000).envelope(message)


@pytest.mark.parametrize("encoding", ["json", "etf"])
@pytest.mark.parametrize("name", ["GUILD_CREATE", "MESSAGE_CREATE", "GUILD_MEMBERS_CHUNK", "READY"])
def test_payloads_of_discords_kind_are_far_from_the_bound(encoding: str, name: str) -> None:
    codec = get_codec(encoding)
    message = codec.encode_frame(Frame(0, sample(name, seed=4, full=True), 1, name))
    tight = get_codec(encoding, max_values=len(message) // 14)
    assert tight.peek(message).d == codec.peek(message).d


@pytest.mark.parametrize("backend", BACKENDS)
@given(
    value=st.recursive(
        st.just(1) | st.text(max_size=3) | st.binary(max_size=5).map(list),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
        max_leaves=30,
    )
)
def test_encodings_count_alike_but_for_signs_within_texts(backend: str, value: Any) -> None:
    def count(value: Any) -> int:
        if isinstance(value, list | dict):
            return max(len(value), 1) + sum(map(count, value.values() if isinstance(value, dict) else value))
        return 0

    encoded = EtfCodec("python").encode(0, value)
    etf, expected = choose(backend), count({"d": value, "op": 0})
    term = encoded[1:]
    assert etf.decode(term, 0, len(term), max(expected, 0)) == {"d": value, "op": 0} or "__struct__" in repr(value)
    if expected < len(term):
        with pytest.raises(MessageTooLarge):
            etf.decode(term, 0, len(term), expected - 1)
    text = orjson.dumps({"op": 0, "d": value})
    signs = sum(map(text.count, (b",", b"[", b"{")))
    in_texts = signs - expected
    assert in_texts >= 0
    assert in_texts == 0 or any(sign in repr(value) for sign in "{[,")


def choose(backend: str) -> Any:
    return EtfCodec(backend).backend


def test_the_bound_goes_with_max_size() -> None:
    assert max_values_within(MAX_SIZE) == MAX_VALUES == 2_097_152
    assert max_values_within(1) == 100_000
    assert max_values_within(2**70) == sys.maxsize // 16


def test_an_event_of_too_many_values_is_an_event_all_the_same() -> None:
    codec = codec_of("json", None, 100_000)
    message = json_message(DENSE["json arrays"][1](300_000))
    event = decode_received(codec, codec.envelope(message))
    assert getattr(event, "raw") == message  # noqa: B009
    assert "100000 array elements" in getattr(event, "reason")  # noqa: B009


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")
@pytest.mark.parametrize(
    ("encoding", "unit"), [("json", "b'[],'"), ("json", "b'{},'"), ("etf", "b'j'")], ids=["arrays", "objects", "nils"]
)
def test_a_bomb_as_large_as_may_be_is_survived_in_little_memory(encoding: str, unit: str) -> None:
    # Undetected these take 2 to 7 GB; and pydantic's parser, out of memory, takes the process with it.
    program = f"""
        import resource
        from gatewaysdk.compression.bounds import MAX_SIZE
        from gatewaysdk.codec import get_codec
        from gatewaysdk.events import TypingStart
        from gatewaysdk.bases.event import InvalidEvent
        from gatewaysdk.decoding.registry import decode_received
        from tests.codec.test_values import etf_message, json_message, nils

        TypingStart.model_rebuild()
        room = MAX_SIZE - 1000
        if {encoding!r} == "json":
            message = json_message(b"[" + {unit} * (room // len({unit})) + b"0]")
        else:
            message = etf_message(nils(room))
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        limit = used + 3 * MAX_SIZE
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        codec = get_codec({encoding!r})
        assert isinstance(decode_received(codec, codec.envelope(message)), InvalidEvent)
        print("survived")
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False, timeout=120
    )
    assert (run.stdout, run.returncode) == ("survived\n", 0), run.stderr
