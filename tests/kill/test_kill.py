"""What docs/topics/sessions.md promises, against ``kill -9``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .run import kill_again_and_again

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")


async def test_pain_05_killed_15_times_it_loses_nothing(tmp_path: Path) -> None:
    figures = await kill_again_and_again(tmp_path, kills=15, seed=0)
    assert figures.lost == []
    assert figures.unexplained == []
    assert figures.sessions == 1, "the session was lost"
    assert figures.resumes == 15
    assert len(figures.twice) <= 15
    assert figures.events > 500, "the test hardly tested anything"
