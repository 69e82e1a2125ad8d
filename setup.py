"""The optional native parts of the codecs; everything else about the package stands in pyproject.toml."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

CODEC = "src/gatewaysdk/codec"
ETF = f"{CODEC}/etf"
SHARED = f"{CODEC}/native_module.h"


def native(name: str, sources: list[str], **options: Any) -> Extension:
    """Return an optional extension."""
    # The stable ABI, so that one build serves 3.11 and all that follow. Measured with the payloads of benchmarks/etf.py
    # it took 1.05 of the time of a build against the whole API on 3.11, 1.04 on 3.12 and 1.05 on 3.13.
    abi: dict[str, Any] = {"define_macros": [("Py_LIMITED_API", "0x030b0000")], "py_limited_api": True}
    return Extension(name, sources, optional=True, **abi, **options)


NATIVE = [
    native(
        "gatewaysdk.codec.etf._native",
        [f"{ETF}/_native{part}.c" for part in ("", "_decode", "_encode", "_msgpack", "_peek")],
        depends=[SHARED, f"{ETF}/_native.h"],
    ),
    native("gatewaysdk.codec._json_native", [f"{CODEC}/_json_native.c"], depends=[SHARED]),
]


def why_not() -> str | None:
    """Return why the extension is not even tried, None when it is."""
    if os.environ.get("GATEWAYSDK_PURE_PYTHON", "0") not in ("", "0"):
        return "GATEWAYSDK_PURE_PYTHON is set"
    if platform.python_implementation() != "CPython":
        return f"it is made for CPython, this is {platform.python_implementation()}"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        # It relies on the GIL, and importing it would turn that on again for the whole process.
        return "this Python runs without a GIL"
    return None


def notice(reason: str) -> None:
    """Say that plain Python it is."""
    print(
        f"gatewaysdk: native code is left out: {reason}. Plain Python does its work, only slower.",
        file=sys.stderr,
    )


class build_ext_or_notice(build_ext):  # noqa: N801  # commands are named like this
    """Builds as ever; a failure is announced here, and forgiven by setuptools as the extension is optional."""

    def build_extension(self, ext: Extension) -> None:
        try:
            super().build_extension(ext)
        except Exception as error:
            notice(f"it could not be compiled ({error})")
            raise


reason = why_not()
if reason is not None:
    notice(reason)
setup(
    ext_modules=[] if reason is not None else NATIVE,
    exclude_package_data={
        "gatewaysdk.codec": ["*.c", "*.h"],
        "gatewaysdk.codec.etf": ["*.c", "*.h"],
    },  # for the sdist alone
    cmdclass={"build_ext": build_ext_or_notice},
    options={} if reason is not None else {"bdist_wheel": {"py_limited_api": "cp311"}},
)
