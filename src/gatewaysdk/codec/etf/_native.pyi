from typing import Any

__all__ = ["decode", "encode", "name", "peek"]

name: str

def decode(data: bytes | bytearray | memoryview, start: int, end: int, most: int = ..., /) -> Any:
    """Return the value of the one term in ``data[start:end]``, which has no version byte.

    Raises `DecodeError`, and `MessageTooLarge` for a term that holds more than ``most`` values.
    """

def peek(data: bytes | bytearray | memoryview, most: int = ..., /) -> tuple[int, int | None, str | None, int, int]:
    """Return op, s, t, and where ``d`` starts and ends (0 and 0 without a ``d``).

    Raises `DecodeError`, and `MessageTooLarge` as `decode` does if it has to go through ``d``.
    """

def encode(value: Any, /) -> bytes:
    """Return plain values as a message with its version byte. Raises `EncodeError`."""
