"""From the name of a compression to its inflater."""

import sys

import pytest

from gatewaysdk.compression import COMPRESSIONS, get_inflater
from gatewaysdk.compression.choose import choose_inflater
from gatewaysdk.errors import ConfigurationError


def test_every_listed_compression_can_be_had() -> None:
    assert COMPRESSIONS == ("none", "zlib-stream", "zstd-stream")
    assert len({type(get_inflater(name)) for name in COMPRESSIONS}) == len(COMPRESSIONS)


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_what_is_chosen_makes_a_new_inflater_for_each_connection(name: str) -> None:
    make = choose_inflater(name)
    assert make() is not make()


@pytest.mark.parametrize("name", ["", "zlib", "ZLIB-STREAM", "gzip"])
def test_an_unknown_compression_names_value_and_remedy(name: str) -> None:
    with pytest.raises(ConfigurationError, match="choose one of 'none', 'zlib-stream', 'zstd-stream'") as caught:
        get_inflater(name)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("name", ["zlib-stream", "zstd-stream"])
def test_payload_compression_excludes_transport_compression(name: str) -> None:
    with pytest.raises(ConfigurationError, match="excludes"):
        get_inflater(name, payload=True)


@pytest.mark.parametrize("max_size", [0, -1])
def test_a_bound_that_lets_nothing_through_is_refused(max_size: int) -> None:
    with pytest.raises(ConfigurationError, match="max_size"):
        get_inflater("zlib-stream", max_size=max_size)


def test_zstd_that_is_not_installed_is_a_setting_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gatewaysdk.compression.zstd_library", None)
    with pytest.raises(ConfigurationError, match=r"backports\.zstd"):
        choose_inflater("zstd-stream")
