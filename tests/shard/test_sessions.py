"""What lasts: resuming after every kind of end, and across restarts."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import pytest

from gatewaysdk import Backoff, Event, MessageDelete, Ready, Resumed, Session, Shard, Timeouts
from gatewaysdk.protocol import Disconnected, SessionInvalidated, SessionResumed, Waiting
from gatewaysdk.simulator import Faults, Simulator

from .conftest import QUICK, MakeShard


async def until(shard: Shard, kind: type[Event]) -> list[Event]:
    """Receive up to the next event of a kind."""
    events: list[Event] = []
    while not events or not isinstance(events[-1], kind):
        events.append(await shard.receive())
    return events


async def emit(sim: Simulator, *ids: int) -> None:
    for number in ids:
        await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"}, respect_intents=False)


def ids(events: list[Event]) -> list[int]:
    return [event.id for event in events if isinstance(event, MessageDelete)]


@pytest.mark.parametrize("end", ["drop", "op 7", "close 4000", "close 4008", "asked for"])
async def test_events_missed_meanwhile_are_replayed(sim: Simulator, make_shard: MakeShard, end: str) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await emit(sim, 1, 2)
    assert ids([await shard.receive() for _ in range(3)]) == [1, 2]
    match end:
        case "drop":
            await sim.drop()
        case "op 7":
            await sim.reconnect()
        case "close 4000":
            await sim.close(4000)
        case "close 4008":
            await sim.close(4008)
        case "asked for":
            await shard.reconnect()
    await emit(sim, 3, 4)
    assert ids(await until(shard, Resumed)) == [3, 4]
    await emit(sim, 5)
    assert ids([await shard.receive()]) == [5]
    assert (len(sim.identifies), len(sim.resumes)) == (1, 1)


@pytest.mark.parametrize("code", [1000, 1001, 4007, 4009])
async def test_pain_32_codes_that_end_the_session_lead_to_a_new_one(code: int) -> None:
    # A new IDENTIFY waits 5 s after the last one; a session resumed first has sent none of late.
    async with Simulator() as sim:
        async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK) as first:
            await first.connect()
        async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session=first.session) as shard:
            await shard.connect()
            assert isinstance(await shard.receive(), Resumed)
            await sim.close(code)
            assert isinstance(await shard.receive(), Ready)
            assert (len(sim.identifies), len(sim.resumes)) == (2, 1)


async def test_pain_05_a_session_is_a_value_that_outlives_the_process(sim: Simulator) -> None:
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK) as first:
        await first.connect()
        await emit(sim, 1)
        await until(first, MessageDelete)
    await sim.wait_for(lambda: sim.connections[0].client_close_code == 4000)
    assert first.session is not None
    saved = asdict(first.session)
    await emit(sim, 2, 3)
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session=Session(**saved)) as second:
        await second.connect()
        assert ids(await until(second, Resumed)) == [2, 3]
    assert len(sim.identifies) == 1


async def test_what_was_not_handled_is_replayed_to_the_next(sim: Simulator) -> None:
    entered = asyncio.Event()
    first = Shard(sim.token, url=sim.url, policy=QUICK)

    @first.on_raw("MESSAGE_DELETE")
    async def stuck(data: object) -> None:
        entered.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(first.run())
    await sim.wait_for_session()
    await emit(sim, 1, 2, 3)
    await entered.wait()
    session = first.session
    await first.close(grace=0)
    await task
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session=session) as second:
        await second.connect()
        assert ids(await until(second, Resumed)) == [1, 2, 3], "the one whose handler was running comes again"


async def test_ending_the_session_on_purpose_closes_with_1000(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await shard.close(keep_session=False)
    await sim.wait_for(lambda: sim.connections[0].client_close_code == 1000)
    assert shard.session is None
    assert not sim.sessions


async def test_a_closed_shard_connects_again_and_resumes(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await shard.close()
    await emit(sim, 1)
    await shard.connect()
    assert ids(await until(shard, Resumed)) == [1]


async def test_pain_01_a_dead_resume_url_falls_back_to_the_base_url() -> None:
    async with (
        Simulator(resume_gateway_url="ws://127.0.0.1:9") as sim,
        Shard(sim.token, url=sim.url, intents=0, policy=QUICK) as shard,
    ):
        await shard.connect()
        await sim.drop()
        await emit(sim, 1)
        assert ids(await until(shard, Resumed)) == [1]
        assert len(sim.identifies) == 1


async def test_observers_see_every_step(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    steps: list[str] = []

    @shard.observe
    def observe(effect: object) -> None:
        if isinstance(effect, Disconnected | Waiting | SessionResumed | SessionInvalidated):
            steps.append(type(effect).__name__)

    await shard.connect()
    await sim.drop()
    await until(shard, Resumed)
    assert steps == ["Disconnected", "Waiting", "SessionResumed"]


async def test_pain_02_resuming_in_vain_ends_in_a_new_session(sim: Simulator) -> None:
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK) as first:
        await first.connect()
    sim.queue_faults(*(Faults(no_resumed=True) for _ in range(QUICK.max_failed_resumes)))
    session, soon = first.session, Timeouts(resumed=0.05, close=0.05)
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session=session, timeouts=soon) as shard:
        stream = shard.events()
        assert isinstance(await anext(stream), Ready)
    assert (len(sim.resumes), len(sim.identifies)) == (QUICK.max_failed_resumes, 2)


async def test_pain_19_closing_leaves_the_session_resumable(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    await shard.close()
    await sim.wait_for(lambda: sim.connections[0].client_close_code is not None)
    assert sim.connections[0].client_close_code not in (1000, 1001)
    assert len(sim.sessions) == 1


async def test_pain_20_a_resume_that_is_never_answered_is_tried_again(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0, timeouts=Timeouts(resumed=0.05, close=0.05))
    await shard.connect()
    sim.queue_faults(Faults(no_resumed=True))
    await sim.drop()
    await emit(sim, 1)
    assert ids(await until(shard, Resumed)) == [1]
    assert (len(sim.resumes), len(sim.identifies)) == (2, 1)


@pytest.mark.parametrize(("healthy_after", "attempts"), [(0.0, [1, 1, 1]), (60.0, [1, 2, 3])])
async def test_pain_31_the_backoff_starts_anew_after_a_healthy_spell(
    sim: Simulator, make_shard: MakeShard, healthy_after: float, attempts: list[int]
) -> None:
    shard = make_shard(intents=0, policy=Backoff(base=0.01, cap=0.02, healthy_after=healthy_after))
    seen: list[int] = []

    @shard.observe
    def observe(effect: object) -> None:
        if isinstance(effect, Waiting):
            seen.append(effect.attempt)

    await shard.connect()
    for _ in attempts:
        await sim.drop()
        await until(shard, Resumed)
    assert seen == attempts
