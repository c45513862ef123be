"""Lay out the table beside the inspector, with the readers that query the database for them.

A widget's request goes to a reader here; a reader's result goes to a widget. What concerns the rest of the
screen bubbles on to it.
"""

from collections.abc import Awaitable, Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive

from pirate_tui.domain.access import AccessMode, InstanceSnapshot, Scenario
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.outline import is_row
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.statements import StatementOrigin
from pirate_tui.domain.text import plural
from pirate_tui.domain.walking import path_of, walk_at
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.copying import copy
from pirate_tui.ui.instance_reader import InstanceReader
from pirate_tui.ui.query_editor import QueryEditor
from pirate_tui.ui.refresher import Refresher
from pirate_tui.ui.rows_reader import RowsReader
from pirate_tui.ui.searcher import Searcher
from pirate_tui.ui.table_history import TableHistory
from pirate_tui.ui.tasks import Tasks
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.row_table import RowTable


if TYPE_CHECKING:
    from pirate_tui.ui.exporter import Exporter


class TableArea(Horizontal):
    """The table, and the readers of its rows."""

    mode: reactive[AccessMode] = reactive(AccessMode.SAFE, repaint=False)
    """How attributes are accessed; bound to the screen's, as all of these."""
    strategy: reactive[LoaderStrategy] = reactive(LoaderStrategy.AS_MAPPED, repaint=False)
    """By which loader strategy relationships are opened."""
    scenario: reactive[Scenario] = reactive(Scenario.FRESH, repaint=False)
    """What was done with the live instance; this one is the workspace's own."""
    is_stale: reactive[bool] = reactive(False, init=False, repaint=False)
    """Whether the database is gone, so that what is shown may be outdated."""

    def __init__(self, connection: ConnectionHandle, tasks: Tasks) -> None:
        super().__init__(id="main")
        self.connection = connection
        self.tasks = tasks
        self.table = RowTable()
        ports = connection, self.table.state, tasks
        self.rows = RowsReader(*ports)
        self.searcher = Searcher(*ports, self.rows.walk)
        self.query_editor = QueryEditor(*ports, self.rows, self.searcher.count_again)
        self.refresher = Refresher(*ports, self.rows, self.searcher.count_again)
        self.history = TableHistory(*ports, self.rows, self.refresher)

    @cached_property
    def exporter(self) -> "Exporter":
        """What writes files."""
        from pirate_tui.ui.exporter import Exporter  # not needed for the first paint

        ports = self.connection, self.table.state, self.tasks
        return Exporter(*ports, lambda what, text: copy(self.app, what, text), self._tell)

    def compose(self) -> ComposeResult:
        """Compose the table."""
        yield self.table.data_bind(TableArea.mode, TableArea.strategy, TableArea.scenario, TableArea.is_stale)

    def show_table(self, name: str, key: RowKey | None, opened: Callable[[], None] | None) -> None:
        """Show the rows of another mapped class, with the cursor on the row of that key; `opened` is called then."""
        self.searcher.forget()
        self.table.focus()
        self.tasks.cancel("connect")  # the table to begin with may not be read yet, and is not wanted any more
        self.history.choose(name, key, opened)

    @on(RowTable.PagesNeeded)
    def _read_pages(self) -> None:
        self.rows.fill()

    @on(RowTable.SortRequested)
    def _sort(self, requested: RowTable.SortRequested) -> None:
        self.query_editor.order(requested.column)

    @on(RowTable.UnfilterRequested)
    def _unfilter(self, requested: RowTable.UnfilterRequested) -> None:
        self.query_editor.unfilter(requested.column)

    @on(RowTable.MatchRequested)
    def _go_to_match(self, requested: RowTable.MatchRequested) -> None:
        self.searcher.next_hit(backward=requested.backward)

    @on(RowTable.ValueRequested)
    def _show_value(self, requested: RowTable.ValueRequested) -> None:
        from pirate_tui.ui.screens.value import ValueScreen  # not needed for the first paint

        column = requested.column
        read = partial(self.connection.rows.value, requested.query, requested.row, column)
        self.app.push_screen(ValueScreen(f"{requested.entity.name}.{column.name}", read))

    def _tell(self, note: str) -> None:
        self.app.notify(note, markup=False)

    @on(RowTable.RowRequested)
    def _copy_row(self, requested: RowTable.RowRequested) -> None:
        self.tasks.start("copy", lambda: self._copy(requested))

    @on(RowTable.OptionsRequested)
    def _copy_options(self, requested: RowTable.OptionsRequested) -> None:
        self.tasks.start("copy", lambda: self._copy_proved(requested))

    async def _copy_proved(self, requested: RowTable.OptionsRequested) -> None:
        with self.tasks.track("trying the loader options"):
            found = await self.connection.benchmarks.eager_select(requested.request)
            if found.problem:
                raise BrowserError(f"the options are not copied: {found.problem}", f"they were {found.code}")
            without = f", without {plural(requested.left_out, 'collection')} over --limit" if requested.left_out else ""
            copy(self.app, f"{found.code}: {plural(found.statements, 'statement')}{without}", found.code)

    async def _copy(self, requested: RowTable.RowRequested) -> None:
        with self.tasks.track("copying the row"):
            cells = await self.connection.rows.whole(requested.query, requested.row)
            copy(self.app, "the full row", "\t".join(cells))


class Workspace(TableArea):
    """The table and the inspector, with the reader of the live instance."""

    has_instance: reactive[bool] = reactive(False, init=False, repaint=False, bindings=True)
    """Whether the row under the cursor has a live instance, or will have one in a moment."""
    snapshot: reactive[InstanceSnapshot | None] = reactive(None, init=False, repaint=False)
    """The live instance."""

    def __init__(self, connection: ConnectionHandle, tasks: Tasks, ready: Callable[[], Awaitable[object]]) -> None:
        super().__init__(connection, tasks)
        self.inspector = Inspector()
        self.instance = InstanceReader(connection, self.table.state, tasks, self.post_message, ready)

    def compose(self) -> ComposeResult:
        """Compose the table and the inspector."""
        yield from super().compose()
        yield self.inspector.data_bind(Workspace.snapshot, Workspace.is_stale)

    # Requests of the widgets.

    @on(RowTable.RowHighlighted)
    def _load_instance(self, highlighted: RowTable.RowHighlighted) -> None:
        self.has_instance = highlighted.row.key is not None
        self.instance.load_instance(highlighted.entity, highlighted.row, highlighted.walk)

    @on(RowTable.Closed)
    def _end_walk(self, closed: RowTable.Closed) -> None:
        walk = walk_at(self.table.state.shown, closed.path)
        if walk is not None and len(closed.path) == 1:
            self.instance.end_walk(walk)
            self.table.highlight()

    @on(RowTable.WalksEnded)
    def _end_walks(self, ended: RowTable.WalksEnded) -> None:
        for walk in ended.walks:
            self.instance.end_walk(walk)

    @on(RowTable.TableEmptied)
    def _forget(self) -> None:
        self.has_instance = False
        self.instance.forget()

    @on(RowTable.OpenRequested)
    def _open(self, requested: RowTable.OpenRequested) -> None:
        self.table.state.is_used = True
        key = requested.row.key
        if key is None:
            self.tasks.show_error(BrowserError("no primary key", "this row cannot be loaded as an instance"))
            return
        walk = walk_at(self.table.state.shown, requested.path)
        going_on = walk if walk is None or len(requested.path) > 1 else None
        request = OpenRequest(
            requested.entity, key, requested.relationship, self.mode, self.strategy, requested.in_full, going_on
        )
        self.instance.open(requested.path, request)

    @on(RowTable.OpenAllRequested)
    def _open_all(self, requested: RowTable.OpenAllRequested) -> None:
        self.table.state.is_used = True
        self.instance.open_all(requested.rows, requested.request)

    def show_origin(self, origin: StatementOrigin | None) -> None:
        """Go to the row, or the relationship, that a statement came from; else to the attribute in the inspector."""
        if origin is None:
            self.table.state.set_caption(hint="no row of the table has sent this statement")
            return
        path = path_of(self.table.state.shown, origin)
        self.table.focus()
        if path is not None:
            self.table.cursor = path
        elif self.table.state.shown.entity.name == origin.root[0]:
            self.rows.go_to_key(origin.root[1])
        else:
            self.show_table(*origin.root, None)
        if origin.attribute and (path is None or is_row(path)):
            self.inspector.go_to(origin.attribute)

    @on(RowTable.NothingToOpen)
    def _go_to_inspector(self) -> None:
        self.inspector.focus()

    @on(Inspector.Focused)
    def _predict(self, focused: Inspector.Focused) -> None:
        self.instance.predict(focused.name)

    @on(Inspector.AccessRequested)
    def _access(self, requested: Inspector.AccessRequested) -> None:
        self.table.state.is_used = True
        self.instance.access(requested.name, self.mode)

    # Results.

    @on(InstanceReader.InstanceShown)
    def _show_instance(self, shown: InstanceReader.InstanceShown) -> None:
        self.snapshot = shown.snapshot
        self.scenario = Scenario.FRESH if shown.snapshot is None else shown.snapshot.scenario

    @on(InstanceReader.Released)
    def _highlight_again(self) -> None:
        self.table.highlight()

    @on(InstanceReader.Predicted)
    def _show_prediction(self, predicted: InstanceReader.Predicted) -> None:
        current = self.inspector.current
        if current is not None and current.name == predicted.name:
            self.inspector.prediction = predicted.prediction

    @on(InstanceReader.Opened)
    def _count_opened(self, opened: InstanceReader.Opened) -> None:
        if opened.opening.query is not None:
            self.rows.count()

    @on(InstanceReader.AttributeAccessed)
    def _show_cost(self, accessed: InstanceReader.AttributeAccessed) -> None:
        name, how = accessed.accessed.request.name, accessed.how
        self.inspector.result = "" if accessed.failed else f"{name}: {how}"
