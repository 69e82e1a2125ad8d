"""The parts of a fleet, each by itself, without a socket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk import (
    Backoff,
    ConfigurationError,
    ConnectError,
    Event,
    FatalCloseError,
    GatewayBot,
    MessageDelete,
    RestartBackoff,
    SessionStartLimit,
    SessionStartsExhausted,
    ShardFailed,
    ShardFailure,
    ShardRestarted,
    StartForecast,
    State,
    Stats,
    Token,
)
from gatewaysdk.delivery.merged import MergedChannels
from gatewaysdk.delivery.stream import EventStream
from gatewaysdk.fleet.health import FleetHealth, ShardStatus, add_stats
from gatewaysdk.fleet.member import Member
from gatewaysdk.fleet.observers import FleetObservers
from gatewaysdk.fleet.overlap import _content_of
from gatewaysdk.fleet.plan import FleetSize, ask_gateway_bot, read_num_shards, write_num_shards
from gatewaysdk.fleet.reshard import identify_wait
from gatewaysdk.fleet.restart import stops_all
from gatewaysdk.fleet.steps import FleetStep
from gatewaysdk.protocol import HeartbeatAcknowledged
from gatewaysdk.stats import Durations
from gatewaysdk.tasks.label import UNSHARDED

from ..requests.fakes import in_virtual_time, now

FATAL = FatalCloseError(4004, "", name="AUTHENTICATION_FAILED", remedy="", can_reconnect=False, can_resume=False)


def answer(shards: int) -> GatewayBot:
    return GatewayBot("wss://gateway.discord.gg", shards, SessionStartLimit())


# The plan


@pytest.mark.parametrize(
    ("chosen", "ran_before", "recommended", "expected"),
    [("auto", None, 6, 6), ("auto", 4, 6, 4), ("auto", 4, 8, 8), ("auto", 8, 4, 8), (16, 4, 6, 16)],
)
def test_how_many_shards(chosen: Any, ran_before: int | None, recommended: int, expected: int) -> None:
    assert FleetSize(chosen, None).plan(answer(recommended), ran_before).num_shards == expected


def test_which_shards_run_here() -> None:
    assert FleetSize(16, [5, 4, 5]).plan(answer(6), None).shard_ids == (4, 5)
    assert FleetSize("auto", None).plan(answer(3), None).shard_ids == (0, 1, 2)


def test_how_many_ran_last_is_kept_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "fleet.json"
    assert read_num_shards(file) is None
    write_num_shards(file, 8)
    assert read_num_shards(file) == 8
    assert read_num_shards(None) is None
    for text in ("", "[]", "{}", '{"num_shards": 0}', '{"num_shards": "8"}', "\0", "[" * 100_000):
        file.write_text(text)
        with pytest.raises(ConfigurationError, match="remove it"):
            read_num_shards(file)


@in_virtual_time
async def test_discord_is_asked_until_it_answers() -> None:
    outcomes: list[Any] = [ConnectError("https://discord.com", "503")] * 5 + [answer(4)]

    async def fetch(token: Token, api_url: str) -> GatewayBot:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome  # type: ignore[no-any-return]

    assert (await ask_gateway_bot(Token("any-token"), "https://discord.com/api", fetch=fetch)).shards == 4
    assert 0 < now() <= 1 + 2 + 4 + 8 + 16
    outcomes.append(ConfigurationError("the token is unknown"))
    with pytest.raises(ConfigurationError, match="unknown"):
        await ask_gateway_bot(Token("any-token"), "https://discord.com/api", fetch=fetch)


# Restarting


def test_delays_double_up_to_a_ceiling() -> None:
    policy = RestartBackoff(base=2, cap=60)
    delays = [policy.delay(ShardFailure(0, attempt, OSError()), lambda: 1.0) for attempt in range(7)]
    assert delays == [2, 4, 8, 16, 32, 60, 60]
    assert policy.delay(ShardFailure(0, 3, OSError()), lambda: 0.25) == 4
    exhausted = SessionStartsExhausted(5, 3600)
    assert policy.delay(ShardFailure(0, 0, exhausted), lambda: 0.0) == 3600


def test_a_number_of_failures_may_be_enough() -> None:
    policy = RestartBackoff(max_failures=2)
    assert policy.delay(ShardFailure(0, 0, OSError()), lambda: 0.0) == 0
    assert policy.delay(ShardFailure(0, 1, OSError()), lambda: 0.0) is None


@pytest.mark.parametrize(
    "given", [{"base": 0}, {"base": 5, "cap": 1}, {"cap": float("inf")}, {"healthy_after": -1}, {"max_failures": 0}]
)
def test_policies_that_cannot_be(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="RestartBackoff"):
        RestartBackoff(**given)


def test_what_stops_all() -> None:
    assert stops_all(FATAL)
    assert stops_all(ConfigurationError("no"))
    assert not stops_all(ConnectError("wss://gateway.discord.gg", "no"))
    assert not stops_all(RuntimeError())


class FakeShard:
    """A shard that runs for some seconds, and ends as it is told to."""

    def __init__(self, outcome: tuple[float, Exception | None], session: Any) -> None:
        self.outcome = outcome
        self.session = session
        self.stats = Stats(events=10, longest_stall=1.0)
        self.log = UNSHARDED.log
        self.retired = False
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        seconds, error = self.outcome
        try:
            await asyncio.wait_for(self.stopped.wait(), seconds)
        except TimeoutError:
            if error is not None:
                raise error from None

    def retire(self) -> None:
        self.retired = True

    def stop(self, *, keep_session: bool) -> None:
        self.stopped.set()


class Supervised:
    """A member whose shards are fakes, and what it did."""

    def __init__(self, *outcomes: tuple[float, Exception | None], policy: Any = None) -> None:
        self._outcomes = list(outcomes)
        self.shards: list[FakeShard] = []
        self.steps: list[Any] = []
        self.forgotten: list[int] = []
        self.store_is_away = False
        self.starts: list[float] = []
        policy = policy or RestartBackoff(base=10, cap=10)
        make: Any = self._make
        self.member = Member(3, 8, make, self._forget, policy, lambda step, _: self.steps.append(step))

    def _make(self, member: Member, session: Any) -> FakeShard:
        shard = FakeShard(self._outcomes.pop(0), "session" if not self.shards else session)
        self.shards.append(shard)
        self.starts.append(now())
        return shard

    async def _forget(self, shard_id: int) -> None:
        self.forgotten.append(shard_id)
        if self.store_is_away:
            raise OSError("no space left")


@in_virtual_time
async def test_a_member_starts_again_and_its_session_goes_over() -> None:
    one = Supervised((5, OSError("away")), (5, OSError("away")), (1, None))
    await one.member.run()
    assert (one.member.restarts, one.member.ended) == (2, True)
    assert [shard.session for shard in one.shards] == ["session"] * 3
    assert all(shard.retired for shard in one.shards)
    assert one.member.stats.events == 30
    assert [type(step) for step in one.steps] == [ShardFailed, ShardRestarted] * 2
    failed = one.steps[0]
    assert one.starts[1] == pytest.approx(5 + failed.restart_in)


@in_virtual_time
async def test_a_session_with_which_it_fails_again_and_again_is_given_up() -> None:
    one = Supervised(*[(1, OSError("away"))] * 4, (1, None))
    await one.member.run()
    assert [shard.session for shard in one.shards] == ["session"] * 3 + [None] * 2
    assert one.forgotten == [3, 3]


@in_virtual_time
async def test_a_store_that_cannot_forget_a_session_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    one = Supervised(*[(1, OSError("away"))] * 3, (1, None))
    one.store_is_away = True
    await one.member.run()
    assert one.forgotten == [3]
    assert "the stored session could not be given up" in caplog.text


@in_virtual_time
async def test_failures_count_anew_after_a_healthy_time() -> None:
    policy = RestartBackoff(base=1, cap=1, max_failures=2, healthy_after=100)
    one = Supervised(*[(101, OSError("away"))] * 5, (1, None), policy=policy)
    await one.member.run()
    assert one.member.restarts == 5


@in_virtual_time
async def test_what_stops_all_comes_out_of_it() -> None:
    one = Supervised((1, FATAL))
    with pytest.raises(FatalCloseError):
        await one.member.run()
    assert one.steps == [ShardFailed(3, FATAL, None)]


@in_virtual_time
async def test_a_member_that_waits_to_start_again_can_be_stopped() -> None:
    one = Supervised((1, SessionStartsExhausted(5, 86_400)))
    running = asyncio.create_task(one.member.run())
    await asyncio.sleep(100)
    one.member.stop(keep_session=True)
    await running
    assert now() == pytest.approx(100, abs=1)


# Observers


def test_observers_take_a_step_or_the_shard_too(caplog: pytest.LogCaptureFixture) -> None:
    observers: FleetObservers[FleetStep] = FleetObservers()
    seen: list[Any] = []
    shard: Any = object()

    def one(step: Any) -> None:
        seen.append(step)

    def two(step: Any, shard: Any) -> None:
        seen.append((step, shard))

    def broken(step: Any) -> None:
        raise RuntimeError("a bug")

    for observer in (broken, one, two):
        observers.add(observer)
    step = HeartbeatAcknowledged(0.1)
    observers.tell(step, shard)
    assert seen == [step, (step, shard)]
    assert "broken raised" in caplog.text
    observers.remove(one)
    observers.tell(step, None)
    assert seen[2:] == [(step, None)]
    with pytest.raises(ConfigurationError, match="does not observe"):
        observers.remove(one)
    nothing: Any = lambda: None  # noqa: E731
    with pytest.raises(ConfigurationError, match="cannot observe"):
        observers.add(nothing)


# Health


def status(shard_id: int, **given: Any) -> ShardStatus:
    values: dict[str, Any] = dict.fromkeys(ShardStatus.__dataclass_fields__)
    values |= {"shard_id": shard_id, "num_shards": 2, "state": State.LIVE, "stats": Stats(), **given}
    return ShardStatus(**values)


def test_the_sums_of_a_fleet() -> None:
    shards = [
        status(0, latency=0.1, since_ack=50.0, stats=Stats(events=3, longest_stall=2.0, dropped_by_event={"A": 1})),
        status(1, latency=0.3, since_ack=10.0, stats=Stats(events=4, longest_stall=5.0, dropped_by_event={"A": 2})),
        status(2, state=State.IDLE, since_ack=900.0),
    ]
    health = FleetHealth(shards, 3, None, None, None)
    assert (health.live, health.oldest_ack) == (2, 50.0)
    assert health.latency == pytest.approx(0.2)
    assert health.stats == Stats(events=7, longest_stall=5.0, dropped_by_event={"A": 3})
    assert FleetHealth([], 0, None, None, None).latency is None


def test_every_counter_is_added_up() -> None:
    one = Stats()
    for number, name in enumerate(Stats.__dataclass_fields__, 1):
        value = getattr(one, name)
        if isinstance(value, Durations):
            value.add(number)
        else:
            setattr(one, name, {"A": number} if isinstance(value, dict) else number)
    total = Stats()
    add_stats(total, one)
    assert total == one
    add_stats(total, one)
    assert total.frames == 2 * one.frames
    assert total.heartbeat_rtts.count == 2


# Streams of several shards


def event(number: int) -> Event:
    return MessageDelete.model_construct(id=number, channel_id=1)


async def test_a_merged_stream_gives_out_events_as_they_came_and_settles_each_with_its_shard() -> None:
    merged = MergedChannels((MessageDelete,), 10, 1000, None)
    done: list[str] = []

    async def first_done() -> None:
        done.append("first")

    async def second_done() -> None:
        done.append("second")

    first, second = merged.open(first_done), merged.open(second_done)
    stream: EventStream[Any] = EventStream(merged)
    await first.put((0, 1), event(1), 10)
    await second.put((0, 1), event(2), 10)
    await first.put((0, 2), event(3), 10)
    assert [(await anext(stream)).id for _ in range(3)] == [1, 2, 3]
    assert done == ["first", "second"]
    assert (first.oldest, second.oldest) == ((0, 2), None)
    first.end(None)  # one shard is replaced by another
    third = merged.open(None)
    await third.put((0, 1), event(4), 10)
    assert (await anext(stream)).id == 4
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    merged.end(RuntimeError("the fleet has failed"))
    with pytest.raises(RuntimeError, match="has failed"):
        await waiting


async def test_a_merged_stream_that_is_dropped_holds_nothing_up() -> None:
    merged = MergedChannels((MessageDelete,), 1, 1000, None)
    channel = merged.open(None)
    stream: EventStream[Any] = EventStream(merged)
    await channel.put((0, 1), event(1), 10)
    putting = asyncio.ensure_future(channel.put((0, 2), event(2), 10))
    await asyncio.sleep(0)
    assert not putting.done()
    stream.drop()
    await putting
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


def test_policies_of_shards_and_of_fleets_are_two() -> None:
    assert not hasattr(Backoff(), "max_failures")


# Resharding


def test_what_tells_events_apart() -> None:
    assert _content_of("A", {"id": "1"}) == _content_of("A", {"id": "1"})
    assert len({_content_of("A", {"id": "1"}), _content_of("B", {"id": "1"}), _content_of("A", {"id": 1})}) == 3


def test_data_that_is_nested_deeper_than_it_can_be_shown_is_no_error() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert _content_of("A", deep) == _content_of("A", {"a": deep}) != _content_of("B", deep)
    while deep:  # to free it level by level takes no stack
        deep = deep["a"]


def test_how_long_identify_limits_make_the_rest_of_a_start() -> None:
    left = StartForecast(0, 1000, 50, 10, 3600.0)
    assert identify_wait(0, 1, left) == 0
    assert identify_wait(3, 1, left) == identify_wait(3, 1, None) == 10
    assert identify_wait(41, 1, left) == 3600 + 200
