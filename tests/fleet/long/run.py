"""Runs a manager of many shards through the faults that befall all of them at once."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from gatewaysdk import Backoff, FleetReady, MessageDelete, Shard, ShardManager, State
from gatewaysdk.fleet.steps import FleetStep
from gatewaysdk.protocol import SessionResumed, SessionStarted

from .figures import Figures
from .process import GatewayProcess, free_port

__all__ = ["live_long"]

TOKEN = "simulated-token"
AWAY = 2.0
"""Seconds for which the gateway is away when it restarts."""

Tell = Callable[[str], None]


class Life:
    """A manager, its gateway, and what happens to both.

    Args:
        figures: to be filled in.
        interval: seconds between heartbeats.
        tell: called with what happens now.
    """

    def __init__(self, figures: Figures, interval: float, tell: Tell) -> None:
        self.figures = figures
        self.tell = tell
        port = free_port()
        self.gateway = GatewayProcess(
            port=port,
            token=TOKEN,
            guilds=0,
            shards=figures.shards,
            max_concurrency=figures.max_concurrency,
            session_starts=10 * figures.shards,
            heartbeat_interval=round(interval * 1000),
        )
        self.manager = ShardManager(TOKEN, api_url=f"http://127.0.0.1:{port}", policy=Backoff(base=1.0, cap=5.0))
        self._changed = asyncio.Event()
        self._has_ended = False
        self._sessions_resumed = 0
        self._sessions_started = 0
        self._said: Counter[int] = Counter()
        self._handled: Counter[tuple[int, int]] = Counter()
        self.manager.on(MessageDelete)(self._handle)
        self.manager.observe(self._observe)

    async def _handle(self, event: MessageDelete, shard: Shard) -> None:
        self._handled[shard.shard_id or 0, int(event.id)] += 1
        self._changed.set()

    def _observe(self, step: FleetStep) -> None:
        if isinstance(step, FleetReady):
            self.figures.ready_after = step.seconds
        self._sessions_resumed += isinstance(step, SessionResumed)
        self._sessions_started += isinstance(step, SessionStarted)
        self._changed.set()

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Return when something is so; it is looked at after each step of a shard, and after each event."""
        async with asyncio.timeout(seconds):
            while not condition():
                if self._has_ended:
                    raise RuntimeError("the manager has ended")
                self._changed.clear()
                await self._changed.wait()

    def ended(self, running: asyncio.Task[None]) -> None:
        """Wait for nothing any more; `running` has the error."""
        self._has_ended = True
        self._changed.set()

    async def say(self) -> None:
        """Let an event happen on each session; `hear` looks later whether handlers got it."""
        number = len(self._said)
        self._said[number] = await self.gateway.ask(f"say {number}")

    async def hear(self) -> None:
        """Wait for all events that were said."""
        await self.until(lambda: len(self._handled) >= self._said.total(), 30)

    # What befalls it

    async def start(self) -> None:
        """Start while ``GET /gateway/bot`` fails."""
        await self.until(lambda: self.figures.ready_after > 0, self.figures.least_start + 120)
        self.tell(f"all shards are live, {self.figures.ready_after:.1f} s after GET /gateway/bot was answered")

    async def live(self, seconds: float) -> None:
        """Live on heartbeats alone."""
        slow = (await self.gateway.ask("figures"))["slow"]
        began, used = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        self.figures.slow_in_calm = (await self.gateway.ask("figures"))["slow"] - slow
        self.figures.idle_cpu = (time.process_time() - used) / (time.perf_counter() - began)

    async def cut_half(self) -> None:
        """Half of the sockets go, without a word; events that happen meanwhile are replayed."""
        async with self.recovering("half of the sockets cut", resumes=self.figures.shards // 2):
            await self.gateway.ask("cut")
            await self.say()
        await self.hear()

    async def restart_gateway(self) -> None:
        """The gateway goes, and comes back with all sessions."""
        async with self.recovering("gateway restarted", resumes=self.figures.shards):
            await self.gateway.ask(f"restart {AWAY}")
            await self.say()
        await self.hear()

    async def replace_gateway(self) -> None:
        """The gateway dies, and another one comes, which knows no session: all have to be started anew."""
        await self.note_gateway()
        async with self.recovering("all sessions lost", starts=self.figures.shards):
            await self.gateway.kill()
            await self.gateway.start()
        self.figures.sessions_lost += self.figures.shards
        await self.say()
        await self.hear()

    @asynccontextmanager
    async def recovering(self, what: str, *, resumes: int = 0, starts: int = 0) -> AsyncIterator[None]:
        """Let something happen, and wait until so many sessions were resumed and started, and all shards are live."""
        resumes += self._sessions_resumed
        starts += self._sessions_started
        began = time.perf_counter()
        yield

        def recovered() -> bool:
            done = self._sessions_resumed >= resumes and self._sessions_started >= starts
            return done and all(shard.state is State.LIVE for shard in self.manager.shards.values())

        await self.until(recovered, self.figures.least_start + 120)
        self.figures.recovered[what] = time.perf_counter() - began
        self.tell(f"{what}: all shards are live again after {self.figures.recovered[what]:.1f} s")

    # What came of it

    async def note_gateway(self) -> None:
        """Add the gateway's figures, before it goes."""
        self.figures.add(await self.gateway.ask("figures"))

    def note_manager(self) -> None:
        """Note the manager's figures, before it goes."""
        figures, health = self.figures, self.manager.health
        stats = health.stats
        figures.identifies, figures.resumes = stats.identifies, stats.resumes
        figures.stalls, figures.longest_stall = stats.stalls, stats.longest_stall
        figures.restarts = sum(one.restarts for one in health.shards)
        figures.events = self._said.total()
        figures.missing = figures.events - len(self._handled)
        figures.twice = self._handled.total() - len(self._handled)


async def live_long(shards: int, max_concurrency: int, interval: float, seconds: float, tell: Tell) -> Figures:
    """Start shards, have them live for some seconds in spite of it all, and return what came of it.

    Args:
        shards: how many.
        max_concurrency: as the gateway has it; see `Figures.least_start`.
        interval: seconds between heartbeats.
        seconds: how long they live, besides what they take to start and to recover.
        tell: called with what happens now.
    """
    figures = Figures(shards, max_concurrency)
    life = Life(figures, interval, tell)
    await life.gateway.start(failing=2)
    gc.collect()
    before = resident_kb()
    running = asyncio.create_task(life.manager.run(stop_signals=()))
    running.add_done_callback(life.ended)
    try:
        await life.start()
        gc.collect()
        figures.kb_per_shard = (resident_kb() - before) / shards
        await life.say()
        await life.hear()
        await life.live(seconds * 0.4)
        for fault in (life.cut_half, life.restart_gateway, life.replace_gateway):
            await fault()
            await asyncio.sleep(seconds * 0.2)
        await life.note_gateway()
        life.note_manager()
    finally:
        await life.manager.close(keep_session=False)
        await life.gateway.kill()
        await running  # what has ended it comes first
    return figures


def resident_kb() -> int:
    """Return the memory of this process; 0 where /proc does not say it."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
