"""``python -m tests.kill [kills] [seed]`` prints its figures, and fails when the promise is broken."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from .run import kill_again_and_again

kills, seed = (*map(int, sys.argv[1:]), 0)[:2] if len(sys.argv) > 1 else (100, 0)
with tempfile.TemporaryDirectory() as folder:
    figures = asyncio.run(kill_again_and_again(Path(folder), kills, seed))
print(figures)
sys.exit(bool(figures.lost or figures.unexplained or figures.sessions != 1))
