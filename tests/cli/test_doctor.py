"""`gatewaysdk doctor` says what this installation has, and why not the rest."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from gatewaysdk.cli import main
from gatewaysdk.codec import json, native_build
from gatewaysdk.compression import zlib_library


@pytest.mark.parametrize("library", [zlib_library.PYTHON, zlib_library.ZLIB_NG], ids=["zlib", "zlib-ng"])
def test_the_library_that_inflates_is_named(
    library: zlib_library.ZlibLibrary | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if library is None:
        pytest.skip("zlib-ng is not installed")
    monkeypatch.setattr("gatewaysdk.cli.doctor.LIBRARY", library)
    assert main(["doctor"]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("zlib")] == [
        ["zlib", library.name]
    ]


def test_native_code_that_was_never_built_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(json, "NATIVE", False)
    monkeypatch.setattr(native_build, "NOTE", tmp_path / "none.txt")
    assert main(["doctor"]) == 0
    assert "the build left no reason; install gatewaysdk again" in capsys.readouterr().out


@pytest.mark.parametrize("there", [True, False])
def test_structs_have_a_line(there: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def version(name: str) -> str:
        if name == "msgspec" and not there:
            raise PackageNotFoundError(name)
        return "1.2"

    monkeypatch.setattr("gatewaysdk.cli.doctor.version", version)
    assert main(["doctor"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("structs"))
    assert ("available, with msgspec 1.2" in line) is there
    assert ("gatewaysdk[structs]" in line) is not there
