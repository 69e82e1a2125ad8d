"""What is logged and printed while the dashboard has the terminal."""

from __future__ import annotations

import io
import logging
import sys
import threading

import pytest

from gatewaysdk.cli.dashboard.log_lines import LogLines, log_into


def test_lines_are_taken_once_and_when_they_have_ended() -> None:
    lines = LogLines()
    print("one", file=lines)
    print("two, ", end="", file=lines)
    assert lines.take() == ["one"]
    print("and its end\nthree", file=lines)
    assert lines.take() == ["two, and its end", "three"]
    assert lines.take() == []


def test_long_lines_come_in_pieces() -> None:
    lines = LogLines()
    lines.write("abcdefg\n\nabc\n")
    assert lines.take(3) == ["abc", "def", "g", "", "abc"]


def test_no_line_rules_the_terminal_and_none_grows_without_bound() -> None:
    lines = LogLines()
    lines.write("red \x1b[31m\tand\r\n")
    lines.write("x" * 5000)
    lines.write("y" * 5000 + "\n")
    first, second = lines.take()
    assert first == "red \\x1b[31m       and"
    assert len(second) == 2000


def test_the_last_1000_lines_are_kept() -> None:
    lines = LogLines()
    threads = [threading.Thread(target=lambda: lines.write("line\n" * 500)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lines.take() == ["line"] * 1000


def test_what_goes_to_the_terminal_goes_to_the_lines_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, file = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    logger = logging.getLogger("bot.of.a.test")
    handlers: list[logging.Handler] = [logging.StreamHandler(), logging.StreamHandler(file)]
    handlers[0].setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    lines = LogLines()
    for handler in handlers:
        logger.addHandler(handler)
    try:
        with log_into(lines):
            logger.warning("meanwhile")
        logger.warning("afterwards")
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
    assert lines.take() == ["WARNING meanwhile"]
    assert terminal.getvalue() == "WARNING afterwards\n"
    assert file.getvalue() == "meanwhile\nafterwards\n"
