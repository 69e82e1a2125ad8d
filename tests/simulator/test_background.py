"""Tasks of a simulator do not die unheard."""

from __future__ import annotations

import asyncio
import logging

import pytest

from gatewaysdk.simulator import Simulator
from gatewaysdk.simulator.background import Background
from gatewaysdk.simulator.load import PreparedEvent

from .client import PATIENCE, TOKEN, connect


async def fail(text: str) -> None:
    raise ValueError(text)


async def test_an_error_is_logged_at_once_and_raised_when_all_stops(caplog: pytest.LogCaptureFixture) -> None:
    background = Background()
    await asyncio.wait([background.begin(fail("one"), "first"), background.begin(fail("two"), "second")])
    assert [one.getMessage() for one in caplog.records] == [
        "simulator: first has ended: one",
        "simulator: second has ended: two",
    ]
    running = background.begin(asyncio.Event().wait(), "third")  # type: ignore[arg-type]  # waits for ever
    with pytest.raises(ValueError, match="one"):
        await background.stop()
    assert running.cancelled()
    await background.stop()  # it was told


async def test_load_that_breaks_is_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    began = asyncio.Event()

    def broken(*_: object) -> bytes:
        began.set()
        raise ValueError("no frame")

    caplog.set_level(logging.ERROR, "gatewaysdk.simulator")
    sim = Simulator(token=TOKEN, rate=100)
    await sim.start()
    monkeypatch.setattr(PreparedEvent, "websocket_frame", broken)
    async with connect(sim) as client:
        await (await client.greeted()).identified()
        await asyncio.wait_for(began.wait(), PATIENCE)
        with pytest.raises(ValueError, match="no frame"):
            await sim.stop()
    assert "simulator: load to shard 0 has ended: no frame" in caplog.text


async def test_changes_that_cannot_be_told_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    sim = Simulator(token=TOKEN)
    await sim.start()
    async with connect(sim) as client:
        await (await client.greeted()).identified()
        monkeypatch.setattr(sim.sessions[0], "dispatch", lambda *_: fail("no change"))
        sim.world.guilds[0].channel("new")
        with pytest.raises(ValueError, match="no change"):
            await sim.stop()
