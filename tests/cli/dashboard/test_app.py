"""The dashboard, driven by textual's own test pilot."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Log, Static

from gatewaysdk import FleetHealth, FleetPlanned, ShardStatus, State, StateError
from gatewaysdk.cli.dashboard.app import Dashboard
from gatewaysdk.cli.dashboard.columns import Cell, TableColumns
from gatewaysdk.cli.dashboard.log_lines import LogLines
from gatewaysdk.cli.dashboard.progress import StartProgress
from gatewaysdk.cli.dashboard.rows import ShardRow
from gatewaysdk.cli.dashboard.table import ShardTable

from .conftest import health, queued, status


class Fleet:
    """What the app looks at; a test changes it."""

    def __init__(self, planned: FleetPlanned) -> None:
        self.now = FleetHealth([], 0, None, None, None)
        self.time = 0.0
        self.lines = LogLines()
        self.stops = 0
        self.error: Exception | None = None
        self.app = Dashboard(self.health, StartProgress(planned, 0.0), self.lines, self.stop, lambda: self.time)

    def health(self) -> FleetHealth:
        if self.error is not None:
            raise self.error
        return self.now

    def stop(self) -> None:
        self.stops += 1

    @asynccontextmanager
    async def shown(
        self, shards: list[ShardStatus], ready: float | None = 5.0, width: int = 80, height: int = 24
    ) -> AsyncIterator[Pilot[None]]:
        self.now = health(shards, ready_after=ready)
        async with self.app.run_test(size=(width, height)) as pilot:
            self.pilot: Pilot[None] = pilot
            await self.look()
            yield pilot

    async def look(self) -> None:
        self.app.look()
        await self.pilot.pause()

    def text(self, selector: str) -> str:
        return str(self.app.query_one(selector, Static).render())

    def lines_of_table(self) -> list[str]:
        table = self.app.query_one(ShardTable)
        return [table.render_line(y).text.rstrip() for y in range(table.size.height)]

    def shards_shown(self) -> list[int]:
        return [int(line.split()[0]) for line in self.lines_of_table() if line]


@pytest.fixture
def fleet(planned: Callable[..., FleetPlanned]) -> Fleet:
    return Fleet(planned(4))


FOUR = [status(0), status(1, since_ack=100.0), queued(2), status(3, state=State.BACKOFF, connections=2)]


async def test_a_fleet_that_starts_has_rows_sums_and_a_bar(fleet: Fleet) -> None:
    async with fleet.shown([status(0, events=7), queued(1), queued(2), queued(3)], ready=None):
        assert fleet.shards_shown() == [0, 1, 2, 3]
        assert fleet.text("#totals").startswith("1 of 4 shards live, 0 events/s")
        assert "SHARD STATE" in fleet.text("#head")
        assert fleet.app.query_one("#start").display
        assert fleet.text("#start > Static") == "1 of 4 shards live, about 10 s to go"
        fleet.now = health([status(n) for n in range(4)])
        await fleet.look()
        assert not fleet.app.query_one("#start").display
        assert fleet.text("#totals").startswith("4 of 4 shards live")


async def test_keys_choose_the_rows(fleet: Fleet) -> None:
    async with fleet.shown(FOUR) as pilot:
        seen = []
        for _ in range(4):
            await pilot.press("s")
            seen.append(fleet.shards_shown())
        assert seen == [[0, 1], [2, 3], [1, 3], [0, 1, 2, 3]]


async def test_words_choose_the_rows_and_escape_shows_all(fleet: Fleet) -> None:
    async with fleet.shown(FOUR) as pilot:
        await pilot.press("slash", *"backoff")
        assert fleet.shards_shown() == [3]
        await pilot.press("enter")
        assert fleet.app.query_one(ShardTable).has_focus
        assert fleet.text("#totals").startswith("1 shown (with 'backoff'), esc shows all. ")
        await pilot.press("s", "escape")
        assert fleet.shards_shown() == [0, 1, 2, 3]
        assert not fleet.app.query_one("#filter").display


async def test_words_that_are_left_empty_leave_no_box(fleet: Fleet) -> None:
    async with fleet.shown(FOUR) as pilot:
        await pilot.press("slash")
        assert fleet.app.query_one("#filter", Input).has_focus
        await pilot.press("enter")
        assert not fleet.app.query_one("#filter").display


async def test_of_1000_shards_only_those_in_sight_are_drawn(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    async with fleet.shown([status(n, num_shards=1000) for n in range(1000)], height=30) as pilot:
        table = fleet.app.query_one(ShardTable)
        drawn: list[int] = []

        def cells(columns: TableColumns, row: ShardRow) -> list[Cell]:
            drawn.append(row.status.shard_id)
            return as_before(columns, row)

        as_before = TableColumns.cells
        monkeypatch.setattr(TableColumns, "cells", cells)
        await fleet.look()
        assert 0 < len(drawn) <= 2 * table.size.height
        await pilot.press("pagedown", "down")
        await pilot.wait_for_scheduled_animations()
        assert fleet.shards_shown()[0] == table.scroll_offset.y > table.size.height - 2
        await pilot.press("end")
        await pilot.wait_for_scheduled_animations()
        assert fleet.shards_shown()[-1] == 999


async def test_logged_and_printed_lines_are_in_the_log(fleet: Fleet) -> None:
    async with fleet.shown(FOUR, width=100):
        fleet.lines.write("INFO shard 3 of 4: [bold]disconnected[/bold] " + "word " * 30 + "\n")
        print("printed by a handler")
        assert sys.stderr.fileno() >= 0  # for child processes
        await fleet.look()
        pane = fleet.app.query_one(Log)
        text = [line for line in pane.lines if line]
        assert text[0].startswith("INFO shard 3 of 4: [bold]disconnected[/bold] word")
        assert all(len(line) <= 100 for line in text)
        assert text[-1] == "printed by a handler"


async def test_the_log_grows_goes_and_comes_back(fleet: Fleet) -> None:
    async with fleet.shown(FOUR, height=40) as pilot:
        pane = fleet.app.query_one(Log)
        heights = []
        for _ in range(4):
            heights.append(pane.size.height if pane.display else 0)
            await pilot.press("l")
            await pilot.pause()
        assert heights[0] < heights[1]
        assert heights[2:] == [0, heights[0]]


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_the_user_stops_the_fleet_and_not_just_the_dashboard(fleet: Fleet, key: str) -> None:
    async with fleet.shown(FOUR) as pilot:
        await pilot.press(key)
        assert fleet.stops == 1
        assert fleet.app.is_running
        assert fleet.text("#totals").startswith("stopping: ")


async def test_ctrl_c_stops_while_words_are_typed_and_q_is_a_letter(fleet: Fleet) -> None:
    async with fleet.shown(FOUR) as pilot:
        await pilot.press("slash", "q")
        assert fleet.stops == 0
        await pilot.press("ctrl+c")
        assert fleet.stops == 1


async def test_another_size_has_other_columns(fleet: Fleet) -> None:
    async with fleet.shown([status(0, error="no route to host")]) as pilot:
        assert "LAST ERROR" not in fleet.text("#head")
        await pilot.resize_terminal(200, 50)
        await pilot.pause()
        assert "LAST ERROR" in fleet.text("#head")
        assert "no route to host" in fleet.lines_of_table()[0]


async def test_a_fleet_that_cannot_say_how_it_is_is_asked_again(fleet: Fleet) -> None:
    async with fleet.shown(FOUR):
        fleet.error = StateError("another process has the file")
        await fleet.look()
        assert fleet.text("#totals") == "no figures at the moment: another process has the file"
        assert fleet.shards_shown() == [0, 1, 2, 3]
        fleet.error = None
        await fleet.look()
        assert fleet.text("#totals").startswith("2 of 4 shards live")


async def test_what_goes_wrong_ends_the_dashboard_alone(fleet: Fleet) -> None:
    async with fleet.shown(FOUR) as pilot:
        fleet.error = RuntimeError("a bug")
        await fleet.look()
        await pilot.pause()
        assert isinstance(fleet.app.failure, RuntimeError)
    assert fleet.app.return_code == 0
