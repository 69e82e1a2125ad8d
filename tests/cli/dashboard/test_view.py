"""What shows a fleet: the dashboard, or lines."""

from __future__ import annotations

import asyncio
import io
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from gatewaysdk import FleetHealth, FleetPlanned, FleetReady, FleetStep
from gatewaysdk.cli.dashboard import app as app_module
from gatewaysdk.cli.dashboard import view as view_module
from gatewaysdk.cli.dashboard.view import FleetView, can_draw

from .conftest import health, queued, status

Planned = Callable[..., FleetPlanned]


class Fleet:
    """A manager, as far as a view needs one."""

    def __init__(self, live: int, waiting: int = 0) -> None:
        shards = [status(n) for n in range(live)] + [queued(n) for n in range(live, live + waiting)]
        self.health: FleetHealth = health(shards, ready_after=None if waiting else 3.0)
        self.tell: Callable[[FleetStep], None] = lambda step: None

    def observe(self, observer: Callable[[FleetStep], None], /) -> None:
        self.tell = observer

    def stop(self) -> None:
        raise AssertionError("nobody asked for it")


class Output(io.StringIO):
    """A stdout whose first line can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._line = asyncio.Event()

    def write(self, text: str) -> int:
        if "\n" in text:
            self._line.set()
        return super().write(text)

    async def line(self) -> str:
        """Return the first line, without the time before it."""
        await asyncio.wait_for(self._line.wait(), 10)
        return self.getvalue().splitlines()[0].partition(" ")[2]


@pytest.fixture
async def out() -> Output:
    return Output()


async def test_a_line_comes_when_all_shards_are_live(planned: Planned, out: Output) -> None:
    fleet, view = Fleet(2), FleetView(draws=False, out=out)
    view.attach(fleet)
    fleet.tell(planned(2))
    fleet.tell(FleetReady(3.0))
    assert (await out.line()).startswith("2 of 2 shards live, 0 events/s")
    await view.close()


async def test_lines_come_while_the_fleet_starts(planned: Planned, out: Output) -> None:
    fleet, view = Fleet(1, waiting=3), FleetView(draws=False, out=out, clock=itertools.count(0, 9).__next__)
    view.attach(fleet)
    fleet.tell(planned(4))
    assert await out.line() == "1 of 4 shards live, about 10 s to go"
    await view.close()


async def test_a_view_can_end_before_anything_is_known(out: Output) -> None:
    view = FleetView(draws=True, out=out)
    await view.close()
    view.attach(Fleet(2))
    await view.close()
    assert out.getvalue() == ""


class Screen:
    """Stands for the app: it stays until it is told to go, or goes by itself."""

    made: list[Screen]
    began: asyncio.Event

    def __init__(self, *_: Any) -> None:
        self.failure: Exception | None = None
        self.over = asyncio.Event()
        self.made.append(self)

    async def run_async(self) -> None:
        self.began.set()
        await self.over.wait()

    def exit(self) -> None:
        self.over.set()


@pytest.fixture
async def screens(monkeypatch: pytest.MonkeyPatch) -> list[Screen]:
    Screen.made, Screen.began = [], asyncio.Event()
    monkeypatch.setattr(app_module, "Dashboard", Screen)
    return Screen.made


async def drawn(screens: list[Screen]) -> Screen:
    await asyncio.wait_for(Screen.began.wait(), 10)
    return screens[0]


async def test_a_fleet_of_several_shards_is_drawn_and_the_end_gives_the_terminal_back(
    planned: Planned, screens: list[Screen], out: Output
) -> None:
    fleet, view = Fleet(2), FleetView(draws=True, out=out)
    view.attach(fleet)
    fleet.tell(planned(2))
    screen = await drawn(screens)
    fleet.tell(FleetReady(3.0))
    await view.close()
    assert screen.over.is_set()
    assert out.getvalue() == ""


async def test_one_shard_has_lines(planned: Planned, screens: list[Screen], out: Output) -> None:
    fleet, view = Fleet(1), FleetView(draws=True, out=out)
    view.attach(fleet)
    fleet.tell(planned(1))
    fleet.tell(FleetReady(1.0))
    assert (await out.line()).startswith("1 of 1 shards live")
    await view.close()
    assert not screens


@pytest.mark.parametrize("failure", [None, RuntimeError("no more colours")])
async def test_lines_follow_a_dashboard_that_ends_by_itself(
    failure: Exception | None,
    planned: Planned,
    screens: list[Screen],
    out: Output,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fleet, view = Fleet(2), FleetView(draws=True, out=out)
    view.attach(fleet)
    fleet.tell(planned(2))
    screen = await drawn(screens)
    fleet.tell(FleetReady(3.0))
    screen.failure = failure
    screen.exit()
    assert (await out.line()).startswith("2 of 2 shards live")
    await view.close()
    (record,) = [record for record in caplog.records if "lines follow" in record.message]
    assert (record.exc_info is not None) is (failure is not None)


def test_a_dashboard_takes_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_draw(terminal=True, term="xterm")
    assert not can_draw(terminal=False, term="xterm")
    assert not can_draw(terminal=True, term="dumb")
    assert not can_draw(terminal=True, term=None)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(view_module, "find_spec", lambda name: None)
    assert not can_draw(terminal=True, term="xterm")
    assert "pip install 'gatewaysdk[dashboard]'" in capsys.readouterr().err


async def test_a_view_that_fails_does_not_stand_in_for_what_ended_the_fleet(
    planned: Planned, out: Output, caplog: pytest.LogCaptureFixture
) -> None:
    fleet, view = Fleet(1), FleetView(draws=False, out=out)
    out.close()
    view.attach(fleet)
    fleet.tell(planned(1))
    fleet.tell(FleetReady(1.0))
    await asyncio.wait([task for task in asyncio.all_tasks() if task.get_name() == "gatewaysdk view of the fleet"])
    await view.close()
    assert "the view of the fleet has failed" in caplog.text
