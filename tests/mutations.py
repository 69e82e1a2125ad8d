"""Payloads of every event, and ways to break one place of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from gatewaysdk.simulator.payloads import EVENT_NAMES, sample

Path = tuple[str | int, ...]

SEEDS = 4

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.from_regex(r"[0-9]{1,21}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
"""Anything that JSON can hold, with a liking for what looks like an id."""

event_payloads = st.builds(
    lambda name, seed, full: (name, sample(name, seed=seed, full=full)),
    st.sampled_from(EVENT_NAMES),
    st.integers(0, SEEDS - 1),
    st.booleans(),
)
"""An event's name with data that keeps to the documentation."""


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each value within ``value``, its own left out."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


def at(value: Any, path: Path) -> Any:
    """Return what stands at ``path``."""
    for key in path:
        value = value[key]
    return value


def without(value: Any, path: Path) -> Any:
    """Return a copy of ``value`` that lacks what stands at ``path``."""
    changed = copy.deepcopy(value)
    del at(changed, path[:-1])[path[-1]]
    return changed


def replaced(value: Any, path: Path, new: Any) -> Any:
    """Return a copy of ``value`` with ``new`` at ``path``."""
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = new
    return changed


@st.composite
def broken_payloads(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, Any], Path]:
    """Return an event's name, its data sound and with one place deleted or replaced, and the path of that place."""
    name, sound = draw(event_payloads.filter(lambda drawn: bool(drawn[1])))
    path = draw(st.sampled_from(list(places(sound))))
    if draw(st.booleans()):
        return name, sound, without(sound, path), path
    return name, sound, replaced(sound, path, draw(json_values)), path
