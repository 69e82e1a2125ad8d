"""What inflates a zlib stream: C of ours where it was built, Python's zlib elsewhere."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, Protocol

__all__ = ["MARKER", "NATIVE", "PythonContext", "ZlibContext", "zlib_context"]

MARKER = b"\x00\x00\xff\xff"
"""What a zlib flush ends with: the length fields of an empty stored block."""


class ZlibContext(Protocol):
    """What inflates one zlib stream."""

    usual: bool
    """Whether ``quick`` may try: nothing of an earlier message is left."""

    @property
    def quick(self) -> Callable[[bytes | str], bytes | None] | None:
        """What gives the one text of a usual message, and None for others, of which ``whole`` tells then; if any."""
        ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...

    def copy(self) -> ZlibContext: ...

    def whole(self, message: bytes | str, /) -> bytes | None:
        """Inflate bytes whose only flush marker is at their end; return None, and do nothing, for others."""
        ...


class PythonContext:
    """A context by Python's own zlib. ``whole`` gives at most ``limit`` bytes."""

    usual = True
    quick = None

    def __init__(self, limit: int, context: Any = None) -> None:
        self._limit = limit
        self._context = zlib.decompressobj() if context is None else context
        self.decompress: Callable[[bytes, int], bytes] = self._context.decompress

    @property
    def eof(self) -> bool:
        return bool(self._context.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._context.unused_data)

    def copy(self) -> PythonContext:
        return PythonContext(self._limit, self._context.copy())

    def whole(self, message: bytes | str, /) -> bytes | None:
        if type(message) is not bytes:
            return None
        marker = message.find(MARKER)
        if marker < 0 or marker != len(message) - len(MARKER):
            return None
        return self.decompress(message, self._limit)


zlib_context: Callable[[int], ZlibContext] = PythonContext
with suppress(ImportError):  # the same in C, where it was built; `gatewaysdk doctor` tells
    zlib_context = import_module("._zlib_native", __package__).inflater

NATIVE = zlib_context is not PythonContext
"""Whether C inflates zlib streams, into a buffer that is used again."""
