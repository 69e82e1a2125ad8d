"""The programs of the guides, which have to be answered before anything breaks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk import Shard
from gatewaysdk.simulator import Simulator

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE = 30.0

PROGRAMS = {
    "request-members.md": [
        [r"5 members of Guild 0", r"not there: \[Snowflake\(\d+\), Snowflake\(\d+\)\]"],
        [r"None"],
        [r"\d+ \['.*'\]", r"\{.*: '.*'\}"],
    ],
    "join-voice.md": [[r"\S+:443 [0-9a-f]+ \d+", r"the voice server changed: elsewhere:443"]],
}


@pytest.mark.parametrize(
    ("page", "number", "expected"),
    [(page, number, lines) for page, blocks in PROGRAMS.items() for number, lines in enumerate(blocks)],
)
async def test_the_program_says_what_it_learned(
    page: str, number: int, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = BLOCK.findall((HOWTO / page).read_text(encoding="utf-8"))
    assert len(blocks) == len(PROGRAMS[page])
    said: list[str] = []
    programs: list[Coroutine[Any, Any, None]] = []
    async with Simulator(token="any") as sim:
        defaults = Shard.__init__.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "url", sim.url)
        monkeypatch.setenv("DISCORD_TOKEN", "any")
        monkeypatch.setattr(asyncio, "run", programs.append)
        spoken = asyncio.Event()

        def say(*values: object) -> None:
            said.append(" ".join(map(str, values)))
            spoken.set()

        # The guild that a reader would put in is the one that the simulator has.
        code = blocks[number].replace("guild_id=81384788765712384", f"guild_id={sim.guild_ids[0]}")
        exec(compile(code, page, "exec"), {"print": say})
        running = asyncio.ensure_future(programs[0])
        async with asyncio.timeout(PATIENCE):
            while len(said) < len(expected) and not running.done():
                await spoken.wait()
                spoken.clear()
                await sim.emit("VOICE_SERVER_UPDATE", {"token": "a", "guild_id": "1", "endpoint": "elsewhere:443"})
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled() or running.exception() is None
    for pattern, line in zip(expected, said, strict=True):
        assert re.fullmatch(pattern, line)
