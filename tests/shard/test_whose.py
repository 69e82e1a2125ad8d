"""Log lines, task names, tracebacks and reprs of a shard say which shard it is."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    FatalCloseError,
    Intents,
    MessageDelete,
    Session,
    Shard,
    TaskCancelled,
    shard_id_for,
)
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard

HERE = "shard 3 of 8"


class Store:
    """Fails to save, so that the log says so."""

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        return None

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        raise OSError("no space")


async def run_with_all_that_can_be_logged(sim: Simulator, make_shard: MakeShard, **settings: Any) -> set[str]:
    """Let a shard meet errors of all kinds; return the names of its tasks."""
    shard = make_shard(session_store=Store(), intents=Intents.GUILD_MESSAGES, concurrency="guild", **settings)
    held = asyncio.Event()

    @shard.on(MessageDelete)
    async def on_delete(event: MessageDelete) -> None:
        held.set()
        await asyncio.Event().wait()

    @shard.on_raw("MESSAGE_UPDATE")
    async def on_update(data: Any) -> None:
        raise ValueError("a handler's own")

    def observe(effect: object) -> None:
        raise ValueError("an observer's own")

    before = asyncio.all_tasks()
    shard.observe(observe)
    running = asyncio.create_task(shard.run(), name="the program's own")
    session = await sim.wait_for_session()
    guild = session.guild_ids[0] if session.guild_ids else 1
    await sim.emit("MESSAGE_UPDATE", shard=session.shard_id)
    await sim.drop()
    await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "1", "guild_id": str(guild)}, shard=session.shard_id)
    await asyncio.wait_for(held.wait(), 10)
    names = {task.get_name() for task in asyncio.all_tasks() - before if task is not running}
    await shard.close(grace=0)
    await asyncio.wait_for(running, 10)
    return names


async def test_every_line_and_every_task_of_a_shard_says_which(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="gatewaysdk")
    names = await run_with_all_that_can_be_logged(sim, make_shard, shard=(3, 8))
    lines = [one.getMessage() for one in caplog.records if one.name == "gatewaysdk"]
    assert any("the session cannot be saved" in line for line in lines)
    assert any("a handler raised" in line for line in lines)
    assert any("disconnected" in line for line in lines)
    assert not [line for line in lines if not line.startswith(f"{HERE}: ")]
    ours = {name for name in names if name.startswith("gatewaysdk")}
    assert {f"gatewaysdk connection, {HERE}", f"gatewaysdk writer, {HERE}"} <= ours
    assert not [name for name in ours if not name.endswith(f", {HERE}")]


async def test_the_lines_and_tasks_of_an_only_shard_name_none(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="gatewaysdk")
    names = await run_with_all_that_can_be_logged(sim, make_shard)
    assert {"gatewaysdk connection", "gatewaysdk writer", "gatewaysdk handlers of one key"} <= names
    assert not [one for one in caplog.records if one.name == "gatewaysdk" and " of " in one.getMessage()[:14]]


async def test_what_run_raises_has_the_shard_as_a_note_and_keeps_its_kind(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=0, shard=(3, 8), token="another-token")
    with pytest.raises(FatalCloseError) as refused:
        await shard.run()
    assert refused.value.__notes__ == [f"in {HERE}"]

    with pytest.raises(ConfigurationError, match="no intents and no handlers") as wrong:
        await make_shard(shard=(3, 8)).run()
    assert wrong.value.__notes__ == [f"in {HERE}"]

    shard = make_shard(intents=0, shard=(3, 8))
    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    next(task for task in asyncio.all_tasks() if task.get_name() == f"gatewaysdk connection, {HERE}").cancel()
    with pytest.raises(TaskCancelled, match=f"'gatewaysdk connection, {HERE}'") as cancelled:
        await asyncio.wait_for(running, 10)
    assert cancelled.value.__notes__ == [f"in {HERE}"]


async def test_connect_and_streams_raise_with_the_note_too(make_shard: MakeShard) -> None:
    with pytest.raises(FatalCloseError) as refused:
        await make_shard(intents=0, shard=(3, 8), token="another-token").connect()
    assert refused.value.__notes__ == [f"in {HERE}"]
    with pytest.raises(FatalCloseError) as refused:
        async for _ in make_shard(intents=0, shard=(3, 8), token="another-token").events():
            pass
    assert refused.value.__notes__ == [f"in {HERE}"]


async def test_an_only_shard_raises_without_a_note(make_shard: MakeShard) -> None:
    with pytest.raises(FatalCloseError) as refused:
        await make_shard(intents=0, token="another-token").run()
    assert not hasattr(refused.value, "__notes__")


def test_a_shard_knows_its_number() -> None:
    shard = Shard("token", shard=(3, 8))
    assert (shard.shard_id, shard.num_shards) == (3, 8)
    assert shard_id_for(3 << 22, shard.num_shards) == shard.shard_id
    assert repr(shard) == "<Shard 3 of 8, idle>"


def test_an_only_shard_is_the_first_of_one() -> None:
    shard = Shard("token")
    assert (shard.shard_id, shard.num_shards) == (0, 1)
    assert shard_id_for(3 << 22, shard.num_shards) == shard.shard_id
    assert repr(shard) == "<Shard idle>"
