"""Prompt for searches, filters, places and files: at once, so that what is typed next is not taken for a command."""

from typing import TYPE_CHECKING

from pirate_tui.domain.failure import BrowserError
from pirate_tui.ui.focus import has_focus
from pirate_tui.ui.screens.frame import Frame
from pirate_tui.ui.widgets.text_pane import SearchableView


if TYPE_CHECKING:
    from pirate_tui.ui.widgets.prompts import PromptBar


class Prompting(Frame):
    """The frame, with its prompts."""

    async def action_search(self) -> None:
        """Search the whole table, or the text of the panel that has the focus: of a failure, the traceback."""
        if not await self.until_furnished():  # what is typed next waits, too
            return
        if has_focus(self.failure):
            self.search_bar.begin(self.failure.traceback)
        elif isinstance(self.focused, SearchableView):
            self.search_bar.begin(self.focused)
        else:
            bar = self.prompt("search-table")
            bar.begin_typing()
            self.table.call_later(lambda: bar.choose(self.table.current_column))

    async def action_filter(self) -> None:
        """Prompt for a filter of the current column; keys that were pressed before may still choose another."""
        if await self.until_furnished():
            bar = self.prompt("filter")
            bar.begin_typing()
            self.table.call_later(lambda: bar.choose(self.table.own_column()))

    async def action_go_to(self) -> None:
        """Prompt for a place in the table."""
        if await self.until_furnished():
            self.prompt("go-to").begin_typing()

    async def action_export(self) -> None:
        """Prompt for a file for the rows of the table."""
        if not await self.until_furnished():
            return
        if self.workspace.exporter.is_running:
            self.table.state.set_caption(hint="an export is running: {esc} cancels it")
        else:
            self.prompt("export").begin_typing(self.workspace.exporter.rows_named)

    async def action_finding(self) -> None:
        """Prompt for a file for the failure; without one it is copied."""
        self.prompt("finding").begin_typing("finding")

    def on_prompt_bar_ended(self, ended: "PromptBar.Ended") -> None:
        """Focus what the cancelled prompt was for."""
        self._leave_prompt(ended.kind.id)

    def _leave_prompt(self, id: str) -> None:  # noqa: A002  Textual's own name
        is_of_failure = id == "finding" and self.has_class("-failed")
        (self.failure.pane if is_of_failure else self.table).focus()

    def on_prompt_bar_submitted(self, submitted: "PromptBar.Submitted") -> None:
        """Handle a typed place, filter, search or file, which may be invalid; an empty search ends the one before."""
        self._leave_prompt(submitted.kind.id)
        text, column = submitted.text, submitted.column
        try:
            match submitted.kind.id:
                case "go-to":
                    self.workspace.rows.go_to(text)
                case "filter" if column is not None:
                    self.workspace.query_editor.filter(text, column)
                case "search-table":
                    self.workspace.searcher.search(text, column)
                case "export":
                    self.workspace.exporter.export_rows(text)
                case "finding" if self.failure.failed is not None:
                    self.workspace.exporter.export_finding(text, self.failure.failed)
            self.tasks.clear_error()
        except ValueError as error:
            self.tasks.show_error(BrowserError("invalid input", str(error)))
