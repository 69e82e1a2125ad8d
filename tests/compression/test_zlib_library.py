"""Which library inflates: zlib-ng where it is installed, Python's zlib elsewhere."""

import subprocess
import sys

import pytest

from gatewaysdk.compression import zlib_library

SHOW = "from gatewaysdk.compression import zlib_library as it; print(it.LIBRARY.name, it.ZLIB_NG is None)"


def chosen(before: str = "pass") -> str:
    command = [sys.executable, "-c", f"import sys; {before}; {SHOW}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_zlib_ng_is_taken_where_it_is_installed() -> None:
    if zlib_library.ZLIB_NG is None:
        pytest.skip("zlib-ng is not installed")
    assert chosen() == "zlib-ng False"


def test_python_has_one_of_its_own() -> None:
    assert chosen("sys.modules['zlib_ng'] = None") == "zlib True"
