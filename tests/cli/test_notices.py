from __future__ import annotations

import pytest

from gatewaysdk.cli.notices import Notices
from gatewaysdk.errors import ConnectionLost, FatalCloseError
from gatewaysdk.protocol import (
    Disconnected,
    Effect,
    HeartbeatAcknowledged,
    Session,
    SessionResumed,
    SessionStarted,
    Waiting,
)

SESSION = Session("id", "wss://gateway.example", 7)
LOST = ConnectionLost("gone")


@pytest.fixture
def notices(capsys: pytest.CaptureFixture[str]) -> Notices:
    """Those of a shard that has connected."""
    notices = Notices("hello", lambda text: text.replace("secret", "[token]"))
    notices(SessionStarted(SESSION))
    assert capsys.readouterr().err == "gatewaysdk: hello\n"
    return notices


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (Disconnected("gone", LOST), "disconnected: gone"),
        (Disconnected("secret", None), "disconnected: [token]"),
        (Waiting(0.52, True, 1, "gone", LOST), "connecting again in 0.5 s, to resume"),
        (Waiting(61.0, False, 9, "gone", LOST), "connecting again in 61.0 s, with a new session"),
        (SessionResumed(SESSION, 3), "resumed, 3 missed events came"),
        (SessionStarted(None), "connected with a new session; the events since the disconnect are lost"),
    ],
)
def test_each_step_is_told(notices: Notices, effect: Effect, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    notices(effect)
    assert capsys.readouterr() == ("", f"gatewaysdk: {said}\n")


@pytest.mark.parametrize("effect", [HeartbeatAcknowledged(0.1), Disconnected("refused", FatalCloseError(4004))])
def test_what_is_of_no_interest_or_told_as_an_error_is_not(
    notices: Notices, effect: Effect, capsys: pytest.CaptureFixture[str]
) -> None:
    notices(effect)
    assert capsys.readouterr() == ("", "")


def test_a_first_attempt_that_fails_is_not_told_of_here(capsys: pytest.CaptureFixture[str]) -> None:
    notices = Notices("hello", str)
    notices(Disconnected("gone", LOST))
    notices(Waiting(1.0, False, 1, "gone", LOST))
    assert capsys.readouterr() == ("", "")
