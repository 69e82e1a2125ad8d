"""``gatewaysdk doctor``: what this installation can do."""

from __future__ import annotations

import platform
from argparse import Namespace
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from ..codec import ENCODINGS, json
from ..codec.etf import backends, choose_backend
from ..codec.native_build import why_not_built
from ..compression import COMPRESSIONS
from ..compression.zlib_library import LIBRARY
from .show import clean

__all__ = ["doctor"]

_LIBRARIES = ("aiohttp", "pydantic", "orjson")


def doctor(_: Namespace) -> int:
    """Print the report and return 0."""
    print(f"gatewaysdk    {__version__}")
    print(f"python        {platform.python_version()} ({platform.python_implementation()})")
    for library in _LIBRARIES:
        print(f"{library:<13} {version(library)}")
    print(f"encodings     {', '.join(ENCODINGS)}")
    print(f"compressions  {', '.join(COMPRESSIONS)}")
    print(f"zlib          {LIBRARY.name}")
    print(f"structs       {_structs()}")
    print(
        f"json envelope {'native' if json.NATIVE else f'python, as the native reader was not built: {_why_no_json()}'}"
    )
    print(f"etf backend   {choose_backend().name} with etf_backend='auto'")
    for report in backends():
        state = "available" if report.available else f"not available: {clean(report.why_not)}"
        print(f"  {report.name:<11} {state}")
    return 0


def _structs() -> str:
    try:
        return f"available, with msgspec {version('msgspec')}"
    except PackageNotFoundError:
        return "not available: pip install 'gatewaysdk[structs]' brings msgspec"


def _why_no_json() -> str:
    return clean(why_not_built("gatewaysdk.codec._json_native"))
