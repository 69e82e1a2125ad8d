from __future__ import annotations

import asyncio

import pytest

from gatewaysdk.errors import CommandFailed, NobodyServes

from .conftest import Connect


async def test_a_question_goes_to_whoever_serves_the_name_and_the_answer_back(connect: Connect) -> None:
    host, asker = (await connect()).bus, (await connect()).bus

    async def double(payload: bytes) -> bytes:
        return payload * 2

    end = await host.serve("shard.3.16", double)
    assert await asker.request("shard.3.16", b"\x00ab", 5) == b"\x00ab\x00ab"
    assert await host.request("shard.3.16", b"", 5) == b""
    await end()
    await end()
    with pytest.raises(NobodyServes, match=r"shard\.3\.16"):
        await asker.request("shard.3.16", b"x", 5)


async def test_nobody_there_is_said_at_once(connect: Connect) -> None:
    bus = (await connect()).bus
    async with asyncio.timeout(5):
        with pytest.raises(NobodyServes, match=r"shard\.4\.16"):
            await bus.request("shard.4.16", b"x", 1000)


async def test_an_error_of_the_handler_reaches_who_asked(connect: Connect) -> None:
    host, asker = (await connect()).bus, (await connect()).bus

    async def refuse(payload: bytes) -> bytes:
        raise ValueError(f"not {payload.decode()}")

    end = await host.serve("shard.3.16", refuse)
    with pytest.raises(CommandFailed, match=r"shard\.3\.16.*ValueError: not this") as caught:
        await asker.request("shard.3.16", b"this", 5)
    assert (caught.value.kind, caught.value.problem) == ("ValueError", "not this")
    await end()


async def test_an_answer_that_takes_too_long_is_a_timeout_and_other_questions_go_on(connect: Connect) -> None:
    host, asker = (await connect()).bus, (await connect()).bus
    never = asyncio.Event()

    async def answer(payload: bytes) -> bytes:
        if payload == b"slow":
            await never.wait()
        return b"answer"

    end = await host.serve("shard.3.16", answer)
    slow = asyncio.create_task(asker.request("shard.3.16", b"slow", 0.5))
    assert await asker.request("shard.3.16", b"quick", 5) == b"answer"
    with pytest.raises(TimeoutError, match=r"shard\.3\.16 did not answer within 0\.5 s"):
        await slow
    never.set()
    await end()
