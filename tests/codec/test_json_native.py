"""The envelope of events, in C and in Python: what one finds the other does, byte for byte."""

from __future__ import annotations

import gc
import tracemalloc
from importlib import import_module
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatewaysdk.codec.json import NATIVE, event_envelope

if NATIVE:
    native: Any = import_module("gatewaysdk.codec._json_native").envelope
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
