"""Bounds on what one gateway message may cost, in bytes and in values.

A bound on the bytes received is not enough: 65 KB may inflate to gigabytes, and 3 bytes of JSON make an object of 90.
docs/topics/limits.md derives the figures.
"""

from __future__ import annotations

import sys

from ..errors import MessageTooLarge

__all__ = ["MAX_RATIO", "MAX_SIZE", "MAX_VALUES", "RATIO_FREE", "max_values_within", "too_many_values"]

MAX_SIZE = 32 * 1024 * 1024
"""Default for ``max_size``, in bytes. The GUILD_CREATE of a very large guild takes more than 20 MB."""

MAX_RATIO = 200
"""Most bytes of a large message for each byte on the wire. Discord's messages have 5 to 20."""

RATIO_FREE = 8 * 1024 * 1024
"""Messages up to this many bytes need not keep to `MAX_RATIO`: a stream repeats earlier text in very few bytes."""

_BYTES_A_VALUE = 16
_LEAST_VALUES = 100_000


def max_values_within(max_size: int) -> int:
    """Return how many values, array elements and map entries, a message may hold if it may have ``max_size`` bytes.

    In Discord's messages a value takes 16 to 25 bytes on average, with its key and punctuation. The result is at least
    100,000, as small messages may be denser.
    """
    return max(min(max_size, sys.maxsize) // _BYTES_A_VALUE, _LEAST_VALUES)


MAX_VALUES = max_values_within(MAX_SIZE)
"""`max_values_within` for `MAX_SIZE`: 2,097,152."""


def too_many_values(limit: int) -> MessageTooLarge:
    """Return the error for a message with more than ``limit`` values."""
    return MessageTooLarge(
        f"a message holds more than {limit} array elements and map entries, which max_size allows, "
        f"{_BYTES_A_VALUE} bytes for each; if the gateway means it, raise max_size=",
        limit,
    )
