from typing import Any

__all__ = ["decode", "encode", "name", "peek", "to_msgpack", "to_msgpack_as_json"]

name: str

def decode(data: bytes | bytearray | memoryview, start: int, end: int, most: int = ..., /) -> Any:
    """Return the value of the one term in ``data[start:end]``, which has no version byte.

    Raises `DecodeError`, and `MessageTooLarge` for a term that holds more than ``most`` values.
    """

def to_msgpack(data: bytes | bytearray | memoryview, start: int, end: int, most: int = ..., /) -> bytes:
    """Return the one term in ``data[start:end]`` as MessagePack.

    Raises as `decode` does, except that texts may be no UTF-8 and keys may come twice: whoever decodes it sees that.
    """

def to_msgpack_as_json(data: bytes | bytearray | memoryview, start: int, end: int, most: int = ..., /) -> bytes:
    """Return what `to_msgpack` does, with integers beyond 2**53 as texts, as Discord's JSON has ids."""

def peek(data: bytes | bytearray | memoryview, most: int = ..., /) -> tuple[int, int | None, str | None, int, int]:
    """Return op, s, t, and where ``d`` starts and ends (0 and 0 without a ``d``).

    Raises `DecodeError`, and `MessageTooLarge` as `decode` does if it has to go through ``d``.
    """

def encode(value: Any, /) -> bytes:
    """Return plain values as a message with its version byte. Raises `EncodeError`."""
