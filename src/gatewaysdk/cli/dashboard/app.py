"""The dashboard: totals, the progress of the start, a row a shard, and the log."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Footer, Input, Log, ProgressBar, Static

from ... import FleetHealth
from ...errors import GatewayError
from .choice import RowFilter
from .columns import TableColumns
from .log_lines import LogLines
from .plain import no_figures, totals_line
from .progress import StartProgress
from .rows import FleetRows
from .table import ShardTable

__all__ = ["Dashboard"]

_EVERY = 1.0
"""Seconds from one look to the next."""

_LOG_SIZES = ("normal", "large", "hidden")


class Dashboard(App[None]):
    """Shows a fleet until its owner calls ``exit``.

    Args:
        health: returns what the fleet is at.
        progress: estimates the rest of the start.
        lines: what is logged and printed meanwhile.
        stop: called when the user wants the fleet to end; ``exit`` is to follow once it has.
        clock: returns the present, in seconds.

    Attributes:
        failure: what ended the dashboard by itself.
    """

    CSS = """
    #totals { height: auto; max-height: 3; text-style: bold; padding: 0 1; }
    #start { height: 1; padding: 0 1; }
    #start ProgressBar { width: 34; margin-right: 1; }
    #start Bar { width: 28; }
    #start Static { width: 1fr; }
    #head { height: 1; background: $panel; text-style: bold; }
    #filter { border: none; height: 1; padding: 0 1; background: $boost; }
    #log { height: 25%; min-height: 4; border-top: solid $primary; overflow-x: hidden; scrollbar-size-vertical: 1; }
    #log.large { height: 70%; }
    .hidden { display: none; }
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "stop", "stop"),
        Binding("ctrl+c,ctrl+q", "stop", "stop", show=False, priority=True),
        Binding("slash", "search", "find", key_display="/"),
        Binding("s", "keep", "all/live/not live/troubled"),
        Binding("l", "log", "log"),
    ]

    def __init__(
        self,
        health: Callable[[], FleetHealth],
        progress: StartProgress,
        lines: LogLines,
        stop: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        # What sys.stdout and sys.stderr are meanwhile. Textual's own have -1 as fileno(), which multiprocessing cannot
        # pass on when it starts a worker; and they send a message for each print.
        self._capture_stdout = self._capture_stderr = lines  # type: ignore[assignment]
        self._health = health
        self._progress = progress
        self._lines = lines
        self._stop = stop
        self._clock = clock
        self._rows = FleetRows()
        self._filter = RowFilter()
        self._stopping = False
        self._problem = ""
        self._timer: Timer | None = None
        self.failure: Exception | None = None
        self._totals = Static(id="totals", markup=False)
        self._bar = ProgressBar(total=1.0, show_eta=False)
        self._left = Static(markup=False)
        self._start = Horizontal(self._bar, self._left, id="start")
        self._head = Static(id="head", markup=False)
        self._table = ShardTable(self._draw)
        self._words = Input(id="filter", classes="hidden", placeholder="number, state, words of an error, worker:2")
        self._pane = Log(id="log", max_lines=1000)

    def compose(self) -> ComposeResult:
        """Return the parts, from top to bottom."""
        yield from (self._totals, self._start, self._head, self._table, self._words, self._pane)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin to look."""
        self._pane.border_title = "log"
        self._table.focus()
        self._timer = self.set_interval(_EVERY, self.look)
        self.call_after_refresh(self.look)

    def on_unmount(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.stop()

    def look(self) -> None:
        """Look at the fleet, and draw it. What goes wrong ends the dashboard, and nothing else."""
        try:
            now = self._clock()
            try:
                health = self._health()
            except GatewayError as error:  # such as that the count of sessions on the disk cannot be read just now
                self._problem = no_figures(error)
                self._draw()
                return
            self._problem = ""
            self._rows.look(health, now)
            starting = health.ready_after is None
            self._start.set_class(not starting, "hidden")
            if starting:
                progress = self._progress.look(health, now)
                self._bar.update(progress=progress.fraction)
                self._left.update(progress.text)
            # Not RichLog, which folds lines by itself: a start of 1,000 shards logs so much that it held heartbeats up.
            self._pane.write_lines(self._lines.take(max(20, self.size.width - 1)))
            self._draw()
        except Exception as error:  # textual would show it with the values of all variables
            self.failure = error
            self.exit()

    def _draw(self) -> None:
        rows = self._rows.rows
        columns = TableColumns(
            self._table.scrollable_content_region.width,
            workers=any(row.status.worker is not None for row in rows),
            resharding=any("/" in row.name for row in rows),
        )
        shown = self._filter.apply(rows)
        self._table.show(shown, columns)
        self._head.update(columns.head)
        text = self._problem or totals_line(self._rows.totals)
        if choice := str(self._filter):
            text = f"{len(shown)} shown ({choice}), esc shows all. {text}"
        self._totals.update(f"stopping: {text}" if self._stopping else text)

    def action_stop(self) -> None:
        """Ask the fleet to end."""
        self._stopping = True
        self._draw()
        self._stop()

    def action_keep(self) -> None:
        """Show the next set of states."""
        self._filter = self._filter.next()
        self._draw()

    def action_log(self) -> None:
        """Make the log large, then hide it, then show it again."""
        size = next((number for number, name in enumerate(_LOG_SIZES) if self._pane.has_class(name)), 0)
        self._pane.remove_class(*_LOG_SIZES)
        self._pane.add_class(_LOG_SIZES[(size + 1) % len(_LOG_SIZES)])

    def action_search(self) -> None:
        """Ask for the words that a row has to have."""
        self._words.remove_class("hidden")
        self._words.focus()

    def on_key(self, event: events.Key) -> None:
        """Show all rows again with escape."""
        if event.key == "escape":
            self._words.value = ""
            self._filter = RowFilter()
            self._leave_words()

    @on(Input.Changed, "#filter")
    def _words_changed(self, event: Input.Changed) -> None:
        self._filter = RowFilter(self._filter.kept, event.value)
        self._draw()

    @on(Input.Submitted, "#filter")
    def _leave_words(self) -> None:
        self._words.set_class(not self._words.value, "hidden")
        self._table.focus()
        self._draw()
