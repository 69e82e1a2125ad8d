"""The work for an event, counted: more of it fails, and so does less until it is recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.guard import PATHS, TOLERANCE, recorded, why_not

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def counts() -> dict[str, dict[str, float]]:
    # In a process of its own: other tests fill caches and hold profilers.
    command = [sys.executable, "-m", "benchmarks.guard", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("path", PATHS)
def test_an_event_is_as_much_work_as_recorded(counts: dict[str, dict[str, float]], path: str) -> None:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    before = recorded()
    assert before is not None
    if path not in counts:
        pytest.skip("there is no native ETF backend here")
    for key, value in counts[path].items():
        was = before[path][key]
        assert abs(value - was) <= TOLERANCE * max(was, 1), (
            f"{path}: {key} were {was} an event and are {value}; if that is meant, `make bench-guard ARGS=--record`"
        )


def test_a_rare_listener_keeps_nothing_of_what_it_does_not_listen_for(counts: dict[str, dict[str, float]]) -> None:
    assert counts["json, one rare listener"]["blocks"] < 0.1
