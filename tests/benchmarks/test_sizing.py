"""The table for sizing machines: the page has what the command prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.sizing import duration, size

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_page_has_the_table_that_the_command_prints() -> None:
    command = [sys.executable, "-m", "benchmarks.sizing"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout in (ROOT / "docs" / "howto" / "size-a-fleet.md").read_text(encoding="utf-8")
    assert "| 16,384 |" in done.stdout


@pytest.mark.parametrize(("seconds", "said"), [(0, "0 s"), (119, "119 s"), (3600, "60 min"), (7200, "2.0 h")])
def test_times_have_a_fitting_unit(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_memory_has_a_fitting_unit() -> None:
    assert (size(60), size(2048)) == ("60 MB", "2.0 GB")
