"""Browse a database: commands, and what passes between table, inspector, failure and statements."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.ports import Connect
from pirate_tui.ui.commands import BindingScope, ScreenState, bindings, is_available
from pirate_tui.ui.copying import copy
from pirate_tui.ui.focus import has_focus
from pirate_tui.ui.messages import Changed, DatabaseEvent, Loaded, Reachable, Retrying, ServerChanged, StatementReported
from pirate_tui.ui.screens.failing import Failing
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.widgets.statement_log import LogContent, StatementLog
from pirate_tui.ui.widgets.text_pane import SearchableView
from pirate_tui.ui.widgets.title_bar import TitleBar


if TYPE_CHECKING:
    from textual.dom import DOMNode


class BrowseScreen(Failing):
    """The browser's main screen."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(BindingScope.SCREEN)]

    def __init__(
        self, connect: Connect, label: str, remember: Callable[[str], None], *, full_traceback: bool = False
    ) -> None:
        super().__init__(connect, label, full_traceback=full_traceback)
        self._remember = remember
        self.bound_to: dict[BindingScope, DOMNode] = {
            BindingScope.SCREEN: self,
            BindingScope.TABLE: self.table,
            BindingScope.LOG: self.statements,
            BindingScope.INSPECTOR: self.workspace.inspector,
        }
        """The node that the commands of a scope are bound to; scopes of other screens are missing."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's
        """Whether a command is available now, for keys, palette, footer and clicks."""
        state = ScreenState(
            is_open=self.connection.database is not None,
            is_furnished=self.furnished.is_set(),
            is_failed=self.has_class("-failed"),
            can_try=self.has_class("-failed") and self.failure.can_try(self.mode, self.strategy),
            has_rows=self.table.listing is not None,
            has_instance=self.workspace.has_instance,
            is_in_table=self.focused is self.table,
            is_in_text=isinstance(self.focused, SearchableView),
        )
        return is_available(BindingScope.SCREEN, action, state)

    # Events.

    @on(DatabaseEvent)
    def _handle_event(self, event: DatabaseEvent) -> None:
        match event:
            case StatementReported():
                self.statements.record(event.statement)
            case Retrying():
                self.tasks.show_notice(f"{event.reason}; retrying ({event.attempt})")
            case Loaded():
                self.workspace.instance.loaded(event.instances)
            case Changed():
                self.workspace.refresher.changed()
            case Reachable():
                self.is_away = self.connector.note(is_reachable=event.is_reachable)
            case ServerChanged():
                self.show_server()

    @on(RowTable.TableRequested)
    def _show_table(self, requested: RowTable.TableRequested) -> None:
        if self.has_class("-failed"):
            self.failure.dismiss()
        self.workspace.show_table(requested.name, requested.key, requested.opened)

    @on(StatementLog.OriginRequested)
    def _show_origin(self, requested: StatementLog.OriginRequested) -> None:
        self.workspace.show_origin(requested.origin)

    # Commands.

    def action_unsafe(self) -> None:
        """Toggle unsafe mode."""
        self.mode = self.mode.other

    def action_choose(self) -> None:
        """Choose another mapped class."""
        from pirate_tui.ui.screens.choose import ChooseScreen  # not needed for the first paint

        def show(chosen: str | None) -> None:
            if chosen is not None:
                self._show_table(RowTable.TableRequested(chosen, opened=partial(self._remember, chosen)))

        if self.connection.database is not None:
            entity_and_row = self.table.row_at(self.table.cursor)
            current = "" if entity_and_row is None else entity_and_row[0].name
            models = self.connection.models
            self.app.push_screen(ChooseScreen(models.choices, current, models.sizes), show)

    def action_compare(self) -> None:
        """Compare loader strategies for the relationship under the cursor, on the rows that are shown."""
        from pirate_tui.ui.screens.compare import CompareScreen, question_at  # not needed for the first paint

        question = question_at(self.connection, self.table, self.workspace.inspector)
        if question is None:
            self.table.state.set_caption(hint="no relationship here to compare loader strategies for")
        else:
            self.app.push_screen(CompareScreen(self.connection, question, self.query_one(TitleBar).another()))

    def action_situation(self) -> None:
        """Bring the live instance into the next scenario: after commit, after rollback, detached, and others."""
        if self.has_class("-failed"):
            self.failure.is_outdated = True
            self.refresh_bindings()
        self.workspace.instance.next_scenario()

    def action_next_strategy(self) -> None:
        """Use the next loader strategy."""
        self._use(self.strategy.step(1))

    def action_previous_strategy(self) -> None:
        """Use the previous loader strategy."""
        self._use(self.strategy.step(-1))

    def _use(self, strategy: LoaderStrategy) -> None:
        self.strategy = strategy
        self.table.state.set_caption(hint=f"{strategy.title}: {strategy.lesson}")

    def action_log(self) -> None:
        """Show the statements of the models, those of the browser too, or none."""
        self.statements.content = content = self.statements.content.next
        self.set_class(content is LogContent.NOTHING, "-without-log")
        if content is LogContent.NOTHING and (has_focus(self.statements) or self.search_bar.pane is self.statements):
            self.search_bar.end()
            self.table.focus()

    def action_read_again(self) -> None:
        """Reload everything, also from another file in its place; after an error at the start, open it again."""
        self.tasks.show_error(None)
        if self.connection.database is None or self.table.listing is None:
            self.connector.begin(self.post_message)
        else:
            self.connector.reopen(self.post_message)

    def action_cancel(self) -> None:
        """Cancel what is running; else close what is open, the last opened first."""
        caption = self.table.state.caption
        if self.tasks.stop():
            what = "cancelled" if self.connection.database is not None else "not opened"
            self.tasks.show_error(BrowserError(what, "press r to retry, {q} to quit"))
        elif open_prompts := [prompt for prompt in self.query("PromptBar").results() if prompt.display]:
            self.call_later(open_prompts[0].run_action, "end")
        elif self._close_panel():
            return
        elif not has_focus(self.table):
            self.table.focus()
        elif caption.hint or caption.match:
            self.table.state.set_caption(hint="")
            self.workspace.searcher.forget()
        elif not self.table.close_enclosing():
            self.workspace.history.back()

    def _close_panel(self) -> bool:
        """Close what fills the screen, the failure or the error line, and return whether there was any of them."""
        if self.end_zoom():
            return True
        is_failed, has_error = self.has_class("-failed"), self.has_class("-with-error")
        if is_failed:
            self.failure.dismiss()
        elif has_error:
            self.tasks.show_error(None)
        return is_failed or has_error

    def action_copy(self) -> None:
        """Copy from the panel that has the focus."""
        panels = [self.statements, self.workspace.inspector, *self.query("FailureView")]
        panel = next(filter(has_focus, panels), None)
        if panel is None:
            self.table.copy_row()
        else:
            copy(self.app, *panel.clipboard_text)

    def action_help(self) -> None:
        """Show the keys, those of the focused panel first, and the concepts behind them."""
        from pirate_tui.ui.screens.help import HelpScreen  # not needed for the first paint

        is_in_text = isinstance(self.focused, SearchableView)
        of_others = BindingScope.TEXT if is_in_text else BindingScope.SCREEN
        scopes = (scope for scope, node in self.bound_to.items() if node is self.focused)
        self.app.push_screen(HelpScreen(next(scopes, of_others)))
