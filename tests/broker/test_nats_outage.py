from __future__ import annotations

import logging

import pytest

from gatewaysdk.broker.nats.outage import OutageLog
from gatewaysdk.tasks.label import UNSHARDED


def test_an_outage_is_logged_at_its_start_once_a_minute_and_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    now = 1000.0
    outage = OutageLog(UNSHARDED.log, lambda: now)
    with caplog.at_level(logging.WARNING, "gatewaysdk"):
        outage.note_error(ValueError("while connected"))
        outage.note_loss()
        for _ in range(5 * 130):  # every 0.2 s
            now += 0.2
            outage.note_error(OSError("refused"))
            outage.note_loss()
        outage.note_return()
        outage.note_return()
        outage.note_error(ValueError("connected again"))
    assert caplog.messages == [
        "NATS: ValueError: while connected",
        "the connection to NATS was lost; it is made again",
        "NATS is away for 60 s: OSError: refused",
        "NATS is away for 120 s: OSError: refused",
        "the connection to NATS is there again after 130 s",
        "NATS: ValueError: connected again",
    ]
