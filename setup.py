"""The optional native parts of the codecs, and the README for the index; all else stands in pyproject.toml."""

from __future__ import annotations

import os
import platform
import re
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
HOME = "https://github.com/gatewaysdk/gatewaysdk"
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


@contextmanager
def listening_to_the_compiler() -> Iterator[Callable[[], str]]:
    """Pass on what the compiler prints; the function returns its first errors. It writes to our file descriptors."""
    with TemporaryFile() as said:
        sys.stdout.flush()
        sys.stderr.flush()
        saved = {number: os.dup(number) for number in (1, 2)}
        for number in saved:
            os.dup2(said.fileno(), number)

        def errors() -> str:
            said.seek(0)
            lines = said.read().decode(errors="replace").splitlines()
            return " | ".join([line.strip() for line in lines if "error" in line.lower()][:2])[:500]

        try:
            yield errors
        finally:
            for number, original in saved.items():
                os.dup2(original, number)
                os.close(original)
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))


def note(folder: Path, reasons: dict[str, str]) -> None:
    """Write why which extension is missing to where `gatewaysdk doctor` reads it; nothing if none is."""
    path = folder / "native_build.txt"
    path.unlink(missing_ok=True)  # what an earlier build wrote
    if reasons and folder.is_dir():
        path.write_text("".join(f"{name}: {reason}\n" for name, reason in reasons.items()), encoding="utf-8")


def codec_folder(command: build_ext | build_py, *, in_place: bool) -> Path:
    """Return the folder that becomes gatewaysdk/codec of the installation."""
    return Path(CODEC) if in_place else Path(command.build_lib, "gatewaysdk", "codec")


class build_ext_or_notice(build_ext):  # noqa: N801  # commands are named like this
    """Builds as ever; a failure is announced and noted, and the build goes on, as the extensions are optional."""

    def run(self) -> None:
        self.missing: dict[str, str] = {}
        super().run()
        note(codec_folder(self, in_place=self.inplace or self.editable_mode), self.missing)

    def build_extension(self, ext: Extension) -> None:
        with listening_to_the_compiler() as errors:
            try:
                super().build_extension(ext)
            except Exception as error:
                self.missing[ext.name] = " ".join((errors() or str(error)).split())
        if ext.name in self.missing and os.environ.get("GATEWAYSDK_REQUIRE_NATIVE", "0") not in ("", "0"):
            raise SystemExit(f"gatewaysdk: GATEWAYSDK_REQUIRE_NATIVE is set: {self.missing[ext.name]}")
        if ext.name in self.missing:
            notice(f"it could not be compiled ({self.missing[ext.name]})")


class build_py_or_notice(build_py):  # noqa: N801
    """Notes why no extension is even tried; setuptools runs no build_ext then."""

    def run(self) -> None:
        super().run()
        if reason is not None:
            folder = codec_folder(self, in_place=self.editable_mode)
            note(folder, {ext.name: f"{reason}, when it was built" for ext in NATIVE})


def readme() -> str:
    """Return the README with links that work on the package index, where its files are not."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.sub(r"\]\((?![a-z]+:|#)([^)]+)\)", rf"]({HOME}/blob/main/\1)", text)


reason = why_not()
if reason is not None:
    notice(reason)
setup(
    long_description=readme(),
    long_description_content_type="text/markdown",
    ext_modules=[] if reason is not None else NATIVE,
    exclude_package_data={
        "gatewaysdk.codec": ["*.c", "*.h"],
        "gatewaysdk.codec.etf": ["*.c", "*.h"],
    },  # for the sdist alone
    cmdclass={"build_ext": build_ext_or_notice, "build_py": build_py_or_notice},
    options={} if reason is not None else {"bdist_wheel": {"py_limited_api": "cp311"}},
)
