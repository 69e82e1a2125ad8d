"""The command ``gatewaysdk dead-letters``."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from gatewaysdk import TypingStart
from gatewaysdk.broker import Engine, LoggedEvent, memory_engine
from gatewaysdk.broker.consumer import EventConsumer, Retries
from gatewaysdk.cli.dead_letters import act
from gatewaysdk.cli.parser import Misuse, make_parser
from gatewaysdk.errors import NobodyServes

DATA = b'{"channel_id":"5","guild_id":"1","user_id":"7","timestamp":1}'


def event(number: int, data: bytes = DATA) -> LoggedEvent:
    return LoggedEvent((0, 2), "abc", number, "TYPING_START", data, "json")


async def do(engine: Engine, *arguments: str) -> int:
    return await act(make_parser().parse_args(["dead-letters", *arguments]), engine.log, engine.bus)


@pytest.fixture
async def engine() -> Engine:
    engine = memory_engine()
    await engine.log.bury("bot", event(1), "tried 5 times: ValueError: \x1b[31mno")
    await engine.log.bury("bot", event(2, b"{"), "no event can be made of it")
    await engine.log.bury("other", event(3), "for another consumer")
    return engine


async def test_list_has_a_line_for_each_without_control_characters(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await do(engine, "list", "bot") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("1  TYPING_START  shard 0 of 2  abc:1  tried 5 times: ValueError: ")
    assert "\x1b" not in first
    assert second == "2  TYPING_START  shard 0 of 2  abc:2  no event can be made of it"
    assert await do(engine, "list", "bot", "--limit", "1") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


async def test_show_has_the_event_as_json_even_if_it_is_broken(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await do(engine, "show", "bot", "1") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["t"], shown["d"], shown["session_id"], shown["sequence"]) == (
        "TYPING_START", json.loads(DATA), "abc", 1,
    )  # fmt: skip
    assert await do(engine, "show", "bot", "2") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["d"] == "{"
    assert "2 cannot be decoded" in said.err


async def test_replay_needs_a_process_and_takes_away_what_it_has_handled(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NobodyServes):
        await do(engine, "replay", "bot", "1")
    await engine.log.append((0, 2), 0, [event(9)])
    consumer, ready, got = (
        EventConsumer("bot", engine.log, bus=engine.bus, retries=Retries(tries=1)),
        asyncio.Event(),
        [],
    )

    @consumer.on(TypingStart)
    async def on_typing(one: TypingStart) -> None:
        got.append(consumer.origin.sequence)
        ready.set()

    running = asyncio.create_task(consumer.run(stop_signals=()))
    async with asyncio.timeout(30):
        await ready.wait()
        assert await do(engine, "replay", "bot", "--all") == 1
    consumer.stop()
    await running
    handled, broken = capsys.readouterr().out.splitlines()
    assert handled == "1: handled"
    assert broken.startswith("2: no event can be made of it")
    assert got == [9, 1]
    assert [letter.number for letter in await engine.log.buried("bot")] == [2]


async def test_forget_drops_those_that_it_is_told(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert await do(engine, "forget", "bot", "2") == 0
    assert capsys.readouterr().out == "2: forgotten\n"
    assert [letter.number for letter in await engine.log.buried("bot")] == [1]
    assert len(await engine.log.buried("other")) == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("show", "bot"), "say which"),
        (("replay", "bot", "3"), "has no dead letter 3"),
        (("forget", "bot", "1", "--all"), "not both"),
    ],
)
async def test_what_makes_no_sense_is_refused(engine: Engine, arguments: Any, problem: str) -> None:
    with pytest.raises(Misuse, match=problem):
        await do(engine, *arguments)
