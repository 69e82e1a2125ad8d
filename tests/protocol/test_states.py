"""The table of transitions is complete: every state can be reached, and every state but FAILED can be left."""

from __future__ import annotations

import inspect

import pytest

from gatewaysdk.protocol import Opcode, State, lifecycle, machine
from gatewaysdk.protocol.states import HEARTBEATING, LEAVING, RECEIVABLE, TRANSITIONS, WITHOUT_SOCKET, Cause


def reachable_from(start: State) -> set[State]:
    found, todo = {start}, [start]
    while todo:
        new = set(TRANSITIONS[todo.pop()].values()) - found
        found |= new
        todo += new
    return found


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(State)
    assert reachable_from(State.IDLE) == set(State)


def test_every_cause_has_an_effect_somewhere() -> None:
    assert {cause for row in TRANSITIONS.values() for cause in row} == set(Cause)


@pytest.mark.parametrize("state", [state for state in State if state is not State.FAILED])
def test_no_state_but_failed_is_a_dead_end(state: State) -> None:
    assert {State.LIVE, State.STOPPED, State.FAILED} <= reachable_from(state)


def test_no_transition_lives_outside_of_the_table() -> None:
    source = inspect.getsource(lifecycle) + inspect.getsource(machine)
    assignments = [line.strip() for line in source.splitlines() if "self._state = " in line]
    assert assignments == ["self._state = State.IDLE", "self._state = TRANSITIONS[self._state][cause]"]


def test_failed_is_final() -> None:
    assert TRANSITIONS[State.FAILED] == {}


def test_frames_are_received_exactly_where_a_socket_is_open() -> None:
    assert set(RECEIVABLE) == set(State) - WITHOUT_SOCKET - {State.CONNECTING}


def test_reconnect_is_legal_in_every_phase_of_a_connection() -> None:
    for state in set(RECEIVABLE) - LEAVING:
        assert Opcode.RECONNECT in RECEIVABLE[state]


def test_opcodes_that_only_clients_send_are_never_expected() -> None:
    client = {Opcode.IDENTIFY, Opcode.RESUME, Opcode.PRESENCE_UPDATE, Opcode.REQUEST_GUILD_MEMBERS}
    assert not any(client & opcodes for opcodes in RECEIVABLE.values())


def test_every_way_into_a_heartbeating_state_is_a_sent_frame_or_leads_from_another() -> None:
    introductions = {Cause.IDENTIFY_SENT, Cause.RESUME_SENT}
    for state in set(State) - HEARTBEATING:
        into = {cause for cause, target in TRANSITIONS[state].items() if target in HEARTBEATING}
        assert into <= introductions
