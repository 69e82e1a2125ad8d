"""`gatewaysdk doctor` says which library inflates."""

import pytest

from gatewaysdk.cli import main
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
