"""Whatever comes: a value equal to the reference's, or the one error."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.codec.etf import Backend
from gatewaysdk.errors import DecodeError

from .matrix import EACH_BACKEND, REFERENCE, REFUSED, decoded, peeked, same
from .terms import Term, atom, binary, damaged, good_terms, keys, mapping, small

pytestmark = pytest.mark.fuzz

SEQUENCES: list[Term] = [(small(7), 7), (b"b\0\1\0\0", 65_536), (atom("nil"), None)]
NAMES: list[Term] = [
    (atom("READY"), "READY"),
    (binary("READY"), "READY"),
    (atom("READY", 119), "READY"),
    (atom("nil"), None),
]


@st.composite
def envelopes(draw: st.DrawFn) -> tuple[bytes, dict[str, Any]]:
    """A whole message in any order, with keys of any kind and some that no envelope has, and what it decodes to."""
    pairs: dict[str, Term] = {"op": draw(st.integers(0, 255).map(lambda op: (small(op), op)))}
    for key, values in (("s", st.sampled_from(SEQUENCES)), ("t", st.sampled_from(NAMES)), ("d", good_terms)):
        if draw(st.integers(0, 5)):
            pairs[key] = draw(values)
    if not draw(st.integers(0, 3)):
        pairs["extra"] = draw(good_terms)
    # Sorted, an envelope without extras is in Discord's order.
    order = sorted(pairs) if draw(st.booleans()) else draw(st.permutations(list(pairs)))
    kinds = [draw(st.sampled_from((100, 100, 115, 118, 119, None))) for _ in order]
    if draw(st.booleans()):
        kinds = [100] * len(order)
    raw = [
        (binary(key) if kind is None else atom(key, kind), pairs[key][0])
        for key, kind in zip(order, kinds, strict=True)
    ]
    return b"\x83" + mapping(*raw), {key: pairs[key][1] for key in order}


raw_envelopes = envelopes().map(lambda made: made[0])
raw_terms = good_terms.map(lambda made: made[0])


@EACH_BACKEND
@given(good_terms)
def test_a_good_term_has_its_value(backend: Backend, term: Term) -> None:
    raw, value = term
    assert same(backend.decode(raw, 0, len(raw)), value)


@EACH_BACKEND
@given(keys)
def test_a_key_reads_as_text_of_whatever_kind_it_is(backend: Backend, key: Term) -> None:
    raw, text = key
    term = mapping((raw, small(1)), (binary("another" + text), small(2)))
    expected = {text: 1, "another" + text: 2}
    expected.pop("__struct__", None)
    assert same(backend.decode(term, 0, len(term)), expected)
    twice = mapping((raw, small(1)), (binary(text), small(2)))
    assert decoded(backend, twice) is REFUSED


@EACH_BACKEND
@given(st.binary(max_size=60) | damaged(raw_terms))
def test_arbitrary_bytes_are_what_the_reference_says_or_refused(backend: Backend, raw: bytes) -> None:
    assert same(decoded(backend, raw), decoded(REFERENCE, raw))


@EACH_BACKEND
@given(st.binary(max_size=60) | damaged(raw_envelopes) | raw_envelopes)
def test_arbitrary_messages_are_what_the_reference_says_or_refused(backend: Backend, raw: bytes) -> None:
    found = peeked(backend, raw)
    assert found == peeked(REFERENCE, raw)
    if found is not REFUSED and found[4]:
        d = raw[found[3] : found[4]]
        assert same(decoded(backend, d), decoded(REFERENCE, d))


@EACH_BACKEND
@given(envelopes())
def test_peek_and_decoding_it_all_agree_in_any_order(backend: Backend, made: tuple[bytes, dict[str, Any]]) -> None:
    raw, expected = made
    assert same(backend.decode(raw, 1, len(raw)), expected)
    op, s, t, start, end = backend.peek(raw)
    assert (op, s, t) == (expected["op"], expected.get("s"), expected.get("t"))
    assert ("d" in expected) is (end > 0)
    if end:
        assert same(backend.decode(raw, start, end), expected["d"])


@EACH_BACKEND
@given(damaged(raw_envelopes))
def test_what_peek_takes_is_so_or_its_d_is_refused(backend: Backend, raw: bytes) -> None:
    found = peeked(backend, raw)
    if found is REFUSED:
        return
    op, s, t, start, end = found
    try:
        d = backend.decode(raw, start, end) if end else None
    except DecodeError:
        return
    whole = decoded(backend, raw[1:])
    # A whole that is refused has something in a key that an envelope does not have: peek walks over those.
    if whole is not REFUSED:
        assert (op, s, t) == (whole["op"], whole.get("s"), whole.get("t"))
        assert same(d, whole.get("d"))
