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


def test_only_the_latest_presence_waits_in_the_place_of_the_first() -> None:
    outbox = Outbox(10)
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "idle"}, "a")
    outbox.push(Opcode.VOICE_STATE_UPDATE, {}, "b")
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "dnd"}, "c")
    assert outbox.flush(0.0) == [Send(3, {"status": "dnd"}, ("a", "c")), Send(4, {}, ("b",))]


def test_a_presence_takes_the_place_of_an_older_one_behind_other_commands() -> None:
    outbox = Outbox(10)
    outbox.push(Opcode.VOICE_STATE_UPDATE, {})
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "idle"})
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "dnd"})
    assert outbox.flush(0.0) == [Send(4, {}), Send(3, {"status": "dnd"})]


def test_a_command_can_be_withdrawn_by_its_ticket_until_it_is_sent() -> None:
    outbox = Outbox(10)
    for ticket in "abc":
        outbox.push(Opcode.VOICE_STATE_UPDATE, {"of": ticket}, ticket)
    outbox.withdraw("b")
    outbox.withdraw("unknown")
    assert [send.tickets for send in outbox.flush(0.0)] == [("a",), ("c",)]
    outbox.withdraw("a")
    assert outbox.flush(0.0) == []


def test_a_presence_is_withdrawn_when_nobody_waits_for_it_any_more() -> None:
    outbox = Outbox(10)
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "idle"}, "a")
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "dnd"}, "b")
    outbox.withdraw("a")
    assert len(outbox) == 1
    outbox.withdraw("b")
    assert len(outbox) == 0


def test_the_presence_that_identify_carries_gives_its_tickets() -> None:
    outbox = Outbox(10)
    outbox.push(Opcode.PRESENCE_UPDATE, {"status": "idle"}, "a")
    outbox.push(Opcode.VOICE_STATE_UPDATE, {}, "b")
    assert outbox.take_presence() == ("a",)
    assert outbox.take_presence() == ()
    assert outbox.flush(0.0) == [Send(4, {}, ("b",))]


@pytest.mark.parametrize("sent", [0, 50, 117, 120])
@pytest.mark.parametrize("ahead", [0, 1, 67, 116, 117, 300])
def test_the_wait_that_is_told_is_the_wait_that_there_is(sent: int, ahead: int) -> None:
    outbox = Outbox(1000)
    outbox.reserve = 3
    for _ in range(sent):
        outbox.send_now(Opcode.HEARTBEAT, None, 0.0)
    for number in range(ahead):
        outbox.push(Opcode.VOICE_STATE_UPDATE, {"number": number})
    now = 10.0
    told = outbox.wait(now)
    outbox.push(Opcode.VOICE_STATE_UPDATE, {"number": "ours"})
    at = now
    while not any(send.d == {"number": "ours"} for send in outbox.flush(at)):
        due = outbox.flush_at()
        assert due is not None
        at = max(at, due)
    assert told == pytest.approx(at - now)


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


def test_what_identify_carries_is_sure_once_the_gateway_has_read_it() -> None:
    outbox = Outbox(10)
    outbox.send_now(Opcode.HEARTBEAT, None, 0.0)
    before = outbox.serial
    outbox.send_now(Opcode.IDENTIFY, {}, 0.0, ("a",))
    assert outbox.acknowledged(before) == ()
    assert outbox.acknowledged(outbox.serial) == ("a",)
    assert outbox.acknowledged(outbox.serial) == ()
