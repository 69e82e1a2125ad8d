"""The backends side by side: each test over all of them, and what one makes of its input as a value to compare."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk.codec.etf import Backend, backends, choose_backend
from gatewaysdk.errors import DecodeError

REFERENCE = choose_backend("python")
VECTORS = Path(__file__).resolve().parents[2] / "data" / "etf" / "vectors.json"
REFUSED = "refused"

EACH_BACKEND = pytest.mark.parametrize(
    "backend",
    [
        pytest.param(choose_backend(report.name), id=report.name)
        if report.available
        else pytest.param(None, id=report.name, marks=pytest.mark.skip(reason=f"no {report.name}: {report.why_not}"))
        for report in backends()
    ],
)


def decoded(backend: Backend, term: bytes) -> Any:
    """The value of a term that has no version byte, or `REFUSED`."""
    try:
        return backend.decode(term, 0, len(term))
    except DecodeError:
        return REFUSED


def peeked(backend: Backend, message: bytes) -> Any:
    """The envelope of a message, or `REFUSED`."""
    try:
        return backend.peek(message)
    except DecodeError:
        return REFUSED


def same(left: Any, right: Any) -> bool:
    """Whether values are equal and of equal types all the way down: 1 is neither 1.0 nor True here, nor 0.0 -0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return bool(left.keys() == right.keys()) and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return struct.pack("d", left) == struct.pack("d", right)
    return bool(left == right)


def read_json(text: str) -> Any:
    """Read what make_vectors.escript writes."""

    def restore(pairs: dict[str, Any]) -> Any:
        return int(pairs["$integer"], 16) if pairs.keys() == {"$integer"} else pairs

    return json.loads(text, object_hook=restore)
