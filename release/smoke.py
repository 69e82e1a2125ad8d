"""``python -m release.smoke``: the tests that show that an installation works, run on what is installed.

They are those where native code, files of the package and the interpreter make a difference. Run it in a folder that
has the tests and no ``src``.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

TESTS = [
    "tests/cli/test_doctor.py",
    "tests/codec/etf/test_backends.py",
    "tests/codec/etf/test_native.py",
    "tests/codec/test_json_native.py",
    "tests/codec/test_registry.py",
    "tests/compression",
    "tests/decoding/test_registry.py",
    "tests/models/test_types.py",
    "tests/shard/test_sessions.py",
    "tests/test_commands.py",
]


def main() -> int:
    """Run the tests; return what pytest returns."""
    found = find_spec("gatewaysdk")
    origin = Path(str(found.origin)) if found is not None else Path()
    if "site-packages" not in origin.parts:
        print(f"gatewaysdk is that of {origin}; the tests are to run on one that is installed", file=sys.stderr)
        return 1
    print(f"testing {origin.parent}", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
