from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.protocol.url import ResumeRule, check_url, host_of, is_gateway_url, with_query


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
    "url",
    [None, 5, b"wss://g.test", "", "g.test", "https://g.test", "wss://", "wss://[", "wss://g:x", "wss://g:99999",
     "wss://g:0", "wss://g test", "wss://g.test\n", "wss://g.test\\@h.test", "wss://a..b",
     "wss://a%2Fb", "wss://" + "a" * 70 + "\u00e9"],
)  # fmt: skip
def test_what_is_no_websocket_url_is_not_usable(url: object) -> None:
    assert not is_gateway_url(url, secure=False)


@given(st.one_of(st.text(), st.text().map("wss://".__add__)))
def test_any_text_is_judged_without_raising_and_what_passes_takes_a_query(url: str) -> None:
    if is_gateway_url(url, secure=True):
        assert with_query(url, "v=10").endswith("v=10")


def test_a_base_that_is_no_url_is_refused_with_an_example() -> None:
    with pytest.raises(ConfigurationError, match=r"wss://gateway\.discord\.gg"):
        check_url("gateway.discord.gg")


def test_no_secret_of_a_base_is_in_the_error() -> None:
    with pytest.raises(ConfigurationError, match=r"url is 'https://g\.test/', not a gateway URL"):
        check_url("https://me:secret@g.test/?key=secret#secret")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("wss://Gateway.Discord.GG:443/x?y", "gateway.discord.gg"),
        ("wss://gateway.discord.gg.", "gateway.discord.gg"),
        ("wss://discord.gg@evil.test", "evil.test"),
        ("wss://evil.test/@discord.gg", "evil.test"),
        ("wss://evil.test?discord.gg", "evil.test"),
        ("ws://[::1]:80", "::1"),
        ("wss://b\u00fccher.test", "xn--bcher-kva.test"),
        ("wss://evil.test\u3002discord.gg", "evil.test.discord.gg"),
    ],
)
def test_the_host_is_what_every_library_takes_for_it(url: str, host: str) -> None:
    assert host_of(url) == host


# Where a session may be resumed

DISCORDS = ["wss://gateway-us-east1-b.discord.gg", "wss://gateway.discord.gg/?v=10", "wss://discord.gg:8443"]
FOREIGN = [
    "wss://evil.test",
    "wss://discord.gg.evil.test",
    "wss://evildiscord.gg",
    "wss://gateway.discord.gg@evil.test",
    "wss://evil.test/gateway.discord.gg",
    "wss://evil.test#gateway.discord.gg",
    "wss://evil.test\\.discord.gg",
    "wss://evil.test%2F.discord.gg",
    "wss://discord.com",
    "ws://gateway.discord.gg",
    "",
    None,
]


@pytest.mark.parametrize("base", ["wss://gateway.discord.gg", "wss://discord.gg", "wss://GATEWAY.DISCORD.GG./"])
def test_from_discord_a_session_is_resumed_at_discord_alone(base: str) -> None:
    rule = ResumeRule(base)
    assert [url for url in DISCORDS if rule.problem(url) is not None] == []
    assert [url for url in FOREIGN if rule.problem(url) is None] == []


def test_elsewhere_a_session_is_resumed_within_the_host_of_the_base() -> None:
    rule = ResumeRule("ws://127.0.0.1:8080/gateway")
    assert rule.problem("ws://127.0.0.1:9090") is None
    assert rule.problem("wss://127.0.0.1:9090") is None
    assert rule.problem("ws://127.0.0.2:8080") is not None
    assert rule.problem("wss://gateway.discord.gg") is not None
    rule = ResumeRule("wss://g.test")
    assert rule.problem("wss://resume.g.test") is None
    assert rule.problem("wss://notg.test") is not None


def test_the_user_may_name_other_hosts_which_stand_for_their_subdomains() -> None:
    rule = ResumeRule("wss://g.test", ["Resume.Test", "[::1]"])
    assert rule.problem("wss://eu.resume.test") is None
    assert rule.problem("wss://[::1]:5") is None
    assert rule.problem("wss://g.test") is not None
    problem = ResumeRule("wss://g.test", []).problem("wss://me:secret@evil.test/?secret")
    assert problem is not None
    assert problem.startswith("wss://evil.test, which is not within ")
    assert "resume_hosts=" in problem
    assert "secret" not in problem


@pytest.mark.parametrize(
    "hosts", ["g.test", 5, [5], [None], [""], ["*.g.test"], ["wss://g.test"], ["g.test/x"], ["a b"]]
)
def test_hosts_that_are_none_are_refused(hosts: object) -> None:
    with pytest.raises(ConfigurationError, match="resume_hosts"):
        ResumeRule("wss://g.test", hosts)  # type: ignore[arg-type]


@given(st.text().map("wss://".__add__) | st.from_regex(r"wss://[ -~]*discord\.gg[ -~]*", fullmatch=True))
def test_no_url_that_ends_elsewhere_is_resumed_on(url: str) -> None:
    if ResumeRule("wss://gateway.discord.gg").problem(url) is None:
        # A second opinion: aiohttp's own.
        host = URL(url).host or ""
        assert host.rstrip(".") == "discord.gg" or host.rstrip(".").endswith(".discord.gg")
