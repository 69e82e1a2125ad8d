"""What an example prints, for tests that wait for a line of it."""

from __future__ import annotations

import asyncio
import io

__all__ = ["PATIENCE", "Output"]

PATIENCE = 30.0
"""Seconds to wait for a line."""


class Output:
    """What an example prints, as something that can be waited for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._grown = asyncio.Event()

    def __call__(self, *values: object) -> None:
        text = io.StringIO()
        print(*values, file=text, end="")
        self.lines.append(text.getvalue())
        self._grown.set()

    async def wait_for(self, beginning: str, *, after: int = 0) -> str:
        """Return the first line that begins with a text, from a line number on, as soon as there is one."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for line in self.lines[after:]:
                    if line.startswith(beginning):
                        return line
                self._grown.clear()
                await self._grown.wait()
