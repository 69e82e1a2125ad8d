"""The program of a user, which workers import; tests say by the environment what it connects to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gatewaysdk import Backoff, Intents, MessageDelete, RestartBackoff, Shard, ShardManager, StateError, Token, Traffic
from gatewaysdk.delivery.plans import CountingPlans

QUICK: dict[str, Any] = {
    "policy": Backoff(base=0.01, cap=0.02),
    "restart": RestartBackoff(base=0.01, cap=0.02),
    "intents": Intents.GUILDS | Intents.GUILD_MEMBERS | Intents.GUILD_MESSAGES | Intents.GUILD_VOICE_STATES,
}


def make_manager() -> ShardManager:
    flag = os.environ.get("PROGRAM_FAILS_IF")
    if flag is not None and Path(flag).exists():
        raise RuntimeError("the new code is broken")
    log = os.open(os.environ["PROGRAM_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    options: dict[str, Any] = {**QUICK, "api_url": os.environ["PROGRAM_API"]}
    if "PROGRAM_STATE" in os.environ:
        options["state_dir"] = os.environ["PROGRAM_STATE"]
    manager = ShardManager(Token(os.environ["PROGRAM_TOKEN"]), **options)

    @manager.on(MessageDelete)
    async def note(event: MessageDelete, shard: Shard) -> None:
        # One write with O_APPEND: it is in the file as a whole or not at all, whenever the kill comes.
        os.write(log, b"%d %d %d\n" % (os.getpid(), shard.shard_id, event.id))
        if event.channel_id == 99:
            await manager.close(keep_session=False)

    return manager


# What tests gather


def pid_and_shards(manager: ShardManager, _: str) -> tuple[int, list[int]]:
    return os.getpid(), sorted(manager.shards)


async def count_members(manager: ShardManager, guild_id: int) -> tuple[int, int]:
    found = await manager.request_guild_members(guild_id=guild_id, query="", limit=0)
    request = manager.request_guild_members(guild_id=guild_id, query="", limit=0)
    return len(found), sum([len(chunk.members) async for chunk in request])


async def gather_again(manager: ShardManager) -> list[int]:
    return [pid for pid, _ in await manager.gather(pid_and_shards, "")]


async def sees_traffic(manager: ShardManager) -> set[int]:
    seen: set[int] = set()

    def note(traffic: Traffic, shard: Shard) -> None:
        if traffic.sent and traffic.frame.op == 3:
            seen.add(shard.shard_id)

    manager.observe_traffic(note)
    await manager.update_presence(since=None, activities=[], status="idle", afk=False)
    manager.unobserve_traffic(note)
    return seen


def counts_events(manager: ShardManager) -> bool:
    assert manager._fleet is not None
    return all(isinstance(shard.delivery.plans, CountingPlans) for shard in manager._fleet.running())


async def show(manager: ShardManager, status: Any) -> None:
    if 0 in manager.shards:
        await manager.update_presence(since=None, activities=[], status=status, afk=False)


async def reload_here(manager: ShardManager) -> None:
    await manager.reload()


def fail(manager: ShardManager) -> None:
    raise StateError(f"shards {sorted(manager.shards)}")


def unpicklable(manager: ShardManager) -> Any:
    return lambda: manager


def block(manager: ShardManager) -> None:
    while True:  # a bug of the program's: the event loop stands still
        pass


def block_first(manager: ShardManager) -> None:
    if 0 in manager.shards:
        block(manager)


def leave() -> ShardManager:
    os._exit(7)
