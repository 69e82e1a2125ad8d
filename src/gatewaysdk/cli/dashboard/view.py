"""The view of a fleet that runs: a dashboard in a terminal, else lines."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, Protocol, TextIO

from ... import FleetHealth, FleetPlanned, FleetReady, FleetStep
from ..notices import say
from .log_lines import LogLines, log_into
from .plain import StatusLines
from .progress import StartProgress

__all__ = ["FleetView", "ViewedFleet", "can_draw"]


_log = logging.getLogger("gatewaysdk")


class ViewedFleet(Protocol):
    """What the view needs of a manager."""

    @property
    def health(self) -> FleetHealth:
        """What each shard is at."""
        ...

    def observe(self, observer: Callable[[FleetStep], None], /) -> Any:
        """Call a function at each step of the fleet."""
        ...

    def stop(self) -> None:
        """Begin to close all shards."""
        ...


def can_draw(*, terminal: bool, term: str | None) -> bool:
    """Whether a dashboard can be drawn; says how to get one where only textual is missing."""
    if not terminal or term in (None, "", "dumb"):
        return False
    if find_spec("textual") is None:
        say("lines follow; pip install 'gatewaysdk[dashboard]' brings a live view of all shards")
        return False
    return True


class FleetView:
    """Shows a fleet from when its shards are known until `close`.

    A fleet of one shard has lines, as it needs no table.

    Args:
        draws: whether there is a terminal for the dashboard.
        clock: returns the present, in seconds.
        out: where lines go; None for stdout.
    """

    def __init__(self, *, draws: bool, clock: Callable[[], float] = time.monotonic, out: TextIO | None = None) -> None:
        self._draws = draws
        self._clock = clock
        self._out = out
        self._planned: asyncio.Future[FleetPlanned] = asyncio.get_running_loop().create_future()
        self._ready = asyncio.Event()
        self._fleet: ViewedFleet | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._end_drawing: Callable[[], object] | None = None

    def attach(self, fleet: ViewedFleet) -> None:
        """Show this fleet, which is about to run."""
        self._fleet = fleet
        fleet.observe(self._on_step)
        self._task = asyncio.create_task(self._show(fleet), name="gatewaysdk view of the fleet")

    async def close(self) -> None:
        """Give the terminal back."""
        self._closing = True
        if self._task is None:
            return
        if self._end_drawing is not None:
            self._end_drawing()
        else:
            self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled() and (error := self._task.exception()) is not None:
            # Not raised: it would stand in for what has ended the fleet.
            _log.error("the view of the fleet has failed", exc_info=error)

    def _on_step(self, step: FleetStep) -> None:
        if isinstance(step, FleetPlanned):
            if not self._planned.done():
                self._planned.set_result(step)
        elif isinstance(step, FleetReady):
            self._ready.set()

    async def _show(self, fleet: ViewedFleet) -> None:
        planned = await self._planned
        began = self._clock()
        if self._draws and len(planned.shard_ids) > 1:
            try:
                await self._draw(fleet, StartProgress(planned, began))
            except Exception:
                _log.exception("the dashboard has failed, and lines follow; the shards run on")
            else:
                if self._closing:
                    return
                _log.warning("the dashboard has ended, and lines follow; the shards run on")
        await self._print_lines(fleet, StatusLines(planned, began))

    async def _draw(self, fleet: ViewedFleet, progress: StartProgress) -> None:
        from .app import Dashboard  # textual, which is an extra

        lines = LogLines()
        app = Dashboard(lambda: fleet.health, progress, lines, fleet.stop, self._clock)
        self._end_drawing = app.exit
        try:
            with log_into(lines):
                await app.run_async()
            if app.failure is not None:
                raise app.failure
        finally:
            self._end_drawing = None

    async def _print_lines(self, fleet: ViewedFleet, lines: StatusLines) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), lines.seconds_left(self._clock()))
            self._ready.clear()  # it is told once
            line = lines.line(lambda: fleet.health, self._clock())
            print(f"{time.strftime('%H:%M:%S')} {line}", file=self._out or sys.stdout, flush=True)
