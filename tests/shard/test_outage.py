"""What the log says while the gateway cannot be reached: early, rarely, and that it is over."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from gatewaysdk.shard.outage import Outage
from gatewaysdk.tasks.label import UNSHARDED, Label


class Told(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelno, record.getMessage()))


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[list[tuple[int, str]]]:
    caplog.set_level(logging.DEBUG, logger="gatewaysdk")
    handler = Told()
    logging.getLogger("gatewaysdk").addHandler(handler)
    yield handler.lines
    logging.getLogger("gatewaysdk").removeHandler(handler)


def test_one_failed_attempt_is_nothing_to_speak_of(told: list[tuple[int, str]]) -> None:
    outage = Outage(UNSHARDED)
    outage.disconnected("refused")
    outage.live()
    assert told == []


def test_the_second_is_a_warning_with_its_cause(told: list[tuple[int, str]]) -> None:
    outage = Outage(Label((3, 8)))
    outage.disconnected("refused")
    outage.disconnected("no certificate")
    said = "shard 3 of 8: the gateway could not be used in 2 attempts in a row; the last one failed: no certificate"
    assert told == [(logging.WARNING, said)]


def test_then_ever_more_rarely(told: list[tuple[int, str]]) -> None:
    outage = Outage(UNSHARDED)
    at = []
    for attempt in range(1, 1001):
        before = len(told)
        outage.disconnected("refused")
        if len(told) > before:
            at.append(attempt)
    assert at == [2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_that_it_is_over_is_told_once(told: list[tuple[int, str]]) -> None:
    outage = Outage(UNSHARDED)
    for _ in range(3):
        outage.disconnected("refused")
    told.clear()
    outage.live()
    outage.disconnected("a cut cable")
    outage.live()
    assert told == [(logging.INFO, "the gateway can be used again, after 3 failed attempts")]


def test_a_connection_that_was_live_did_not_fail(told: list[tuple[int, str]]) -> None:
    outage = Outage(UNSHARDED)
    for _ in range(10):
        outage.live()
        outage.disconnected("op 7")
    assert told == []
    outage.disconnected("refused")
    assert told == []
    outage.disconnected("refused")
    assert len(told) == 1
