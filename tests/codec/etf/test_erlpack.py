"""Discord's erlpack never gets a message that it would crash on or decode wrongly."""

import threading
from typing import Any

import pytest

from gatewaysdk.codec.etf import MAX_DEPTH, backends, choose_backend
from gatewaysdk.errors import DecodeError

from .matrix import REFUSED, decoded
from .terms import array, atom, big, binary, mapping, small

_REPORT = next(report for report in backends() if report.name == "erlpack")
pytestmark = pytest.mark.skipif(not _REPORT.available, reason=f"no erlpack: {_REPORT.why_not}")

# What must never come to erlpack, which would crash on it, hang, or give a wrong value; and what the value is.
KEPT_AWAY: dict[str, tuple[bytes, Any]] = {
    "nested too deep": (b"h\x01" * 100_000 + small(1), REFUSED),
    "a binary cut short": (b"m\0\0\0\x09abc", REFUSED),
    "an atom cut short": (b"d\0\x09abc", REFUSED),
    "something behind the term": (small(1) + small(2), REFUSED),
    "a compressed term": (b"P\0\0\0\x20" + bytes.fromhex("789c4b4c040001870123"), REFUSED),
    "a wide integer": (big(2**64), 2**64),
    "a very wide integer": (big(2**3000), 2**3000),
    "a key that is an integer": (mapping((big(2**61 - 1), small(1))), {str(2**61 - 1): 1}),
    "a key that is a list": (mapping((array(small(1)), small(1))), REFUSED),
    "a float as text": (b"c" + b"1.5".ljust(31, b"\0"), 1.5),
    "a tail that looks like none": (array(small(1), tail=b"k\0\0"), REFUSED),
    "a long atom": (atom("a" * 256), REFUSED),
    "a pid": (b"g" + atom("a") + bytes(9), REFUSED),
    "an export": (b"q" + atom("a") + atom("b") + small(1), REFUSED),
}


@pytest.fixture
def given_to_erlpack(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The messages that erlpack is given."""
    from gatewaysdk.codec.etf import erlpack_backend as wrapper

    seen: list[bytes] = []
    unpack = wrapper._erlpack.unpack

    def spy(message: bytes) -> Any:
        seen.append(message)
        return unpack(message)

    monkeypatch.setattr(wrapper._erlpack, "unpack", spy)
    return seen


@pytest.mark.parametrize("name", KEPT_AWAY)
def test_what_erlpack_does_not_bear_never_comes_to_it(name: str, given_to_erlpack: list[bytes]) -> None:
    term, expected = KEPT_AWAY[name]
    backend = choose_backend("erlpack")
    assert decoded(backend, term) == expected
    assert decoded(backend, array(term)) == (REFUSED if expected is REFUSED else [expected])
    assert given_to_erlpack == []


def test_all_else_is_its_own_work(given_to_erlpack: list[bytes]) -> None:
    term = mapping((atom("a"), array(binary("é"), big(2**63), atom("nil"))), (binary("b"), b"h\x01k\0\x01\x07"))
    assert decoded(choose_backend("erlpack"), term) == {"a": ["é", 2**63, None], "b": [[7]]}
    assert given_to_erlpack == [b"\x83" + term]


@pytest.mark.parametrize(
    "term",
    [
        mapping((binary("a"), small(1)), (binary("a"), small(2))),
        mapping((atom("a"), small(1)), (atom("a", 119), small(2))),
        mapping((atom("a"), small(1)), (binary("a"), small(2))),
        binary(b"\xff"),
        atom("é", 118).replace(b"\xc3", b"\xff"),
    ],
    ids=["key twice", "key twice in two forms", "key as atom and binary", "bad text", "bad atom"],
)
def test_what_erlpack_takes_and_we_do_not_is_refused_behind_it(term: bytes) -> None:
    with pytest.raises(DecodeError):
        choose_backend("erlpack").decode(term, 0, len(term))


def test_the_deepest_nesting_is_no_danger_on_a_small_stack() -> None:
    backend = choose_backend("erlpack")
    term = (b"t\0\0\0\x01" + atom("a")) * MAX_DEPTH + small(1)
    found: list[Any] = []
    old = threading.stack_size(128 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(decoded(backend, term)))
        thread.start()
    finally:
        threading.stack_size(old)
    thread.join()
    assert isinstance(found[0], dict)


def test_its_encoder_gets_nothing_that_python_code_could_run_in() -> None:
    class Sly(dict[str, Any]):
        def items(self) -> Any:
            raise AssertionError("called")

    class Hook:
        def __erlpack__(self) -> Any:
            raise AssertionError("called")

    from gatewaysdk.codec.etf import erlpack_backend as wrapper

    assert not wrapper._is_plain(Sly(), 0)
    assert not wrapper._is_plain([Hook()], 0)
