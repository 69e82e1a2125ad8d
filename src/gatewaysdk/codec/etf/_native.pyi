from typing import Any

__all__ = ["decode", "encode", "name", "peek"]

name: str

def decode(data: bytes | bytearray | memoryview, start: int, end: int, most: int = ..., /) -> Any:
    """Decode the one term that ``data[start:end]`` is, without a version byte.

    Raises `DecodeError`, and `MessageTooLarge` for a term that holds more than ``most`` values.
    """

def peek(data: bytes | bytearray | memoryview, most: int = ..., /) -> tuple[int, int | None, str | None, int, int]:
    """Return op, s, t, and where ``d`` starts and ends, 0 and 0 without one.

    Raises `DecodeError`, and `MessageTooLarge` as `decode` does where it has to walk over ``d``.
    """

def encode(value: Any, /) -> bytes:
    """Encode plain values, version byte and all; raises `EncodeError`."""
