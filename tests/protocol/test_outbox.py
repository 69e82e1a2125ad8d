from __future__ import annotations

import pytest

from gatewaysdk.errors import CommandError, StateError
from gatewaysdk.protocol import Opcode, Send
from gatewaysdk.protocol.outbox import COMMANDS, Outbox


def test_commands_leave_in_order() -> None:
    outbox = Outbox(10)
    for op in (Opcode.VOICE_STATE_UPDATE, Opcode.REQUEST_GUILD_MEMBERS, Opcode.REQUEST_CHANNEL_INFO):
        outbox.push(op, {"op": int(op)})
    assert outbox.flush(0.0) == [Send(4, {"op": 4}), Send(8, {"op": 8}), Send(43, {"op": 43})]
    assert outbox.flush(0.0) == []


@pytest.mark.parametrize("op", sorted(set(Opcode) - COMMANDS))
def test_what_the_protocol_sends_or_receives_by_itself_is_no_command(op: Opcode) -> None:
    with pytest.raises(CommandError, match=op.name):
        Outbox(10).push(op, {})


@pytest.mark.parametrize("op", sorted(COMMANDS))
def test_a_command_needs_an_object(op: Opcode) -> None:
    with pytest.raises(CommandError, match=op.name):
        Outbox(10).push(op, None)


def test_an_opcode_that_is_newer_than_this_package_passes() -> None:
    outbox = Outbox(10)
    outbox.push(99, "anything")
    assert outbox.flush(0.0) == [Send(99, "anything")]


def test_only_the_latest_presence_waits() -> None:
    outbox = Outbox(10)
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "idle"})
    outbox.push(Opcode.VOICE_STATE_UPDATE, {})
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "dnd"})
    assert outbox.flush(0.0) == [Send(4, {}), Send(3, {"status": "dnd"})]


def test_the_queue_is_bounded() -> None:
    outbox = Outbox(2)
    outbox.push(Opcode.VOICE_STATE_UPDATE, {})
    outbox.push(Opcode.VOICE_STATE_UPDATE, {})
    with pytest.raises(StateError, match="2 commands wait"):
        outbox.push(Opcode.VOICE_STATE_UPDATE, {})
    assert len(outbox) == 2


def test_a_presence_can_be_replaced_in_a_full_queue() -> None:
    outbox = Outbox(1)
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "idle"})
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "dnd"})
    assert outbox.flush(0.0) == [Send(3, {"status": "dnd"})]


def test_commands_wait_for_the_window_and_frames_of_the_protocol_do_not() -> None:
    outbox = Outbox(1000)
    outbox.reserve = 3
    for _ in range(130):
        outbox.push(Opcode.VOICE_STATE_UPDATE, {})
    assert len(outbox.flush(0.0)) == 117
    assert outbox.flush_at() == 60.0
    assert outbox.free_at() < 0
    assert outbox.send_now(Opcode.HEARTBEAT, 5, 0.0) == Send(1, 5)
    assert len(outbox.flush(60.0)) == 13
    assert outbox.flush_at() is None


def test_a_new_connection_has_a_new_window_and_the_old_queue() -> None:
    outbox = Outbox(1000)
    for _ in range(121):
        outbox.push(Opcode.VOICE_STATE_UPDATE, {})
    assert len(outbox.flush(0.0)) == 120
    outbox.new_connection()
    assert len(outbox.flush(1.0)) == 1
