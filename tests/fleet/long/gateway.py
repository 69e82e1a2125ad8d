"""The gateway's process: a simulator with limits, which notes how late heartbeats come and obeys commands from stdin.

Each command is a line; the answer is a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from aiohttp import web

from gatewaysdk.enums import Opcode
from gatewaysdk.simulator import ReceivedMessage, Simulator

RouteHandler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

SLOW = 1.0
"""Seconds after a heartbeat was due from which it counts as slow. After half an interval it counts as late."""


class Heartbeats(list[ReceivedMessage]):
    """Takes the place of the simulator's list of all messages: keeps none, and measures the time between heartbeats.

    A shard may send its first heartbeat at any time within the interval, so it is due an interval after IDENTIFY or
    RESUME, and each further one an interval after the one before.
    """

    def __init__(self, interval: float) -> None:
        super().__init__()
        self.interval = interval
        self.last: dict[int, float] = {}
        self.beats = 0
        self.slow = 0
        self.late = 0
        self.latest = 0.0

    def append(self, message: ReceivedMessage) -> None:
        now = time.monotonic()
        if message.op == Opcode.HEARTBEAT:
            self.beats += 1
            self.judge(message.connection, now)
        if message.op in (Opcode.HEARTBEAT, Opcode.IDENTIFY, Opcode.RESUME):
            self.last[message.connection] = now

    def judge(self, connection: int, now: float) -> None:
        late = now - self.last.get(connection, now) - self.interval
        self.latest = max(self.latest, late)
        self.slow += late > SLOW
        self.late += late > self.interval / 2


class Gateway(Simulator):
    """A simulator whose GET /gateway/bot fails the first ``failing`` times."""

    def __init__(self, *, failing: int, heartbeat_interval: int, **settings: Any) -> None:
        super().__init__(heartbeat_interval=heartbeat_interval, enforce_limits=True, **settings)
        self.failing = failing
        self.heartbeats = Heartbeats(heartbeat_interval / 1000)
        self._state.received = self.heartbeats

    @web.middleware
    async def _guard(self, request: web.Request, handler: RouteHandler) -> web.StreamResponse:
        if self.failing and request.path.endswith("/gateway/bot"):
            self.failing -= 1
            return web.Response(status=503)
        return await super()._guard(request, handler)

    async def cut_half(self) -> int:
        """Cut every other socket, and return how many."""
        there = [one for one in self.connections if one.open][::2]
        for one in there:
            one.drop()
        return len(there)

    async def restart(self, seconds: float) -> int:
        """Be away for some seconds, and remember all sessions. Return how many connections that has cost."""
        there = sum(one.open for one in self.connections)
        await self.drop()
        await self.stop()
        await asyncio.sleep(seconds)
        await self.start()
        return there

    async def say(self, number: int) -> int:
        """Let an event happen on each session. Return how many that are."""
        sessions = self.sessions
        for session in sessions:
            await session.dispatch("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
        return len(sessions)

    def figures(self) -> dict[str, int | float]:
        """Return what has happened so far."""
        now = time.monotonic()
        for one in self.connections:  # a shard that sends no heartbeat at all is late, too
            if (
                one.open
                and one.session is not None
                and now - self.heartbeats.last[one.number] > self.heartbeats.interval
            ):
                self.heartbeats.judge(one.number, now)
        started = self._state.settings.session_starts - self._state.session_starts_left
        return {
            "heartbeats": self.heartbeats.beats,
            "slow": self.heartbeats.slow,
            "late": self.heartbeats.late,
            "latest": self.heartbeats.latest,
            "identifies": len(self.identifies),
            "identifies_refused": len(self.identifies) - started,
            "closed_for_a_limit": sum(one.close_code == 4008 for one in self.connections),
            "closed_by_gateway": sum(one.close_code is not None for one in self.connections),
            "connections": len(self.connections),
            "resumes": len(self.resumes),
        }

    async def obey(self, command: str) -> Any:
        match command.split():
            case ["figures"]:
                return self.figures()
            case ["cut"]:
                return await self.cut_half()
            case ["restart", seconds]:
                return await self.restart(float(seconds))
            case ["say", number]:
                return await self.say(int(number))
            case _:
                raise ValueError(command)


async def main() -> None:
    async with Gateway(**json.loads(sys.argv[1])) as gateway:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        print("null", flush=True)
        while line := await reader.readline():  # the pipe is closed when the test's process ends
            print(json.dumps(await gateway.obey(line.decode())), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
