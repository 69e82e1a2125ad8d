"""A command is encoded once: to check its size, and the same message is sent."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from gatewaysdk import CommandError, SendTimeout, UpdatePresence, UpdateVoiceState
from gatewaysdk.bases.command import Command
from gatewaysdk.codec import Codec, get_codec
from gatewaysdk.protocol import Effect, Opcode, Send
from gatewaysdk.shard.sender import Sender
from gatewaysdk.stats import Stats

from ..protocol.driver import Driver


class Counting:
    """A codec that notes which opcodes it encodes."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.encoded: list[int] = []

    def encode(self, op: int, d: Any) -> bytes:
        self.encoded.append(op)
        return self.codec.encode(op, d)


class Bench:
    """A sender and a core, without a socket: ``wire`` has the messages that go out."""

    def __init__(self, encoding: str) -> None:
        self.plain = get_codec(encoding)
        self.codec = Counting(self.plain)
        self.sender = Sender(cast("Codec", self.codec), Stats(), self.apply)
        self.driver = Driver()
        self.driver.now = asyncio.get_running_loop().time()
        self.wire: list[tuple[int, bytes]] = []

    def apply(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.wire.append((effect.op, self.sender.encode(effect.op, effect.d)))
                self.sender.sent(effect.tickets)

    async def send(self, command: Command, timeout: float | None = None) -> float:
        return await self.sender.send(self.driver.protocol, command, timeout)

    def expect(self, *commands: Command) -> None:
        """Assert that these commands went out, and that each of their opcodes was encoded as often as it was sent."""
        ops = {command.opcode for command in commands}
        sent = [(op, message) for op, message in self.wire if op in ops]
        assert sent == [(one.opcode, self.plain.encode(one.opcode, one.payload())) for one in commands]


@pytest.fixture(params=["json", "etf"])
async def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


def voice(number: int) -> UpdateVoiceState:
    return UpdateVoiceState(guild_id=1, channel_id=number, self_mute=False, self_deaf=False)


def presence(status: Any) -> UpdatePresence:
    return UpdatePresence(since=None, activities=[], status=status, afk=False)


async def test_a_command_of_a_live_session(bench: Bench) -> None:
    bench.driver.live()
    await bench.send(voice(1))
    bench.expect(voice(1))
    assert bench.codec.encoded == [Opcode.VOICE_STATE_UPDATE]


async def test_a_command_that_waits_for_the_session(bench: Bench) -> None:
    bench.driver.greeted()
    waiting = asyncio.create_task(bench.send(voice(1)))
    await asyncio.sleep(0)
    assert not bench.wire
    bench.apply(bench.driver.ready())
    await waiting
    bench.expect(voice(1))
    assert bench.codec.encoded.count(Opcode.VOICE_STATE_UPDATE) == 1


async def test_a_presence_that_is_sent_again_after_a_resume(bench: Bench) -> None:
    bench.driver.live()
    await bench.send(presence("dnd"))
    bench.driver.gone()
    bench.driver.wait(2)
    bench.driver.open()
    bench.driver.hello()
    bench.apply(bench.driver.resumed(2))
    bench.expect(presence("dnd"), presence("dnd"))
    assert bench.codec.encoded.count(Opcode.PRESENCE_UPDATE) == 1


async def test_of_presences_that_wait_the_latest_goes_out_even_when_its_sender_has_given_up(bench: Bench) -> None:
    """The first sender's ticket comes back with the data of the second, and so with the message of the second."""
    bench.driver.greeted()
    first = asyncio.create_task(bench.send(presence("idle")))
    await asyncio.sleep(0)
    with pytest.raises(SendTimeout):
        await bench.send(presence("dnd"), timeout=0.001)
    bench.apply(bench.driver.ready())
    await first
    bench.expect(presence("dnd"))


async def test_identify_carries_the_latest_presence_as_plain_data(bench: Bench) -> None:
    bench.driver.connect()
    bench.driver.open()
    waiting = asyncio.create_task(bench.send(presence("dnd")))
    await asyncio.sleep(0)
    bench.apply(bench.driver.hello())
    await waiting
    ((op, message),) = bench.wire
    assert op == Opcode.IDENTIFY
    assert b"dnd" in bytes(message)
    assert b"secret" in bytes(message)
    assert bench.codec.encoded == [Opcode.PRESENCE_UPDATE, Opcode.IDENTIFY]


async def test_the_data_of_a_command_stays_plain_to_others(bench: Bench) -> None:
    """Those who drive the core by hand encode what `Send` holds."""
    bench.driver.greeted()
    waiting = asyncio.create_task(bench.send(voice(1)))
    await asyncio.sleep(0)
    (send,) = [one for one in bench.driver.ready() if isinstance(one, Send)]
    assert send.d == voice(1).payload()
    assert json.loads(json.dumps(send.d)) == voice(1).payload()
    bench.apply([send])
    await waiting


async def test_a_command_of_ones_own_whose_data_is_no_object_is_refused(bench: Bench) -> None:
    class Odd(Command):
        opcode = 99

        def payload(self) -> Any:
            return [1]

    bench.driver.live()
    with pytest.raises(CommandError, match=r"Odd has a payload\(\) of type list; return a dict"):
        await bench.send(Odd())
