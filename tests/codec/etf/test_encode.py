"""Commands, as Discord wants them."""

import enum
import math
import sys
from typing import Any

import pytest
from hypothesis import given

from gatewaysdk.codec.etf import MAX_DEPTH, Backend
from gatewaysdk.errors import EncodeError

from ..ids import without_address
from .matrix import EACH_BACKEND, REFERENCE, same
from .terms import big, binary, plain_values, small


class Intents(enum.IntFlag):
    GUILDS = 1
    GUILD_MESSAGES = 512


class Status(enum.StrEnum):
    ONLINE = "online"


class Contrary(int):
    def __index__(self) -> int:
        return 7

    __int__ = __index__


class Text(str):
    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"something else"


def terms_of(backend: Backend, value: Any) -> Any:
    message = backend.encode(value)
    assert message[0] == 131
    return REFERENCE.decode(message, 1, len(message))


@EACH_BACKEND
@given(plain_values)
@pytest.mark.fuzz
def test_what_is_encoded_decodes_to_the_same(backend: Backend, value: Any) -> None:
    message = backend.encode(value)
    assert same(backend.decode(message, 1, len(message)), value)
    assert same(REFERENCE.decode(message, 1, len(message)), value)


@EACH_BACKEND
def test_keys_and_texts_are_binaries(backend: Backend) -> None:
    assert backend.encode({"op": "nil"}) == b"\x83t\0\0\0\x01" + binary("op") + binary("nil")


@EACH_BACKEND
def test_only_true_false_and_nil_are_atoms(backend: Backend) -> None:
    for value, name in ((True, b"true"), (False, b"false"), (None, b"nil")):
        message = backend.encode(value)
        # As erlpack writes them, or as Discord does.
        assert message in (b"\x83s" + bytes([len(name)]) + name, b"\x83d\0" + bytes([len(name)]) + name)


@EACH_BACKEND
@pytest.mark.parametrize(
    ("number", "term"),
    [(0, small(0)), (255, small(255)), (256, b"b\0\0\x01\0"), (-1, b"b\xff\xff\xff\xff"),
     (2**31 - 1, b"b\x7f\xff\xff\xff"), (-(2**31), b"b\x80\0\0\0"), (2**31, big(2**31)), (2**64 - 1, big(2**64 - 1)),
     (-(2**63), big(-(2**63))), (2**64, big(2**64)), (2**2040 - 1, big(2**2040 - 1)), (1 - 2**2040, big(1 - 2**2040))],
)  # fmt: skip
def test_an_integer_takes_the_form_that_fits_it(backend: Backend, number: int, term: bytes) -> None:
    message = backend.encode(number)
    assert terms_of(backend, number) == number
    if backend.name != "erlpack":  # which always writes 8 bytes where 5 would do
        assert message[1:] == term


@EACH_BACKEND
def test_empty_lists_are_nil_and_tuples_are_lists(backend: Backend) -> None:
    assert backend.encode([]) == b"\x83j"
    assert backend.encode(()) == b"\x83j"
    assert backend.encode((0, 1)) == backend.encode([0, 1]) == b"\x83l\0\0\0\x02" + small(0) + small(1) + b"j"
    assert backend.encode({}) == b"\x83t\0\0\0\0"


@EACH_BACKEND
def test_subclasses_are_sent_as_what_they_are_made_of(backend: Backend) -> None:
    value = {Status.ONLINE: Status.ONLINE, "intents": Intents.GUILDS | Intents.GUILD_MESSAGES, Text("b"): Text("c")}
    assert terms_of(backend, value) == {"online": "online", "intents": 513, "b": "c"}
    assert terms_of(backend, Contrary(5)) == 5
    assert terms_of(backend, Contrary(2**40)) == 2**40


@EACH_BACKEND
@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, b"bytes", bytearray(), {1, 2}, object(), 1j, {1: 2}, {None: 1}, {b"a": 1}, {(): 1},
     "\ud800", {"\udfff": 1}, 2**2040, -(2**2040), range(3), iter([])],
    ids=without_address,
)  # fmt: skip
@pytest.mark.parametrize("inside", [lambda value: value, lambda value: [1, {"a": value}]], ids=["alone", "inside"])
def test_what_are_no_plain_values_is_refused(backend: Backend, value: Any, inside: Any) -> None:
    with pytest.raises(EncodeError):
        backend.encode(inside(value))


@EACH_BACKEND
@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: (inner,), lambda inner: {"a": inner}])
def test_values_nest_as_deep_as_they_may_for_decoding(backend: Backend, wrap: Any) -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = wrap(value)
    message = backend.encode(value)
    assert backend.decode(message, 1, len(message))
    with pytest.raises(EncodeError):
        backend.encode(wrap(value))


@EACH_BACKEND
def test_a_value_that_holds_itself_is_refused(backend: Backend) -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(EncodeError):
        backend.encode(value)


@EACH_BACKEND
def test_from_far_down_the_stack_deep_nesting_is_encoded_or_refused(backend: Backend) -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = [value]

    def descend(levels: int) -> Any:
        if levels:
            return descend(levels - 1)
        try:
            return backend.encode(value)
        except EncodeError:
            return None

    level, frame = 0, sys._getframe()
    while frame.f_back is not None:
        level, frame = level + 1, frame.f_back
    assert descend(sys.getrecursionlimit() - level - 60) in (None, backend.encode(value))


@EACH_BACKEND
def test_an_error_does_not_quote_what_was_to_be_sent(backend: Backend) -> None:
    with pytest.raises(EncodeError) as caught:
        backend.encode({"token": "secret\ud800"})
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
