"""The browser: table, inspector, failure and statements, and the one mediator between them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import CannotStart, Trouble
from pirate_tui.domain.goto import read_place
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.loading import LoaderStrategy, Opening, OpenRequest
from pirate_tui.domain.outline import Path
from pirate_tui.domain.ports import Connect, Database
from pirate_tui.domain.rows import Row, Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.domain.text import clean
from pirate_tui.ui.commands import Place, bindings
from pirate_tui.ui.messages import Retrying, StatementTold
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.widgets.statement_log import StatementLog
from pirate_tui.ui.widgets.text_pane import SearchableView
from pirate_tui.ui.widgets.title_bar import TitleBar


if TYPE_CHECKING:
    from pirate_tui.ui.widgets.failure_view import FailureView
    from pirate_tui.ui.widgets.prompts import GoToBar, SearchBar

DEBOUNCE = 0.05
"""Seconds that the cursor rests on a row before its instance is selected."""

PATIENCE = 0.2
"""Seconds that work may take before it is said that it is under way."""

CANCELLABLE = ("connect", "open", "find")
"""Groups of workers that esc stops at once; whatever else runs, when it is said to be under way."""


class BrowseScreen(Screen[None]):
    """One database, browsed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.SCREEN)]
    # Textual declares these two so that neither a ClassVar nor a tuple would be right.
    HORIZONTAL_BREAKPOINTS = [(0, "-w0"), (40, "-w40"), (60, "-w60"), (110, "-w110")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-h0"), (10, "-h10"), (20, "-h20"), (30, "-h30")]  # noqa: RUF012

    mode: reactive[AccessMode] = reactive(AccessMode.SAFE)
    """How attributes are accessed."""
    strategy: reactive[LoaderStrategy] = reactive(LoaderStrategy.AS_MAPPED)
    """By which loader strategy relationships are opened."""
    database_label: reactive[str] = reactive("")
    """What is open, for the title."""
    busy: reactive[str] = reactive("")
    """What is under way, for the title; empty while nothing takes long."""

    def __init__(self, connect: Connect, label: str) -> None:
        super().__init__()
        self._connect = connect
        self._database: Database | None = None
        self._opened_at: Path = ()
        self._is_furnished = asyncio.Event()
        self._works: list[str] = []
        """What is under way."""
        self._troubled = ""
        """What was under way when the trouble that is shown came."""
        self._live = asyncio.Lock()
        """Held while the live instance is exchanged: the inspector never shows another."""
        self.set_reactive(BrowseScreen.database_label, label)

    def compose(self) -> ComposeResult:
        """The frame; rows come when the database is open."""
        yield TitleBar().data_bind(
            BrowseScreen.mode, BrowseScreen.strategy, BrowseScreen.busy, database=BrowseScreen.database_label
        )
        with Horizontal(id="main"):
            yield RowTable().data_bind(BrowseScreen.mode, BrowseScreen.strategy)
            yield Inspector()
        yield Static(id="trouble", markup=False)
        yield StatementLog()
        yield Static(id="foot")
        yield Static("too small: pirate-tui needs 40 x 10", id="too-small")

    def on_mount(self) -> None:
        """The frame is painted first; only then is SQLAlchemy imported and the database opened."""
        self._table.border_title = "opening …"
        self._inspector.border_title = "Instance"
        self._table.focus()
        self.call_after_refresh(self._begin)

    def on_resize(self) -> None:
        """What was hidden while the terminal was too small has lost the focus."""
        self.call_after_refresh(self._focus_something)

    def _focus_something(self) -> None:
        if self.focused is None:
            (self._failure.pane if self.has_class("-failed") else self._table).focus()

    async def _furnish(self) -> None:
        """Import and mount what nobody misses before there are rows."""
        if not self._is_furnished.is_set():
            from textual.widgets import Footer

            from pirate_tui.ui.widgets import failure_view, prompts

            await self.mount(failure_view.FailureView(), before=self._log)
            footer = Footer(show_command_palette=False)
            await self.mount(prompts.SearchBar(), prompts.GoToBar(), footer, before="#foot")
            await self.query_one("#foot").remove()
            self._is_furnished.set()
            self.refresh_bindings()  # the footer is composed when these are told

    # What the database layer tells (`domain.ports.Listener`).

    def statement(self, statement: Statement) -> None:
        """A statement has been sent, or has ended, or could not be sent."""
        self.post_message(StatementTold(statement))

    def retrying(self, attempt: int, reason: str) -> None:
        """A lock is in the way."""
        self.post_message(Retrying(attempt, reason))

    @on(StatementTold)
    def _log_statement(self, told: StatementTold) -> None:
        self._log.tell(told.statement)

    @on(Retrying)
    def _say_retrying(self, retrying: Retrying) -> None:
        self.busy = f"{retrying.reason}; trying again ({retrying.attempt}) · esc stops"

    # Work: each question has its own group of workers.

    @work(exclusive=True, group="connect")
    async def _begin(self) -> None:
        with self._under_way("opening the database"):
            try:
                self._database = database = await self._connect(self)
                entity = database.entities[0]
                self._table.show_entity(entity)
                self._table.border_title = Text(entity.name)
                self._table.hold(0, await database.page(entity, Seek()))
                self.database_label = f"{database.name} · {database.dialect} · read-only"
                self._count(entity)
            except CannotStart as reason:
                self.app.exit(return_code=reason.exit_code, message=Text(f"pirate-tui: {reason.message}"))
            finally:
                self.call_after_refresh(self._furnish)

    @work(exclusive=True, group="count")
    async def _count(self, entity: Entity, *, reread: bool = False) -> None:
        """Count the rows; to reread them too, forget the pages that are held."""
        with self._under_way(f"counting {entity.name}"):
            count = await self._opened.count(entity)
            self._table.border_title = Text(f"{entity.name} · {count:,} row{'s'[: count != 1]}")
            if reread:
                self.workers.cancel_group(self, "pages")  # a page that was read before would come after
                self._table.reread(count)
            else:
                self._table.count(count)
            if self._table.listing is not None:
                self._walk(self._table.listing)

    @work(exclusive=True, group="pages")
    async def _read_pages(self, listing: Listing) -> None:
        """Read what is wanted now, which may have changed with every page: one that left the view is not read."""
        entity = listing.entity
        with self._under_way(f"reading {entity.name}"):
            while wanted := self._table.wanted():
                page = await self._opened.page(entity, listing.window.seek(wanted[0]))
                self._table.hold(wanted[0], page)

    @work(exclusive=True, group="find")
    async def _find(self, entity: Entity, key: tuple[str, ...]) -> None:
        with self._under_way(clean(f"finding {entity.name} {', '.join(key)}")):
            self._table.go_to(await self._opened.rank(entity, key))

    @work(exclusive=True, group="anchors")
    async def _walk(self, listing: Listing) -> None:
        """Read the anchors one after another in the background, so that every page of the table comes near."""
        try:
            while (seek := listing.window.next_anchor) is not None:
                anchor = await self._opened.anchor(listing.entity, seek)
                if anchor is None:
                    break
                listing.window.anchors.append(anchor)
        except Trouble as trouble:
            self._show_trouble(trouble)

    @work(exclusive=True, group="rest")
    async def _rest(self, entity: Entity, row: Row) -> None:
        await asyncio.sleep(DEBOUNCE)
        async with self._live:
            shown = self._inspector.snapshot
            if shown is not None and (shown.entity, shown.key) == (entity.name, row.key):
                return  # it has been opened meanwhile, and is the live one as it is
            self._inspector.snapshot = None
            if row.key is not None:
                with self._under_way(f"selecting {entity.name}"):
                    self._inspector.snapshot = await self._opened.rest(entity, row.key)

    @work(exclusive=True, group="open")
    async def _open(self, path: Path, request: OpenRequest) -> None:
        self.workers.cancel_group(self, "rest")
        with self._under_way(f"opening {request.entity.name}.{request.relationship.name}"):
            self._table.border_subtitle = None
            async with self._live:
                await self._is_furnished.wait()
                with self._live_or_none():
                    opening = await self._opened.open(request)
                self._inspector.snapshot = opening.instance
            self._table.show_opening(path, opening)
            self._show_failure((*path, request.relationship.name), opening)

    @contextmanager
    def _live_or_none(self) -> Iterator[None]:
        """An opening that comes to nothing has let go of the live instance: the row rested on becomes it again."""
        try:
            yield
        except (Trouble, asyncio.CancelledError):
            for inspector in self.query(Inspector):
                inspector.snapshot = None
            for table in self.query(RowTable):
                table.rest()
            raise

    def _is_working(self, group: str) -> bool:
        return any(worker.group == group and worker.is_running for worker in self.workers if worker.node is self)

    @contextmanager
    def _under_way(self, what: str) -> Iterator[None]:
        """Say what is under way if it takes longer than a moment, and show the trouble that it comes to.

        The trouble stays until the same work succeeds, or esc puts it away.
        """
        self._works.append(what)
        timer = self.set_timer(PATIENCE, lambda: setattr(self, "busy", f"{what} … · esc stops"))
        try:
            yield
            if self._troubled == what:
                self._show_trouble(None)
        except Trouble as trouble:
            self._show_trouble(trouble)
            self._troubled = what
        finally:
            timer.stop()
            self._works.remove(what)
            if not self._works:
                self.busy = ""

    # What the widgets tell.

    @on(RowTable.PagesWanted)
    def _pages_wanted(self) -> None:
        listing = self._table.listing
        if listing is not None and not self._is_working("pages"):
            self._read_pages(listing)

    @on(RowTable.Rested)
    def _rested(self, rested: RowTable.Rested) -> None:
        self._rest(rested.entity, rested.row)

    @on(RowTable.OpenAsked)
    def _open_asked(self, asked: RowTable.OpenAsked) -> None:
        if asked.row.key is None:
            self._show_trouble(Trouble("this row has no key that an instance could have", "it can only be looked at"))
            return
        request = OpenRequest(asked.entity, asked.row.key, asked.relationship, self.mode, self.strategy)
        self._open(asked.path, request)

    @on(RowTable.Closed)
    def _row_closed(self, closed: RowTable.Closed) -> None:
        if self._opened_at[: len(closed.path)] == closed.path:
            self._hide_failure()

    def on_go_to_bar_entered(self, entered: "GoToBar.Entered") -> None:
        """A place has been typed."""
        self._table.focus()
        listing = self._table.listing
        if listing is None:
            return
        try:
            place = read_place(entered.typed, listing.window.known)
        except ValueError as error:
            self._show_trouble(Trouble("that is no place", str(error)))
            return
        if place.key is None:
            self._table.go_to(place.row or 0)
        else:
            self._find(listing.entity, place.key)

    def on_go_to_bar_ended(self) -> None:
        """No place was typed after all."""
        self._table.focus()

    @on(RowTable.NothingToOpen)
    def _nothing_to_open(self) -> None:
        self._inspector.focus()

    # Commands.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's
        """What cannot be done just now is greyed out (None), or absent (False)."""
        is_failed, is_open = self.has_class("-failed"), self._database is not None
        can: dict[str, bool | None] = {
            "search": isinstance(self.focused, SearchableView),
            "go_to": self.focused is self._table and self._is_furnished.is_set(),
            "log": self._is_furnished.is_set(),
            "ask_again": is_failed,
            "explain": is_failed or None,
            "unsafe": is_open or None,
            "next_strategy": is_open or None,
            "previous_strategy": is_open or None,
        }
        return can.get(action, True)

    def action_unsafe(self) -> None:
        """Unsafe mode on and off."""
        self.mode = self.mode.other

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

    def action_search(self) -> None:
        """Search the text of the panel that has the focus."""
        if isinstance(self.focused, SearchableView):
            self._search.begin(self.focused)

    def action_go_to(self) -> None:
        """Ask where to go in the table."""
        bar: GoToBar = self.query_one("GoToBar")  # type: ignore[assignment]  # its class is imported when it is mounted
        bar.begin_typing()

    def action_log(self) -> None:
        """Statements on and off."""
        self.toggle_class("-without-log")
        if self._log.has_focus or self._search.pane is self._log:
            self._search.end()
            self._table.focus()

    def action_read_again(self) -> None:
        """Read the table again; after trouble at the start, open the database again."""
        self._show_trouble(None)
        if self._database is None:
            self._begin()
            return
        self._hide_failure()
        self._inspector.snapshot = None
        self._count(self._opened.entities[0], reread=True)

    def action_ask_again(self) -> None:
        """Outside the table, Enter asks the table's question again, if mode or loader are others now."""
        self._table.ask_again()

    def action_cancel(self) -> None:
        """Stop what is running; else close what is open, the last thing first."""
        running = [w for w in self.workers if w.is_running and w.node is self and (w.group in CANCELLABLE or self.busy)]
        if running:
            for worker in running:
                worker.cancel()
            self.busy = ""
            what = "stopped" if self._database is not None else "not opened"
            self._show_trouble(Trouble(what, "press r to try again, q to quit"))
        elif open_prompts := [prompt for prompt in self.query("Prompt").results() if prompt.display]:
            self.call_later(open_prompts[0].run_action, "end")
        elif self.has_class("-failed"):
            self._hide_failure()
        elif self.has_class("-troubled"):
            self._show_trouble(None)
        elif not self._table.has_focus:
            self._table.focus()
        else:
            self._table.close_enclosing()

    def action_copy(self) -> None:
        """Copy from the panel that has the focus."""
        panels = [self._log, self._inspector, *self.query("FailureView")]
        panel = next((panel for panel in panels if panel.has_focus or panel.has_focus_within), self._table)
        what, text = panel.copied
        if text:
            self.app.copy_to_clipboard(text)
            self.notify(f"copied {what}", markup=False, timeout=2)

    def action_help(self) -> None:
        """All keys, and what the browser teaches."""
        from pirate_tui.ui.screens.help import HelpScreen  # not needed for the first paint

        self.app.push_screen(HelpScreen())

    # Inside.

    def _use(self, strategy: LoaderStrategy) -> None:
        self.strategy = strategy
        self._table.border_subtitle = Text(f"{strategy.title}: {strategy.lesson}")

    def _show_failure(self, path: Path, opening: Opening) -> None:
        if opening.failure is None:
            self._hide_failure()
            return
        self._opened_at = path
        self._failure.asked = f"{opening.request.mode.how} · {opening.request.strategy.title}"
        self._failure.failure = opening.failure
        self.add_class("-failed")
        self.refresh_bindings()
        self._failure.pane.focus()

    def _hide_failure(self) -> None:
        if self.has_class("-failed"):
            self._search.end()
            self.remove_class("-failed")
            self._opened_at = ()
            self.refresh_bindings()
            self._table.focus()

    def _show_trouble(self, trouble: Trouble | None) -> None:
        self.set_class(trouble is not None, "-troubled")
        if trouble is not None:
            self.query_one("#trouble", Static).update(Text(f"{trouble.reason}; {trouble.way_out}"))

    @property
    def _opened(self) -> Database:
        assert self._database is not None, "only an open database has rows to ask for"  # noqa: S101
        return self._database

    @property
    def _table(self) -> RowTable:
        return self.query_one(RowTable)

    @property
    def _inspector(self) -> Inspector:
        return self.query_one(Inspector)

    @property
    def _failure(self) -> "FailureView":
        return self.query_one("FailureView")  # type: ignore[return-value]  # its class is imported when it is mounted

    @property
    def _search(self) -> "SearchBar":
        return self.query_one("SearchBar")  # type: ignore[return-value]  # likewise

    @property
    def _log(self) -> StatementLog:
        return self.query_one(StatementLog)
