"""Mistakes that gateway libraries have made, each named once, here or where it is tested with its neighbours."""

from __future__ import annotations

from gatewaysdk.protocol import (
    Connect,
    Dispatch,
    IdentifySettings,
    Opcode,
    Send,
    SessionInvalidated,
    SessionStarted,
    State,
    Waiting,
)
from gatewaysdk.token import Token

from .driver import QUERY, SESSION, Driver, close_codes, of, sent


def test_op_6_is_sent() -> None:
    assert sent(Driver(session=SESSION).greeted().effects) == [Opcode.RESUME]


def test_the_sequence_is_stored_and_sent() -> None:
    driver = Driver().live()
    driver.event(41)
    assert of(Send, driver.wait(20)) == [Send(Opcode.HEARTBEAT, 41)]
    driver.gone()
    resume = driver.reopened().effects[-1]
    assert isinstance(resume, Send)
    assert resume.d["seq"] == 41


def test_the_limit_holds_for_commands_and_not_for_heartbeats() -> None:
    driver = Driver().live()
    for _ in range(300):
        driver.send(Opcode.REQUEST_SOUNDBOARD_SOUNDS)
    assert len(sent(driver.effects)) < 120
    assert Opcode.HEARTBEAT in sent(driver.wait(20))


def test_every_command_is_accepted() -> None:
    driver = Driver().live()
    for op in (3, 4, 8, 31, 43):
        assert driver.send(op, {"op": op}) == [Send(op, {"op": op})]


def test_an_early_ack_does_not_keep_ready_from_arriving() -> None:
    driver = Driver(random=0.0).greeted()  # the first heartbeat, and its ACK, come before READY
    driver.receive(Opcode.HEARTBEAT_ACK)
    effects = driver.ready()
    assert [type(effect) for effect in effects] == [SessionStarted, Dispatch]
    assert driver.protocol.state is State.LIVE


def test_discords_own_resume_url_is_accepted() -> None:
    url = "wss://gateway-us-east1-b.discord.gg"
    driver = Driver(url="wss://gateway.discord.gg").greeted()
    driver.ready(resume_gateway_url=url)
    driver.gone()
    assert driver.next_attempt() == Connect(f"{url}/?{QUERY}", resuming=True)


def test_a_resumable_invalid_session_is_not_final() -> None:
    driver = Driver().live()
    driver.receive(Opcode.INVALID_SESSION, True)
    driver.gone(4000)
    driver.reopened()
    driver.resumed(2)
    assert driver.protocol.state is State.LIVE


def test_a_refused_identify_waits_and_does_not_close() -> None:
    driver = Driver().greeted()
    assert driver.receive(Opcode.INVALID_SESSION, False) == [SessionInvalidated(resumable=False)]
    assert close_codes(driver.effects) == []
    assert sent(driver.wait(6)) == [Opcode.IDENTIFY]


def test_jitter_is_not_cut_to_whole_seconds() -> None:
    driver = Driver(random=0.125).live()
    assert driver.protocol.deadline == driver.now + 5.0
    (waiting,) = of(Waiting, driver.gone())
    assert waiting.seconds == 0.125


def test_writes_have_one_order() -> None:
    driver = Driver(random=0.0)
    for n in range(3):
        driver.send(Opcode.VOICE_STATE_UPDATE, {"n": n})
    driver.live()
    assert sent(driver.effects) == [Opcode.IDENTIFY, Opcode.HEARTBEAT] + [Opcode.VOICE_STATE_UPDATE] * 3
    assert [send.d["n"] for send in of(Send, driver.effects)[2:]] == [0, 1, 2]


def test_the_last_shard_is_a_shard() -> None:
    driver = Driver(identify=IdentifySettings(token=Token("secret"), intents=0, shard=(15, 16))).greeted()
    identify = driver.effects[-1]
    assert isinstance(identify, Send)
    assert identify.d["shard"] == [15, 16]
