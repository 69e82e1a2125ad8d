"""The page in a real browser, with a bot that is connected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewaysdk.simulator import Simulator

from ..client import connect
from ..http import http
from .browser import CHROMIUM, Page, open_page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed, so the page meets no browser")

NASTY = "<img src=x onerror='window.hacked = 1'>"


async def _say(page: Page, text: str) -> None:
    await page.run(f"$('text').value = {json.dumps(text)}; $('say').requestSubmit()")


async def test_the_page_shows_and_drives_what_happens(sim: Simulator, tmp_path: Path) -> None:
    assert sim.control_url is not None
    async with connect(sim) as bot, http(sim) as api, open_page(sim.control_url, tmp_path) as page:
        await page.until("document.readyState === 'complete' && $('channel').value && $('who').textContent")
        await (await bot.greeted()).identified(intents=1 << 9 | 1 << 15)
        await page.until("$('who').textContent.startsWith('1 connected')")
        await page.until("$('traffic').textContent.includes('identifies: shard 0 of 1')")
        await page.until("$('connections').textContent.includes('shard 0, live')")
        assert "Guild 1" in await page.run("$('guilds').textContent")

        await _say(page, NASTY)
        heard = await bot.receive_event("MESSAGE_CREATE")
        assert (heard["content"], heard["author"]["username"]) == (NASTY, "alice")
        button = {"type": 2, "style": 1, "label": "More", "custom_id": "more"}
        answer = {"content": NASTY, "components": [{"type": 1, "components": [button]}]}
        await api.ok("POST", f"/channels/{heard['channel_id']}/messages", answer)
        assert (await bot.receive_event("MESSAGE_CREATE"))["content"] == NASTY
        await page.until(f"$('messages').textContent.split({json.dumps(NASTY)}).length === 3")
        await page.run("document.querySelector('#messages button').click()")
        assert (await bot.receive_event("INTERACTION_CREATE"))["data"]["custom_id"] == "more"
        assert await page.run("document.querySelectorAll('img').length") == 0

        await page.run("$('dispatch').requestSubmit()")
        assert (await bot.receive_event("MESSAGE_CREATE"))["content"] == "hello"
        await page.until("$('told').textContent === '1 session(s) got it'")
        await page.run("$('fault').value = 'op-7'; $('faults').requestSubmit()")
        assert (await bot.receive()).op == 7
        await page.run("document.querySelector('[data-action=close]').click()")
        assert await bot.closed() == 4000
        await page.until("$('who').textContent === 'no bot is connected'")
        assert page.problems == []


async def test_scripts_that_get_into_the_page_do_not_run(sim: Simulator, tmp_path: Path) -> None:
    assert sim.control_url is not None
    async with open_page(sim.control_url, tmp_path) as page:
        await page.until("document.readyState === 'complete' && $('channel').value")
        await page.run("document.body.append(make('script', { textContent: 'window.hacked = 1' }))")
        assert await page.run("window.hacked === undefined")
        await page.call("Page.reload")
        assert "Content Security Policy" in json.dumps(page.problems)


@pytest.mark.parametrize("width", [390, 1280])
async def test_it_fits_phones_and_desktops(sim: Simulator, tmp_path: Path, width: int) -> None:
    assert sim.control_url is not None
    async with open_page(sim.control_url, tmp_path) as page:
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        await page.call("Emulation.setDeviceMetricsOverride", **size)
        await page.until("document.readyState === 'complete' && $('channel').value")
        assert await page.run("document.documentElement.scrollWidth") <= width


async def test_without_the_key_it_says_what_is_missing(sim: Simulator, tmp_path: Path) -> None:
    async with open_page(f"{sim.api_url}/control/", tmp_path) as page:
        assert "needs the key" in await page.until("document.readyState === 'complete' && $('told').textContent")
