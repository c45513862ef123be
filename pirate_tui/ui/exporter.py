"""Write the rows of the table, or a failure, to a new file: wholly or not at all."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import FailedAccess
from pirate_tui.domain.query import Query
from pirate_tui.domain.row_formats import RowFormat, format_of, formatter
from pirate_tui.domain.search import Match
from pirate_tui.domain.text import clean, plural, reason_of
from pirate_tui.own_files import NewFile
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Tasks


class Exporter:
    """Writes one table at a time, also while another one is shown.

    `copy` puts a text on the clipboard, under a name; `tell` shows what was written.
    """

    def __init__(
        self,
        connection: ConnectionHandle,
        table: TableState,
        tasks: Tasks,
        copy: Callable[[str, str], None],
        tell: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._table = table
        self._tasks = tasks
        self._copy = copy
        self._tell = tell

    @property
    def is_running(self) -> bool:
        """Whether a table is being written."""
        return self._tasks.is_running("export")

    @property
    def rows_named(self) -> str:
        """The name of the rows that would be written: all of the table, or those that the search matches."""
        match, name = self._table.caption.match, self._table.shown.entity.name
        return name if match is None else f"{name}, matches of {match}"

    def export_rows(self, typed: str) -> None:
        """Write the rows to the file that was typed; raise ValueError where its name is invalid."""
        file, query, match = typed.strip(), self._table.shown.query, self._table.caption.match
        row_format = format_of(file)
        self._tasks.start("export", lambda: self._write_rows(file, row_format, query, match))

    def export_finding(self, typed: str, failed: FailedAccess) -> None:
        """Write the failure to the file that was typed, or copy it; raise ValueError where the name is invalid."""
        from pirate_tui.domain.finding import finding, versions  # not needed for the first paint

        file, database = typed.strip(), self._connection.database
        text = finding(failed, versions("" if database is None else database.dialect))
        if not file:
            self._copy("the finding", text)
        elif format_of(file) is RowFormat.MARKDOWN:
            self._tasks.start("finding", lambda: self._write_text(file, text))
        else:
            raise ValueError("the name of a finding's file must end in .md")

    async def _write_rows(self, file: str, row_format: RowFormat, query: Query, match: Match | None) -> None:
        lines, name = formatter(row_format, query.entity.columns), query.entity.name
        total = self._table.shown.window.count if match is None and self._table.shown.query == query else None
        with self._tasks.track(f"exporting {name}") as task:
            try:
                with NewFile(path_of(file)) as out:
                    await _in_thread(lambda: out.write(lines.header()))
                    rows = 0
                    async with aclosing(self._connection.rows.whole_rows(query, match)) as pages:
                        async for values in pages:
                            await _in_thread(lambda values=values: out.write(lines.text(values)))  # type: ignore[misc]
                            rows += len(values[0])
                            task.progress = plural(rows, "row") if total is None else f"{rows:,} of {total:,} rows"
                    await _in_thread(out.finish)
            except OSError as error:
                raise _not_written(file, error, "e") from error
            self._tell(f"exported {plural(rows, 'row')} of {name} to {clean(file)}")

    async def _write_text(self, file: str, text: str) -> None:
        with self._tasks.track("writing the finding"):
            try:
                with NewFile(path_of(file)) as out:
                    out.write(text)
                    await _in_thread(out.finish)
            except OSError as error:
                raise _not_written(file, error, "E") from error
            self._tell(f"the finding is in {clean(file)}")


def path_of(file: str) -> Path:
    """Return the path of a file that was typed; raise OSError where `~` is nobody's home."""
    try:
        return Path(file).expanduser()
    except RuntimeError as error:
        raise OSError(str(error)) from error


def _not_written(file: str, error: OSError, key: str) -> BrowserError:
    return BrowserError(f"{clean(file)}: {reason_of(error)}", f"press {key} to choose another file")


async def _in_thread(work: Callable[[], None]) -> None:
    """Do the work in a thread, and wait for its end even where that is not wanted any more."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise
