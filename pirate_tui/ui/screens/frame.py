"""Compose the main screen: widgets, and what is mounted after the first paint."""

import asyncio
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.events import Resize
from textual.reactive import reactive
from textual.widgets import Static

from pirate_tui.domain.access import AccessMode, InstanceSnapshot
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.ports import Connect
from pirate_tui.domain.text import plural
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.connector import Connector
from pirate_tui.ui.keymap import keymap_of
from pirate_tui.ui.messages import Relay
from pirate_tui.ui.screens.guarded import Guarded
from pirate_tui.ui.screens.workspace import Workspace
from pirate_tui.ui.screens.zooming import Zooming
from pirate_tui.ui.tasks import Tasks
from pirate_tui.ui.widgets.statement_log import StatementLog
from pirate_tui.ui.widgets.title_bar import TitleBar


if TYPE_CHECKING:
    from pirate_tui.ui.widgets.failure_view import FailureView
    from pirate_tui.ui.widgets.prompts import PromptBar, SearchBar


class Frame(Guarded[None], Zooming):
    """Title, workspace, failure, statements, prompts and footer of a database; a subclass has the commands."""

    PANELS = "RowTable, Inspector, FailureView, StatementLog"

    # Textual declares these two so that neither a ClassVar nor a tuple would be right.
    HORIZONTAL_BREAKPOINTS = [(0, "-w0"), (40, "-w40"), (60, "-w60"), (110, "-w110"), (150, "-w150")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-h0"), (10, "-h10"), (20, "-h20"), (30, "-h30")]  # noqa: RUF012

    mode: reactive[AccessMode] = reactive(AccessMode.SAFE, bindings=True)
    """How attributes are accessed."""
    strategy: reactive[LoaderStrategy] = reactive(LoaderStrategy.AS_MAPPED, bindings=True)
    """By which loader strategy relationships are opened."""
    database_label: reactive[str] = reactive("")
    """The name of the database, for the title."""
    warning: reactive[str] = reactive("")
    """A warning shown all the time in the title; empty where there is none."""
    session: reactive[str] = reactive("")
    """What the session of the live instance holds, for the title."""
    busy: reactive[str] = reactive("")
    """The running work, for the title; empty while nothing takes long."""
    is_away: reactive[bool] = reactive(False, init=False)
    """Whether the last query did not reach the database, so that what is shown may be outdated."""

    def __init__(self, connect: Connect, label: str, *, full_traceback: bool) -> None:
        super().__init__()
        self._full_traceback = full_traceback
        """Whether failures show their traceback alone at first."""
        self.connection = ConnectionHandle(connect, Relay(self))
        self.tasks = Tasks(self, self._show_busy, self._show_error)
        self.furnished, self._is_being_furnished = asyncio.Event(), False
        """Whether everything is mounted that comes after the first paint."""
        self._furnished_or_gone = asyncio.Event()
        self.workspace = Workspace(self.connection, self.tasks, self.furnished.wait)
        self.table, self.statements = self.workspace.table, StatementLog()
        self.connector = Connector(
            self.connection, self.table.state, self.tasks, self.workspace.rows, self.workspace.refresher
        )
        self._server = ""
        """The server of several that was the last to answer, as shown."""
        self.set_reactive(Frame.database_label, label)

    def compose(self) -> ComposeResult:
        """Compose the frame; rows come when the database is open."""
        bound = (Frame.mode, Frame.strategy, Frame.session, Frame.busy, Frame.warning)
        yield TitleBar().data_bind(*bound, database=Frame.database_label)
        yield self.workspace.data_bind(Frame.mode, Frame.strategy, is_stale=Frame.is_away)
        yield Static(id="error-line", markup=False)
        yield self.statements
        yield Static(id="foot")
        yield Static("too small: pirate-tui needs 40 x 10", id="too-small")

    def on_mount(self) -> None:
        """Open the database after the first paint, since importing SQLAlchemy takes long."""
        self.table.set_title("opening …")
        self.workspace.inspector.set_title("Instance")
        self.table.focus()
        self.watch(self.workspace, "snapshot", self._show_session, init=False)
        self.call_after_refresh(self.connector.begin, self.post_message)

    def _show_session(self, snapshot: InstanceSnapshot | None) -> None:
        if snapshot is not None:  # while another row's instance is being selected, the title stays still
            self.session = f"session: {plural(snapshot.session_objects, 'object')}"
        elif not self.workspace.has_instance:
            self.session = ""

    @on(Connector.DatabaseOpened)
    def _show_database(self, opened: Connector.DatabaseOpened) -> None:
        self.warning = opened.database.warning
        self.show_server()
        if not opened.is_first:
            self.workspace.instance.lose()
        if opened.is_other and self.has_class("-failed"):
            self.failure.dismiss()

    def show_server(self) -> None:
        """Show which server answers, once the database is open, and say so where it is another one than before."""
        database = self.connection.database
        if database is None:
            return
        before, self._server = self._server, database.server.name
        parts = (database.name, "read-only", str(database.server), database.dialect)
        self.database_label = " · ".join(filter(None, parts))
        if before not in {"", self._server}:
            note = f"{self._server} answers now, before it was {before}"
            self.app.notify(note, title="Another server", severity="warning", markup=False)

    @on(Connector.Refused)
    def _end(self, refused: Connector.Refused) -> None:
        reason = refused.reason
        self.app.exit(return_code=reason.exit_code, message=Text(f"pirate-tui: {reason.message}"))

    @on(Connector.StartEnded)
    def _complete(self) -> None:
        if self.table.listing is None:
            self.table.set_title("not opened")
        self.call_after_refresh(self._furnish)

    @on(Resize)
    def _resized(self) -> None:
        """Restore the focus, which a widget loses that is hidden in a small terminal."""
        self.call_after_refresh(self._restore_focus)

    def _restore_focus(self) -> None:
        if self.focused is None:
            (self.failure.pane if self.has_class("-failed") else self.table).focus()

    async def _furnish(self) -> None:
        """Import and mount what is not needed for the first paint, unless the screen was left meanwhile."""
        if not self._is_being_furnished and self.is_attached:
            self._is_being_furnished = True
            from pirate_tui.ui.widgets import failure_view, key_footer, prompts

            failure = failure_view.FailureView()
            self.watch(failure, "is_shown", self._make_room, init=False)
            await self.mount(failure, before=self.statements)
            failure.is_traceback_alone = self._full_traceback
            kinds = prompts.PromptKind
            bars = map(prompts.PromptBar, (kinds.SEARCH_TABLE, kinds.FILTER, kinds.GO_TO, kinds.EXPORT, kinds.FINDING))
            await self.mount(prompts.SearchBar(), *bars, key_footer.KeyFooter(), before="#foot")
            await self.query_one("#foot").remove()
            self.furnished.set()
            self._furnished_or_gone.set()
        self.refresh_bindings()  # there may be rows now; and the footer is composed when bindings are refreshed

    async def until_furnished(self) -> bool:
        """Wait until everything is mounted; return False if the screen goes before."""
        await self._furnished_or_gone.wait()
        return self.furnished.is_set() and self.is_attached

    def on_unmount(self) -> None:
        """Let a key go that waits for what is mounted late: it will not come, and the app waits with it."""
        self._furnished_or_gone.set()

    def _make_room(self, is_failed: bool) -> None:  # noqa: FBT001  Textual's signature
        """Make room for a failure, or take it back and end a search in it."""
        if not is_failed:
            self.search_bar.end()
        # Only these look different: to restyle every widget of the screen, footer and prompts too, takes 20 ms.
        self.set_class(is_failed, "-failed", update=False)
        for panel in (self.failure, self.statements, self.workspace):
            self.app.update_styles(panel)
        self.refresh_bindings()

    def _show_busy(self, busy: str) -> None:
        self.busy = keymap_of(self).in_hint(busy)

    def _show_error(self, error: BrowserError | None) -> None:
        self.set_class(error is not None, "-with-error")
        if error is not None:
            self.query_one("#error-line", Static).update(
                Text(f"{error.message}; {keymap_of(self).in_hint(error.hint)}")
            )

    # What is mounted late, and its class imported then.

    @property
    def failure(self) -> "FailureView":
        """The failure view, shown or not."""
        return cast("FailureView", self.query_one("FailureView"))

    @property
    def search_bar(self) -> "SearchBar":
        """The prompt that searches a text."""
        return cast("SearchBar", self.query_one("SearchBar"))

    def prompt(self, id: str) -> "PromptBar":  # noqa: A002  Textual's own name
        """Return the prompt of a kind, by the kind's id."""
        return cast("PromptBar", self.query_one(f"#{id}"))
