"""What one gateway message may cost.

Bytes alone bound little: 65 KB may inflate to gigabytes, and 3 bytes of JSON make an object of 90. The sums behind
the figures are in docs/topics/limits.md.
"""

from __future__ import annotations

import sys

from ..errors import MessageTooLarge

__all__ = ["MAX_RATIO", "MAX_SIZE", "MAX_VALUES", "RATIO_FREE", "max_values_within", "too_many_values"]

MAX_SIZE = 32 * 1024 * 1024
"""Default bound in bytes: the GUILD_CREATE of a very large guild takes more than 20 MB."""

MAX_RATIO = 200
"""How many bytes of a large message one byte on the wire may stand for; Discord's come to 5 to 20."""

RATIO_FREE = 8 * 1024 * 1024
"""Bytes up to which `MAX_RATIO` is not asked about: a stream repeats what it has sent before at next to no cost."""

_BYTES_A_VALUE = 16
_LEAST_VALUES = 100_000


def max_values_within(max_size: int) -> int:
    """Return how many values a message may hold of which ``max_size`` bytes are taken: array elements and map entries.

    A value of Discord's takes 16 to 25 bytes on average, its key and the punctuation counted in. No small ``max_size``
    lowers this below 100,000, as small messages may well be denser.
    """
    return max(min(max_size, sys.maxsize) // _BYTES_A_VALUE, _LEAST_VALUES)


MAX_VALUES = max_values_within(MAX_SIZE)
"""The same for `MAX_SIZE`: 2,097,152."""


def too_many_values(limit: int) -> MessageTooLarge:
    """Return the error for a message with more than ``limit`` values."""
    return MessageTooLarge(
        f"a message holds more than {limit} array elements and map entries, which max_size allows, "
        f"{_BYTES_A_VALUE} bytes for each; if the gateway means it, raise max_size=",
        limit,
    )
