"""The guard that counts the work for an event: more fails, less asks to be recorded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import guard

ROOT = Path(__file__).resolve().parent.parent.parent
RARE = "json, one rare listener"


@pytest.mark.parametrize(
    ("value", "was", "fine", "note"),
    [
        (30.0, 30.0, True, ""),
        (31.4, 30.0, True, ""),
        (31.6, 30.0, False, "MORE"),  # 5 %
        (101.9, 100.0, True, ""),
        (102.1, 100.0, False, "MORE"),  # 2 calls
        (0.05, 0.02, True, ""),  # of next to nothing, 5 % mean nothing
        (0.2, 0.02, False, "MORE"),
        (29.95, 30.0, True, ""),
        (29.0, 30.0, True, "less"),
        (3.0, 30.0, True, "less"),
        (3.0, None, True, "not recorded"),
    ],
)
def test_only_more_fails(value: float, was: float | None, fine: bool, note: str) -> None:
    passed, said = guard.compare(value, was)
    assert passed is fine
    assert said.startswith(note)
    assert bool(said) == bool(note)


def run(monkeypatch: pytest.MonkeyPatch, now: float, was: float) -> int:
    monkeypatch.setattr(guard, "why_not", lambda **_: None)
    monkeypatch.setattr(guard, "count_all", lambda: {"a path": {"calls": now}})
    monkeypatch.setattr(guard, "recorded", lambda: {"a path": {"calls": was}})
    monkeypatch.setattr(sys, "argv", ["guard"])
    return guard.main()


def test_more_is_a_failure_that_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, 40.0, 30.0) == 1
    assert "has become more work" in capsys.readouterr().out


def test_less_is_a_success_that_asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, 20.0, 30.0) == 0
    assert "please record" in capsys.readouterr().out
    assert run(monkeypatch, 30.0, 30.0) == 0
    assert "please record" not in capsys.readouterr().out


def test_a_rare_listener_keeps_nothing_of_what_it_does_not_listen_for() -> None:
    # In a process of its own: other tests fill caches and hold profilers.
    code = f"from benchmarks.guard import PATHS, measure; print(measure(PATHS[{RARE!r}])['blocks'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert float(done.stdout) < 0.1
