from typing import Any

__all__ = ["decode", "encode", "name", "peek"]

name: str

def decode(data: bytes | bytearray | memoryview, start: int, end: int, /) -> Any:
    """Decode the one term that ``data[start:end]`` is, without a version byte; raises `DecodeError`."""

def peek(data: bytes | bytearray | memoryview, /) -> tuple[int, int | None, str | None, int, int]:
    """Return op, s, t, and where ``d`` starts and ends, 0 and 0 without one; raises `DecodeError`."""

def encode(value: Any, /) -> bytes:
    """Encode plain values, version byte and all; raises `EncodeError`."""
