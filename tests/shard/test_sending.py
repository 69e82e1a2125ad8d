"""Commands: in order, after how long, and what stands in their way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk import (
    Backoff,
    CommandError,
    FatalCloseError,
    Intents,
    MessageDelete,
    RequestGuildMembers,
    RequestSoundboardSounds,
    SendTimeout,
    SendUnsure,
    Shard,
    StateError,
    UpdatePresence,
    UpdateVoiceState,
)
from gatewaysdk.commands import Heartbeat, Resume
from gatewaysdk.enums import PresenceStatus
from gatewaysdk.protocol import Opcode
from gatewaysdk.simulator import Faults, Simulator

from .conftest import MakeShard


def voice(number: int) -> UpdateVoiceState:
    return UpdateVoiceState(guild_id=1, channel_id=number, self_mute=False, self_deaf=False)


def presence(status: str) -> UpdatePresence:
    return UpdatePresence(since=None, activities=[], status=PresenceStatus(status), afk=False)


async def test_send_returns_when_the_command_has_gone_out_and_says_how_long_it_took(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    assert shard.send_wait == 0.0
    waited = await shard.send(voice(1), timeout=5)
    assert 0 <= waited < 5
    assert shard.stats.commands == 1
    await sim.wait_for_received(Opcode.VOICE_STATE_UPDATE)


async def test_commands_sent_at_once_go_out_in_order(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await asyncio.gather(*(shard.send(voice(number)) for number in range(50)))
    received = await sim.wait_for_received(Opcode.VOICE_STATE_UPDATE, 50)
    assert [one.d["channel_id"] for one in received] == [str(number) for number in range(50)]


async def test_a_command_that_the_limit_would_hold_too_long_is_refused_at_once(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    for number in range(116):  # with IDENTIFY 117 of the 120; heartbeats have the rest
        await shard.send(voice(number))
    wait = shard.send_wait
    assert wait is not None
    assert 30 < wait <= 60
    with pytest.raises(SendTimeout, match=r"UpdateVoiceState was not sent within 5 s: it could go out in \d") as caught:
        await shard.send(voice(999), timeout=5)
    assert caught.value.wait == pytest.approx(wait, abs=5)
    assert isinstance(caught.value, TimeoutError)


async def test_a_command_is_not_sent_after_its_timeout_or_when_its_sender_is_cancelled(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=0, policy=Backoff(base=0.3, cap=0.3))
    await shard.connect()
    sim.queue_faults(Faults(refuse=503))
    await sim.drop()
    await sim.wait_for(lambda: shard.send_wait is None)
    with pytest.raises(SendTimeout, match="there is no live session") as caught:
        await shard.send(voice(1), timeout=0.001)
    assert caught.value.wait is None
    cancelled = asyncio.create_task(shard.send(voice(2)))
    waiting = asyncio.create_task(shard.send(voice(3)))
    await asyncio.sleep(0)
    cancelled.cancel()
    await waiting
    received = await sim.wait_for_received(Opcode.VOICE_STATE_UPDATE)
    assert [one.d["channel_id"] for one in received] == ["3"]


async def test_pain_25_presences_that_wait_become_one_and_survive_a_new_session(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    sim.forget_sessions()
    await sim.drop()
    await sim.wait_for(lambda: shard.send_wait is None)
    await asyncio.gather(*(shard.send(presence(status)) for status in ("idle", "dnd", "invisible")))
    await sim.wait_for_session()
    assert sim.identifies[-1]["presence"]["status"] == "invisible"
    await shard.send(voice(1))
    await sim.wait_for_received(Opcode.VOICE_STATE_UPDATE)
    assert [one.op for one in sim.connections[-1].received if one.op in (3, 4)] == [4]


async def test_whoever_waits_is_told_when_the_shard_is_closed(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0, policy=Backoff(base=60, cap=60))
    await shard.connect()
    sim.faults.refuse = 503
    await sim.drop()
    await sim.wait_for(lambda: shard.send_wait is None)
    waiting = asyncio.create_task(shard.send(voice(1)))
    await asyncio.sleep(0)
    await shard.close()
    with pytest.raises(StateError, match="the shard was closed"):
        await waiting


async def test_whoever_waits_is_told_what_ended_the_shard(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    for number in range(116):
        await shard.send(voice(number))
    waiting = asyncio.create_task(shard.send(voice(1)))
    await asyncio.sleep(0)
    await sim.close(4004)
    with pytest.raises(FatalCloseError):
        await waiting


async def test_pain_29_the_error_of_an_oversize_command_names_it_and_nothing_is_sent(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    with pytest.raises(ValueError, match=r"RequestSoundboardSounds has .* bytes encoded, Discord takes 4096"):
        await shard.send(RequestSoundboardSounds(guild_ids=range(10**18, 10**18 + 300)))
    await shard.send(voice(1))
    await sim.wait_for_received(Opcode.VOICE_STATE_UPDATE)
    assert [one.op for one in sim.connections[0].received if one.op in (31, 4)] == [4]


async def test_a_command_that_takes_an_intent_which_was_not_asked_for_is_refused(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=Intents.GUILDS)
    await shard.connect()
    refused: list[tuple[dict[str, Any], str]] = [
        ({"query": "a", "limit": 1, "presences": True}, "presences=True takes Intents.GUILD_PRESENCES"),
        ({"query": "", "limit": 0}, "query='' and limit=0 takes Intents.GUILD_MEMBERS"),
    ]
    for given, intent in refused:
        with pytest.raises(CommandError, match=f"RequestGuildMembers with {intent}, which is not among the intents"):
            await shard.send(RequestGuildMembers(guild_id=1, **given))
    await shard.send(RequestGuildMembers(guild_id=1, query="", limit=1, presences=False))
    assert len(await sim.wait_for_received(Opcode.REQUEST_GUILD_MEMBERS)) == 1


@pytest.mark.parametrize(
    "wrong", [Heartbeat(1), Resume(token="no-token-in-errors", session_id="s", seq=1), "hello", RequestGuildMembers]
)
async def test_what_is_no_command_is_refused_by_its_kind_whether_connected_or_not(
    make_shard: MakeShard, wrong: Any
) -> None:
    shard = make_shard(intents=0)
    for connect in (False, True):
        if connect:
            await shard.connect()
        with pytest.raises(CommandError, match="is not a command; send\\(\\) takes RequestGuildMembers") as caught:
            await shard.send(wrong)
        assert "no-token-in-errors" not in str(caught.value)


async def test_a_handler_may_send(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    shard.on(MessageDelete)(sender := _Sender())
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", {"id": "7", "channel_id": "9"})
    received = await sim.wait_for_received(Opcode.VOICE_STATE_UPDATE)
    assert received[0].d["channel_id"] == "9"
    await sim.wait_for(lambda: sender.waited)
    await shard.close()
    await task


class _Sender:
    """An object with an async call is as good as a function, and may take the shard."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def __call__(self, event: MessageDelete, shard: Shard) -> None:
        self.waited.append(await shard.send(voice(event.channel_id)))


async def test_a_presence_written_to_a_dead_socket_reaches_the_gateway_after_the_resume(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await sim.drop()
    await shard.send(presence("dnd"))
    (received,) = await sim.wait_for_received(Opcode.PRESENCE_UPDATE)
    assert received.d["status"] == "dnd"
    assert len(sim.connections) == 2
    assert len(sim.resumes) == 1


async def test_confirm_returns_once_the_gateway_has_read_the_command(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await shard.send(voice(1), confirm=True)
    assert [one.op for one in sim.received if one.op == Opcode.VOICE_STATE_UPDATE] == [Opcode.VOICE_STATE_UPDATE]


async def test_confirm_says_when_it_is_unsure(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    sim.faults.no_ack = True
    sending = asyncio.create_task(shard.send(voice(1), confirm=True))
    await sim.wait_for_received(Opcode.VOICE_STATE_UPDATE)
    await sim.drop()
    with pytest.raises(SendUnsure, match=r"UpdateVoiceState was written .* send it again if having it twice does no"):
        await sending
    with pytest.raises(SendUnsure):
        await shard.send(voice(2), confirm=True, timeout=0.05)
    assert shard.stats.commands == 0


async def test_presences_keep_their_own_limit(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    for _ in range(5):
        await shard.send(presence("idle"))
    with pytest.raises(SendTimeout, match=r"UpdatePresence was not sent within 1 s: it could go out in (19|20)\.\d s"):
        await shard.send(presence("dnd"), timeout=1)
    assert await shard.send(voice(1)) < 5
