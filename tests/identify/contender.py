"""A process that identifies again and again, and says when: `python -m tests.identify.contender`.

Arguments: a directory, a shard, how often it identifies, seconds between two IDENTIFYs of a bucket, and what it does
when it has identified: ``go`` on to the next, or ``hold`` until a line comes on stdin. It prints words and their times.
"""

from __future__ import annotations

import asyncio
import sys

from gatewaysdk.errors import SessionStartsExhausted
from gatewaysdk.identify import FileIdentifyQueue, file
from gatewaysdk.identify.clock import machine_time

last = 0.0


def clock() -> float:
    global last
    last = machine_time()
    return last


def say(word: str, time: float | None = None) -> None:
    print(word, machine_time() if time is None else time, flush=True)


async def sleep(seconds: float) -> None:
    say("waits")
    await asyncio.sleep(seconds)


async def main(directory: str, shard_id: int, times: int, interval: float, then: str) -> None:
    vars(file)["IDENTIFY_INTERVAL"] = interval
    queue = FileIdentifyQueue(directory, clock=clock, sleep=sleep)
    for _ in range(times):
        try:
            permit = await queue.acquire(shard_id)
        except SessionStartsExhausted:
            say("exhausted")
            return
        permit.used()
        say("identified", last)  # exactly when the queue saw it
        if then == "hold":
            await asyncio.to_thread(sys.stdin.readline)
        say("releases")
        permit.release()
    say("done")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]))
