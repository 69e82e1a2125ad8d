from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import decode_event
from gatewaysdk.bases.event import Event
from gatewaysdk.cli.show import clean, event_line, name_of, uses_colour
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import EVENT_NAMES, sample


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def event(name: str, /, **data: Any) -> Event:
    return decode_event(Frame(0, data, 1, name))


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_every_event_has_a_line_of_its_name_and_up_to_four_fields(name: str) -> None:
    line = event_line(event(name, **sample(name, seed=0, full=True)), colour=False)
    shown, *fields = line.split("  ")
    assert shown == name
    assert (1 <= len(fields) <= 4) or name == "RESUMED"
    assert all("=" in field for field in fields)
    assert line.isprintable()


def test_a_message_shows_its_text_its_author_and_where_it_stands() -> None:
    message = {**sample("MESSAGE_CREATE", seed=0, full=True), "content": "hello there"}
    line = event_line(event("MESSAGE_CREATE", **message), colour=False)
    assert line.startswith('MESSAGE_CREATE  content="hello there"')
    assert f"author=@{message['author']['username']}" in line
    assert f"channel_id={message['channel_id']}" in line


def test_long_text_is_cut() -> None:
    line = event_line(
        event("MESSAGE_CREATE", **{**sample("MESSAGE_CREATE", seed=0, full=True), "content": "x" * 4000}), colour=False
    )
    assert '…"' in line
    assert len(line) < 200


@pytest.mark.parametrize(("name", "key"), [("INTERACTION_CREATE", "token"), ("VOICE_SERVER_UPDATE", "token"),
                                           ("READY", "session_id")])  # fmt: skip
def test_secrets_of_events_are_not_shown(name: str, key: str) -> None:
    data = {**sample(name, seed=0, full=True), key: "shown-to-nobody"}
    assert "shown-to-nobody" not in event_line(event(name, **data), colour=False)


def test_a_payload_that_breaks_the_documentation_shows_what_it_holds_and_a_note() -> None:
    line = event_line(event("MESSAGE_DELETE", id="1", channel_id=None), colour=False)
    assert "id=1" in line
    assert "! channel_id: " in line
    more = event_line(event("GUILD_BAN_ADD"), colour=False)
    assert re.search(r"! .* and 1 more$", more)


def test_an_event_without_an_object_has_a_line_too() -> None:
    line = event_line(decode_event(Frame(0, [], 1, "MESSAGE_DELETE")), colour=False)
    assert line.startswith("MESSAGE_DELETE  ! ")


def test_an_unknown_event_is_said_to_be_one() -> None:
    unknown = event("BRAND_NEW", id="1")
    assert name_of(unknown) == "BRAND_NEW"
    assert event_line(unknown, colour=False).startswith("BRAND_NEW  (unknown")


def test_what_others_write_cannot_steer_the_terminal() -> None:
    nasty = "\x1b[2J\x9b2J\r\n\u202eevil"
    data = {**sample("MESSAGE_CREATE", seed=0, full=True), "content": nasty}
    data["author"]["username"] = nasty
    assert event_line(event("MESSAGE_CREATE", **data), colour=False).isprintable()
    assert event_line(event(nasty), colour=False).isprintable()
    assert event_line(event("PRESENCE_UPDATE", user={"id": "1"}, status=nasty), colour=False).isprintable()


@given(st.text())
def test_clean_text_is_printable_and_printable_text_is_clean(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(clean(text)) == clean(text)
    assert (clean(text) == text) == text.isprintable()


def test_colours_change_nothing_but_colours() -> None:
    message = event("MESSAGE_CREATE", **sample("MESSAGE_CREATE", seed=0, full=True))
    coloured = event_line(message, colour=True, width=30)
    assert "\x1b[36mMESSAGE_CREATE" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == event_line(message, colour=False, width=30)


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert uses_colour(Terminal())
    assert not uses_colour(io.StringIO())
    assert not uses_colour(Terminal(), wanted=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not uses_colour(Terminal())
    monkeypatch.setenv("NO_COLOR", "")
    assert uses_colour(Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert not uses_colour(Terminal())
