"""Each fault by name against our own shard, over real sockets: it does what its name says, and the shard survives."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from gatewaysdk import Backoff, GuildCreate, Intents, MessageCreate, Shard
from gatewaysdk.protocol import Timeouts
from gatewaysdk.simulator import FAULTS, Simulator

PATIENCE = 30.0
QUICK = Backoff(base=0.01, cap=0.02)
SHORT = Timeouts(hello=0.3, ready=0.5, resumed=0.5, close=0.2)
# What each fault is given, to be quick, and how many connections the client needs until it is well again.
TRIED: dict[str, tuple[dict[str, Any], int]] = {
    "cut": ({}, 2),
    "close": ({"code": 4000, "reason": "told so"}, 2),
    "stall": ({"seconds": 0.05}, 1),
    "half-open": ({}, 2),
    "delay": ({"seconds": 0.01, "messages": 3}, 1),
    "duplicate": ({"events": 2}, 1),
    "dropped-acks": ({}, 2),
    "op-7": ({}, 2),
    "op-9": ({"resumable": True}, 1),
    "corrupt-compression": ({}, 2),
    "truncated-compression": ({}, 2),
    "refuse": ({"status": 500}, 2),
    "silent-hello": ({}, 3),
    "late-hello": ({"seconds": 0.01}, 2),
    "op-7-before-hello": ({}, 3),
    "forgotten-session": ({}, 2),
    "no-ready": ({}, 3),
    "no-resumed": ({}, 2),
    "dead-resume-url": ({}, 2),
    "unknown-event": ({}, 1),
    "unknown-keys": ({}, 1),
    "unknown-values": ({}, 1),
    "missing-fields": ({}, 1),
    "wrong-types": ({}, 1),
    "giant-guild": ({"members": 300}, 1),
    "storm": ({"count": 300}, 1),
}
# ETF and the compressions where the bytes of a message matter.
ON_THE_WIRE = ("corrupt-compression", "truncated-compression", "duplicate", "unknown-keys", "wrong-types")
WAYS = [("json", "none"), ("etf", "none"), ("json", "zlib-stream"), ("etf", "zstd-stream")]
RUNS = [(name, "json", "zlib-stream") for name in TRIED]
RUNS += [(name, *way) for name in ON_THE_WIRE for way in WAYS if way != ("json", "zlib-stream")]


def test_every_fault_is_tried() -> None:
    assert list(FAULTS) == list(TRIED)


@pytest.mark.parametrize(("name", "encoding", "compress"), RUNS)
async def test_our_shard_survives(name: str, encoding: str, compress: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)  # the shortest of the waits after op 9, which is a second
    parameters, connections = TRIED[name]
    # In a test that is long, a heartbeat in time is luck; those that need one get none too late.
    beat = 150 if name in ("half-open", "dropped-acks", "truncated-compression") else 41_250
    async with (
        Simulator(heartbeat_interval=beat) as sim,
        Shard(
            sim.token,
            url=sim.url,
            extra_intents=Intents.MESSAGE_CONTENT,
            policy=QUICK,
            timeouts=SHORT,
            encoding=encoding,  # type: ignore[arg-type]
            compress=compress,  # type: ignore[arg-type]
        ) as shard,
    ):
        heard: asyncio.Queue[str] = asyncio.Queue()

        @shard.on(MessageCreate)
        async def hear(event: MessageCreate) -> None:
            content = event.model_dump().get("content")
            if isinstance(content, str) and content.startswith("after "):
                heard.put_nowait(content)

        shard.on(GuildCreate)(_nothing)
        await shard.connect()
        await sim.wait_for_session(timeout=PATIENCE)
        record = await sim.fault(name, **parameters)
        assert record.connections == 1
        await sim.wait_for(lambda: len(sim.connections) >= connections, PATIENCE)
        await sim.wait_for_session(timeout=PATIENCE)
        guild = sim.world.guild("Guild 0")
        await guild.member("alice").says(f"after {name}", guild.channel("general"))
        async with asyncio.timeout(PATIENCE):
            assert await heard.get() == f"after {name}"


async def _nothing(event: GuildCreate) -> None:
    """Only to have the intent."""
