"""The envelope: op, s and t at once, and where d lies."""

import itertools
from typing import Any

import pytest

from gatewaysdk.codec.etf import MAX_DEPTH, Backend, EtfCodec
from gatewaysdk.errors import DecodeError
from gatewaysdk.frame import Frame

from .matrix import EACH_BACKEND, REFUSED, peeked
from .terms import array, atom, big, binary, mapping, small

BROKEN = b"\xff\xff"
NIL = atom("nil")


def message(*pairs: tuple[bytes, bytes]) -> bytes:
    return b"\x83" + mapping(*pairs)


def discord(d: bytes, op: bytes = small(0), s: bytes = small(1), t: bytes = atom("READY")) -> bytes:
    return message((atom("d"), d), (atom("op"), op), (atom("s"), s), (atom("t"), t))


@EACH_BACKEND
@pytest.mark.parametrize(
    ("s", "sequence"),
    [(small(0), 0), (small(255), 255), (b"b\0\x01\0\0", 65_536), (b"b\xff\xff\xff\xff", -1), (NIL, None),
     (big(2**33), 2**33), (atom("null"), None), (atom("nil", 119), None)],
)  # fmt: skip
@pytest.mark.parametrize(
    ("t", "name"),
    [(atom("READY"), "READY"), (NIL, None), (binary("READY"), "READY"), (atom("READY", 119), "READY"),
     (atom("A" * 47), "A" * 47), (atom("A" * 48), "A" * 48), (atom("A" * 255), "A" * 255), (atom(""), ""),
     (atom("ready"), "ready"), (atom("é"), "é"), (atom("null"), None)],
)  # fmt: skip
def test_the_end_of_a_message_in_discords_order_says_it_all(
    backend: Backend, s: bytes, sequence: int | None, t: bytes, name: str | None
) -> None:
    d = mapping((atom("v"), small(10)))
    assert backend.peek(discord(d, s=s, t=t)) == (0, sequence, name, 10, 10 + len(d))


@EACH_BACKEND
@pytest.mark.parametrize("s", [small(1), b"b\0\x01\0\0", NIL])
@pytest.mark.parametrize("t", [atom("A"), atom("A" * 47), NIL])
def test_in_discords_order_d_is_not_looked_at(backend: Backend, s: bytes, t: bytes) -> None:
    assert backend.peek(discord(BROKEN, s=s, t=t))[3:] == (10, 12)


@EACH_BACKEND
@pytest.mark.parametrize(
    ("s", "t"), [(big(2**33), NIL), (NIL, atom("A" * 48)), (NIL, atom("a")), (NIL, atom("A", 119))]
)
def test_in_any_other_shape_d_is_walked_over(backend: Backend, s: bytes, t: bytes) -> None:
    with pytest.raises(DecodeError):
        backend.peek(discord(BROKEN, s=s, t=t))


@EACH_BACKEND
def test_in_any_other_order_d_is_walked_over_and_its_text_is_left_alone(backend: Backend) -> None:
    keys = {"op": small(0), "s": small(1), "t": atom("READY"), "d": array(binary(b"\xff"))}
    for order in itertools.permutations(keys):
        for make in (atom, binary):
            whole = message(*((make(key), keys[key]) for key in order))
            assert backend.peek(whole)[:3] == (0, 1, "READY")
            start, end = backend.peek(whole)[3:]
            assert whole[start:end] == keys["d"]
    with pytest.raises(DecodeError):
        backend.peek(message((atom("op"), small(0)), (atom("d"), BROKEN)))


@EACH_BACKEND
def test_every_kind_of_key_may_name_a_part_of_the_envelope(backend: Backend) -> None:
    for tag in (100, 115, 118, 119):
        whole = message(*((atom(key, tag), small(1)) for key in ("d", "op", "s")), (atom("t", tag), atom("A", tag)))
        assert backend.peek(whole)[:3] == (1, 1, "A")
        assert whole[slice(*backend.peek(whole)[3:])] == small(1)


@EACH_BACKEND
def test_without_d_s_or_t_they_are_none(backend: Backend) -> None:
    assert backend.peek(message((binary("op"), small(11)))) == (11, None, None, 0, 0)
    assert backend.peek(message((binary("op"), small(11)), (atom("d"), NIL)))[3:] != (0, 0)


@EACH_BACKEND
def test_keys_that_an_envelope_does_not_have_are_ignored(backend: Backend) -> None:
    whole = message(
        (binary("x"), array(small(1))), (binary("op"), small(1)), (atom("__struct__"), NIL), (small(7), NIL),
        (binary("x"), NIL), (binary("d"), small(5)),
    )  # fmt: skip
    assert backend.peek(whole)[:3] == (1, None, None)
    assert whole[slice(*backend.peek(whole)[3:])] == small(5)


REFUSALS = {
    "nothing": b"",
    "a version byte alone": b"\x83",
    "another version": b"\x82" + discord(NIL)[1:],
    "JSON": b'{"op":1,"d":null}',
    "no map": b"\x83" + array(small(1)),
    "an empty map": message(),
    "a compressed term": b"\x83P\0\0\0\x20" + bytes.fromhex("789c4b4c040001870123"),
    "no op": message((atom("d"), NIL), (atom("s"), NIL), (atom("t"), NIL)),
    "op nil": discord(NIL, op=NIL),
    "op true": discord(NIL, op=atom("true")),
    "op text": discord(NIL, op=binary("0")),
    "op a float": discord(NIL, op=b"F" + bytes(8)),
    "s text": discord(NIL, s=binary("1")),
    "s true": discord(NIL, s=atom("true")),
    "t an integer": discord(NIL, t=small(1)),
    "t false": discord(NIL, t=atom("false")),
    "t a list of bytes": discord(NIL, t=b"k\0\x01A"),
    "t no UTF-8": discord(NIL, t=binary(b"\xff")),
    "op twice": message((atom("op"), small(1)), (atom("op"), small(1))),
    "op twice in two spellings": message((atom("op"), small(1)), (binary("op"), small(1))),
    "s twice": message((atom("op"), small(1)), (atom("s"), NIL), (atom("s"), NIL)),
    "t twice": message((atom("op"), small(1)), (atom("t"), NIL), (binary("t"), NIL)),
    "d twice": message((atom("op"), small(1)), (atom("d"), NIL), (binary("d"), NIL)),
    "a key that is none": message((atom("op"), small(1)), (array(), NIL)),
    "something behind it": message((atom("op"), small(1))) + b"\0",
    "something behind Discord's order": discord(NIL) + b"\0",
    "too few pairs": b"\x83t\0\0\0\x02" + atom("op") + small(1),
    "more pairs than it says": b"\x83t\0\0\0\x01" + atom("op") + small(1) + atom("d") + NIL,
    "no d although in Discord's order": b"\x83t\0\0\0\x04" + atom("d") + discord(b"")[10:],
}


@EACH_BACKEND
@pytest.mark.parametrize("whole", REFUSALS.values(), ids=REFUSALS)
def test_what_is_no_gateway_message_is_refused(backend: Backend, whole: bytes) -> None:
    with pytest.raises(DecodeError):
        backend.peek(whole)


@EACH_BACKEND
def test_the_shape_at_the_end_is_checked_before_it_is_believed(backend: Backend) -> None:
    good = discord(array(NIL))
    tail = len(good) - len(array(NIL)) - 10
    for place in range(len(good) - tail, len(good)):
        for byte in (good[place] ^ 1, 0, 255, 100, 106):
            whole = good[:place] + bytes([byte]) + good[place + 1 :]
            found = peeked(backend, whole)
            # Whatever was changed: one of the numbers, or the name, and then d is where it was; or nothing is read.
            assert found is REFUSED or found[3] == 10 or found[3:] == (0, 0)
            if found is not REFUSED and found[3] == 10:
                assert backend.decode(whole, *found[3:]) == [None]


@EACH_BACKEND
def test_d_may_nest_as_deep_as_it_may_for_decoding_and_no_deeper(backend: Backend) -> None:
    for depth, expected in ((MAX_DEPTH, True), (MAX_DEPTH + 1, False)):
        d = b"h\x01" * depth + NIL
        whole = message((binary("op"), small(1)), (binary("d"), d))
        assert (peeked(backend, whole) is not REFUSED) is expected


@EACH_BACKEND
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_is_taken(backend: Backend, kind: Any) -> None:
    for whole in (discord(NIL), message((binary("d"), NIL), (binary("op"), small(0)))):
        assert backend.peek(kind(whole)) == backend.peek(whole)


def test_a_message_that_erlang_would_not_write_is_one_whose_d_is_refused() -> None:
    # The end of this message looks like Discord's, but belongs to a binary that begins where d does.
    codec = EtfCodec("python")
    whole = discord(b"m\0\0\0\x50ab")
    frame: Frame = codec.peek(whole)
    assert frame.t == "READY"
    with pytest.raises(DecodeError):
        _ = frame.d
