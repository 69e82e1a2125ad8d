import pytest

from gatewaysdk.codec import ENCODINGS, Codec, JsonCodec, get_codec
from gatewaysdk.errors import ConfigurationError


def test_json_is_found_by_the_name_in_the_url() -> None:
    codec: Codec = get_codec("json")
    assert isinstance(codec, JsonCodec)
    assert codec.name == "json"
    assert codec.binary is False


def test_every_listed_encoding_is_found_under_its_own_name() -> None:
    assert "json" in ENCODINGS
    assert [get_codec(name).name for name in ENCODINGS] == list(ENCODINGS)


@pytest.mark.parametrize("name", ["", "JSON", "xml", "json "])
def test_an_unknown_encoding_names_value_and_remedy(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"unknown; choose one of .*'json'") as caught:
        get_codec(name)
    assert repr(name) in str(caught.value)
