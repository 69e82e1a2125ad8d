from __future__ import annotations

import pytest

from gatewaysdk.errors import ConnectionClosed, ConnectionLost, FatalCloseError
from gatewaysdk.protocol import CLOSE_CODES, Action, classify
from gatewaysdk.protocol.closing import RESUMABLE_CODE, SESSION_ENDING_CODE

RESUME = [4000, 4001, 4002, 4003, 4005, 4008]
IDENTIFY = [4007, 4009]
STOP = [4004, 4010, 4011, 4012, 4013, 4014]


def test_the_table_holds_the_documented_codes() -> None:
    assert sorted(CLOSE_CODES) == sorted(RESUME + IDENTIFY + STOP)
    assert all(code == entry.code for code, entry in CLOSE_CODES.items())


@pytest.mark.parametrize("code", RESUME)
def test_most_codes_let_the_session_resume(code: int) -> None:
    action, error = classify(code, "why")
    assert action is Action.RESUME
    assert isinstance(error, ConnectionClosed)
    assert (error.code, error.reason, error.can_reconnect, error.can_resume) == (code, "why", True, True)


@pytest.mark.parametrize("code", IDENTIFY)
def test_some_codes_need_a_new_session_on_a_new_connection(code: int) -> None:
    action, error = classify(code, "")
    assert action is Action.IDENTIFY
    assert isinstance(error, ConnectionClosed)
    assert (error.can_reconnect, error.can_resume) == (True, False)


@pytest.mark.parametrize("code", STOP)
def test_final_codes_say_what_to_do(code: int) -> None:
    action, error = classify(code, "")
    assert action is Action.STOP
    assert isinstance(error, FatalCloseError)
    assert not error.can_reconnect
    assert error.remedy
    assert error.remedy in str(error)
    assert CLOSE_CODES[code].name in str(error)


@pytest.mark.parametrize("code", [1000, 1001])
def test_a_polite_goodbye_means_a_new_session(code: int) -> None:
    action, error = classify(code, "bye")
    assert action is Action.IDENTIFY
    assert isinstance(error, ConnectionClosed)


@pytest.mark.parametrize("code", [None, 1005, 1006])
def test_no_code_is_a_lost_connection(code: int | None) -> None:
    action, error = classify(code, "")
    assert action is Action.RESUME
    assert isinstance(error, ConnectionLost)
    assert str(classify(code, "reserved bits")[1]) == "the connection ended without a close code: reserved bits"


@pytest.mark.parametrize("code", [0, 1002, 1009, 1011, 1012, 3000, 4006, 4015, 4999, -1])
def test_an_unknown_code_is_no_reason_to_stop(code: int) -> None:
    action, error = classify(code, "")
    assert action is Action.RESUME
    assert isinstance(error, ConnectionClosed)
    assert error.can_resume


def test_our_own_codes_do_what_their_names_say() -> None:
    assert SESSION_ENDING_CODE in (1000, 1001)
    assert RESUMABLE_CODE not in (1000, 1001)
