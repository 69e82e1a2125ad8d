"""External terms made by hand, with the values that they stand for; written without any encoder of the package."""

import struct
from typing import Any

from hypothesis import strategies as st

# Without lone surrogates, which UTF-8 has not.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
latin_names = st.text(st.characters(max_codepoint=255), max_size=30)

plain_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-300, 300)
    | st.integers(-(2**70), 2**70)
    | st.integers(-(2**2040) + 1, 2**2040 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
# But for the key that is dropped wherever it comes.
plain_keys = texts.filter(lambda key: key != "__struct__")
plain_values = st.recursive(
    plain_leaves,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(plain_keys, inner, max_size=5),
    max_leaves=20,
)


def atom(name: str, tag: int = 100) -> bytes:
    raw = name.encode("latin-1" if tag in (100, 115) else "utf-8")
    return bytes([tag]) + len(raw).to_bytes(2 if tag in (100, 118) else 1, "big") + raw


def binary(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return b"m" + struct.pack(">I", len(raw)) + raw


def small(number: int) -> bytes:
    return bytes([97, number])


def big(number: int, size: int | None = None, large: bool = False) -> bytes:
    raw = abs(number).to_bytes(size or (number.bit_length() + 7) // 8, "little")
    head = b"o" + struct.pack(">I", len(raw)) if large or len(raw) > 255 else bytes([110, len(raw)])
    return head + bytes([number < 0]) + raw


def array(*items: bytes, tail: bytes = b"j") -> bytes:
    return b"l" + struct.pack(">I", len(items)) + b"".join(items) + tail


def mapping(*pairs: tuple[bytes, bytes]) -> bytes:
    return b"t" + struct.pack(">I", len(pairs)) + b"".join(key + value for key, value in pairs)


Term = tuple[bytes, Any]
"""Bytes, and the value that they decode to."""


def _atom_terms(values: bool) -> st.SearchStrategy[Term]:
    special = {"true": True, "false": False, "nil": None, "null": None} if values else {}
    named = st.tuples(st.sampled_from((100, 115)), latin_names | st.sampled_from(("true", "nil", "null", "online")))
    wide = st.tuples(st.sampled_from((118, 119)), names | st.sampled_from(("true", "false", "nil", "null")))
    return (named | wide).map(lambda made: (atom(made[1], made[0]), special.get(made[1], made[1])))


_integers: st.SearchStrategy[Term] = st.one_of(
    st.integers(0, 255).map(lambda number: (small(number), number)),
    st.integers(-(2**31), 2**31 - 1).map(lambda number: (b"b" + struct.pack(">i", number), number)),
    st.integers(-(2**64), 2**64).map(lambda number: (big(number, 9), number)),
    st.integers(-(2**99), 2**99).map(lambda number: (big(number, 13), number)),
    st.integers(-(2**64), 2**64).map(lambda number: (big(number, 9, large=True), number)),
)

_binaries: st.SearchStrategy[Term] = texts.map(lambda text: (binary(text), text))


def _float_term(number: float) -> Term:
    return b"F" + struct.pack(">d", number), number


def _float_text_term(number: float) -> Term:
    text = f"{number:.20e}"
    return b"c" + text.encode().ljust(31, b"\0"), float(text)


_floats = st.floats(allow_nan=False, allow_infinity=False).flatmap(
    lambda number: st.sampled_from((_float_term(number), _float_text_term(number)))
)

_leaves: st.SearchStrategy[Term] = st.one_of(
    _integers,
    _binaries,
    _atom_terms(values=True),
    _floats,
    st.just((b"j", [])),
    st.binary(max_size=9).map(lambda raw: (b"k" + struct.pack(">H", len(raw)) + raw, list(raw))),
)

keys: st.SearchStrategy[Term] = st.one_of(
    _binaries, _atom_terms(values=False), _integers.map(lambda made: (made[0], str(made[1])))
)


def _containers(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    def sequence(items: list[Term], head: bytes, tail: bytes) -> Term:
        return head + b"".join(raw for raw, _ in items) + tail, [value for _, value in items]

    def pairs(made: list[tuple[Term, Term]]) -> Term:
        # Here and not by unique_by=: the filter that this is describes itself at great length.
        unique = {key[1]: (key[0], value) for key, value in made}
        raw = mapping(*((key, value[0]) for key, value in unique.values()))
        return raw, {name: value[1] for name, (_, value) in unique.items() if name != "__struct__"}

    items = st.lists(inner, max_size=5)
    return st.one_of(
        items.map(lambda made: sequence(made, b"l" + struct.pack(">I", len(made)), b"j")),
        items.map(lambda made: sequence(made, bytes([104, len(made)]), b"")),
        items.map(lambda made: sequence(made, b"i" + struct.pack(">I", len(made)), b"")),
        st.lists(st.tuples(keys, inner), max_size=5).map(pairs),
    )


good_terms: st.SearchStrategy[Term] = st.recursive(_leaves, _containers, max_leaves=15)


@st.composite
def damaged(draw: st.DrawFn, originals: st.SearchStrategy[bytes]) -> bytes:
    """Good bytes with some of them changed, dropped or said twice."""
    raw = bytearray(draw(originals))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        stop = draw(st.integers(start, min(start + 8, len(raw))))
        raw[start:stop] = draw(st.binary(max_size=8) | st.just(bytes(raw[start:stop]) * 2))
    return bytes(raw)
