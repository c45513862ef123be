"""Complete the table with the mouse, and with requests that need the database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from pirate_tui.domain import navigation
from pirate_tui.domain.entity import Column, Entity
from pirate_tui.domain.loading import EagerRequest, OpenAllRequest
from pirate_tui.domain.outline import Line, LineKind, Outline, Path
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Row, RowKey
from pirate_tui.ui.commands import BindingScope, ScreenState, bindings, is_available
from pirate_tui.ui.copying import copy
from pirate_tui.ui.widgets import row_lines
from pirate_tui.ui.widgets.openable_rows import OpenableRows


TOP = Line((), LineKind.HEADER)
"""The table's own header, which stays above its rows."""


class RowTable(OpenableRows):
    """Rows that can be opened, sorted, filtered and searched. What needs the database is requested by messages.

    What opens a prompt stays with the screen: a message would come too late for what is typed next.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(BindingScope.TABLE)]

    @dataclass
    class OpenAllRequested(Message):
        """A relationship is to be opened of all these rows, given by their numbers."""

        rows: dict[int, Row]
        request: OpenAllRequest

    @dataclass
    class SortRequested(Message):
        """The rows are to be sorted by a column, or the other way round, or by key again."""

        column: Column

    @dataclass
    class UnfilterRequested(Message):
        """A filter is to be taken away: the column's, or the newest."""

        column: Column

    @dataclass
    class MatchRequested(Message):
        """The next row that the search finds is to be gone to, or the one before."""

        backward: bool = False

    @dataclass
    class ValueRequested(Message):
        """The whole of a value is to be shown."""

        query: Query
        entity: Entity
        row: Row
        column: Column

    @dataclass
    class RowRequested(Message):
        """Every value of a row is to be copied, whole."""

        query: Query
        row: Row

    @dataclass
    class OptionsRequested(Message):
        """The loader options are to be copied that load all that is opened below a row."""

        request: EagerRequest
        left_out: int
        """How many collections are not among it, since they are too large to be loaded."""

    @dataclass
    class TableRequested(Message):
        """The table of a mapped class is to be shown."""

        name: str
        key: RowKey | None = None
        """Of the row to go to; None: the first."""
        opened: Callable[[], None] | None = None
        """Called when it is shown."""

    # The mouse.

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked line; open or close it by its glyph or a double click. A header sorts."""
        at = event.get_content_offset(self)
        if at is None or self.listing is None:
            return
        y = at.y - self.FIXED_LINES
        line = self.shown_line(y + round(self.scroll_y)) if y >= 0 else TOP
        if line is None:
            return
        if line.part is LineKind.HEADER:
            self._go_to_header(line.path, at.x + round(self.scroll_x))
            return
        self.cursor = line.path
        edge = row_lines.glyph_offset(line)
        on_glyph = edge <= at.x + round(self.scroll_x) < edge + len(row_lines.LEAF)
        if on_glyph or event.chain == 2:  # noqa: PLR2004  a double click
            self.action_open_or_close()

    def _go_to_header(self, path: Path, x: int) -> None:
        """Go to the column at `x`, and sort by it where it is the table's own.

        `path` is that of the relationship whose rows have this header, empty for the table's own.
        """
        is_among = self.cursor[: len(path)] == path and len(self.cursor) == len(path) + 1
        there = self.cursor
        if not is_among:
            there = navigation.first_child(self.state.shown.outline, path) if path else self.cursor[:1]
        edge = len(path) // 2 * row_lines.STEP + len(row_lines.LEAF)
        number = self._renderer.widths(self.state.shown.entity_at(there), len(path) // 2).column_at(x - edge)
        if number is None:
            return
        self.cursor, self.column = there, number
        if not path:
            self.call_later(self.run_action, "order")

    # Requests.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's
        """Whether a command is available now."""
        state = ScreenState(has_rows=self.listing is not None, is_in_table=self.screen.focused is self)
        return is_available(BindingScope.TABLE, action, state)

    def own_column(self) -> Column | None:
        """Return the current column of the table's own rows; None among nested ones, whose order is fixed."""
        if len(self.cursor) > 1:
            self.state.set_caption(hint="sort and filter work on top-level rows ({←} to go up)")
            return None
        return self.current_column

    def action_order(self) -> None:
        """Sort by the current column: ascending, descending, by key."""
        column = self.own_column()
        if column is not None:
            self.post_message(self.SortRequested(column))

    def action_unfilter(self) -> None:
        """Take a filter away."""
        column = self.own_column()
        if column is not None:
            self.post_message(self.UnfilterRequested(column))

    def action_next_match(self) -> None:
        """Go to the next row that the search finds."""
        self.post_message(self.MatchRequested())

    def action_previous_match(self) -> None:
        """Go to the previous row that the search finds."""
        self.post_message(self.MatchRequested(backward=True))

    def action_view(self) -> None:
        """Show the whole value of the current column."""
        entity_and_row, column = self.row_at(self.cursor), self.current_column
        query = self.state.shown.query_of(self.cursor)
        if entity_and_row is not None and column is not None and query is not None:
            self.post_message(self.ValueRequested(query, *entity_and_row, column))

    def action_open_all(self) -> None:
        """Open every row of the page, one access each, the one that the cursor is on first."""
        rows, entity = self.state.page_rows(), self.state.shown.entity
        listed = [relationship for relationship in entity.relationships if not relationship.is_query]
        if rows and listed:
            chosen = next((branch for branch in listed if branch.name in self.cursor[1:2]), listed[0])
            here = int(self.cursor[0])
            keys = tuple(rows[number].key or () for number in sorted(rows, key=lambda number: (number != here, number)))
            request = OpenAllRequest(entity, keys, chosen, self.mode, self.strategy)
            self.post_message(self.OpenAllRequested(rows, request))

    def action_copy_options(self) -> None:
        """Copy the loader options for all that is opened below the row, or below the nearest row above that is open."""
        outline = self.state.shown.outline
        rows = (self.cursor[:end] for end in range(len(self.cursor), 0, -1) if end % 2)
        path, ways = next(((path, ways) for path in rows if (ways := outline.opened_ways(path))), ((), ()))
        entity_and_row = self.row_at(path) if path else None
        if entity_and_row is None or entity_and_row[1].key is None:
            self.state.set_caption(hint="open a relationship first: {O} copies the loader options for what is open")
            return
        below = Outline(1, {0: outline.branches(path)})
        left_out = sum(opening.is_held_back for _, opening in below.openings())
        request = EagerRequest(entity_and_row[0], entity_and_row[1].key, ways)
        self.post_message(self.OptionsRequested(request, left_out))

    def action_open_as_table(self) -> None:
        """Show the row that the cursor is on in the table of its own class."""
        entity_and_row = self.row_at(self.cursor)
        if entity_and_row is not None and entity_and_row[1].key is not None and len(self.cursor) > 1:
            self.post_message(self.TableRequested(entity_and_row[0].name, entity_and_row[1].key))
        else:
            self.state.set_caption(hint="select a nested row first: this row is in its own table already")

    def copy_row(self) -> None:
        """Copy the row under the cursor; a cut one is requested whole."""
        entity_and_row, query = self.row_at(self.cursor), self.state.shown.query_of(self.cursor)
        if entity_and_row is None or query is None:
            return
        entity, row = entity_and_row
        if len(row.cells) < len(entity.columns) or any(cell.length is not None for cell in row.cells):
            self.post_message(self.RowRequested(query, row))
        else:
            copy(self.app, "the row", "\t".join(cell.text for cell in row.cells))
