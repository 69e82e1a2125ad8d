"""Which texts are accepted as a token, what the errors for others say, and that neither text is ever shown."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import ConfigurationError, Shard, fetch_gateway_bot
from gatewaysdk.codec import get_codec
from gatewaysdk.errors import ConnectError
from gatewaysdk.protocol import IdentifySettings
from gatewaysdk.simulator import Simulator
from gatewaysdk.token import SecretBytes, Token

from .conftest import shown

SECRET = "AB1234567890.abcdef.the-rest-of-it_1"


@pytest.mark.parametrize(
    "given",
    [
        SECRET,
        SECRET.encode(),
        f"  {SECRET}\r\n",
        f"Bot {SECRET}",
        f"bot\t {SECRET}",
        f"BOT {SECRET}",
        f'"{SECRET}"',
        f"'{SECRET}'\n",
        f"`{SECRET}`",
        f"\u201c{SECRET}\u201d",
        f'"Bot {SECRET}"',
        f"Bot '{SECRET}'",
        f"\ufeff{SECRET}",
        f"Bot Bot {SECRET}",
        Token(SECRET),
    ],
)
def test_what_comes_along_with_a_token_is_taken_off(given: Any) -> None:
    assert Token(given).reveal() == SECRET


WRONG: list[tuple[Any, str]] = [
    (None, r"token is None; .*environment variable.*os\.environ\['NAME'\]"),
    ("", "token is empty; .*environment variable"),
    ("  \n", "token is empty"),
    ('""', "token is empty"),
    (b"", "token is empty"),
    (f"Bot {os.environ.get('A_VARIABLE_THAT_IS_NOT_SET')}", "token is only the word 'None'; .*environment variable"),
    ("Bot ", "token is only the word 'Bot'"),
    ("null", "token is only the word 'null'"),
    (f"Bearer {SECRET}", "scheme other than Bot; the gateway takes bot tokens only"),
    (f"basic {SECRET}", "scheme other than Bot"),
    (f"{SECRET} {SECRET}", "white space inside"),
    (f"{SECRET}\n{SECRET}", "white space inside"),
    (f'"{SECRET}', "characters that no bot token has"),
    (f"{SECRET}\x00", "characters that no bot token has"),
    (f"{SECRET}\u00e9", "characters that no bot token has"),
    (f"{SECRET}\ud800", "characters that no bot token has"),
    (SECRET.encode() + b"\xff", "characters that no bot token has"),
    (5, "token is of type int"),
    ([SECRET], "token is of type list"),
    (Token, "token is of type type"),
]


@pytest.mark.parametrize(("given", "told"), WRONG)
async def test_what_cannot_be_a_token_is_refused_in_one_way_everywhere(given: Any, told: str) -> None:
    Token.hold(SECRET)  # so that the search of tracebacks knows it
    for take in (Token, lambda one: Shard(one, intents=0), lambda one: Simulator(token=one)):
        with pytest.raises(ConfigurationError, match=told) as caught:
            take(given)
        assert SECRET not in str(caught.value)
    with pytest.raises(ConfigurationError, match=told):
        await fetch_gateway_bot(given)


@given(st.one_of(st.text(), st.binary(), st.none(), st.integers(), st.floats(), st.lists(st.text())))
def test_anything_is_a_token_or_one_clear_error(given: Any) -> None:
    told = "token "
    try:
        token = Token(given)
    except ConfigurationError as error:
        token, told = Token(SECRET), str(error)
    assert told.startswith("token ")
    assert token.reveal().isascii()
    assert not set(token.reveal()) & set(" \t\n\"'`")
    assert Token(token.reveal()) == token, "reading it twice changes nothing"


# Taken out of what others say


@given(st.text(), st.text(), st.integers(16, len(SECRET)))
def test_a_token_is_redacted_also_when_it_was_cut_short(before: str, after: str, length: int) -> None:
    text = Token(SECRET).redact(f"{before}{SECRET[:length]}|{after} {SECRET}")
    assert SECRET[:16] not in text
    assert text.startswith(before)
    assert text.endswith(f"|{after} [token]")


def test_text_without_a_token_is_left_alone() -> None:
    assert Token(SECRET).redact(f"nothing here {SECRET[:15]}") == f"nothing here {SECRET[:15]}"
    assert Token("too-short").redact("a too-short one") == "a too-short one"


def test_an_error_is_redacted_with_all_that_it_holds_on_to() -> None:
    def read(message: bytes) -> None:
        try:
            raise KeyError(message.decode())
        except KeyError as error:
            raise ConnectError(f"wss://g.test/{SECRET}", f"it said {SECRET}") from error

    try:
        read(SECRET.encode())
    except ConnectError as raised:
        error = Token(SECRET).redact_error(raised)
    assert (error.url, error.reason) == ("wss://g.test/[token]", "it said [token]")
    assert str(error) == "cannot connect to wss://g.test/[token]: it said [token]"
    assert error.__cause__ is not None
    assert error.__cause__.args == ("[token]",)
    assert SECRET not in shown(error)


# On its way out


@pytest.mark.parametrize("encoding", ["json", "etf"])
@pytest.mark.parametrize("backend", [None, "python"])
def test_a_message_with_the_token_is_bytes_that_do_not_show_it(encoding: str, backend: str | None) -> None:
    codec = get_codec(encoding, backend=backend if encoding == "etf" else None)
    message = codec.encode(2, IdentifySettings(token=Token(SECRET), intents=1).payload())
    assert isinstance(message, SecretBytes)
    assert message.count(SECRET.encode()) == 1
    assert SECRET not in repr(message)
    assert SECRET not in f"{[message]} {[message.decode('latin-1')]!r}"
    assert SECRET in message.decode("latin-1")
    assert codec.encode(2, {"token": SECRET, **_without_token(codec.peek(message).d)}) == message


def _without_token(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "token"}


@pytest.mark.parametrize("encoding", ["json", "etf"])
@pytest.mark.parametrize("backend", [None, "python"])
@pytest.mark.parametrize("value", ["\ud800", float("nan"), {1}, 2**4000], ids=["surrogate", "nan", "set", "huge"])
def test_what_cannot_be_encoded_is_told_without_the_token_in_any_frame(
    encoding: str, backend: str | None, value: Any
) -> None:
    codec = get_codec(encoding, backend=backend if encoding == "etf" else None)
    payload = IdentifySettings(token=Token(SECRET), intents=1, presence={"since": value}).payload()
    with pytest.raises(ValueError, match=r"sent|surrogate|NaN|integer"):
        codec.encode(2, payload)
