"""Which Pythons a machine has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["VERSIONS", "find_python"]

VERSIONS = ("3.11", "3.12", "3.13", "3.14")

# A free-threaded build is another Python, and Debian's may come without what makes virtual environments.
_ASK = (
    "import ensurepip, sys, sysconfig, venv; "
    "print(sys.implementation.name, '%d.%d' % sys.version_info[:2], sysconfig.get_config_var('Py_GIL_DISABLED') or 0)"
)


def find_python(version: str) -> Path | None:
    """Return a CPython of this version that can make virtual environments, None if there is none."""
    return next((path for path in _candidates(version) if _is_python(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    yield Path(sys.base_prefix, "bin", name)
    yield from (Path(folder, name) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder)
    # What pyenv has but did not choose for this folder is on PATH, and refuses to run.
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True)


def _is_python(path: Path, version: str) -> bool:
    if not path.is_file():
        return False
    try:
        done = subprocess.run([path, "-I", "-c", _ASK], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.split() == ["cpython", version, "0"]
