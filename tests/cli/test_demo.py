from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gatewaysdk import InvalidEvent, Ready, Resumed, Stats, UnknownEvent
from gatewaysdk.bases.event import Event
from gatewaysdk.cli.tally import Tally
from gatewaysdk.codec import ENCODINGS
from gatewaysdk.compression import COMPRESSIONS
from gatewaysdk.simulator import EVENT_NAMES, Simulator

from .conftest import Done, finish

Run = Callable[..., Done]


@pytest.mark.parametrize("compress", COMPRESSIONS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_everything_arrives(run: Run, encoding: str, compress: str) -> None:
    done = run("demo", "--quiet", "--encoding", encoding, "--compress", compress)
    assert (done.code, done.err) == (0, "")
    rows = dict(line[4:].split(maxsplit=0)[0].split("  ", 1) for line in done.out.splitlines())
    table = {label: text.strip() for label, text in rows.items()}
    assert table["kinds of events"] == "79 of 79, typed"
    assert {table[label] for label in ("unknown", "invalid", "violations", "lost", "received twice")} == {"0"}
    assert (table["resumes"], table["replayed"]) == ("1", "5")
    assert f"{encoding}, {compress}" in done.out


def test_each_event_has_a_line_between_the_steps_of_the_story(run: Run) -> None:
    done = run("demo", "--seed", "7")
    assert done.code == 0
    names = [line.split()[0] for line in done.out.splitlines() if line and line.split()[0] in EVENT_NAMES]
    assert set(names) == set(EVENT_NAMES)
    assert names[0] == "READY"
    # Those of the time away come before RESUMED, and one more after it.
    assert names[-3:] == ["MESSAGE_DELETE", "RESUMED", "MESSAGE_UPDATE"]
    assert "The connection is cut" in done.out
    assert "\x1b[" not in done.out


async def test_it_runs_as_a_module(start: Callable[..., Awaitable[Any]]) -> None:
    done = await finish(await start("demo"))
    assert (done.code, done.err) == (0, "")
    assert "79 of 79, typed" in done.out


def test_an_event_that_is_not_sent_is_missed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    emit = Simulator.emit

    async def emit_most(self: Simulator, name: str, *arguments: Any, **options: Any) -> int:
        return 0 if name == "TYPING_START" else await emit(self, name, *arguments, **options)

    monkeypatch.setattr(Simulator, "emit", emit_most)
    monkeypatch.setattr("gatewaysdk.cli.demo._PATIENCE", 0.3)
    done = run("demo", "--quiet")
    assert done.code == 1
    assert "lost 1" in done.err
    assert re.search(r"\(missing: .*TYPING_START\)\n$", done.err)


def test_a_gateway_that_refuses_is_a_failure_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewaysdk.cli.demo.ALL_INTENTS", 1 << 40)
    done = run("demo")
    assert done.code == 1
    assert done.err.startswith("gatewaysdk: the demo failed: ")
    assert done.err.count("\n") == 1


def judge(tally: Tally, resumes: int = 1, replayed: int = 5) -> int:
    return tally.summarise(Stats(resumes=resumes, replayed=replayed), 1.0)


@pytest.fixture
def tally() -> Tally:
    """Of READY, RESUMED and RESUMED, the first two have come."""
    tally = Tally(Namespace(quiet=True, no_color=True, encoding="json", compress="none"))
    tally.sent = ["READY", "RESUMED", "RESUMED"]
    tally.add(READY)
    tally.add(Resumed())
    return tally


READY = Ready.model_construct()


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([], "events 2 of 3 sent; .*lost 1"),
        ([READY], "lost 1; received twice 1"),
        ([Resumed(), Resumed()], "events 4 of 3 sent; .*received twice 1"),
        ([UnknownEvent(name="BRAND_NEW", data={})], "unknown 1"),
        ([InvalidEvent(name="READY", data=1, reason="")], "invalid 1"),
    ],
)
def test_what_is_wrong_is_named(
    tally: Tally, events: list[Event], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for event in events:
        tally.add(event)
    assert judge(tally) == 1
    assert re.search(said, capsys.readouterr().err)


def test_events_in_another_order_are_not_as_sent(tally: Tally, capsys: pytest.CaptureFixture[str]) -> None:
    tally.sent = ["RESUMED", "READY"]
    assert judge(tally) == 1
    assert "order not as sent" in capsys.readouterr().err


def test_a_demo_without_a_resume_is_not_complete(tally: Tally, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(tally, resumes=0) == 1
    assert "resumes 0" in capsys.readouterr().err
    assert judge(tally, replayed=0) == 1
    assert "replayed 0" in capsys.readouterr().err


def test_colours_follow_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\x1b[32m" in run("demo", "--quiet").out
    assert "\x1b[" not in run("demo", "--quiet", "--no-color").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("demo", "--quiet").out
