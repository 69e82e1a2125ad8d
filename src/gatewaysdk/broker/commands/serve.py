"""Answers commands and questions of other hosts for a shard of this one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from ...errors import StateError
from ...requests.exchange import ask
from ...shard.shard import Shard
from ..protocols import CommandBus, ShardKey
from .jobs import ERROR, Jobs
from .wire import dump, dump_error, load, load_command, load_question

__all__ = ["serve_shard", "shard_name"]


def shard_name(key: ShardKey) -> str:
    """Return the name by which a shard is asked."""
    shard_id, num_shards = key
    return f"shard.{shard_id}.{num_shards}"


@asynccontextmanager
async def serve_shard(bus: CommandBus, key: ShardKey, shard: Callable[[], Shard]) -> AsyncIterator[None]:
    """Answer for a shard that this host holds, within the block.

    Args:
        bus: where questions come from.
        key: which shard.
        shard: returns it as of now: a shard that failed is replaced.
    """
    jobs = Jobs()

    async def answer(payload: bytes) -> bytes:
        try:
            return await _answer(shard(), jobs, load(payload))
        except Exception as error:  # whoever asked gets it
            return ERROR + dump(dump_error(error))

    end = await bus.serve(shard_name(key), answer)
    try:
        yield
    finally:
        try:
            await end()
        finally:
            await jobs.close()


async def _answer(shard: Shard, jobs: Jobs, asked: dict[str, Any]) -> bytes:
    match asked:
        case {"do": "send", "key": str(key), "command": plain, "timeout": timeout, "confirm": confirm}:
            jobs.begin(key, _send(shard, plain, timeout, confirm))
        case {"do": "ask", "key": str(key), "question": plain, "timeout": timeout}:
            question = load_question(plain)
            question.user_id = lambda: shard.user_id
            jobs.begin(key, ask(shard, question, timeout))
        case {"do": "next", "key": str(key)}:
            pass
        case {"do": "leave", "key": str(key)}:
            await jobs.leave(key)
            return b""
        case _:
            raise StateError("the other side asks for something unknown; both need the same release")
    return await jobs.next(key)


async def _send(shard: Shard, plain: Any, timeout: float | None, confirm: bool) -> AsyncGenerator[float, None]:
    yield await shard.send(load_command(plain), timeout=timeout, confirm=confirm)
