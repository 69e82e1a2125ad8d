"""The C code under AddressSanitizer and UBSan: ``python -m fuzz.sanitize --seconds 60``.

Compiles each extension anew into a temporary folder, then runs its fuzzer on it in a process where every read or write
out of bounds, use after free and undefined operation is fatal. Needs gcc and its libasan.
"""

# runs what gcc the machine has, on files of ours

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import NamedTuple

__all__ = ["TARGETS", "Target", "main", "run", "why_not"]

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "gatewaysdk"
FLAGS = [
    *("-std=c11", "-O1", "-g", "-fPIC", "-shared", "-fno-omit-frame-pointer", "-DPy_LIMITED_API=0x030b0000"),
    *("-Wall", "-Wextra", "-Wno-unused-parameter"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
]


class Target(NamedTuple):
    """An extension and its sources."""

    name: str
    sources: list[Path]


TARGETS = {
    "envelope": Target("_json_native", [PACKAGE / "codec" / "_json_native.c"]),
    "etf": Target("_native", sorted((PACKAGE / "codec" / "etf").glob("_native*.c"))),
}
"""What is compiled for which of the fuzzers beside this module."""


def why_not(target: Target) -> str | None:
    """Return what is missing on this machine, None when all is there."""
    if shutil.which("gcc") is None:
        return "there is no gcc"
    if not _library("asan").is_absolute():
        return "gcc has no libasan"
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return "there is no Python.h"
    return None


def _library(name: str) -> Path:
    # gcc prints the bare name when it does not have the file.
    command = ["gcc", f"-print-file-name=lib{name}.so"]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def compile_to(folder: Path, target: Target) -> Path:
    """Compile the extension with both sanitizers."""
    built = folder / f"{target.name}.abi3.so"
    include = sysconfig.get_path("include")
    subprocess.run(["gcc", *FLAGS, f"-I{include}", *map(str, target.sources), "-o", str(built)], check=True)
    return built


def run(fuzzer: str, *arguments: str) -> int:
    """Run a fuzzer on a sanitized build; returns its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        extension = compile_to(Path(folder), TARGETS[fuzzer])
        environment = {
            **os.environ,
            "LD_PRELOAD": str(_library("asan")),
            # Python's own allocator would hide where an object ends. It keeps some memory until it exits: no leak.
            "PYTHONMALLOC": "malloc",
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT / "src"), os.environ.get("PYTHONPATH")))),
        }
        command = [sys.executable, "-m", f"fuzz.{fuzzer}", "--native", str(extension), *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    """Run the fuzzers with the arguments given; returns the first status that is not 0, 2 for what cannot run here."""
    parser = argparse.ArgumentParser(prog="fuzz.sanitize", description="all other options are those of the fuzzers")
    parser.add_argument("--only", choices=TARGETS, help="one fuzzer; each in turn unless given")
    options, arguments = parser.parse_known_args()
    first = 0
    for fuzzer in TARGETS if options.only is None else [options.only]:
        reason = why_not(TARGETS[fuzzer])
        if reason is None:
            print(f"fuzz.{fuzzer} under the sanitizers", flush=True)
            status = run(fuzzer, *arguments)
        else:
            print(f"fuzz.{fuzzer} cannot run under the sanitizers: {reason}", file=sys.stderr)
            status = 2
        first = first or status
    return first


if __name__ == "__main__":
    sys.exit(main())
