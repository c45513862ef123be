"""Open and close relationships under the rows of the table."""

from dataclasses import dataclass

from textual.message import Message
from textual.reactive import reactive

from pirate_tui.domain import navigation
from pirate_tui.domain.access import AccessMode, Scenario
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.outline import Path, is_row
from pirate_tui.domain.rows import Row
from pirate_tui.ui.widgets.row_paging import RowPaging


class OpenableRows(RowPaging):
    """Rows that can be opened and closed. It requests openings by messages."""

    mode: reactive[AccessMode] = reactive(AccessMode.SAFE, repaint=False)
    """How a relationship would be opened now; bound to the screen's."""

    strategy: reactive[LoaderStrategy] = reactive(LoaderStrategy.AS_MAPPED, repaint=False)
    """By which loader strategy; bound to the screen's."""

    scenario: reactive[Scenario] = reactive(Scenario.FRESH, repaint=False)
    """In which state of the instance; bound to the live instance's."""

    @dataclass
    class OpenRequested(Message):
        """A relationship is to be opened under the row at the path."""

        path: Path
        entity: Entity
        row: Row
        relationship: Relationship
        in_full: bool = False
        """Whether to load a collection of any size."""

    @dataclass
    class Closed(Message):
        """What was opened at the path is closed."""

        path: Path

    @dataclass
    class NothingToOpen(Message):
        """The row's class has no relationships."""

    def action_open_or_close(self) -> None:
        """Open what the cursor is on. Close it if it stands open just as it would be opened now."""
        entity_and_row = self.row_at(self.cursor)
        if entity_and_row is None:
            return
        relationships = entity_and_row[0].relationships
        if not is_row(self.cursor):
            self._open_or_close(self.cursor)
        elif len(relationships) == 1:
            self._open_or_close((*self.cursor, relationships[0].name))
        elif self.state.shown.can_close(self.cursor):
            self._close(self.cursor)
        elif relationships:
            self.state.list_relationships(self.cursor)
            self.state.set_caption(hint="{↓} to a relationship, {⏎} loads it")
        else:
            self.post_message(self.NothingToOpen())

    def reopen(self, *, even_if_current: bool = False) -> None:
        """Open what the cursor is on, unless it was opened with the current mode and strategy."""
        entity_and_row = self.row_at(self.cursor)
        if entity_and_row is None:
            return
        relationships = entity_and_row[0].relationships
        path = (*self.cursor, relationships[0].name) if is_row(self.cursor) and relationships else self.cursor
        if not is_row(path) and (even_if_current or not self._is_current(path)):
            self._request_opening(path)

    def action_open(self) -> None:
        """Open the row; on an open row, go to its first child."""
        shown = self.state.shown
        is_open = shown.can_close(self.cursor) if is_row(self.cursor) else shown.opening_at(self.cursor)
        if is_open:
            self.cursor = navigation.first_child(shown.outline, self.cursor)
        else:
            self.action_open_or_close()

    def action_open_by_letter(self) -> None:
        """Do the same by the key that was the log's, and say so once."""
        if not self._has_told_of_log:
            self._has_told_of_log = True
            self.state.set_caption(hint="{l} opens, as {→} does; the statement log is {L}")
        self.action_open()

    _has_told_of_log = False

    def action_close_all(self) -> None:
        """Close every row that is open."""
        for number in tuple(self.state.shown.outline.opened):
            self._close((number,))

    def action_leave(self) -> None:
        """Close the row; on a closed row, go to its parent."""
        if self.state.shown.can_close(self.cursor):
            self._close(self.cursor)
        else:
            self.cursor = navigation.parent(self.cursor)

    def action_go_up_to(self, step: int) -> None:
        """Go to a step of the way to the row that the cursor is on, counted from 1."""
        self.cursor = self.cursor[:step]

    def show_line(self, path: Path) -> None:
        """Scroll to the line of the path, and to the row that it belongs to, if there still is such a line."""
        outline = self.state.shown.outline
        if outline.has(path):
            self.scroll_line_into_view(outline.line_of(path))
            self.scroll_line_into_view(outline.line_of(path[:-1] or path))

    def close_enclosing(self) -> bool:
        """Close what is open at the cursor or around it, and return whether anything was."""
        path = navigation.enclosing(self.state.shown.outline, self.cursor)
        if path is not None:
            self._close(path)
        return path is not None

    def _open_or_close(self, path: Path) -> None:
        """Close a relationship that is open with the current mode and strategy; else open it.

        One that was held back because of its size is now loaded in full.
        """
        opening = self.state.shown.opening_at(path)
        if opening is not None and opening.is_held_back and self._is_current(path):
            self._request_opening(path, in_full=True)
        elif self._is_current(path):
            self._close(path if self.state.shown.can_close(path) else path[:-1])
        else:
            self._request_opening(path)

    def _is_current(self, path: Path) -> bool:
        """Whether the relationship was opened with the current mode and strategy, in the instance's present state."""
        opening = self.state.shown.opening_at(path)
        if opening is None:
            return False
        opened_in = opening.request.mode, opening.request.strategy, opening.instance.scenario
        return opened_in == (self.mode, self.strategy, self.scenario)

    def _request_opening(self, path: Path, *, in_full: bool = False) -> None:
        entity_and_row = self.row_at(path)
        if entity_and_row is not None:
            entity, row = entity_and_row
            relationship = entity.relationship(str(path[-1]))
            self.post_message(self.OpenRequested(path[:-1], entity, row, relationship, in_full))

    def _close(self, path: Path) -> None:
        self.state.close(path)
        self.post_message(self.Closed(path))
