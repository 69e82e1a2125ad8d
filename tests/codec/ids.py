"""Names of test cases that are the same in each process: what runs the tests in several compares them."""

from __future__ import annotations

import re

__all__ = ["without_address"]


def without_address(value: object) -> str:
    """Return the repr of a value without its address."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))
