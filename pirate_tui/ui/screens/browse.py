"""The browser: table, inspector, failure and statements, and the one mediator between them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.dom import DOMNode
from textual.events import Resize
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.entity import Column
from pirate_tui.domain.failure import CannotStart, Failure, Trouble
from pirate_tui.domain.loading import Accessed, LoaderStrategy, OpenAllRequest, Opening, OpenRequest
from pirate_tui.domain.outline import Path
from pirate_tui.domain.ports import Connect
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Row, RowKey
from pirate_tui.domain.text import plural
from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.connection import ConnectionHandle, first_usable, unusable
from pirate_tui.ui.copying import copy
from pirate_tui.ui.instance_reader import InstanceReader
from pirate_tui.ui.messages import Changed, Loaded, Reachable, Relay, Retrying, StatementTold
from pirate_tui.ui.rows_reader import RowsReader
from pirate_tui.ui.screens.guarded import Guarded
from pirate_tui.ui.searcher import Searcher
from pirate_tui.ui.tasks import Tasks
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.widgets.statement_log import StatementLog
from pirate_tui.ui.widgets.text_pane import SearchableView
from pirate_tui.ui.widgets.title_bar import TitleBar


if TYPE_CHECKING:
    from textual.widget import Widget

    from pirate_tui.ui.widgets.failure_view import FailureView
    from pirate_tui.ui.widgets.prompts import PromptBar, SearchBar

FIRST_STEPS = "⏎ load relationships · u ⏎ load them without await"
"""What to do first."""

IN_TABLE = frozenset({"open_all", "order", "filter", "unfilter", "go_to", "view", "next_match", "previous_match"})
"""Commands of the table that ask more than the table knows."""


class BrowseScreen(Guarded[None], Screen[None]):
    """One database, browsed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(BindingScope.SCREEN)]
    # Textual declares these two so that neither a ClassVar nor a tuple would be right.
    HORIZONTAL_BREAKPOINTS = [(0, "-w0"), (40, "-w40"), (60, "-w60"), (110, "-w110")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-h0"), (10, "-h10"), (20, "-h20"), (30, "-h30")]  # noqa: RUF012

    mode: reactive[AccessMode] = reactive(AccessMode.SAFE)
    """How attributes are accessed."""
    strategy: reactive[LoaderStrategy] = reactive(LoaderStrategy.AS_MAPPED)
    """By which loader strategy relationships are opened."""
    database_label: reactive[str] = reactive("")
    """What is open, for the title."""
    warning: reactive[str] = reactive("")
    """What should be known of it all the time, for the title."""
    busy: reactive[str] = reactive("")
    """What is under way, for the title; empty while nothing takes long."""
    has_instance: reactive[bool] = reactive(False, init=False, bindings=True)
    """Does the cursor rest on a row that there is, or will be in a moment, a live instance of?"""
    is_away: reactive[bool] = reactive(False, init=False)
    """Did the last question not reach the database? Then what is shown is from before."""

    def __init__(self, connect: Connect, label: str, remember: Callable[[str], None]) -> None:
        super().__init__()
        self._remember = remember
        self._connection = ConnectionHandle(connect, Relay(self))
        self._opened_at: Path = ()
        self._asker: Widget | None = None
        """What had the focus when the access was asked for that failed."""
        self._is_furnished, self._is_being_furnished = asyncio.Event(), False
        self._tasks = Tasks(self, partial(setattr, self, "busy"), self._show_trouble)
        self._table, self._inspector, self._log = RowTable(), Inspector(), StatementLog()
        # Who asks the database, each for one part of what is shown.
        self._rows = RowsReader(self._connection, self._table, self._tasks, self._count_hits_again)
        self._searcher = Searcher(self._connection, self._table, self._tasks, self._rows.walk)
        show = (self._show_opened, self._show_accessed)
        self._instance = InstanceReader(self._connection, (self._table, self._inspector), self._tasks, show)
        self.set_reactive(BrowseScreen.database_label, label)

    def compose(self) -> ComposeResult:
        """The frame; rows come when the database is open."""
        yield TitleBar().data_bind(
            BrowseScreen.mode,
            BrowseScreen.strategy,
            BrowseScreen.busy,
            BrowseScreen.warning,
            database=BrowseScreen.database_label,
        )
        with Horizontal(id="main"):
            yield self._table.data_bind(BrowseScreen.mode, BrowseScreen.strategy, is_stale=BrowseScreen.is_away)
            yield self._inspector.data_bind(is_stale=BrowseScreen.is_away)
        yield Static(id="trouble", markup=False)
        yield self._log
        yield Static(id="foot")
        yield Static("too small: pirate-tui needs 40 x 10", id="too-small")

    def on_mount(self) -> None:
        """The frame is painted first; only then is SQLAlchemy imported and the database opened."""
        self._table.border_title = "opening …"
        self._inspector.border_title = "Instance"
        self._table.focus()
        self.call_after_refresh(self._begin)

    @on(Resize)
    def _resized(self) -> None:
        """What was hidden while the terminal was too small has lost the focus."""
        self.call_after_refresh(self._focus_something)

    def _focus_something(self) -> None:
        if self.focused is None:
            (self._failure.pane if self.has_class("-failed") else self._table).focus()

    async def _furnish(self) -> None:
        """Import and mount what nobody misses before there are rows, unless somebody has left meanwhile."""
        if not self._is_being_furnished and self.is_attached:
            self._is_being_furnished = True
            from pirate_tui.ui.widgets import failure_view, key_footer, prompts

            await self.mount(failure_view.FailureView(), before=self._log)
            kinds = prompts.PromptKind
            asking = map(prompts.PromptBar, (kinds.SEARCH_TABLE, kinds.FILTER, kinds.GO_TO))
            bars = (prompts.SearchBar(), *asking)
            await self.mount(*bars, key_footer.KeyFooter(), before="#foot")
            await self.query_one("#foot").remove()
            self._is_furnished.set()
        self.refresh_bindings()  # there may be rows now; and the footer is composed when these are told

    # What the database layer tells.

    @on(StatementTold)
    def _log_statement(self, told: StatementTold) -> None:
        self._log.tell(told.statement)

    @on(Retrying)
    def _say_retrying(self, retrying: Retrying) -> None:
        self._tasks.show_notice(f"{retrying.reason}; retrying ({retrying.attempt})")

    @on(Loaded)
    def _say_loaded(self, loaded: Loaded) -> None:
        self._instance.loaded(loaded.instances)

    @on(Changed)
    def _read_what_changed(self) -> None:
        self._rows.changed()

    @on(Reachable)
    def _show_reachable(self, event: Reachable) -> None:
        """Dim what is shown while the database is away; once it is there again, what is shown is read again."""
        if self._connection.database is None:
            return
        was_away, self.is_away = self.is_away, not event.is_reachable
        if event.is_reachable:
            self._tasks.clear_unreachable()
        if was_away and event.is_reachable:
            self._rows.changed()

    # Work: each question has its own group of workers.

    @work(exclusive=True, group="connect")
    async def _begin(self) -> None:
        with self._tasks.track("opening the database"):
            try:
                database = await self._connection.open()
                self.database_label = f"{database.name} · read-only · {database.dialect}"
                self.warning = database.warning
                await self._rows.begin(Query(await first_usable(database.models.choices, database.models)))
                self._tasks.show_error(unusable(database.models.choices))
                self._table.hint = FIRST_STEPS
            except CannotStart as reason:
                self.app.exit(return_code=reason.exit_code, message=Text(f"pirate-tui: {reason.message}"))
            finally:
                if self._table.listing is None:
                    self._table.border_title = "not opened"
                self.call_after_refresh(self._furnish)

    @work(exclusive=True, group="reread")
    async def _read_again(self) -> None:
        """Connect anew and read what is shown; of another database, which a file may be now, nothing stays open."""
        with self._tasks.track("reopening the database"):
            if await self._connection.reconnect():
                self._hide_failure()
                self._table.close_all()
            self.warning = (await self._connection.open()).warning
            self._instance.lose()
            await self._rows.renew()

    @work(exclusive=True, group="copy")
    async def _copy_row(self, query: Query, row: Row) -> None:
        with self._tasks.track("copying the row"):
            copy(self.app, "the full row", "\t".join(await self._connection.rows.whole(query, row)))

    def _count_hits_again(self) -> None:
        self._searcher.count_again()

    # What the widgets tell.

    @on(RowTable.PagesNeeded)
    def _pages_wanted(self) -> None:
        self._rows.fill()

    @on(RowTable.RowHighlighted)
    def _rested(self, rested: RowTable.RowHighlighted) -> None:
        self.has_instance = rested.row.key is not None
        self._instance.rest(rested.entity, rested.row)

    @on(RowTable.TableEmptied)
    def _emptied(self) -> None:
        self.has_instance = False
        self._instance.forget()

    @on(RowTable.OpenRequested)
    def _open_asked(self, asked: RowTable.OpenRequested) -> None:
        if asked.row.key is None:
            self._tasks.show_error(Trouble("no primary key", "this row cannot be loaded as an instance"))
            return
        request = OpenRequest(asked.entity, asked.row.key, asked.relationship, self.mode, self.strategy, asked.in_full)
        self._instance.open(asked.path, request, self._is_furnished.wait)

    @on(RowTable.Closed)
    def _row_closed(self, closed: RowTable.Closed) -> None:
        if self._opened_at[: len(closed.path)] == closed.path:
            self._hide_failure()

    @on(Inspector.Focused)
    def _attribute_focused(self, focused: Inspector.Focused) -> None:
        self._instance.predict(focused.name)

    @on(Inspector.AccessRequested)
    def _access_asked(self, asked: Inspector.AccessRequested) -> None:
        self._instance.access(asked.name, self.mode, self._is_furnished.wait)

    def on_prompt_bar_ended(self) -> None:
        """Nothing was typed after all."""
        self._table.focus()

    def on_prompt_bar_submitted(self, submitted: "PromptBar.Submitted") -> None:
        """A place, a filter or a search has been typed; an empty line ends the search before."""
        with self._typed():
            match submitted.kind.id:
                case "go-to":
                    self._rows.go_to(submitted.text)
                case "filter" if submitted.column is not None:
                    self._rows.filter(submitted.text, submitted.column)
                case "search-table":
                    self._searcher.search(submitted.text, submitted.column)

    @contextmanager
    def _typed(self) -> Iterator[None]:
        """Back to the table; what was typed may be wrong."""
        self._table.focus()
        try:
            yield
            self._tasks.clear_error()
        except ValueError as error:
            self._tasks.show_error(Trouble("invalid input", str(error)))

    @on(RowTable.NothingToOpen)
    def _nothing_to_open(self) -> None:
        self._inspector.focus()

    # Commands.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's
        """What cannot be done just now is greyed out (None), or absent (False).

        Keys, palette, footer and clicks ask here; and what a command needs never goes away once it is there.
        """
        is_failed, is_open = self.has_class("-failed"), self._connection.database is not None
        has_rows, is_furnished = self._table.listing is not None, self._is_furnished.is_set()
        is_in_rows = has_rows and self.focused is self._table
        if action in IN_TABLE:
            return is_in_rows
        can: dict[str, bool | None] = {
            "search": is_in_rows or ((has_rows or is_furnished) and isinstance(self.focused, SearchableView)),
            "log": is_furnished,
            "ask_again": is_failed,
            "explain": is_failed or None,
            "compare": has_rows or None,
            "unsafe": is_open or None,
            "choose": is_open or None,
            "open_as_table": is_in_rows or None,
            "situation": (is_open and self.has_instance) or None,
            "next_strategy": is_open or None,
            "previous_strategy": is_open or None,
        }
        return can.get(action, True)

    def action_unsafe(self) -> None:
        """Unsafe mode on and off."""
        self.mode = self.mode.other

    def action_open_all(self) -> None:
        """Open every row of the page, one access each, the one that the cursor is on first."""
        listing = self._table.listing
        rows = {} if listing is None else self._table.page_rows()
        if listing is None or not rows or all(one.is_query for one in listing.entity.relationships):
            return
        listed = [one for one in listing.entity.relationships if not one.is_query]
        chosen = next((one for one in listed if one.name in self._table.cursor[1:2]), listed[0])
        here = int(self._table.cursor[0])
        keys = tuple(rows[number].key or () for number in sorted(rows, key=lambda number: (number != here, number)))
        ask = OpenAllRequest(listing.entity, keys, chosen, self.mode, self.strategy)
        self._instance.open_all(rows, ask, self._is_furnished.wait)

    def action_choose(self) -> None:
        """Choose another mapped class."""
        from pirate_tui.ui.screens.choose import ChooseScreen  # not needed for the first paint

        if self._connection.database is not None:
            found = self._table.row_at(self._table.cursor)
            current = "" if found is None else found[0].name
            choose = ChooseScreen(self._connection.database.models.choices, current, self._connection.models.sizes)
            self.app.push_screen(choose, self._go_over_to)

    def _go_over_to(self, chosen: str | None) -> None:
        if chosen is not None:
            self._go_over(chosen, opened=partial(self._remember, chosen))

    def action_open_as_table(self) -> None:
        """Show the row that the cursor is on in the table of its own class."""
        found = self._table.row_at(self._table.cursor)
        if found is not None and found[1].key is not None and len(self._table.cursor) > 1:
            self._go_over(found[0].name, found[1].key)
        else:
            self._table.hint = "select a nested row first: this row is in its own table already"

    def _go_over(self, name: str, key: RowKey | None = None, opened: Callable[[], None] | None = None) -> None:
        self._searcher.forget()
        self._hide_failure()
        self._table.focus()
        self._tasks.cancel("connect")  # the table to begin with may not be read yet, and is not wanted any more
        self._rows.choose(name, key, opened)

    def action_compare(self) -> None:
        """Compare loader strategies for the relationship under the cursor, on the rows that are shown."""
        from pirate_tui.ui.screens.compare import CompareScreen, question_at  # not needed for the first paint

        question = question_at(self._connection, self._table, self._inspector)
        if question is None:
            self._table.hint = "no relationship here to compare loader strategies for"
        else:
            self.app.push_screen(CompareScreen(self._connection, question))

    def action_situation(self) -> None:
        """After commit, after rollback, detached, fresh again."""
        self._instance.put_through()

    def action_next_strategy(self) -> None:
        """The next loader strategy."""
        self._use(self.strategy.step(1))

    def action_previous_strategy(self) -> None:
        """The loader strategy before."""
        self._use(self.strategy.step(-1))

    def action_explain(self) -> None:
        """Raw or explained."""
        self._search.end()
        self._failure.is_explained = not self._failure.is_explained

    async def action_search(self) -> None:
        """Search the whole table, or the text of the panel that has the focus."""
        await self._is_furnished.wait()  # and so does what is typed next
        if isinstance(self.focused, SearchableView):
            self._search.begin(self.focused)
        else:
            bar = self._prompt("search-table")
            bar.begin_typing()
            self._table.call_later(lambda: bar.choose(self._table.current_column))

    def action_next_match(self) -> None:
        """To the next row that the search finds."""
        self._searcher.next_hit()

    def action_previous_match(self) -> None:
        """To the row before that."""
        self._searcher.next_hit(backward=True)

    async def action_go_to(self) -> None:
        """Ask where to go in the table."""
        await self._is_furnished.wait()
        self._prompt("go-to").begin_typing()

    async def action_filter(self) -> None:
        """Ask how the current column is to be filtered; keys that were pressed before may still choose another."""
        await self._is_furnished.wait()
        bar = self._prompt("filter")
        bar.begin_typing()
        self._table.call_later(lambda: bar.choose(self._own_column()))

    def action_unfilter(self) -> None:
        """Take a filter away."""
        self._table.call_later(self._with_own_column, self._rows.unfilter)

    def action_order(self) -> None:
        """Order by the current column, descending, by key."""
        self._table.call_later(self._with_own_column, self._rows.order)

    def _with_own_column(self, act: Callable[[Column], None]) -> None:
        column = self._own_column()
        if column is not None:
            act(column)

    def action_view(self) -> None:
        """Show the whole value of the current column."""
        from pirate_tui.ui.screens.value import ValueScreen  # not needed for the first paint

        found, column = self._table.row_at(self._table.cursor), self._table.current_column
        listing = self._table.listing
        query = None if listing is None else listing.query_of(self._table.cursor)
        if found is not None and column is not None and query is not None:
            read = partial(self._connection.rows.value, query, found[1], column)
            self.app.push_screen(ValueScreen(f"{found[0].name}.{column.name}", read))

    def action_log(self) -> None:
        """Statements on and off."""
        self.toggle_class("-without-log")
        if self._log.has_focus or self._search.pane is self._log:
            self._search.end()
            self._table.focus()

    def action_read_again(self) -> None:
        """Read everything again, also from another file in its place; after trouble at the start, open it again."""
        self._tasks.show_error(None)
        if self._connection.database is None or self._table.listing is None:
            self._begin()
            return
        self._read_again()

    def action_ask_again(self) -> None:
        """Enter asks again what has failed: the inspector's question, or the table's if mode or loader are others."""
        if self._asker is self._inspector:
            self._inspector.action_access()
        else:
            self._table.ask_again()

    def action_cancel(self) -> None:
        """Stop what is running; else close what is open, the last thing first."""
        if self._tasks.stop():
            what = "cancelled" if self._connection.database is not None else "not opened"
            self._tasks.show_error(Trouble(what, "press r to retry, q to quit"))
        elif open_prompts := [prompt for prompt in self.query("PromptBar").results() if prompt.display]:
            self.call_later(open_prompts[0].run_action, "end")
        elif self.has_class("-failed"):
            self._hide_failure()
        elif self.has_class("-troubled"):
            self._tasks.show_error(None)
        elif not self._table.has_focus:
            self._table.focus()
        elif self._table.hint or self._table.match:
            self._table.hint = ""
            self._searcher.forget()
        elif not self._table.close_enclosing():
            self._rows.back()

    def action_copy(self) -> None:
        """Copy from the panel that has the focus."""
        panels = [self._log, self._inspector, *self.query("FailureView")]
        panel = next((panel for panel in panels if panel.has_focus or panel.has_focus_within), None)
        if panel is not None:
            copy(self.app, *panel.clipboard_text)
            return
        listing, found = self._table.listing, self._table.row_at(self._table.cursor)
        query = None if listing is None else listing.query_of(self._table.cursor)
        if found is None or query is None:
            return
        entity, row = found
        if len(row.cells) < len(entity.columns) or any(cell.length is not None for cell in row.cells):
            self._copy_row(query, row)
        else:
            copy(self.app, "the row", "\t".join(cell.text for cell in row.cells))

    def action_help(self) -> None:
        """All keys, and what the browser teaches."""
        from pirate_tui.ui.screens.help import HelpScreen  # not needed for the first paint

        self.app.push_screen(HelpScreen())

    # Inside.

    def _use(self, strategy: LoaderStrategy) -> None:
        self.strategy = strategy
        self._table.hint = f"{strategy.title}: {strategy.lesson}"

    def _own_column(self) -> Column | None:
        """The current column, where it is one of the table's own: what is nested keeps its order and its rows."""
        if len(self._table.cursor) > 1:
            self._table.hint = "sort and filter work on top-level rows (← to go up)"
            return None
        return self._table.current_column

    def _show_opened(self, path: Path, opening: Opening) -> None:
        if opening.query is not None:
            self._rows.count()
        self._show_failure(path, opening.failure, f"{opening.request.mode.how} · {opening.request.strategy.title}")

    def _show_accessed(self, accessed: Accessed) -> None:
        sent = plural(accessed.statements, "statement")
        how = f"{accessed.request.mode.how} · {sent} · {accessed.seconds * 1000:.1f} ms"
        self._inspector.border_subtitle = None if accessed.failure else Text(f"{accessed.request.name}: {how}")
        self._show_failure((), accessed.failure, how)

    def _show_failure(self, path: Path, failure: Failure | None, asked: str) -> None:
        """Show what an access raised, or that it raised nothing."""
        if failure is None:
            self._hide_failure()
            return
        if self.focused in {self._table, self._inspector}:
            self._asker = self.focused
        self._opened_at = path
        self._failure.asked = asked
        self._failure.failure = failure
        self.add_class("-failed")
        self.refresh_bindings()
        self._failure.pane.focus()

    def _hide_failure(self) -> None:
        if self.has_class("-failed"):
            self._search.end()
            self.remove_class("-failed")
            self._opened_at = ()
            self.refresh_bindings()
            (self._asker or self._table).focus()

    def _show_trouble(self, trouble: Trouble | None) -> None:
        self.set_class(trouble is not None, "-troubled")
        if trouble is not None:
            self.query_one("#trouble", Static).update(Text(f"{trouble.reason}; {trouble.way_out}"))

    @property
    def startup_error(self) -> Trouble | None:
        """Why the database has not been open by now, where it was not there."""
        return self._connection.startup_error

    def bound_to(self, scope: BindingScope) -> DOMNode | None:
        """The part of the screen to which the commands of that scope are bound; None where it is another screen's."""
        return {
            BindingScope.SCREEN: self,
            BindingScope.TABLE: self._table,
            BindingScope.INSPECTOR: self._inspector,
        }.get(scope)

    @property
    def _failure(self) -> "FailureView":
        return cast("FailureView", self.query_one("FailureView"))  # its class is imported when it is mounted

    def _prompt(self, id: str) -> "PromptBar":  # noqa: A002  Textual's own name
        return cast("PromptBar", self.query_one(f"#{id}"))

    @property
    def _search(self) -> "SearchBar":
        return cast("SearchBar", self.query_one("SearchBar"))
