"""Gives the events of a recording to handlers, without a socket."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from ..codec import Codec, get_codec
from ..enums.opcode import Opcode
from ..shard.played import Played
from ..shard.shard import Shard
from .format import Direction
from .pace import Pace, check_speed
from .reader import Recording

if TYPE_CHECKING:
    from ..fleet.manager import ShardManager

__all__ = ["feed"]


async def feed(
    target: Shard | ShardManager, recording: str | os.PathLike[str] | Recording, *, speed: float | None = None
) -> int:
    """Hand the events of a recording to handlers, and return how many had one.

    ``assert await feed(shard, "bug.gwr") == 12`` is a test. The events are decoded and handed out as live ones are, one
    after the other. What a handler raises is raised here, at once, and the error hook is not called for it.
    ``shard.user_id`` is the bot's, but there is no connection: a handler that sends a command gets a `StateError`. The
    handlers of a `Shard` get the events of all recorded shards.

    Args:
        target: a `Shard` or a `ShardManager` that does not run.
        recording: the recording, or its file.
        speed: how many times as fast as they came: 1 for the pauses of the recording, None for none.

    Raises:
        StateError: the target runs, or has an open stream, which recorded events do not reach.
        ConfigurationError: a speed of 0 or less.
        RecordingError: the file cannot be read, or is damaged; all sound events were handled.
    """
    check_speed(speed)
    if not isinstance(recording, Recording):
        recording = Recording(recording)
    pace = Pace(speed, asyncio.get_running_loop().time)
    codec = get_codec(recording.header.encoding)
    players: dict[int, Played] = {}
    async with AsyncExitStack() as stack:
        for record in recording:
            if record.direction is not Direction.RECEIVED:
                continue
            envelope = codec.envelope(record.message)
            if envelope[0] != Opcode.DISPATCH:
                continue
            number = 0 if isinstance(target, Shard) else record.shard_id
            if number not in players:
                players[number] = await _enter(stack, target, number, recording.header.num_shards, codec)
            await pace.wait(record.time)
            await players[number].put(envelope)
    return sum(one.handled for one in players.values())


async def _enter(
    stack: AsyncExitStack, target: Shard | ShardManager, shard_id: int, num_shards: int, codec: Codec
) -> Played:
    if not isinstance(target, Shard):
        from ..fleet.played import make_shard

        managed = make_shard(target, shard_id, max(num_shards, shard_id + 1))
        stack.callback(managed.retire)
        target = managed
    return await stack.enter_async_context(Played(target, codec))
