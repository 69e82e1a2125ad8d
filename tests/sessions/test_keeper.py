"""The keeper by itself, with stores that hang, fail and let cancellations out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, Session, SessionStoreTimeout, Shard
from gatewaysdk.sessions import keeper as keeper_module
from gatewaysdk.sessions.keeper import SessionKeeper

FIRST = Session("id", "wss://gateway.discord.gg", 1)


class Store:
    """A store whose calls wait for a gate, if there is one."""

    def __init__(self) -> None:
        self.saved: list[int | None] = []
        self.gate: asyncio.Future[None] | None = None
        self.calls = 0
        self.stubborn = False

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        await self._pass()
        return FIRST

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        self.calls += 1
        await self._pass()
        self.saved.append(None if session is None else session.sequence)

    async def _pass(self) -> None:
        gate = self.gate
        while gate is not None:
            try:
                await asyncio.shield(gate)
                return
            except asyncio.CancelledError:
                if not self.stubborn or gate.cancelled():
                    raise


class Bench:
    def __init__(self, timeout: float = 0.02) -> None:
        self.store = Store()
        self.sequence = 1
        self.reported: list[Exception] = []
        self.keeper = SessionKeeper(self.store, None, FIRST, lambda: self.sequence, self.report, timeout)

    async def report(self, error: Exception) -> None:
        self.reported.append(error)


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "_EARLY", 0.01)


async def test_a_save_that_hangs_is_warned_of_then_given_up_and_events_do_not_wait_for_the_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.store.gate = asyncio.get_running_loop().create_future()
    bench.sequence = 2
    saving = asyncio.create_task(bench.keeper.save(wait=False))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    since = [bench.keeper.calls_since]
    await saving
    since.append(bench.keeper.calls_since)
    assert [one is None for one in since] == [False, True]
    assert "save has taken 0.01 s; events wait for it, for store_timeout, 0.02 s, at most" in caplog.text
    assert [type(error) for error in bench.reported] == [SessionStoreTimeout]
    assert str(bench.reported[0]).endswith("events go on, and a restart may repeat some")
    calls = bench.store.calls
    bench.sequence = 3
    await bench.keeper.save(wait=False)
    assert bench.store.calls == calls
    bench.store.gate = None
    await bench.keeper.save()  # as heartbeats do
    assert bench.store.saved == [3]
    bench.sequence = 4
    await bench.keeper.save(wait=False)
    assert bench.store.saved == [3, 4]


async def test_no_save_begins_while_one_goes_on_that_was_given_up() -> None:
    bench = Bench()
    gate = bench.store.gate = asyncio.get_running_loop().create_future()
    bench.store.stubborn = True
    bench.sequence = 2
    await bench.keeper.save()
    bench.sequence = 3
    await bench.keeper.save()
    assert bench.store.calls == 1
    gate.set_result(None)
    await bench.keeper.save()
    assert bench.store.saved == [2, 3]
    assert len(bench.reported) == 1


async def test_a_load_that_hangs_is_an_error_of_its_own() -> None:
    bench = Bench()
    bench.store.gate = asyncio.get_running_loop().create_future()
    with pytest.raises(SessionStoreTimeout, match=r"load took longer than store_timeout, 0\.02 s; the shard does not"):
        await bench.keeper.load()


@pytest.mark.parametrize("call", ["load", "save"])
async def test_a_cancellation_that_a_store_lets_out_is_an_error_and_not_ours(call: str) -> None:
    bench = Bench()
    bench.store.gate = asyncio.get_running_loop().create_future()
    bench.store.gate.cancel()
    bench.sequence = 2
    if call == "load":
        with pytest.raises(RuntimeError, match="load let a CancelledError out"):
            await bench.keeper.load()
    else:
        await bench.keeper.save(wait=False)
        assert [str(error) for error in bench.reported] == ["the session store's save let a CancelledError out"]


async def test_whoever_is_cancelled_while_saving_leaves_a_save_that_the_next_waits_for() -> None:
    bench = Bench(timeout=10)
    gate = bench.store.gate = asyncio.get_running_loop().create_future()
    bench.sequence = 2
    saving = asyncio.create_task(bench.keeper.save())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.wait([saving])
    bench.sequence = 3
    again = asyncio.create_task(bench.keeper.save())
    await asyncio.sleep(0)
    gate.set_result(None)
    await again
    assert bench.store.saved == [2, 3]


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_the_timeout_is_checked(seconds: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"store_timeout is .*; it takes seconds above 0"):
        Shard("any", intents=0, store_timeout=seconds)


async def test_a_save_that_hangs_and_that_nobody_waits_for_is_cancelled_for_the_next() -> None:
    bench = Bench()
    bench.store.gate = asyncio.get_running_loop().create_future()
    bench.sequence = 2
    saving = asyncio.create_task(bench.keeper.save())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.wait([saving])
    bench.store.gate = None
    bench.sequence = 3
    await bench.keeper.save()
    assert bench.store.saved == [3]
