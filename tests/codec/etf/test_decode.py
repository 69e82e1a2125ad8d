"""Decoding one term: where it lies, and what it may cost."""

import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from gatewaysdk.codec.etf import MAX_DEPTH, Backend, EtfCodec, decoder
from gatewaysdk.errors import DecodeError
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import sample

from .matrix import EACH_BACKEND, REFERENCE, REFUSED, decoded, same
from .terms import array, atom, big, binary, mapping, small

EVENTS = ("MESSAGE_REACTION_ADD", "PRESENCE_UPDATE")
MESSAGES = {
    f"{name} of {style}": EtfCodec("python", style=style).encode_frame(
        Frame(0, {**sample(name, seed=1, full=True), "score": 1.5, "shard": [0, 1]}, 42, name)
    )
    for name in EVENTS
    for style in ("discord", "erlpack")
}


@EACH_BACKEND
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_term_is_decoded_where_it_lies_in_any_buffer(backend: Backend, kind: Callable[[bytes], Any]) -> None:
    term = array(small(1), binary("é"))
    assert backend.decode(kind(b"\x00\x01" + term + b"\x02"), 2, 2 + len(term)) == [1, "é"]


@EACH_BACKEND
def test_bytes_before_and_behind_the_term_are_out_of_reach(backend: Backend) -> None:
    term = binary("Nelly")
    for start, end in ((0, len(term) - 1), (1, len(term)), (0, 0), (len(term), len(term))):
        with pytest.raises(DecodeError):
            backend.decode(term + b"ab", start, end)
    with pytest.raises(DecodeError):
        backend.decode(term + b"ab", 0, len(term) + 1)


@EACH_BACKEND
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_message_cut_at_any_byte_is_refused(backend: Backend, message: bytes) -> None:
    assert len(message) > 1500
    _, _, _, start, end = backend.peek(message)
    assert same(backend.decode(message, start, end), REFERENCE.decode(message, start, end))
    for cut in range(len(message)):
        with pytest.raises(DecodeError):
            backend.peek(message[:cut])
        with pytest.raises(DecodeError):
            backend.decode(message, 1, cut)
    for cut in range(start, end):
        with pytest.raises(DecodeError):
            backend.decode(message, start, cut)


@pytest.mark.parametrize("term", [binary("nil"), atom("nil"), atom("ok"), array(small(1)), b"k\0\x02ab", big(2**40)])
def test_the_reference_calls_what_is_cut_short_by_its_name(term: bytes) -> None:
    message = b"\x83" + mapping((atom("op"), small(1)), (atom("d"), term))
    for cut in range(1, len(term)):
        with pytest.raises(DecodeError, match="cut short"):
            REFERENCE.decode(term, 0, cut)
        with pytest.raises(DecodeError, match="cut short"):
            REFERENCE.peek(message[: cut - len(term)])
    # A length that says more than there is, behind which the rest looks whole.
    with pytest.raises(DecodeError, match="cut short"):
        REFERENCE.decode(b"d\0\x09nil", 0, 6)


@EACH_BACKEND
def test_keys_keep_the_order_of_the_wire(backend: Backend) -> None:
    term = mapping(*((binary(name), small(1)) for name in ("z", "a", "m")))
    assert list(backend.decode(term, 0, len(term))) == ["z", "a", "m"]


@EACH_BACKEND
def test_text_is_plain_str_and_numbers_are_plain_int(backend: Backend) -> None:
    term = array(atom("online"), binary("a"), big(2**40), atom("true"))
    values = backend.decode(term, 0, len(term))
    assert [type(value) for value in values] == [str, str, int, bool]
    (key,) = backend.decode(mapping((atom("a"), small(1))), 0, 11)
    assert type(key) is str


@EACH_BACKEND
def test_an_atom_has_one_reading_as_a_value_and_another_as_a_key(backend: Backend) -> None:
    term = mapping(*((atom(name), atom(name)) for name in ("true", "false", "nil", "null", "ok")))
    assert backend.decode(term, 0, len(term)) == {"true": True, "false": False, "nil": None, "null": None, "ok": "ok"}


@EACH_BACKEND
def test_bytes_that_are_text_in_latin_1_are_not_taken_for_the_same_in_utf_8(backend: Backend) -> None:
    # Twice, as keys are remembered.
    for _ in range(2):
        for key in (atom("é", 100), atom("é", 118), binary("é")):
            assert backend.decode(mapping((key, small(1))), 0, len(key) + 7) == {"é": 1}
        both = mapping((atom("Ã©", 115), small(1)), (binary("é"), small(2)))
        assert backend.decode(both, 0, len(both)) == {"Ã©": 1, "é": 2}


@EACH_BACKEND
def test_more_keys_than_are_remembered_are_read_all_the_same(backend: Backend) -> None:
    names = [f"key_{number}" for number in range(20_000)]
    term = mapping(*((binary(name), small(7)) for name in names))
    for _ in range(2):
        assert list(backend.decode(term, 0, len(term))) == names


@EACH_BACKEND
def test_a_list_ends_with_nil_and_nothing_else(backend: Backend) -> None:
    for tail in range(256):
        found = decoded(backend, b"l\0\0\0\x01" + small(1) + bytes([tail]))
        assert found == ([1] if tail == 106 else REFUSED)


def test_the_reference_remembers_no_more_keys_than_it_may() -> None:
    for start in (0, 2000, 4000):
        term = mapping(*((binary(f"name_{start + number}"), small(7)) for number in range(2000)))
        REFERENCE.decode(term, 0, len(term))
        assert 0 < len(decoder._keys) <= decoder._MOST_KEYS
    long = mapping((binary("a" * 1000), small(1)))
    before = dict(decoder._keys)
    assert REFERENCE.decode(long, 0, len(long)) == {"a" * 1000: 1}
    assert before == decoder._keys


@EACH_BACKEND
def test_an_integer_may_be_as_long_as_python_can_print_it_and_no_byte_longer(backend: Backend) -> None:
    widest = (1 << (8 * 1785)) - 1
    term = big(widest)
    assert backend.decode(term, 0, len(term)) == widest
    assert len(str(widest)) == 4299
    wider = big(widest, 1786)
    with pytest.raises(DecodeError, match="byte 0"):
        backend.decode(wider, 0, len(wider))


@EACH_BACKEND
@pytest.mark.parametrize("size", [0, 1, 65_534, 65_535])
def test_a_string_of_bytes_has_up_to_65535(backend: Backend, size: int) -> None:
    term = b"k" + size.to_bytes(2, "big") + b"\x07" * size
    assert backend.decode(term, 0, len(term)) == [7] * size


@EACH_BACKEND
def test_a_float_may_fill_its_31_bytes(backend: Backend) -> None:
    assert backend.decode(b"c0.123456789012345678901234567e1", 0, 32) == 1.234567890123456789012345678


HOSTILE = {
    "list of 4 G": b"l\xff\xff\xff\xff" + b"j" * 50,
    "map of 4 G": b"t\xff\xff\xff\xff" + b"a\x01" * 50,
    "map of 2 G and a bit, which overflows 32 bits when doubled": b"t\x80\x00\x00\x01" + b"a\x01" * 50,
    "tuple of 4 G": b"i\xff\xff\xff\xff" + b"j" * 50,
    "binary of 4 G": b"m\xff\xff\xff\xff" + b"a" * 50,
    "integer of 4 G": b"o\xff\xff\xff\xff\x00" + b"\x01" * 50,
    "lists of 4 G in each other": b"l\xff\xff\xff\xff" * 1000,
    "lists in each other": b"l\x00\x00\x00\x01" * 200_000,
    "tuples in each other": b"h\x01" * 500_000,
    "maps in each other": b"t\x00\x00\x00\x01a\x01" * 150_000,
    "maps as keys of each other": b"t\x00\x00\x00\x01" * 200_000,
    "lists as tails of each other": b"l\x00\x00\x00\x01a\x01" * 150_000,
}


@EACH_BACKEND
@pytest.mark.parametrize("term", HOSTILE.values(), ids=HOSTILE)
def test_hostile_lengths_and_nesting_cost_no_memory(backend: Backend, term: bytes) -> None:
    message = b"\x83t\0\0\0\x02" + binary("op") + small(0) + binary("d") + term
    tracemalloc.start()
    try:
        assert decoded(backend, term) is REFUSED
        with pytest.raises(DecodeError):
            backend.peek(message)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A copy or two of what came is the most.
    assert peak < 200_000 + 3 * len(message)


@EACH_BACKEND
def test_a_flood_of_keys_with_equal_hashes_costs_what_other_keys_do(backend: Backend) -> None:
    count = 60_000  # about 1 MB
    modulus = sys.hash_info.modulus

    def seconds(step: int) -> float:
        term = mapping(*((big((number + 1) * step, 12), small(1)) for number in range(count)))
        assert len(term) > 900_000
        start = time.perf_counter()
        assert len(backend.decode(term, 0, len(term))) == count
        return time.perf_counter() - start

    assert hash(modulus) == hash(2 * modulus)
    # Quadratic work would take a thousand times as long.
    assert seconds(modulus) < 20 * seconds(1 << 58)


@EACH_BACKEND
def test_nesting_up_to_the_bound_is_fine_on_a_small_stack(backend: Backend) -> None:
    term = b"h\x01" * MAX_DEPTH + small(1)
    found: list[Any] = []
    old = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(decoded(backend, term)))
        thread.start()
    finally:
        threading.stack_size(old)
    thread.join()
    value, depth = found[0], 0
    while isinstance(value, list):
        (value,), depth = value, depth + 1
    assert (value, depth) == (1, MAX_DEPTH)


@EACH_BACKEND
def test_from_far_down_the_stack_deep_nesting_is_decoded_or_refused(backend: Backend) -> None:
    term = b"l\0\0\0\x01" * MAX_DEPTH + small(1) + b"j" * MAX_DEPTH

    def descend(levels: int) -> Any:
        return descend(levels - 1) if levels else decoded(backend, term)

    level, frame = 0, sys._getframe()
    while frame.f_back is not None:
        level, frame = level + 1, frame.f_back
    value = descend(sys.getrecursionlimit() - level - 60)
    assert value is REFUSED or isinstance(value, list)


@EACH_BACKEND
@pytest.mark.parametrize(
    "term",
    [
        binary(b"secret\xff"),
        atom("secret") + b"secret",
        mapping((binary("secret"), small(1)), (binary("secret"), b"j")),
    ],
    ids=["bad text", "trailing", "key twice"],
)
def test_an_error_says_where_and_never_what(backend: Backend, term: bytes) -> None:
    with pytest.raises(DecodeError, match=r"byte \d+") as caught:
        backend.decode(term, 0, len(term))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
