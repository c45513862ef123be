"""Show what an access has raised, try its fixes, and make it again."""

from textual import on
from textual.events import Resize

from pirate_tui.ui.instance_reader import InstanceReader
from pirate_tui.ui.screens.prompting import Prompting
from pirate_tui.ui.widgets.row_table import RowTable


class Failing(Prompting):
    """The frame, with all that concerns an access that has failed."""

    @on(InstanceReader.Opened)
    @on(InstanceReader.AttributeAccessed)
    def _show_outcome(self, done: InstanceReader.Opened | InstanceReader.AttributeAccessed) -> None:
        """Show the failure of an access, or dismiss the previous one where it succeeded."""
        if done.failed is not None:
            panels = (self.table, self.workspace.inspector)
            origin = next((panel for panel in panels if panel is self.focused), self.failure.origin or self.table)
            self.failure.show(done.failed, done.how, done.path, origin)
            self.refresh_bindings()
            self.call_after_refresh(self._keep_failed_row)
        elif self.has_class("-failed"):
            self.failure.dismiss()

    @on(InstanceReader.FixTried)
    def _show_trial(self, tried: InstanceReader.FixTried) -> None:
        if self.has_class("-failed"):
            self.failure.show_trial(tried.result)
            self.call_after_refresh(self._keep_failed_row)

    @on(RowTable.Closed)
    def _row_closed(self, closed: RowTable.Closed) -> None:
        if self.has_class("-failed") and self.failure.path[: len(closed.path)] == closed.path:
            self.failure.dismiss()

    @on(Resize)
    def _after_resize(self) -> None:
        self.call_after_refresh(self._keep_failed_row)

    def _keep_failed_row(self) -> None:
        """Scroll the row whose access has failed into what is left of the table."""
        if self.has_class("-failed") and self.failure.path:
            self.table.show_line(self.failure.path)

    def action_traceback(self) -> None:
        """Give the traceback the whole panel, or show it with the fixes again."""
        self.search_bar.end()
        self.failure.is_traceback_alone = not self.failure.is_traceback_alone

    def action_try_fix(self) -> None:
        """Try the selected fix on the instance whose access has failed."""
        failed, fix = self.failure.failed, self.failure.explanation.fix
        if failed is not None and fix is not None:
            self.workspace.instance.try_fix(self.failure.path, failed, fix)

    def action_ask_again(self) -> None:
        """Make the failed access again: the inspector's, or the table's with another mode, loader or state."""
        inspector = self.workspace.inspector
        if self.failure.origin is inspector:
            inspector.action_access()
        else:
            self.table.reopen(even_if_current=self.failure.is_outdated)
