"""The least that shows rows of a database: a bare Textual app, SQLAlchemy, one query. Usage: bare_sqlalchemy.py DB."""

import sys

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from textual.app import App, ComposeResult
from textual.widgets import DataTable


class LeastApp(App[None]):
    """What nothing that reads by SQLAlchemy can be faster than: no models, no reflection, one statement."""

    def compose(self) -> ComposeResult:
        """One table."""
        yield DataTable[str](cursor_type="row")

    async def on_mount(self) -> None:
        """Read its rows."""
        engine = create_async_engine(f"sqlite+aiosqlite:///{sys.argv[1]}")
        async with AsyncSession(engine) as session:
            rows = (await session.execute(text("SELECT id, name, ship_name FROM pirate_crew LIMIT 200"))).all()
        await engine.dispose()
        table = self.query_one(DataTable)
        table.add_columns("id", "name", "ship_name")
        table.add_rows([tuple(map(str, row)) for row in rows])


if __name__ == "__main__":
    LeastApp().run()
