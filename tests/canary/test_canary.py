"""A canary on the shards of a simulated gateway that has grown and goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from gatewaysdk import Backoff, Intents, RestartBackoff, ShardManager
from gatewaysdk.canary import Canary, Finding, Ledger, Report
from gatewaysdk.listeners.intents import ALL_INTENTS
from gatewaysdk.simulator import Simulator, sample

MARK = "Confidential0815"


class Watched:
    """A manager that runs, and what its canary finds."""

    def __init__(self, sim: Simulator, encoding: str, intents: Intents, options: dict[str, Any]) -> None:
        self.sim = sim
        self._found: asyncio.Queue[Finding] = asyncio.Queue()
        self.ledger = Ledger(self._found.put_nowait)
        self.manager = ShardManager(
            sim.token, api_url=sim.api_url, intents=intents,
            policy=Backoff(base=0.01, cap=0.02), restart=RestartBackoff(base=0.01, cap=0.02),
            **{"encoding": encoding, **options},
        )  # fmt: skip
        self.canary = Canary(self.manager, intents, self.ledger)

    async def until(self, at: str) -> None:
        """Wait until something is found there for the first time."""
        async with asyncio.timeout(20):
            while (await self._found.get()).at != at:
                pass

    async def send(self, name: str, data: Any) -> None:
        """Emit an event, and wait until the canary is done with it."""
        await self.sim.emit(name, data, respect_intents=False)
        self._sent = getattr(self, "_sent", 0) + 1
        await self.sim.emit(f"DONE_{self._sent}", {}, respect_intents=False)
        await self.until(f"events/done_{self._sent}")

    def found(self) -> dict[str, list[dict[str, Any]]]:
        """The entries by kind, without the marks of `send`."""
        entries = self.report().as_json()
        found = {kind: entries[kind] for kind in ("events", "keys", "values", "bits", "violations", "connection")}
        found["events"] = [one for one in found["events"] if "done_" not in one["at"]]
        return {kind: entries for kind, entries in found.items() if entries}

    def report(self) -> Report:
        stats = self.manager.stats
        return Report(
            self.ledger, ALL_INTENTS, Intents(0), 1.0, 1, stats.events, self.canary.sessions, self.canary.disconnects,
            stats.resumes,
        )  # fmt: skip


Watch = Callable[..., Any]


@pytest.fixture
async def watch(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watch]:
    """Return a function that runs a simulator and a watched manager until the end of the test."""
    monkeypatch.setattr("gatewaysdk.identify.local.IDENTIFY_INTERVAL", 0.0)
    async with AsyncExitStack() as stack:

        async def watch(
            encoding: str = "json",
            intents: Intents = ALL_INTENTS,
            manager: dict[str, Any] | None = None,
            **options: Any,
        ) -> Watched:
            sim = await stack.enter_async_context(Simulator(max_concurrency=16, **options))
            watched = Watched(sim, encoding, intents, manager or {})
            task = asyncio.create_task(watched.manager.run(stop_signals=()))

            async def end() -> None:
                await watched.manager.close()
                await task

            stack.push_async_callback(end)
            await watched.manager.wait_ready(20)
            return watched

        yield watch


both_encodings = pytest.mark.parametrize("encoding", ["json", "etf"])


@both_encodings
async def test_a_gateway_that_keeps_to_the_schema_gives_no_finding(watch: Watch, encoding: str) -> None:
    watched = await watch(encoding)
    await watched.sim.emit_all(respect_intents=False)
    await watched.send("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True))
    watched.canary.poll()
    assert watched.found() == {}


@both_encodings
async def test_planted_drift_is_found(watch: Watch, encoding: str) -> None:
    watched = await watch(encoding)
    message = sample("MESSAGE_CREATE", seed=0, full=True)
    message["author"] |= {"foo": "bar"}
    message |= {"bar": [1], "type": 9999, "flags": 1 << 60, "tts": "yes", "components": [{"type": 99}]}
    del message["channel_id"]
    guild = sample("GUILD_CREATE", seed=0, full=True)
    guild["features"] = ["COMMUNITY", "BRAND_NEW"]
    guild["roles"][0] |= {"permissions": str(1 << 99), "foo": None}
    for _ in range(2):
        await watched.send("MESSAGE_CREATE", message)
    await watched.send("GUILD_CREATE", guild)
    await watched.send("GUILD_PARADE", {"name": "parade"})
    assert watched.found() == {
        "events": [{"at": "events/guild_parade", "count": 1}],
        "keys": [
            {"at": "events/guild_create#roles[].foo", "count": 1, "example_type": "null"},
            {"at": "events/message_create#author.foo", "count": 2, "example_type": "string"},
            {"at": "events/message_create#bar", "count": 2, "example_type": "array"},
        ],
        "values": [
            {"at": "enums/guild_feature#BRAND_NEW", "count": 1, "example_type": "string"},
            {"at": "enums/message_type", "count": 2, "example_type": "integer", "value": 9999},
            {"at": "events/message_create#components[]", "count": 2, "example_type": "object", "value": 99},
        ],
        "bits": [
            {"at": "enums/message_flags", "count": 2, "example_type": "integer", "value": 60},
            {"at": "enums/permissions", "count": 1, "example_type": "string", "value": 99},
        ],
        "violations": [
            {"at": "events/message_create#channel_id", "count": 2},
            {"at": "events/message_create#tts", "count": 2, "example_type": "string"},
        ],
    }


@both_encodings
async def test_data_that_is_no_object(watch: Watch, encoding: str) -> None:
    watched = await watch(encoding)
    await watched.send("MESSAGE_CREATE", [1])
    assert watched.found() == {"violations": [{"at": "events/message_create", "count": 1, "example_type": "array"}]}


async def test_violations_that_an_event_does_not_list_are_counted(watch: Watch) -> None:
    watched = await watch()
    await watched.send("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True) | {"mention_roles": ["x"] * 150})
    at = "events/message_create#mention_roles[]"
    assert watched.found() == {"violations": [{"at": at, "count": 100, "example_type": "string"}]}
    assert watched.report().as_json()["left_out"] == 50


async def test_data_that_cannot_be_decoded(watch: Watch) -> None:
    watched = await watch()
    broken = b'{"t":"TYPING_START","s":9,"op":0,"d":{"a":"%b\xe9"}}' % MARK.encode()
    await watched.sim.send_raw(broken, compressed=True)
    await watched.until("events/typing_start")
    assert watched.found() == {"violations": [{"at": "events/typing_start", "count": 1}]}
    assert MARK not in said(watched)


async def test_events_that_the_intents_do_not_bring_are_checked_as_far_as_can_be(watch: Watch) -> None:
    watched = await watch(intents=ALL_INTENTS & ~Intents.GUILD_PRESENCES)
    presence = sample("PRESENCE_UPDATE", seed=0, full=True) | {"foo": 1, "activities": 5}
    await watched.send("PRESENCE_UPDATE", presence)
    violation = {"at": "events/presence_update#activities", "count": 1, "example_type": "integer"}
    assert watched.found() == {"violations": [violation]}


async def test_a_reconnect_that_resumes_is_no_finding_and_one_that_does_not_is(watch: Watch) -> None:
    watched = await watch()
    await watched.sim.drop()
    await watched.sim.wait_for(lambda: len(watched.sim.resumes) == 1, timeout=20)
    await watched.send("TYPING_START", sample("TYPING_START", seed=0, full=True))
    assert watched.found() == {}
    watched.sim.forget_sessions()
    await watched.sim.close(4000)
    await watched.until("session_lost")
    assert watched.found() == {"connection": [{"at": "session_lost", "count": 1}]}
    report = watched.report().as_json()
    assert (report["sessions"], report["resumes"], report["disconnects"]) == (2, 1, 2)


async def test_the_first_sessions_of_several_shards_are_no_finding(watch: Watch) -> None:
    watched = await watch(shards=3, guilds=6)
    assert watched.canary.sessions == 3
    assert watched.found() == {}


class FailsAtFirst:
    """A session store that raises when the manager looks for sessions, and when its shard first starts."""

    failures = 2

    async def load(self, shard: tuple[int, int] | None) -> Any:
        if self.failures:
            self.failures -= 1
            raise RuntimeError(f"the disk with {MARK} is away")

    async def save(self, shard: tuple[int, int] | None, session: Any) -> None:
        """Keep nothing."""


async def test_a_shard_that_fails_is_a_finding(watch: Watch) -> None:
    watched = await watch(manager={"session_store": FailsAtFirst()})
    assert watched.found() == {"connection": [{"at": "shard_failed", "count": 1}]}
    assert "shards that ended with an error (RuntimeError)" in said(watched)
    assert MARK not in said(watched)


async def test_counters_of_the_manager_are_taken_over(watch: Watch) -> None:
    watched = await watch()
    stats = watched.manager.shards[0].stats
    stats.stalls, stats.dropped, stats.unexpected = 2, 30, 4
    for _ in range(2):
        watched.canary.poll()
    assert [(one["at"], one["count"]) for one in watched.found()["connection"]] == [
        ("dropped", 30), ("stall", 2), ("unexpected", 4)
    ]  # fmt: skip


async def test_ages_that_are_too_high_are_counted_when_they_become_so(watch: Watch) -> None:
    watched = await watch()
    (status,) = watched.manager.health.shards
    late, paused = replace(status, since_ack=61.0), replace(status, paused_for=6.0)
    for one in (late, late, status, paused, paused, late):
        watched.canary.look_at(one)
    assert [(one["at"], one["count"]) for one in watched.found()["connection"]] == [
        ("late_ack", 2), ("reading_paused", 1)
    ]  # fmt: skip


def said(watched: Watched) -> str:
    """All that a canary would show or write."""
    report = watched.report()
    return json.dumps(report.as_json()) + "\n".join(report.lines())


@both_encodings
async def test_nothing_that_users_wrote_is_kept(watch: Watch, encoding: str) -> None:
    watched = await watch(encoding)
    message = sample("MESSAGE_CREATE", seed=0, full=True) | {
        "content": MARK,
        "foo": {MARK: MARK},
        "tts": MARK,
        f"{MARK} 1": MARK,
    }
    message["author"] |= {"username": MARK, "id": MARK, "foo": [MARK]}
    guild = sample("GUILD_CREATE", seed=0, full=True) | {
        "name": MARK,
        "features": [MARK, f"{MARK} two"],
        "preferred_locale": MARK,
    }
    interaction = sample("INTERACTION_CREATE", seed=0, full=True) | {"type": 2}
    interaction["data"] = {"id": "1", "name": MARK, "type": 1, "resolved": {"users": {MARK: {"id": MARK}}}}
    for name, data in (
        ("MESSAGE_CREATE", message), ("GUILD_CREATE", guild), ("INTERACTION_CREATE", interaction),
        ("GUILD_PARADE", {"name": MARK}), (MARK, {MARK: MARK}), ("TYPING_START", MARK),
    ):  # fmt: skip
        await watched.send(name, data)
    found = watched.found()
    assert {"events", "keys", "values", "violations"} <= found.keys()
    assert MARK.lower() not in said(watched).lower()
