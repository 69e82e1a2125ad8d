"""The lines of `gatewaysdk simulate`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gatewaysdk.cli.reporter import Reporter, entry_line
from gatewaysdk.cli.running import forget_simulator, remember_simulator, running_simulator
from gatewaysdk.simulator import FeedEntry


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (FeedEntry(1, 0.0, "connect", 0, "connects", "json"), "  #0  connects: json"),
        (FeedEntry(1, 0.0, "sent", 3, "READY", "user=bot"), "  #3  gets READY user=bot"),
        (FeedEntry(1, 0.0, "received", 3, "PRESENCE_UPDATE"), "  #3  sends PRESENCE_UPDATE"),
        (FeedEntry(1, 0.0, "request", None, "GET /x", "200"), "HTTP  GET /x 200"),
        (FeedEntry(1, 0.0, "fault", None, "op-9", "all shards"), "  !!  op-9 all shards"),
        (FeedEntry(1, 0.0, "sent", 0, "A", "\x1b[31m\nx"), "  #0  gets A \\x1b[31m\\nx"),
        (FeedEntry(1, 0.0, "sent", 0, "A", "x" * 300), f"  #0  gets A {'x' * 190}..."),
        (FeedEntry(1, 0.0, "sent", 0, "HEARTBEAT_ACK", routine=True), None),
        (FeedEntry(1, 0.0, "received", 0, "IDENTIFY", "intents=1"), None),
    ],
)
def test_a_line_is_short_and_obeys_no_terminal_codes(entry: FeedEntry, line: str | None) -> None:
    assert entry_line(entry) == line


def test_verbose_lines_have_heartbeats_and_data() -> None:
    assert (
        entry_line(FeedEntry(1, 0.0, "sent", 0, "HEARTBEAT_ACK", routine=True), verbose=True)
        == "  #0  gets HEARTBEAT_ACK"
    )
    entry = FeedEntry(1, 0.0, "sent", 0, "A", "b=1", '{"b": 1}')
    assert entry_line(entry, verbose=True) == '  #0  gets A b=1  {"b": 1}'


def test_colours_are_for_terminals_that_want_them() -> None:
    entry = FeedEntry(1, 0.0, "refuse", 0, "is refused", "4004")
    assert entry_line(entry, colour=True) == "  #0  \x1b[31mis refused: 4004\x1b[0m"


def test_a_reader_that_takes_nothing_holds_nobody_up_and_hears_how_much_it_missed() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as out, os.fdopen(reading, encoding="utf-8") as taken:
        reporter = Reporter(out)
        for _ in range(3000):
            reporter.say("x" * 200)
        lines = [taken.readline() for _ in range(1000)]
        while not (missed := re.search(r"\((\d+) lines were left out", lines[-1])):
            reporter.say("x")
            lines.append(taken.readline())
        assert 0 < int(missed[1]) <= 2000
        reporter.stop()


def test_a_reader_that_has_gone_ends_the_lines_and_nothing_else() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as out:
        reporter = Reporter(out)
        reporter.say("nobody reads this")
        reporter.stop()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights than these")
def test_the_address_of_a_simulator_is_for_its_user_alone(tmp_path: Path) -> None:
    assert running_simulator() is None
    assert remember_simulator("http://127.0.0.1:1/control/#first")
    assert remember_simulator("http://127.0.0.1:2/control/#second")
    (file,) = (tmp_path / "state" / "gatewaysdk").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    forget_simulator("http://127.0.0.1:1/control/#first")
    assert running_simulator() == "http://127.0.0.1:2/control/#second"
    forget_simulator("http://127.0.0.1:2/control/#second")
    assert running_simulator() is None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "file"))
    assert not remember_simulator("http://127.0.0.1:1/control/#key")
    assert running_simulator() is None
