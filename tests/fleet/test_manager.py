"""A manager against the simulator, over real sockets."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk import (
    Command,
    CommandError,
    ConfigurationError,
    Event,
    FatalCloseError,
    FleetPlanned,
    FleetReady,
    GuildCreate,
    Intents,
    MessageCreate,
    MessageDelete,
    RequestGuildMembers,
    RestartBackoff,
    Shard,
    ShardClosed,
    ShardFailed,
    ShardManager,
    ShardRestarted,
    StateError,
    TaskCancelled,
)
from gatewaysdk.enums import Opcode
from gatewaysdk.simulator import Faults, Simulator

from .conftest import MakeManager, emit_in, guild_on, live, running


async def test_all_shards_go_live_and_handlers_get_the_shard(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager()
    got: set[tuple[int, int]] = set()
    done = asyncio.Event()

    @manager.on(GuildCreate)
    async def on_guild(event: GuildCreate, shard: Shard) -> None:
        got.add((shard.shard_id, int(event.id)))
        if len(got) == 8:
            done.set()

    async with running(manager):
        await asyncio.wait_for(done.wait(), 10)
        assert got == {((guild_id >> 22) % 4, guild_id) for guild_id in sim.guild_ids}
        assert live(manager) == [0, 1, 2, 3] == list(manager.shards)
        assert manager.num_shards == 4
        assert manager.user_id is not None
        assert manager.stats.identifies == 4
        assert repr(manager) == "<ShardManager 4 of 4 shards live>"
        assert [one["shard"] for one in sim.identifies] == [[n, 4] for n in range(4)]
    assert manager.health.live == 0


async def test_some_shards_of_many(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(shards=16, shard_ids=range(4, 6), intents=0)
    async with running(manager):
        assert list(manager.shards) == [4, 5]
        with pytest.raises(StateError, match=r"guild 0 is on shard 0 of 16, which another manager runs"):
            manager.shard_for(0)


async def test_streams_and_waits_take_events_of_all_shards(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager()
    stream = manager.stream(MessageDelete)
    async with running(manager):
        waiting = asyncio.create_task(manager.wait_for(MessageDelete, lambda event: event.id == 3, timeout=10))
        await asyncio.sleep(0)
        for number in range(4):
            await emit_in(sim, guild_on(sim, number, 4), "MESSAGE_DELETE", id=str(number), channel_id="1")
            assert (await anext(stream)).id == number
        assert (await waiting).id == 3
        never = asyncio.create_task(manager.wait_for(MessageDelete, lambda event: False))
        await asyncio.sleep(0)
    with pytest.raises(ShardClosed):
        await never
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_slow_reader_holds_up_but_the_shards_that_it_is_slow_for(
    sim: Simulator, make_manager: MakeManager
) -> None:
    manager = make_manager(queue_size=4)
    stream = manager.stream(MessageDelete)
    async with running(manager):
        busy, quiet = guild_on(sim, 0, 4), guild_on(sim, 1, 4)
        for number in range(30):
            await emit_in(sim, busy, "MESSAGE_DELETE", id=str(number), channel_id="1")
        await emit_in(sim, quiet, "MESSAGE_DELETE", id="99", channel_id="1")
        got = [int((await anext(stream)).id) for _ in range(31)]
        assert [one for one in got if one != 99] == list(range(30))
        assert got.index(99) < 30


async def test_requests_go_to_the_shard_of_the_guild(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=Intents.GUILDS | Intents.GUILD_MEMBERS)
    async with running(manager):
        for guild_id in sim.guild_ids[:4]:
            members = await manager.request_guild_members(guild_id=guild_id, query="", limit=0)
            assert len(members) == 5
        sounds = await manager.request_soundboard_sounds(guild_ids=sim.guild_ids)
        assert {one.guild_id for one in sounds} == set(sim.guild_ids)
        assert await manager.send(RequestGuildMembers(guild_id=sim.guild_ids[0], query="a", limit=1)) < 1


async def test_a_presence_is_shown_by_all_shards_and_by_those_that_start_later(
    sim: Simulator, make_manager: MakeManager
) -> None:
    manager = make_manager(intents=0)
    with pytest.raises(StateError, match="before the start"):
        await manager.update_presence(since=None, activities=[], status="idle", afk=False)
    async with running(manager):
        await manager.update_presence(since=None, activities=[], status="idle", afk=False)
        await sim.wait_for_received(Opcode.PRESENCE_UPDATE, 4)
        await sim.invalidate(resumable=False, shard=2)
        await sim.wait_for(lambda: len(sim.identifies) == 5, 20)
        assert sim.identifies[-1]["presence"]["status"] == "idle"


async def test_commands_without_a_guild_are_for_one_shard(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    async with running(manager):
        with pytest.raises(CommandError, match="names no guild"):
            await manager.send(Command.__new__(Command))


# Failing


class _FailsOnce:
    """A session store that raises when shard 1 starts, the first so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.sessions: dict[Any, Any] = {}

    async def load(self, shard: tuple[int, int] | None) -> Any:
        if shard == (1, 4) and self.times:
            self.times -= 1
            raise RuntimeError("the disk is away")
        return self.sessions.get(shard)

    async def save(self, shard: tuple[int, int] | None, session: Any) -> None:
        self.sessions[shard] = session
        if session is None:
            del self.sessions[shard]


async def test_a_shard_that_fails_starts_again_alone(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0, session_store=_FailsOnce(2))
    steps: list[Any] = []

    @manager.observe
    def watch(step: Any, shard: Shard | None) -> None:
        if isinstance(step, ShardFailed | ShardRestarted | FleetPlanned | FleetReady):
            steps.append((step, None if shard is None else shard.shard_id))

    async with running(manager):
        assert len(sim.identifies) == 4
        health = manager.health.shards
        assert [one.restarts for one in health] == [0, 1, 0, 0]
        assert health[1].error == "the disk is away"
    failed = [step for step, _ in steps if isinstance(step, ShardFailed)]
    assert [(one.shard_id, str(one.error)) for one in failed] == [(1, "the disk is away")]
    assert failed[0].restart_in is not None
    kinds = [(type(step).__name__, shard_id) for step, shard_id in steps]
    assert kinds[0] == ("FleetPlanned", None)
    assert kinds[-1] == ("FleetReady", None)
    assert ("ShardRestarted", 1) in kinds


async def test_a_shard_that_starts_again_resumes_and_its_counters_go_on(
    sim: Simulator, make_manager: MakeManager
) -> None:
    manager = make_manager(intents=0)
    async with running(manager):
        before = manager.stats.events
        for task in asyncio.all_tasks():
            if task.get_name() == "gatewaysdk writer, shard 2 of 4":
                task.cancel()  # something outside of the package: TaskCancelled ends the shard
        await sim.wait_for(lambda: len(sim.resumes) == 1, 20)
        await manager.wait_for(Event, timeout=20)
        assert manager.health.shards[2].restarts == 1
        assert manager.stats.events > before
        assert len(sim.identifies) == 4


async def test_what_no_shard_can_live_with_stops_all(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    async with running(manager) as task:
        await sim.close(4014, shard=3)
        with pytest.raises(FatalCloseError, match="4014") as error:
            await asyncio.wait_for(task, 20)
        assert "in shard 3 of 4" in error.value.__notes__
    await sim.wait_for(lambda: not any(one.open for one in sim.connections), 20)


async def test_the_policy_may_give_up(sim: Simulator, make_manager: MakeManager) -> None:
    policy = RestartBackoff(base=0.01, cap=0.02, max_failures=3)
    manager = make_manager(intents=0, session_store=_FailsOnce(99), restart=policy)
    with pytest.raises(RuntimeError, match="the disk is away"):
        await asyncio.wait_for(manager.run(stop_signals=()), 20)
    with pytest.raises(TimeoutError):
        await manager.wait_ready(0.01)


async def test_a_wrong_token_ends_the_start(sim: Simulator) -> None:
    manager = ShardManager("another-token-of-ours", api_url=sim.api_url, intents=0)
    with pytest.raises(ConfigurationError, match="does not know the token"):
        await manager.run(stop_signals=())


# The end


async def test_a_signal_ends_it_and_sessions_are_kept(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    task = asyncio.create_task(manager.run())
    await manager.wait_ready(20)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 20)
    assert len(sim.sessions) == 4
    assert all(shard.session is not None for shard in manager.shards.values())


async def test_a_handler_may_close_all(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager()
    finished: list[int] = []

    @manager.on(MessageDelete)
    async def on_delete(event: MessageDelete) -> None:
        await manager.close()
        finished.append(int(event.id))

    task = asyncio.create_task(manager.run(stop_signals=()))
    await manager.wait_ready(20)
    await emit_in(sim, guild_on(sim, 1, 4), "MESSAGE_DELETE", id="7", channel_id="1")
    await asyncio.wait_for(task, 20)
    assert finished == [7]


async def test_stop_before_the_start_ends_the_next_run_at_once(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    manager.stop()
    await asyncio.wait_for(manager.run(stop_signals=()), 20)
    assert not sim.identifies
    async with running(manager):
        assert live(manager) == [0, 1, 2, 3]


async def test_it_runs_once_at_a_time(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    async with running(manager):
        with pytest.raises(StateError, match="runs already"):
            await manager.run(stop_signals=())


# What outlives the process


async def test_the_next_start_resumes_with_as_many_shards(
    sim: Simulator, make_manager: MakeManager, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(make_manager(intents=0, state_dir=tmp_path / "state")):
        assert len(sim.identifies) == 4
    sim._state.settings = _with_shards(sim, 6)  # Discord recommends more now
    async with running(make_manager(intents=0, state_dir=tmp_path / "state")) as _:
        assert (len(sim.identifies), len(sim.resumes)) == (4, 4)
    assert "Discord recommends 6 shards, and 4 run" in caplog.text


async def test_observers_are_told_what_the_start_costs(
    sim: Simulator, make_manager: MakeManager, tmp_path: Path
) -> None:
    told: list[FleetPlanned] = []
    for _ in range(2):
        manager = make_manager(intents=0, state_dir=tmp_path / "state")
        manager.observe(lambda step: told.append(step) if isinstance(step, FleetPlanned) else None)
        async with running(manager):
            pass
    assert [(one.shard_ids, one.identifies) for one in told] == [((0, 1, 2, 3), 4), ((0, 1, 2, 3), 0)]
    assert [(one.remaining, one.max_concurrency, one.reserve) for one in told] == [(1000, 16, 10), (996, 16, 10)]


def _with_shards(sim: Simulator, shards: int) -> Any:
    from dataclasses import replace

    return replace(sim._state.settings, shards=shards)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shards": 0}, "shards is 0"),
        ({"shards": "many"}, "shards is 'many'"),
        ({"shards": 2, "shard_ids": [2]}, r"shard_ids is \[2\]"),
        ({"shards": 2, "shard_ids": []}, r"shard_ids is \(\)"),
        ({"shard_ids": [0]}, "all processes must agree"),
        ({"shard": (0, 1)}, "shard is for one Shard"),
        ({"state_dir": 5}, "state_dir is of type int"),
        ({"encoding": "xml"}, "xml"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        ShardManager("any-token", **given)


async def test_a_manager_without_handlers_and_intents_does_not_start(make_manager: MakeManager) -> None:
    with pytest.raises(ConfigurationError, match="no intents and no handlers"):
        await make_manager().run()


@pytest.mark.parametrize("name", ["gatewaysdk shard 2 of 4", "gatewaysdk start of the fleet"])
async def test_a_task_that_something_else_cancels_ends_the_fleet_with_an_error(
    sim: Simulator, make_manager: MakeManager, name: str
) -> None:
    manager = make_manager(intents=0)
    if name.endswith("fleet"):
        sim.faults.silent = True  # so that the start takes long
    task = asyncio.create_task(manager.run(stop_signals=()))
    await sim.wait_for(lambda: len(sim.connections) == 4, 20)
    next(one for one in asyncio.all_tasks() if one.get_name() == name).cancel()
    with pytest.raises(TaskCancelled, match=name):
        await asyncio.wait_for(task, 20)


async def test_a_shard_that_a_handler_closes_stays_closed_and_the_others_go_on(
    sim: Simulator, make_manager: MakeManager
) -> None:
    manager = make_manager()

    @manager.on(MessageDelete)
    async def on_delete(event: MessageDelete, shard: Shard) -> None:
        await shard.close()

    async with running(manager) as task:
        await emit_in(sim, guild_on(sim, 2, 4), "MESSAGE_DELETE", id="1", channel_id="1")
        await sim.wait_for(lambda: sum(one.open for one in sim.connections) == 3, 20)
        assert not task.done()
        assert live(manager) == [0, 1, 3]


@pytest.mark.parametrize(("options", "times"), [({}, 1), ({"content_warning": False}, 0)])
async def test_a_bot_warns_once_that_messages_come_without_content(
    make_manager: MakeManager, caplog: pytest.LogCaptureFixture, options: dict[str, bool], times: int
) -> None:
    manager = make_manager(shards=2, **options)

    @manager.on(MessageCreate)
    async def handle(event: MessageCreate) -> None: ...

    async with running(manager):
        pass
    assert sum("messages come without content" in one.getMessage() for one in caplog.records) == times


async def test_who_waits_for_all_shards_hears_why_they_are_never_live(
    sim: Simulator, make_manager: MakeManager
) -> None:
    manager = make_manager()
    waiting = asyncio.create_task(manager.wait_ready())
    await asyncio.sleep(0)
    with pytest.raises(ConfigurationError, match="no intents and no handlers"):
        await manager.run(stop_signals=())
    with pytest.raises(ConfigurationError, match="no intents and no handlers"):
        await asyncio.wait_for(waiting, 20)

    manager = make_manager(intents=0)
    sim.queue_faults(Faults(no_ready=True))
    task = asyncio.create_task(manager.run(stop_signals=()))
    await sim.wait_for(lambda: len(sim.identifies) == 4, 20)
    await manager.shards[0].close()
    with pytest.raises(StateError, match="a shard was closed before all of them were live"):
        await manager.wait_ready(20)
    assert not task.done()
    await manager.close()
    await task
