"""Move the cursor of the table by keys and mouse, and scroll with it."""

from dataclasses import dataclass

from textual.message import Message

from pirate_tui.domain import navigation
from pirate_tui.domain.access import Walk
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.outline import Path
from pirate_tui.domain.rows import Row
from pirate_tui.domain.walking import walk_at
from pirate_tui.ui.table_state import Change, TableState
from pirate_tui.ui.widgets import row_lines
from pirate_tui.ui.widgets.rows_view import RowsView


class RowCursor(RowsView):
    """Rows with a cursor."""

    @dataclass
    class RowHighlighted(Message):
        """The cursor has come to a row, or to a relationship of it."""

        entity: Entity
        row: Row
        walk: Walk | None
        """The walk that the row is part of; None: its own, or none without a key."""

    @dataclass
    class WalksEnded(Message):
        """Other rows are shown, and what was open in those before is closed."""

        walks: tuple[Walk, ...]

    def __init__(self) -> None:
        super().__init__(TableState(self))

    @property
    def cursor(self) -> Path:
        """The line that the cursor is on: a row or a relationship."""
        return self.state.cursor

    @cursor.setter
    def cursor(self, path: Path) -> None:
        self.state.move_cursor(path)

    @property
    def column(self) -> int:
        """The number of the current column."""
        return self.state.column

    @column.setter
    def column(self, number: int) -> None:
        self.state.move_column(number)

    # What the state reports.

    def rows_changed(self, change: Change) -> None:
        """Show changed rows, as far as they are in view."""
        top = round(self.scroll_y)
        if change.is_new:
            self.scroll_to(0, 0, animate=False, immediate=True, force=True)
            self.post_message(self.WalksEnded(change.ended))
        for entity, level, page in change.read:
            self._renderer.widths(entity, level).fit(page)
        self._reshape()
        if change.moved_by:
            self.scroll_to(y=max(0, top + change.moved_by), animate=False, immediate=True, force=True)
        for line in change.lines:
            self.scroll_line_into_view(line)
        if change.needs_column:
            self._show_column()
        if change.is_highlighted:
            self.highlight()

    def cursor_moved(self, before: Path, after: Path) -> None:
        """Scroll to the cursor, redraw its old and new line, and announce the row under it."""
        outline = self.state.shown.outline
        self.scroll_line_into_view(outline.line_of(after))
        if before[:-1] == after[:-1]:
            for path in (before, after):
                if navigation.within(outline, path) == path:
                    self.refresh_line(outline.line_of(path))
        else:
            self.refresh()  # the current column is marked in another header
        if len(before) > 1 or len(after) > 1:
            self._retitle()
        self.highlight()

    def column_moved(self) -> None:
        """Scroll sideways to the column."""
        self._show_column()
        self.refresh()

    def line_sought(self, line: int) -> None:
        """Scroll the line into the middle of the view."""
        self.scroll_to(y=max(0, line - self.rows_in_view // 2), animate=False, immediate=True, force=True)

    def highlight(self) -> None:
        """Post which row the cursor is on."""
        entity_and_row = self.row_at(self.cursor)
        if entity_and_row is not None:
            self.post_message(self.RowHighlighted(*entity_and_row, walk_at(self.state.shown, self.cursor)))

    def _show_column(self) -> None:
        """Scroll sideways until the current column is in view."""
        if self.listing is not None:
            level = row_lines.level_of(self.cursor)
            edge = level * row_lines.STEP + len(row_lines.LEAF)
            start, end = self._renderer.widths(self.listing.entity_at(self.cursor), level).offset(self.column)
            room = self.scrollable_content_region.width
            target = min(max(round(self.scroll_x), edge + end - room), edge + start if self.column else 0)
            self.scroll_to(x=target, animate=False, immediate=True, force=True)

    # Moving.

    def action_cursor_down(self) -> None:
        """Go to the next line."""
        self.move_by(1)

    def action_cursor_up(self) -> None:
        """Go to the line before."""
        self.move_by(-1)

    def action_next_column(self) -> None:
        """Go a column to the right."""
        self.column += 1

    def action_previous_column(self) -> None:
        """Go a column to the left."""
        self.column -= 1

    def move_by(self, by: int) -> None:
        """Go so many lines down, or up."""
        if self.line_count():
            self.cursor = navigation.move(self.state.shown.outline, self.cursor, by)
