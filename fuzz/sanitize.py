"""The native ETF backend under AddressSanitizer and UBSan: ``python -m fuzz.sanitize --seconds 60``.

Compiles the extension anew into a temporary folder, then runs `fuzz.etf` on it in a process where every read or write
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

__all__ = ["main", "why_not"]

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src" / "gatewaysdk" / "codec" / "etf").glob("_native*.c"))
FLAGS = [
    *("-std=c11", "-O1", "-g", "-fPIC", "-shared", "-fno-omit-frame-pointer", "-DPy_LIMITED_API=0x030b0000"),
    *("-Wall", "-Wextra", "-Wno-unused-parameter"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
]


def why_not() -> str | None:
    """Return what is missing on this machine, None when all is there."""
    if shutil.which("gcc") is None:
        return "there is no gcc"
    if not _libasan().is_absolute():
        return "gcc has no libasan"
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return "there is no Python.h"
    return None


def _libasan() -> Path:
    # gcc prints the bare name when it does not have the file.
    done = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def compile_to(folder: Path) -> Path:
    """Compile the extension with both sanitizers."""
    target = folder / "_native.abi3.so"
    include = sysconfig.get_path("include")
    subprocess.run(["gcc", *FLAGS, f"-I{include}", *map(str, SOURCES), "-o", str(target)], check=True)
    return target


def run(*arguments: str) -> int:
    """Run `fuzz.etf` on a sanitized build; returns its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        extension = compile_to(Path(folder))
        environment = {
            **os.environ,
            "LD_PRELOAD": str(_libasan()),
            # Python's own allocator would hide where an object ends. It keeps some memory until it exits: no leak.
            "PYTHONMALLOC": "malloc",
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT / "src"), os.environ.get("PYTHONPATH")))),
        }
        command = [sys.executable, "-m", "fuzz.etf", "--native", str(extension), *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    """Run with the arguments of `fuzz.etf`; 2 when this machine cannot."""
    parser = argparse.ArgumentParser(prog="fuzz.sanitize", description="all options are those of fuzz.etf")
    _, arguments = parser.parse_known_args()
    reason = why_not()
    if reason is not None:
        print(f"the sanitizers cannot run: {reason}", file=sys.stderr)
        return 2
    return run(*arguments)


if __name__ == "__main__":
    sys.exit(main())
