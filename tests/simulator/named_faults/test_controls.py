"""Faults by name as they are called: at once, planned, at random, and wrongly."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import islice
from typing import Any

import pytest

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.simulator import FAULTS, PlannedFault, Simulator, VirtualTime, apply_fault, random_plan

from ..client import TOKEN, connect


async def test_one_shard_alone_can_be_meant_and_the_log_says_so() -> None:
    time = VirtualTime()
    async with (
        Simulator(token=TOKEN, guilds=0, clock=time, transcript=20) as sim,
        connect(sim) as zero,
        connect(sim) as one,
    ):
        await (await zero.greeted()).identified(shard=[0, 2])
        await (await one.greeted()).identified(shard=[1, 2])
        time.advance(7)
        record = await apply_fault(sim, "close", {"code": 4000, "shard": 1})
        assert await one.closed() == 4000
        assert record == (7.0, "close", {"code": 4000, "reason": ""}, 1, 1)
        assert sim.fault_log == [record]
        assert "FAULT          close shard 1 code=4000 reason=''" in str(sim.transcript)
        await sim.fault("op-7")
        assert (await zero.receive()).op == 7


@pytest.mark.parametrize(
    ("name", "parameters", "says"),
    [
        ("cutt", {}, r"there is no fault 'cutt'; there are cut, close, .*storm"),
        ("cut", {"hard": True}, "fault 'cut' has no parameter 'hard'; it has no parameters"),
        ("cut", {"name": "x"}, "fault 'cut' has no parameter 'name'; it has no parameters"),
        ("cut", {"self": "x"}, "fault 'cut' has no parameter 'self'; it has no parameters"),
        ("stall", {"second": 1}, "fault 'stall' has no parameter 'second'; it has seconds"),
        ("stall", {"seconds": "1"}, "fault 'stall': seconds is '1'; it takes number: seconds until"),
        ("stall", {"seconds": -1}, "fault 'stall': seconds is -1.0; it takes 0 to 3600: seconds until"),
        ("op-9", {"resumable": 1}, "fault 'op-9': resumable is 1; it takes true or false"),
        ("refuse", {"status": True}, "fault 'refuse': status is True; it takes whole number"),
        ("refuse", {"status": 200}, "fault 'refuse': status is 200; it takes 400 to 599"),
        ("wrong-types", {"field": 3}, "fault 'wrong-types': field is 3; it takes text or nothing"),
        ("cut", {"shard": -1}, "fault 'cut': shard is -1; it takes the id of a shard, or None"),
        ("cut", {"shard": "0"}, "fault 'cut': shard is '0'; it takes the id of a shard, or None"),
    ],
)
async def test_what_cannot_be_is_said_with_its_remedy(name: str, parameters: dict[str, Any], says: str) -> None:
    async with Simulator(token=TOKEN) as sim:
        with pytest.raises(ConfigurationError, match=says):
            await apply_fault(sim, name, parameters)
        assert not sim.fault_log


def test_every_fault_says_what_it_does_and_what_it_takes() -> None:
    for name, action in FAULTS.items():
        assert action.name == name
        assert action.description.endswith(".")
        for parameter in action.parameters.values():
            assert parameter.about.text
            assert parameter.check(parameter.default, name) == parameter.default
            for value in parameter.about.samples:
                assert parameter.check(value, name) == value


async def test_planned_faults_happen_at_their_times() -> None:
    time = VirtualTime()
    async with Simulator(token=TOKEN, guilds=0, clock=time, now=time.now, sleep=time.sleep) as sim:
        plan = sim.schedule_faults((5.0, "op-9", {"resumable": True}), (2.0, "cut"))
        time.advance(1.5)
        await asyncio.sleep(0)
        assert not sim.fault_log
        time.advance(0.5)
        await sim.wait_for(lambda: sim.fault_log)
        time.advance(10)
        await plan.wait()
        assert [(one.at, one.name) for one in sim.fault_log] == [(2.0, "cut"), (12.0, "op-9")]


@pytest.mark.parametrize(
    ("planned", "says"),
    [
        ((-1.0, "cut"), "fault 'cut' is planned for -1.0; it takes seconds from 0 on"),
        ((1.0, "cutt"), "there is no fault 'cutt'"),
        ((1.0, "stall", {"seconds": None}), "seconds is None; it takes number"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_at_once(planned: Any, says: str) -> None:
    async with Simulator(token=TOKEN) as sim:
        with pytest.raises(ConfigurationError, match=says):
            sim.schedule_faults(planned)


async def test_a_plan_that_fails_is_not_passed_over() -> None:
    sim = Simulator(token=TOKEN)
    await sim.start()
    plan = sim.schedule_faults((0.0, "storm", {"event": "NO_EVENT"}))
    await asyncio.wait([plan._task])
    with pytest.raises(ConfigurationError, match="'NO_EVENT'"):
        await sim.stop()
    sim = Simulator(token=TOKEN)
    await sim.start()
    plan = sim.schedule_faults((0.0, "storm", {"event": "NO_EVENT"}))
    for ends in (plan.wait, plan.stop, sim.stop):
        with pytest.raises(ConfigurationError, match="'NO_EVENT'"):
            await ends()


def test_random_faults_are_the_same_for_the_same_seed() -> None:
    first = list(islice(random_plan(7, 2.0), 200))
    assert first == list(islice(random_plan(7, 2.0), 200))
    assert first != list(islice(random_plan(8, 2.0), 200))
    assert {one.name for one in first} == set(FAULTS)
    assert 1.0 < first[-1].at / len(first) < 3.0
    assert {one.parameters["resumable"] for one in first if one.name == "op-9"} == {True, False}


async def test_random_faults_are_caused_as_planned_until_they_are_stopped() -> None:
    time = VirtualTime()
    names = ("cut", "op-7", "op-9")
    async with Simulator(token=TOKEN, guilds=0, clock=time, now=time.now, sleep=time.sleep) as sim:
        faults = sim.random_faults(seed=3, every=4.0, names=names)
        planned: list[PlannedFault] = list(islice(random_plan(3, 4.0, names), 5))
        for count, (at, _, _) in enumerate(planned, 1):
            await asyncio.sleep(0)
            time.advance(at - time())
            await sim.wait_for(partial(_caused, sim, count))
        assert [(one.at, one.name) for one in sim.fault_log] == [(one.at, one.name) for one in planned]
        await faults.stop()
        time.advance(1000)
        assert len(sim.fault_log) == 5
        sim.schedule_faults((1.0, "cut"))
        assert len(sim._state.background._running) == 1  # plans that are over are not kept


def _caused(sim: Simulator, count: int) -> bool:
    return len(sim.fault_log) >= count


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({"every": 0}, "every is 0"), ({"names": []}, "names is empty"), ({"names": ["x"]}, "there is no fault 'x'")],
)
async def test_random_faults_that_cannot_be(arguments: dict[str, Any], says: str) -> None:
    async with Simulator(token=TOKEN) as sim:
        with pytest.raises(ConfigurationError, match=says):
            sim.random_faults(**{"seed": 1, "every": 1.0, **arguments})
