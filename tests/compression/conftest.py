"""Everything here holds for each library that inflates zlib."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gatewaysdk.compression import zlib_library


@pytest.fixture(autouse=True, scope="module", params=["zlib", "zlib-ng"])
def zlib_by(request: pytest.FixtureRequest) -> Iterator[None]:
    library = zlib_library.PYTHON if request.param == "zlib" else zlib_library.ZLIB_NG
    if library is None:
        pytest.skip("zlib-ng is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gatewaysdk.compression.zlib_stream.LIBRARY", library)
        patch.setattr("gatewaysdk.compression.payload_zlib.LIBRARY", library)
        yield
