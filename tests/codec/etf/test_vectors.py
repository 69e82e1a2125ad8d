"""What Erlang says of external terms, kept as data; vectors/make_vectors.escript makes it."""

import math
from collections import Counter
from typing import Any

import pytest

from gatewaysdk.codec.etf import Backend
from gatewaysdk.errors import DecodeError

from .matrix import EACH_BACKEND, VECTORS, read_json, same

ALL: list[dict[str, Any]] = read_json(VECTORS.read_text(encoding="utf-8"))
GOOD = [vector for vector in ALL if "value" in vector]
# JSON has no word for these and yet parsers take them, so both encodings give the float that they stand for.
NOT_FINITE = [
    "NEW_FLOAT_EXT infinity",
    "NEW_FLOAT_EXT minus infinity",
    "NEW_FLOAT_EXT NaN",
    "NEW_FLOAT_EXT signalling NaN",
    "FLOAT_EXT with text '1.0e999'",
    "FLOAT_EXT with text '-1.0e400'",
]
REFUSED = [vector for vector in ALL if "value" not in vector and vector["name"] not in NOT_FINITE]

# Where we are more careful than Erlang, in the words that the names of the vectors begin with.
STRICTER = (
    "FLOAT_EXT with text '1,5'",
    "BINARY_EXT that is no UTF-8",
    "improper list",
    "list with a binary for its tail",
    "list whose tail",
    "map of",
    "map with a __struct__ that is a pid",
    "key ",
    *(f"{kind} nested" for kind in ("list", "tuple", "map", "mixed")),
    "257th container",
    *("pid", "reference", "port", "export", "bit binary", "PID_EXT", "PORT_EXT", "REFERENCE_EXT", "a pid in a list"),
    "compressed",
)


@EACH_BACKEND
@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector["name"])
def test_a_term_has_the_value_that_erlang_gives_it(backend: Backend, vector: dict[str, Any]) -> None:
    term = bytes.fromhex(vector["hex"])
    assert same(backend.decode(term, 0, len(term)), vector["value"])


@EACH_BACKEND
@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["name"])
def test_what_no_gateway_sends_is_refused(backend: Backend, vector: dict[str, Any]) -> None:
    term = bytes.fromhex(vector["hex"])
    with pytest.raises(DecodeError, match="byte"):
        backend.decode(term, 0, len(term))


@EACH_BACKEND
@pytest.mark.parametrize("name", NOT_FINITE)
def test_floats_that_are_not_finite_are_taken_though_erlang_refuses_them(backend: Backend, name: str) -> None:
    (vector,) = [vector for vector in ALL if vector["name"] == name]
    assert "value" not in vector
    term = bytes.fromhex(vector["hex"])
    value = backend.decode(term, 0, len(term))
    assert isinstance(value, float)
    assert not math.isfinite(value)
    assert (value < 0) is ("-" in name or "minus" in name)


def test_what_erlang_takes_is_refused_for_reasons_of_ours_only() -> None:
    taken = [vector["name"] for vector in REFUSED if vector["erlang"] == "takes"]
    assert taken
    assert [name for name in taken if not name.startswith(STRICTER)] == []


def test_every_tag_occurs_in_the_vectors() -> None:
    first = Counter(int(vector["hex"][:2], 16) for vector in ALL if vector["hex"])
    assert set(first) == set(range(256))
    good = {int(vector["hex"][:2], 16) for vector in GOOD}
    assert good == {70, 97, 98, 99, 100, *range(104, 112), 115, 116, 118, 119}
