"""The command of `--on-alert` gets each finding, but not more often than is bearable."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from gatewaysdk.canary import Finding
from gatewaysdk.cli import alerts
from gatewaysdk.cli.alerts import Alerts

APPEND = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"


def finding(number: int) -> Finding:
    return Finding("values", "enums/message_type", 1, "integer", number)


async def test_each_finding_goes_to_the_command_in_order(tmp_path: Path) -> None:
    path = tmp_path / "alerts"
    async with Alerts([sys.executable, "-c", APPEND, str(path)], {}) as running:
        for number in range(3):
            running.add(finding(number))
    told = [json.loads(line) for line in path.read_text().splitlines()]
    assert told == [{"kind": "values", **finding(number).entry()} for number in range(3)]
    assert running.left_out == 0


async def test_what_comes_too_fast_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(alerts, "_GRACE", 0.0)
    path = tmp_path / "alerts"
    async with Alerts([sys.executable, "-c", APPEND, str(path)], {}) as running:
        for number in range(alerts._WAITING + 7):
            running.add(finding(number))
    assert running.left_out >= alerts._WAITING + 7 - alerts._CALLS
    assert f"was not run for {running.left_out} findings" in capsys.readouterr().err


async def test_no_more_calls_than_the_rate_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    slept = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        slept.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(alerts, "_GRACE", 0.0)
    path = tmp_path / "alerts"
    async with Alerts([sys.executable, "-c", APPEND, str(path)], {}, sleep) as running:
        for number in range(alerts._CALLS + 1):
            running.add(finding(number))
        await asyncio.wait_for(slept.wait(), 60)
    assert len(path.read_text().splitlines()) == alerts._CALLS
    assert 0 < waits[0] <= 60
    assert running.left_out == 1


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ([sys.executable, "-c", "raise SystemExit(3)"], "ended with the exit code 3"),
        (["no-such-program-0815"], "cannot be run: No such file or directory"),
        ([sys.executable, "-c", "import time; time.sleep(600)"], "took more than 0.5 s and was killed"),
    ],
)
async def test_a_command_that_fails_is_reported_once(
    command: list[str], problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "600" in command[-1]:
        monkeypatch.setattr(alerts, "_CALL_SECONDS", 0.5)
    async with Alerts(command, {}) as running:
        running.add(finding(1))
        running.add(finding(2))
    said = f"gatewaysdk: the command of --on-alert {problem}; further failures are not reported\n"
    assert capsys.readouterr().err == said
