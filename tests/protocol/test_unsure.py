"""Commands written to a connection that turns out to be dead, and presences, which have a limit of their own."""

from __future__ import annotations

from typing import Any

from gatewaysdk.frame import Frame
from gatewaysdk.protocol import HeartbeatAcknowledged, Opcode, Send
from gatewaysdk.protocol.outbox import Outbox

from .driver import INTERVAL, Driver, of, sent

PRESENCE, VOICE, BEAT = Opcode.PRESENCE_UPDATE, Opcode.VOICE_STATE_UPDATE, Opcode.HEARTBEAT


def statuses(effects: list[Any]) -> list[str]:
    return [effect.d["status"] for effect in effects if isinstance(effect, Send) and effect.op == PRESENCE]


def proven(effects: list[Any]) -> list[object]:
    return [ticket for effect in of(HeartbeatAcknowledged, effects) for ticket in effect.tickets]


def send(driver: Driver, op: int, ticket: object, *, confirm: bool = False) -> list[Any]:
    return driver.run(driver.protocol.send(op, {"status": str(ticket)}, driver.now, ticket, confirm=confirm))


# What proves that the gateway has read a command


def test_the_answer_to_a_heartbeat_proves_that_all_before_it_was_read() -> None:
    driver = Driver().live()
    send(driver, VOICE, "a")
    send(driver, VOICE, "b")
    assert proven(driver.wait(INTERVAL)) == ["a", "b"]
    send(driver, VOICE, "c")
    assert proven(driver.wait(INTERVAL)) == ["c"]


def test_the_answer_to_an_earlier_heartbeat_proves_nothing() -> None:
    driver = Driver(random=0.5).live()
    driver.acknowledges = False
    driver.wait(INTERVAL / 2)
    send(driver, VOICE, "a")
    assert proven(driver.receive(Opcode.HEARTBEAT_ACK)) == []
    driver.acknowledges = True
    assert proven(driver.wait(INTERVAL)) == ["a"]


def test_confirm_sends_a_heartbeat_right_behind_the_command() -> None:
    driver = Driver().live()
    effects = send(driver, VOICE, "a", confirm=True)
    assert sent(effects) == [VOICE, BEAT]
    assert proven(effects) == ["a"]


def test_confirm_waits_for_the_send_limit_like_the_command() -> None:
    driver = Driver().live()
    for _ in range(200):
        driver.send(VOICE, {})
    assert sent(send(driver, VOICE, "a", confirm=True)) == []
    effects = driver.wait(60)
    at = sent(effects)
    assert at[-2:] == [VOICE, BEAT] or at[-1] == VOICE
    assert "a" in proven([*effects, *driver.wait(INTERVAL)])


def test_a_connection_that_ends_takes_its_proofs_along() -> None:
    driver = Driver().live()
    send(driver, VOICE, "a")
    driver.gone()
    driver.reopened().resumed(2)
    assert proven(driver.wait(3 * INTERVAL)) == []


# The latest presence


def test_pain_25_a_presence_that_nothing_proves_is_sent_again_after_resumed() -> None:
    driver = Driver().live()
    send(driver, PRESENCE, "idle")
    driver.gone()
    driver.reopened()
    assert statuses(driver.resumed(2)) == ["idle"]
    driver.wait(INTERVAL)  # proven now
    driver.gone()
    driver.reopened()
    assert statuses(driver.resumed(3)) == []


def test_it_is_sent_again_through_any_number_of_connections_that_end_early() -> None:
    driver = Driver().live()
    send(driver, PRESENCE, "idle")
    for s in range(2, 5):
        driver.gone()
        driver.reopened()
        assert statuses(driver.resumed(s)) == ["idle"]


def test_a_later_presence_takes_its_place() -> None:
    driver = Driver().live()
    send(driver, PRESENCE, "idle")
    driver.gone()
    send(driver, PRESENCE, "dnd")
    driver.reopened()
    assert statuses(driver.resumed(2)) == ["dnd"]


def test_identify_carries_it_so_that_it_need_not_follow() -> None:
    driver = Driver().live()
    send(driver, PRESENCE, "idle")
    driver.gone(4009)  # a new session
    driver.wait(10)
    driver.reopened()
    effects = driver.ready()
    assert statuses(effects) == []
    assert driver.effects[-1] is not None
    driver.gone()
    driver.reopened()
    assert statuses(driver.resumed(2)) == []


def test_it_goes_out_again_although_as_many_commands_wait_as_may() -> None:
    driver = Driver(queue_bound=2).live()
    send(driver, PRESENCE, "idle")
    driver.gone()
    for _ in range(2):
        driver.send(VOICE, {})
    driver.reopened()
    effects = driver.resumed(2)
    assert (statuses(effects), sent(effects)) == (["idle"], [PRESENCE, VOICE, VOICE])


# Five in twenty seconds


def test_five_presences_go_out_in_twenty_seconds_and_of_the_others_the_latest() -> None:
    driver = Driver().live()
    for number in range(20):
        send(driver, PRESENCE, number)
    assert statuses(driver.effects) == ["0", "1", "2", "3", "4"]
    assert driver.protocol.send_wait(driver.now, PRESENCE) == 20.0
    assert driver.protocol.send_wait(driver.now, VOICE) == 0.0
    assert statuses(driver.wait(19.999)) == []
    assert statuses(driver.wait(0.001)) == ["19"]


def test_a_presence_that_is_held_back_lets_other_commands_pass() -> None:
    driver = Driver().live()
    for number in range(6):
        send(driver, PRESENCE, number)
    assert sent(driver.send(VOICE, {})) == [VOICE]
    assert driver.protocol.queued == 1


def test_a_new_connection_does_not_start_the_window_anew() -> None:
    driver = Driver().live()
    for number in range(5):
        send(driver, PRESENCE, number)
    driver.gone()
    driver.reopened()
    driver.resumed(2)
    began = driver.now
    assert statuses([effect for effect in driver.effects if isinstance(effect, Send)]) == ["0", "1", "2", "3", "4"]
    assert statuses(driver.wait(20)) == ["4"]
    assert driver.now - began == 20


# Judging


def test_a_zombie_is_judged_by_the_clock_and_not_by_what_is_sent_or_comes_meanwhile() -> None:
    driver = Driver(random=0.5).live()
    driver.acknowledges = False
    driver.wait(INTERVAL / 2)
    driver.now += 3 * INTERVAL  # the loop stood still, and the answer lies unread
    assert sent(driver.send(VOICE, {})) == [VOICE]
    driver.run(driver.protocol.receive(Frame(Opcode.HEARTBEAT), driver.now))
    driver.receive(Opcode.HEARTBEAT_ACK)
    driver.acknowledges = True
    assert sent(driver.run(driver.protocol.handle_timeout(driver.now))) == [BEAT]


def test_what_is_unsure_is_bounded_and_whoever_waits_for_a_proof_still_gets_it() -> None:
    outbox = Outbox(5)
    outbox.push(VOICE, {}, "waits", confirm=True)
    outbox.flush(0.0)
    for number in range(100):  # no heartbeat is answered, as nobody reads
        outbox.push(VOICE, {}, number)
        outbox.flush(60.0 * number)
        assert len(outbox._unsure) <= 6
    assert "waits" in outbox.acknowledged(outbox.serial)


def test_the_latest_presence_stays_among_what_is_unsure_and_its_tickets_are_proven() -> None:
    outbox = Outbox(5)
    outbox.push(PRESENCE, {}, "presence")
    outbox.flush(0.0)
    for number in range(20):
        outbox.push(VOICE, {}, number)
        outbox.flush(60.0 * number)
    assert "presence" in outbox.acknowledged(outbox.serial)
