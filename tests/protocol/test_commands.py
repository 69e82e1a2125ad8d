"""What users send: order, the limit, and what waits."""

from __future__ import annotations

import pytest

from gatewaysdk.errors import CommandError, StateError
from gatewaysdk.protocol import Opcode, Send, SessionResumed, SessionStarted

from .driver import INTERVAL, Driver, of, sent

VOICE = Opcode.VOICE_STATE_UPDATE


def test_a_command_goes_out_at_once_while_live() -> None:
    assert Driver().live().send(VOICE, {"guild_id": "1"}) == [Send(4, {"guild_id": "1"})]


def test_commands_given_before_the_session_is_live_wait_for_it_in_order() -> None:
    driver = Driver()
    driver.send(VOICE, {"n": 1})
    driver.greeted()
    driver.send(Opcode.REQUEST_GUILD_MEMBERS, {"n": 2})
    assert sent(driver.effects) == [Opcode.IDENTIFY]
    assert driver.protocol.queued == 2
    effects = driver.ready()
    assert isinstance(effects[0], SessionStarted)
    assert effects[-2:] == [Send(4, {"n": 1}), Send(8, {"n": 2})]


def test_commands_given_between_two_connections_follow_resumed() -> None:
    driver = Driver().live()
    driver.gone()
    driver.send(VOICE)
    driver.reopened()
    assert sent(driver.event(2)) == []
    effects = driver.resumed(3)
    assert isinstance(effects[0], SessionResumed)
    assert sent(effects) == [VOICE]


def test_a_burst_leaves_room_for_heartbeats_and_goes_on_when_the_window_frees() -> None:
    driver = Driver(random=0.25).live()
    for _ in range(200):
        driver.send(VOICE)
    # 120, less IDENTIFY, less a reserve of ceil(60 / 40) + 1 heartbeats.
    assert sent(driver.effects) == [Opcode.IDENTIFY] + [VOICE] * 116
    assert sent(driver.wait(59.999)) == [Opcode.HEARTBEAT] * 2
    assert sent(driver.wait(0.001)) == [VOICE] * 84
    assert driver.protocol.queued == 0


def test_heartbeats_never_wait_behind_commands() -> None:
    driver = Driver().live()
    for _ in range(1000):
        driver.send(VOICE)
    before = driver.now
    beats = []
    while driver.now < before + 200:
        if Opcode.HEARTBEAT in sent(driver.wait(1)):
            beats.append(driver.now - before)
    assert beats == [20, 60, 100, 140, 180]


def test_the_limit_counts_anew_on_a_new_connection() -> None:
    driver = Driver().live()
    for _ in range(150):
        driver.send(VOICE)
    driver.gone()
    driver.reopened()
    assert sent(driver.resumed(2)) == [VOICE] * 34


def test_a_full_queue_is_told() -> None:
    driver = Driver(queue_bound=1)
    driver.send(VOICE)
    with pytest.raises(StateError, match="1 commands wait"):
        driver.send(VOICE)


def test_a_presence_that_waits_is_replaced_by_a_newer_one() -> None:
    driver = Driver().greeted()
    driver.send(Opcode.PRESENCE_UPDATE, {"status": "idle"})
    driver.send(Opcode.PRESENCE_UPDATE, {"status": "dnd"})
    assert of(Send, driver.ready()) == [Send(3, {"status": "dnd"})]


def test_a_presence_given_before_identify_goes_with_it_and_not_twice() -> None:
    driver = Driver()
    driver.send(Opcode.PRESENCE_UPDATE, {"status": "dnd"})
    driver.greeted()
    identify = driver.effects[-1]
    assert isinstance(identify, Send)
    assert identify.d["presence"] == {"status": "dnd"}
    assert of(Send, driver.ready()) == []


def test_a_presence_given_while_away_is_sent_after_a_resume() -> None:
    driver = Driver().live()
    driver.gone()
    driver.send(Opcode.PRESENCE_UPDATE, {"status": "dnd"})
    driver.reopened()
    assert of(Send, driver.resumed(2)) == [Send(3, {"status": "dnd"})]


def test_a_refused_command_changes_nothing() -> None:
    driver = Driver().live()
    with pytest.raises(CommandError, match="HEARTBEAT"):
        driver.send(Opcode.HEARTBEAT)
    with pytest.raises(CommandError, match="PRESENCE_UPDATE"):
        driver.send(Opcode.PRESENCE_UPDATE, "dnd")
    assert sent(driver.effects) == [Opcode.IDENTIFY]


def test_nothing_is_sent_after_a_close_and_what_waited_is_gone() -> None:
    driver = Driver()
    driver.send(VOICE)
    driver.close()
    assert driver.protocol.queued == 0
    with pytest.raises(StateError, match="stopped"):
        driver.send(VOICE)


def test_identify_on_the_same_connection_keeps_to_the_limit() -> None:
    driver = Driver(random=0.0).live()
    driver.wait(20)
    for _ in range(118):
        driver.receive(Opcode.HEARTBEAT)
    assert len(sent(driver.effects)) == 120  # with the first IDENTIFY and the first heartbeat
    driver.receive(Opcode.INVALID_SESSION, False)
    assert Opcode.IDENTIFY not in sent(driver.wait(39.9))
    assert Opcode.IDENTIFY in sent(driver.wait(INTERVAL))


def test_identify_waits_for_the_limit_even_when_the_flood_comes_after_op_9() -> None:
    driver = Driver(random=0.0).live()
    driver.wait(20)
    driver.receive(Opcode.INVALID_SESSION, False)
    for _ in range(200):
        driver.receive(Opcode.HEARTBEAT)
    assert Opcode.IDENTIFY not in sent(driver.wait(39.9))
    assert Opcode.IDENTIFY in sent(driver.wait(INTERVAL))


def test_a_command_is_withdrawn_as_long_as_it_waits() -> None:
    driver = Driver().greeted()
    driver.run(driver.protocol.send(VOICE, {"n": 1}, driver.now, "first"))
    driver.run(driver.protocol.send(VOICE, {"n": 2}, driver.now, "second"))
    driver.protocol.withdraw("first")
    assert of(Send, driver.ready()) == [Send(4, {"n": 2}, ("second",))]


def test_the_wait_for_the_limit_is_told_while_a_session_is_live() -> None:
    driver = Driver().greeted()
    assert driver.protocol.send_wait(driver.now) is None
    driver.ready()
    assert driver.protocol.send_wait(driver.now) == 0
    for _ in range(120):
        driver.send(VOICE)
    assert driver.protocol.send_wait(driver.now) == 60
    driver.gone()
    assert driver.protocol.send_wait(driver.now) is None
