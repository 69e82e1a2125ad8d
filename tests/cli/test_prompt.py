"""Lines at the prompt of `gatewaysdk simulate`."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

from gatewaysdk.cli.prompt import Prompt, is_ours, typed_lines
from gatewaysdk.simulator import Simulator

from ..simulator.client import connect
from ..simulator.http import http
from .conftest import TOKEN


async def test_words_and_slash_commands(sim: Simulator) -> None:
    said: list[str] = []
    prompt = Prompt(sim, said.append)
    async with connect(sim) as bot, http(sim) as api:
        await (await bot.greeted()).identified(token=TOKEN, intents=1 << 12 | 1 << 9 | 1 << 15)
        option = {"type": 3, "name": "text", "description": "d"}
        command = {"name": "help", "description": "d", "options": [option]}
        await api.ok("POST", f"/applications/{sim.bot.user.id}/commands", command)
        await prompt.obey("/help")
        assert "/as NAME" in "\n".join(said)

        using = asyncio.create_task(prompt.obey('//help text="two words"'))
        asked: dict[str, Any] = await bot.receive_event("INTERACTION_CREATE")
        assert asked["data"]["options"] == [{"name": "text", "type": 3, "value": "two words"}]
        row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"}]}
        data = {"content": "here", "flags": 0, "components": [row]}
        await api.ok("POST", f"/interactions/{asked['id']}/{asked['token']}/callback", {"type": 4, "data": data})
        await using
        assert said[-1] == "you see: here"

        await bot.receive_event("MESSAGE_CREATE")
        clicking = asyncio.create_task(prompt.obey("/click Yes"))
        asked = await bot.receive_event("INTERACTION_CREATE")
        data = {"embeds": [{"title": "yes"}], "flags": 64}
        await api.ok("POST", f"/interactions/{asked['id']}/{asked['token']}/callback", {"type": 4, "data": data})
        await clicking
        assert said[-1] == "only you see: (no text)"

        await prompt.obey("/as bob")
        await prompt.obey("/in @me")
        await prompt.obey("psst")
        heard = await bot.receive_event("MESSAGE_CREATE")
        assert (heard["content"], heard["author"]["username"], "guild_id" in heard) == ("psst", "bob", False)
        await prompt.obey('/x "')
        assert "put quotes" in said[-1]
        await prompt.obey("   ")
        await prompt.obey("/reconnect")
        assert (await bot.receive()).op == 7


async def test_lines_come_whole_however_they_arrive() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as stream:
        assert is_ours(stream)
        lines = typed_lines(stream)
        os.write(writing, b"one\ntw")
        assert await anext(lines) == "one"
        os.write(writing, "ö\nlast".encode())
        os.close(writing)
        assert [line async for line in lines] == ["twö", "last"]


async def test_a_file_is_read_no_faster_than_its_lines_are_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewaysdk.cli.prompt._MOST_LINE_BYTES", 2)  # read line by line
    waiting: asyncio.Queue[str | None] = asyncio.Queue()
    monkeypatch.setattr(asyncio, "Queue", lambda: waiting)
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as stream:
        lines = typed_lines(stream)
        os.write(writing, b"x\n" * 1000)
        os.close(writing)
        count = 0
        async for _ in lines:
            count += 1
            assert waiting.qsize() <= 100
        assert count == 1000


def test_nobody_types_into_a_null_device_or_a_closed_stream() -> None:
    assert not is_ours(None)
    with open(os.devnull, encoding="ascii") as stream:
        assert not is_ours(stream)
    assert not is_ours(stream)


@pytest.mark.parametrize("line", ["/drop", "/close 4000", "/invalidate"])
async def test_trouble_without_a_bot_is_said(sim: Simulator, line: str) -> None:
    said: list[str] = []
    await Prompt(sim, said.append).obey(line)
    assert said == ["no connection is open; connect the bot first"]
