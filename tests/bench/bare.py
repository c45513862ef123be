"""What the browser is measured against: a bare Textual app with a DataTable. Usage: bare.py ROWS."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class BareApp(App[None]):
    """The least that shows rows."""

    def compose(self) -> ComposeResult:
        """One table."""
        yield DataTable[str](cursor_type="row")

    def on_mount(self) -> None:
        """Its rows, made up on the spot."""
        table = self.query_one(DataTable)
        table.add_columns("id", "name", "ship_name")
        table.add_rows([(str(n), f"Crew {n}", f"Ship {n}") for n in range(1, int(sys.argv[1]) + 1)])


if __name__ == "__main__":
    BareApp().run()
