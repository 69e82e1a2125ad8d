"""The library that inflates zlib: zlib-ng where that package is installed, else Python's own zlib."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

__all__ = ["LIBRARY", "PYTHON", "ZLIB_NG", "ZlibContext", "ZlibLibrary"]


class ZlibContext(Protocol):
    """The state of one zlib stream, as ``zlib.decompressobj`` returns it."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...

    def copy(self) -> ZlibContext: ...


class ZlibLibrary(NamedTuple):
    """A library with the interface of Python's zlib."""

    name: str
    decompressobj: Callable[[], ZlibContext]
    error: type[Exception]


def _zlib_ng() -> ZlibLibrary | None:
    try:
        from zlib_ng import zlib_ng
    except ImportError:
        return None
    module: Any = zlib_ng  # its stubs leave most types out
    return ZlibLibrary("zlib-ng", module.decompressobj, module.error)


PYTHON = ZlibLibrary("zlib", zlib.decompressobj, zlib.error)
"""Python's own zlib."""

ZLIB_NG = _zlib_ng()
"""The package zlib-ng; None where it is not installed."""

LIBRARY = ZLIB_NG or PYTHON
"""The library for new connections. `gatewaysdk doctor` names it; docs/topics/compression.md has what it gains."""
