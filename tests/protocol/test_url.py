from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.protocol.url import check_url, is_gateway_url, with_query


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("wss://gateway.discord.gg", "wss://gateway.discord.gg/?v=10&encoding=json"),
        ("wss://gateway.discord.gg/", "wss://gateway.discord.gg/?v=10&encoding=json"),
        ("ws://[::1]:8080/gateway", "ws://[::1]:8080/gateway?v=10&encoding=json"),
        ("wss://g.test/?v=9&key=x#end", "wss://g.test/?key=x&v=10&encoding=json"),
    ],
)
def test_the_query_is_added_to_any_url(url: str, expected: str) -> None:
    assert with_query(url, "v=10&encoding=json") == expected


def test_without_a_query_the_url_stays() -> None:
    assert with_query("wss://g.test/?key=x", "") == "wss://g.test/?key=x"


@pytest.mark.parametrize("url", ["wss://gateway-us-east1-b.discord.gg", "wss://g.test:443/path", "wss://127.0.0.1"])
def test_an_encrypted_url_is_always_usable(url: str) -> None:
    assert is_gateway_url(url, secure=True)
    assert is_gateway_url(url, secure=False)


def test_a_plain_url_is_usable_only_where_nothing_was_encrypted() -> None:
    assert is_gateway_url("ws://localhost:1", secure=False)
    assert not is_gateway_url("ws://localhost:1", secure=True)


@pytest.mark.parametrize(
    "url", [None, 5, b"wss://g.test", "", "g.test", "https://g.test", "wss://", "wss://[", "wss://g:x", "wss://g:99999"]
)
def test_what_is_no_websocket_url_is_not_usable(url: object) -> None:
    assert not is_gateway_url(url, secure=False)


@given(st.one_of(st.text(), st.text().map("wss://".__add__)))
def test_any_text_is_judged_without_raising_and_what_passes_takes_a_query(url: str) -> None:
    if is_gateway_url(url, secure=True):
        assert with_query(url, "v=10").endswith("v=10")


def test_a_base_that_is_no_url_is_refused_with_an_example() -> None:
    with pytest.raises(ConfigurationError, match=r"wss://gateway\.discord\.gg"):
        check_url("gateway.discord.gg")
