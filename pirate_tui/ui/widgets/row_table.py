"""The table: moving over rows, opening and closing what hangs on them."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive

from pirate_tui.domain import navigation
from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.outline import Line, Part, Path, is_row
from pirate_tui.domain.rows import Row
from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.widgets import row_lines
from pirate_tui.ui.widgets.rows_view import RowsView


TOP = Line((), Part.HEADER)
"""The line of the table's own column names, which stays above its rows."""


class RowTable(RowsView):
    """Rows that can be gone over and opened. It asks for openings by messages."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(BindingScope.TABLE)]

    mode: reactive[AccessMode] = reactive(AccessMode.SAFE, repaint=False)
    """How a relationship would be opened now; bound to the screen's."""

    strategy: reactive[LoaderStrategy] = reactive(LoaderStrategy.AS_MAPPED, repaint=False)
    """By which loader strategy; bound to the screen's."""

    @dataclass
    class OpenRequested(Message):
        """A relationship is to be opened under the row at the path."""

        path: Path
        entity: Entity
        row: Row
        relationship: Relationship
        in_full: bool = False
        """Load it, however much there is?"""

    @dataclass
    class Closed(Message):
        """What was opened at the path is closed."""

        path: Path

    @dataclass
    class NothingToOpen(Message):
        """The row's class has no relationships."""

    # Opening and closing.

    def action_open_or_close(self) -> None:
        """Open what the cursor is on. Close it if it stands open just as it would be opened now."""
        found = self.row_at(self.cursor)
        if found is None:
            return
        relationships = found[0].relationships
        if not is_row(self.cursor):
            self._open_or_close(self.cursor)
        elif len(relationships) == 1:
            self._open_or_close((*self.cursor, relationships[0].name))
        elif self._shown.can_close(self.cursor):
            self._close(self.cursor)
        elif relationships:
            self._shown.list_relationships(self.cursor)
            self.hint = "↓ to a relationship, ⏎ loads it"
            self._reshape()
        else:
            self.post_message(self.NothingToOpen())

    def ask_again(self) -> None:
        """Open what the cursor is on, unless it was opened just as it would be now."""
        found = self.row_at(self.cursor)
        if found is None:
            return
        relationships = found[0].relationships
        path = (*self.cursor, relationships[0].name) if is_row(self.cursor) and relationships else self.cursor
        if not is_row(path) and not self._is_answered(path):
            self._ask(path)

    def action_open(self) -> None:
        """Open the row; on an open row, go to its first child."""
        is_open = self._shown.can_close(self.cursor) if is_row(self.cursor) else self._shown.opening_at(self.cursor)
        if is_open:
            self.cursor = navigation.first_child(self._shown.outline, self.cursor)
        else:
            self.action_open_or_close()

    def action_leave(self) -> None:
        """Close the row; on a closed row, go to its parent."""
        if self._shown.can_close(self.cursor):
            self._close(self.cursor)
        else:
            self.cursor = navigation.parent(self.cursor)

    def close_enclosing(self) -> bool:
        """Close what is open at the cursor or around it; was anything?"""
        path = navigation.enclosing(self._shown.outline, self.cursor)
        if path is not None:
            self._close(path)
        return path is not None

    def _open_or_close(self, path: Path) -> None:
        """Enter on a relationship: the same question again closes it, another one is asked.

        What was held back because there is so much of it is now loaded.
        """
        opening = self._shown.opening_at(path)
        if opening is not None and opening.is_held_back and self._is_answered(path):
            self._ask(path, in_full=True)
        elif self._is_answered(path):
            self._close(path if self._shown.can_close(path) else path[:-1])
        else:
            self._ask(path)

    def _is_answered(self, path: Path) -> bool:
        """Has the relationship been opened just as it would be opened now?"""
        opening = self._shown.opening_at(path)
        return opening is not None and (opening.request.mode, opening.request.strategy) == (self.mode, self.strategy)

    def _ask(self, path: Path, *, in_full: bool = False) -> None:
        found = self.row_at(path)
        if found is not None:
            entity, row = found
            relationship = entity.relationship(str(path[-1]))
            self.post_message(self.OpenRequested(path[:-1], entity, row, relationship, in_full))

    def _close(self, path: Path) -> None:
        if self.cursor[: len(path)] == path:
            self.cursor = path
        self._shown.close(path)
        self._reshape()
        self.post_message(self.Closed(path))

    def close_all(self) -> None:
        """Close everything that is open."""
        for number in tuple(self._shown.outline.opened):
            self._close((number,))

    # Moving.

    def action_cursor_down(self) -> None:
        """Go to the next line."""
        self._move(1)

    def action_cursor_up(self) -> None:
        """Go to the line before."""
        self._move(-1)

    def action_page_down(self) -> None:
        """Go a screen further."""
        self._move(self._rows_in_view)

    def action_page_up(self) -> None:
        """Go a screen back."""
        self._move(-self._rows_in_view)

    def action_first(self) -> None:
        """Go to the first row."""
        self._move(-self.line_count())

    def action_last(self) -> None:
        """Go to the last line."""
        self._move(self.line_count())

    def action_next_column(self) -> None:
        """Go a column to the right."""
        self.column += 1

    def action_previous_column(self) -> None:
        """Go a column to the left."""
        self.column -= 1

    def on_click(self, event: events.Click) -> None:
        """A click goes to a line; on its glyph, or twice, it opens or closes it. On a header it goes to the column."""
        at = event.get_content_offset(self)
        if at is None or self.listing is None:
            return
        y = at.y - self.FIXED_LINES
        line = self.shown_line(y + round(self.scroll_y)) if y >= 0 else TOP
        if line is None:
            return
        if line.part is Part.HEADER:
            self._go_to_header(line.path, at.x + round(self.scroll_x))
            return
        self.cursor = line.path
        edge = row_lines.glyph_offset(line)
        on_glyph = edge <= at.x + round(self.scroll_x) < edge + len(row_lines.LEAF)
        if on_glyph or event.chain == 2:  # noqa: PLR2004  a double click
            self.action_open_or_close()

    def _go_to_header(self, path: Path, x: int) -> None:
        """Go to the column under whose name `x` is; the table's own current column is ordered by.

        `path` is that of the relationship whose rows have this header, empty for the table's own.
        """
        is_among = self.cursor[: len(path)] == path and len(self.cursor) == len(path) + 1
        there = (
            self.cursor if is_among else navigation.first_child(self._shown.outline, path) if path else self.cursor[:1]
        )
        edge = len(path) // 2 * row_lines.STEP + len(row_lines.LEAF)
        number = self._renderer.widths(self._shown.entity_at(there), len(path) // 2).column_at(x - edge)
        if number is None:
            return
        is_current = is_among and number == self.column
        self.cursor, self.column = there, number
        if is_current and not path:
            self.call_later(self.run_action, "screen.order")

    def _move(self, by: int) -> None:
        if self.line_count():
            self.cursor = navigation.move(self._shown.outline, self.cursor, by)
