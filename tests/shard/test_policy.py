"""When to connect again and when not to, as the user decides."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable

import aiohttp
import pytest

from gatewaysdk import (
    Backoff,
    ConfigurationError,
    ConnectError,
    Effect,
    Failure,
    FatalCloseError,
    GaveUp,
    LocalIdentifyQueue,
    SessionStartLimit,
    SessionStarts,
    SessionStartsExhausted,
    StateError,
    fetch_gateway_bot,
)
from gatewaysdk.protocol import Disconnected, SessionStarted, Waiting
from gatewaysdk.simulator import Simulator

from .conftest import QUICK, MakeShard


async def test_the_shard_gives_up_after_as_many_attempts_as_the_policy_allows(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(intents=0, policy=Backoff(base=0.001, cap=0.001, max_attempts=3))
    sim.faults.refuse = 503
    with pytest.raises(GaveUp, match=r"gave up after 3 attempts: cannot connect to .* HTTP 503") as caught:
        await shard.run()
    assert isinstance(caught.value.__cause__, ConnectError)
    assert shard.stats.connections == 4


async def test_a_policy_of_ones_own_may_veto_by_what_happened(sim: Simulator, make_shard: MakeShard) -> None:
    class Strict(Backoff):
        def delay(self, failure: Failure, random: Callable[[], float]) -> float | None:
            failures.append(failure)
            return None if failure.error is None else 0.0

    failures: list[Failure] = []
    shard = make_shard(intents=0, policy=Strict())
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.drop()
    await sim.wait_for(lambda: len(sim.resumes) == 1 and sim.sessions[0].connection is not None)
    await sim.reconnect()
    with pytest.raises(GaveUp, match="the gateway asks to reconnect"):
        await task
    assert [(failure.attempt, failure.resuming) for failure in failures] == [(0, True), (1, True)]
    with pytest.raises(StateError, match="make a new one"):
        await shard.connect()


async def test_an_invalidated_session_asks_the_policy_too(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0, policy=Backoff(max_attempts=0))
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.invalidate(resumable=False)
    with pytest.raises(GaveUp, match="session invalidated"):
        await task


async def test_an_observer_sees_each_step_and_may_stop_the_shard(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    steps: list[type[Effect]] = []

    @shard.observe
    def note(effect: Effect) -> None:
        steps.append(type(effect))
        if isinstance(effect, Waiting):
            shard.stop()

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.drop()
    await asyncio.wait_for(task, 10)
    assert [step for step in steps if step in (SessionStarted, Disconnected, Waiting)] == [
        SessionStarted,
        Disconnected,
        Waiting,
    ]
    assert len(sim.connections) == 1
    assert shard.session is not None


async def test_stop_may_end_the_session(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    shard.stop(keep_session=False)
    shard.stop()
    await asyncio.wait_for(task, 10)
    await sim.wait_for(lambda: sim.connections[0].client_close_code == 1000)
    assert shard.session is None


async def test_pain_04_the_shard_stops_loudly_before_the_days_sessions_run_out(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    starts = SessionStarts(SessionStartLimit(total=1000, remaining=2), reserve=2)
    with pytest.raises(SessionStartsExhausted, match="2 session starts are left for the next") as caught:
        await make_shard(intents=0, identify_queue=LocalIdentifyQueue(session_starts=starts)).run()
    assert caught.value.remaining == 2
    assert caught.value.reset_after == pytest.approx(86_400, abs=60)
    assert sim.identifies == []
    assert "the shard stops: 2 session starts are left" in caplog.text


async def test_pain_04_shards_of_a_bot_share_one_budget(sim: Simulator, make_shard: MakeShard) -> None:
    queue = LocalIdentifyQueue(2, SessionStarts(SessionStartLimit(remaining=3), reserve=2))
    await make_shard(intents=0, shard=(0, 2), identify_queue=queue).connect()
    with pytest.raises(SessionStartsExhausted):
        await make_shard(intents=0, shard=(1, 2), identify_queue=queue).connect()


async def test_resuming_takes_no_session_start(sim: Simulator, make_shard: MakeShard) -> None:
    starts = SessionStarts(SessionStartLimit(remaining=1), reserve=0)
    shard = make_shard(intents=0, identify_queue=LocalIdentifyQueue(session_starts=starts))
    await shard.connect()

    def resumed(number: int) -> bool:
        return len(sim.resumes) == number

    for number in range(1, 4):
        await shard.reconnect()
        await sim.wait_for(functools.partial(resumed, number))
        await sim.wait_for(lambda: sim.sessions[0].connection is not None)
    assert starts.remaining == 0


async def test_what_discord_says_of_a_bot_is_fetched(sim: Simulator, make_shard: MakeShard) -> None:
    bot = await fetch_gateway_bot(sim.token, api_url=sim.api_url)
    assert bot.url == sim.url
    limit = bot.session_start_limit
    assert limit == SessionStartLimit(1000, 1000, limit.reset_after, 1)
    assert 86_300 < limit.reset_after <= 86_400
    async with aiohttp.ClientSession() as session:
        again = await fetch_gateway_bot(sim.token, api_url=sim.api_url, session=session)
    assert (again.url, again.shards, again.session_start_limit.remaining) == (bot.url, bot.shards, limit.remaining)
    queue = LocalIdentifyQueue(session_starts=SessionStarts(bot.session_start_limit))
    shard = make_shard(intents=0, url=bot.url, identify_queue=queue)
    await shard.connect()


async def test_a_token_that_discord_does_not_know_is_a_mistake_of_the_caller(sim: Simulator) -> None:
    with pytest.raises(ConfigurationError, match="does not know the token") as caught:
        await fetch_gateway_bot("wrong-token", api_url=sim.api_url)
    assert "wrong-token" not in str(caught.value)


async def test_no_usable_answer_is_a_connect_error() -> None:
    async with Simulator(unknown_routes="allow") as sim:
        with pytest.raises(ConnectError, match="HTTP 404"):
            await fetch_gateway_bot("t", api_url=sim.api_url + "/nowhere")
    with pytest.raises(ConnectError, match=r"cannot connect to http://127.0.0.1:9/gateway/bot"):
        await fetch_gateway_bot("t", api_url="http://127.0.0.1:9")


async def test_a_refused_token_still_ends_the_shard_at_once(make_shard: MakeShard) -> None:
    with pytest.raises(FatalCloseError):
        await make_shard(intents=0, token="wrong", policy=QUICK).run()
