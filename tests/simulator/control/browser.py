"""Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from ...programs import start_program

__all__ = ["CHROMIUM", "Page", "open_page"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_PATIENCE = 30.0
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"),
)
_UNTIL = """new Promise((resolve) => {{
    const look = () => {{ const found = {}; if (found) resolve(found); else setTimeout(look, 10); }};
    look();
}})"""


class Page:
    """A tab. ``problems`` are what its console and its policy complain of."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.problems: list[Any] = []
        self._socket = socket
        self._numbers = itertools.count(1)

    async def call(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            message = json.loads((await self._socket.receive(timeout=_PATIENCE)).data)
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.problems.append(message["params"])

    async def run(self, script: str) -> Any:
        """Return the value of an expression, awaited if it is a promise."""
        told = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, condition: str) -> Any:
        """Wait until an expression is true, and return it."""
        return await asyncio.wait_for(self.run(_UNTIL.format(condition)), _PATIENCE)


@asynccontextmanager
async def open_page(url: str, folder: Path) -> AsyncIterator[Page]:
    """Open a page in a new browser, whose files go into ``folder``."""
    assert CHROMIUM is not None
    process = await start_program(CHROMIUM, *_FLAGS, f"--user-data-dir={folder}", "about:blank")
    try:
        assert process.stderr is not None
        async with asyncio.timeout(_PATIENCE):
            line = ""
            while "DevTools listening on ws://" not in line:
                line = (await process.stderr.readline()).decode()
                assert line, "chromium has ended"
        port = line.partition("ws://")[2].partition("/")[0]
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://{port}/json/list") as response:
                tabs = await response.json(content_type=None)
            target = next(one["webSocketDebuggerUrl"] for one in tabs if one["type"] == "page")
            async with http.ws_connect(target, max_msg_size=0) as socket:
                page = Page(socket)
                for name in ("Page.enable", "Runtime.enable", "Log.enable"):
                    await page.call(name)
                await page.call("Page.navigate", url=url)
                yield page
    finally:
        process.kill()
        await process.communicate()
