"""A table of shards that draws the rows in sight and no others, so that 1,000 cost as much as 30."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from .columns import TableColumns
from .rows import ShardRow

__all__ = ["ShardTable"]

_TONES = {
    "": Style(),
    "good": Style(color="green"),
    "busy": Style(color="yellow"),
    "bad": Style(color="red", bold=True),
    "dim": Style(dim=True),
}


class ShardTable(ScrollView, can_focus=True):
    """Rows of shards; the keys for scrolling are textual's.

    Textual's own DataTable keeps a cell of each row, and 1,000 rows of ten cells would be written anew each second.

    Args:
        resized: called when there is room for other columns.
    """

    DEFAULT_CSS = """
    ShardTable { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    def __init__(self, resized: Callable[[], object]) -> None:
        super().__init__()
        self._resized = resized
        self._rows: Sequence[ShardRow] = ()
        self._columns = TableColumns(80)

    def show(self, rows: Sequence[ShardRow], columns: TableColumns) -> None:
        """Draw these rows from now on."""
        self._rows, self._columns = rows, columns
        size = Size(self.size.width, len(rows))
        if self.virtual_size != size:
            self.virtual_size = size
        self.refresh()

    def on_resize(self) -> None:
        """Have the columns chosen anew."""
        self._resized()

    def render_line(self, y: int) -> Strip:
        """Return one line on the screen."""
        index, width, base = self.scroll_offset.y + y, self.size.width, self.rich_style
        if index >= len(self._rows):
            return Strip.blank(width, base)
        cells = self._columns.cells(self._rows[index])
        return Strip([Segment(text, base + _TONES[tone]) for text, tone in cells]).adjust_cell_length(width, base)
