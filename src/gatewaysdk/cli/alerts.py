"""Runs a command for each finding of the canary, at a bounded rate."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Self

from ..canary import Finding
from .notices import say

__all__ = ["Alerts"]

_WAITING = 100
_CALLS = 10
_WINDOW = 60.0
"""So many calls in so many seconds at most."""
_CALL_SECONDS = 30.0
_GRACE = 10.0


class Alerts:
    """An async context manager: within it, findings go to the command; at its end, those that wait get 10 s.

    Args:
        command: the program and its arguments.
        environment: the variables that it gets.
        sleep: waits for so many seconds.

    Attributes:
        left_out: how many findings the command was not called for.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._command = command
        self._environment = environment
        self._sleep = sleep
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(_WAITING)
        self._called_at: deque[float] = deque(maxlen=_CALLS)
        self._failed = False
        self._unfinished = 0
        self.left_out = 0

    def add(self, finding: Finding) -> None:
        """Have the command called for a finding, unless too many wait."""
        try:
            # As text, because the finding goes on counting while it waits.
            self._waiting.put_nowait(json.dumps({"kind": finding.kind, **finding.entry()}).encode())
            self._unfinished += 1
        except asyncio.QueueFull:
            self.left_out += 1

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._work(), name="gatewaysdk alerts")
        return self

    async def __aexit__(self, *_: object) -> None:
        idle = asyncio.create_task(self._waiting.join())
        await asyncio.wait([self._task, idle], timeout=_GRACE, return_when=asyncio.FIRST_COMPLETED)
        self.left_out += self._unfinished
        for task in (self._task, idle):
            task.cancel()
        await asyncio.wait([self._task, idle])
        if not self._task.cancelled():
            self._task.result()  # raises what ended it
        if self.left_out:
            say(f"the command of --on-alert was not run for {self.left_out} findings, which came too fast")

    async def _work(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            text = await self._waiting.get()
            if len(self._called_at) == _CALLS:
                await self._sleep(self._called_at[0] + _WINDOW - clock())
            self._called_at.append(clock())
            await self._call(text)
            self._unfinished -= 1
            self._waiting.task_done()

    async def _call(self, text: bytes) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=DEVNULL, env=self._environment
            )
        except OSError as error:
            self._complain(f"cannot be run: {error.strerror}")
            return
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                await process.communicate(text)
        except TimeoutError:
            self._complain(f"took more than {_CALL_SECONDS:g} s and was killed")
            return
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            self._complain(f"ended with the exit code {process.returncode}")

    def _complain(self, problem: str) -> None:
        if not self._failed:
            say(f"the command of --on-alert {problem}; further failures are not reported")
        self._failed = True
