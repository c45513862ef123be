"""Move the cursor of the table by pages."""

from pirate_tui.ui.widgets.row_cursor import RowCursor


class RowPaging(RowCursor):
    """Rows with a cursor that goes page by page."""

    def action_page_down(self) -> None:
        """Go a screen further."""
        self.move_by(self.rows_in_view)

    def action_page_up(self) -> None:
        """Go a screen back."""
        self.move_by(-self.rows_in_view)

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_by(-self.line_count())

    def action_last(self) -> None:
        """Go to the last line."""
        self.move_by(self.line_count())

    def action_half_page_down(self) -> None:
        """Go half a screen further."""
        self.move_by(max(1, self.rows_in_view // 2))

    def action_half_page_up(self) -> None:
        """Go half a screen back."""
        self.move_by(-max(1, self.rows_in_view // 2))
