"""The envelope of events and long numbers, in C and in Python: what one finds the other does, byte for byte."""

from __future__ import annotations

import gc
import re
import tracemalloc
from importlib import import_module
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatewaysdk.codec.json import NATIVE, event_envelope
from gatewaysdk.codec.json_text import has_long_number

if NATIVE:
    native: Any = import_module("gatewaysdk.codec._json_native").envelope
    native_has_long_number: Any = import_module("gatewaysdk.codec._json_native").has_long_number
pytestmark = pytest.mark.skipif(not NATIVE, reason="the native reader was not compiled")

EVENT = b'{"t":"MESSAGE_CREATE","s":42,"op":0,"d":{"id":"1"}}'


def test_an_event_is_read() -> None:
    assert native(EVENT) == (0, 42, "MESSAGE_CREATE", EVENT, 40, None) == event_envelope(EVENT)
    assert native(EVENT)[3] is EVENT


parts = st.lists(
    st.one_of(
        st.sampled_from(
            [b'{"t":"', b'","s":', b',"op":0,"d":', b"}", b"READY", b"0", b"007", b"9" * 18, b"9" * 19, b"-1"]
        ),
        st.sampled_from(
            [b"null", b" ", b'"', b"_", b"A" * 63, b"A" * 64, b"a", b"\x00", b"{}", b',"op":1,"d":', b'","s":1']
        ),
        st.binary(max_size=3),
    ),
    max_size=9,
).map(b"".join)


@given(parts)
@example(b'{"t":"A","s":1,"op":0,"d":}')
@example(b'{"t":"A","s":0,"op":0,"d":1}')
@example(b"")
def test_both_find_the_same(message: bytes) -> None:
    assert native(message) == event_envelope(message)


@given(st.integers(0, len(EVENT) - 1), st.integers(0, 255))
def test_both_find_the_same_where_a_byte_is_another(position: int, byte: int) -> None:
    changed = EVENT[:position] + bytes([byte]) + EVENT[position + 1 :]
    assert native(changed) == event_envelope(changed)
    assert native(EVENT[:position]) == event_envelope(EVENT[:position])


@pytest.mark.parametrize("other", [None, "text", bytearray(EVENT), memoryview(EVENT), 5])
def test_what_are_no_bytes_are_left_to_python(other: Any) -> None:
    assert native(other) is None


def test_names_from_outside_do_not_make_memory_grow() -> None:
    def read(start: int) -> None:
        for number in range(start, start + 20_000):
            assert native(b'{"t":"NAME_%d","s":1,"op":0,"d":{}}' % number)[2] == f"NAME_{number}"

    read(0)
    gc.collect()
    tracemalloc.start()
    read(20_000)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 100_000


digits = st.integers(0, 24).map(lambda count: b"1234567890123456789012345"[:count])


@given(
    st.lists(st.one_of(digits, st.sampled_from([b"-", b'"', b":", b",", b" "]), st.binary(max_size=30))).map(b"".join)
)
@example(b"")
@example(b"-" + b"1" * 19)
@example(b"1" * 20)
@example(b"-" + b"1" * 18)
@example(b"1" * 19)
def test_both_find_the_same_long_numbers(text: bytes) -> None:
    runs = re.findall(rb"-?[0-9]+", text)
    expected = any(len(run.lstrip(b"-")) >= (19 if run.startswith(b"-") else 20) for run in runs)
    assert native_has_long_number(text) is has_long_number(text) is expected


def test_a_long_number_is_found_wherever_it_stands() -> None:
    for before in range(60):
        for behind in range(60):
            text = b"a" * before + b"1" * 20 + b"b" * behind
            assert native_has_long_number(text)
            assert not native_has_long_number(text.replace(b"1" * 20, b"1" * 19))


@pytest.mark.parametrize("other", [None, "text", bytearray(EVENT), memoryview(EVENT), 5])
def test_only_bytes_are_searched(other: Any) -> None:
    with pytest.raises(TypeError):
        native_has_long_number(other)
