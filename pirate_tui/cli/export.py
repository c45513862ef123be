"""Run the sub-command `export`: write the rows of a mapped class, without a screen."""

import argparse
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager, redirect_stdout
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TextIO

from pirate_tui.bootstrap import Bootstrap, pause_garbage_collection
from pirate_tui.cli.arguments import CleanParser, add_database, settings_of
from pirate_tui.cli.signals import until_signalled
from pirate_tui.cli.streams import Silent, escape_unencodable, open_streams, tell
from pirate_tui.domain.failure import (
    NO_DATABASE,
    WRONG_USE,
    BrowserError,
    InvalidFilterError,
    StartupError,
    no_such_class,
)
from pirate_tui.domain.query import HOW, Query, parse_condition
from pirate_tui.domain.row_formats import SUFFIXES, RowFormat, RowFormatter, formatter
from pirate_tui.domain.rows import WholeColumns
from pirate_tui.domain.text import clean, clean_lines, plural, reason_of
from pirate_tui.logs import report_bug
from pirate_tui.own_files import NewFile
from pirate_tui.settings import Settings
from pirate_tui.shutdown import run_with_exit_deadline


if TYPE_CHECKING:
    from pirate_tui.domain.ports import Database


EPILOG = (
    "Values are written whole, as the database holds them; bytes as hexadecimal digits. NULL is an empty field without "
    "quotes in CSV (an empty text is quoted), null in JSON Lines, and *NULL* in Markdown. "
    "Exit codes: 0 success, 2 usage error, or the file exists or cannot be written, 3 no database, or reading failed, "
    "4 the models cannot be loaded."
)

Write = Callable[[str], object]


class ExportOptions(NamedTuple):
    """The options of the command line."""

    settings: Settings
    model: str
    where: tuple[str, ...]
    """Filters as typed."""
    row_format: RowFormat
    output: Path | None = None
    """The file to make; None for stdout."""
    guards_formulas: bool = False


def main(arguments: Sequence[str]) -> NoReturn:
    """Run `pirate-tui export`; never returns, ends with its exit code."""
    open_streams()
    order = parse(arguments)
    sys.excepthook = report_bug
    escape_unencodable()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    try:
        bootstrap = Bootstrap(order.settings)
        bootstrap.before_screen()
        sys.exit(run_with_exit_deadline(lambda: work(order, bootstrap), bootstrap.close, bootstrap.ends_within))
    except StartupError as reason:
        tell(reason.message)
        sys.exit(reason.exit_code)
    except BrokenPipeError:  # the reader has closed the pipe
        _drop_output()
        sys.exit(128 + signal.SIGPIPE)
    except KeyboardInterrupt:
        _drop_output()
        sys.exit(128 + signal.SIGINT)


def parse(arguments: Sequence[str]) -> ExportOptions:
    """Return the options of a command line; end with exit code 2 where it is invalid."""
    parser = CleanParser(
        prog="pirate-tui export",
        description="Write all rows of a mapped class, or those that filters leave, as CSV, JSON Lines or Markdown.",
        epilog=EPILOG,
    )
    add_database(parser)
    parser.add_argument("--model", metavar="NAME", required=True, help="the mapped class whose rows are written")
    where = f"a filter, as in the browser: COLUMN and {HOW}, such as 'status=paid'; may be repeated"
    parser.add_argument("--where", metavar="FILTER", action="append", default=[], help=where.replace("%", "%%"))
    formats = ", ".join(one.value for one in RowFormat)
    shape = f"{formats} (a table); by default that of the output file's suffix, else csv"
    parser.add_argument("--format", metavar="FORMAT", choices=[one.value for one in RowFormat], help=shape)
    output = "write to this file, which must not exist yet, wholly or not at all (default: stdout)"
    parser.add_argument("--output", metavar="FILE", type=Path, help=output)
    guard = "in CSV, put ' before text that begins like a formula, which a spreadsheet would run"
    parser.add_argument("--guard-formulas", action="store_true", help=guard)
    args = parser.parse_args(arguments)
    settings = settings_of(parser, args)
    row_format = _format(args)
    if args.guard_formulas and row_format is not RowFormat.CSV:
        parser.error(f"--guard-formulas is for csv, which spreadsheets open; this is {row_format.value}")
    return ExportOptions(settings, args.model, tuple(args.where), row_format, args.output, args.guard_formulas)


def _format(args: argparse.Namespace) -> RowFormat:
    if args.format is not None:
        return RowFormat(args.format)
    suffix = "" if args.output is None else args.output.suffix.lower()
    return SUFFIXES.get(suffix, RowFormat.CSV)


async def work(order: ExportOptions, bootstrap: Bootstrap) -> int:
    """Export, and return the exit code; of an unfinished file nothing is left, also after a signal."""
    if order.output is not None:
        return await until_signalled(export(order, bootstrap))
    await export(order, bootstrap)
    return 0


async def export(order: ExportOptions, bootstrap: Bootstrap) -> None:
    """Write the rows to the file, or to stdout. Raises `StartupError`."""
    out = sys.stdout
    with _opened(order, out) as write, redirect_stdout(sys.stderr):  # output of the models does not belong to the rows
        try:
            pause_garbage_collection()  # until the database is open
            database = await bootstrap.connect(Silent())
            query = await _query(order, database)
            lines = formatter(order.row_format, query.entity.columns, guards_formulas=order.guards_formulas)
            async with aclosing(database.rows.whole_rows(query)) as pages:
                rows = await _write_rows(pages, lines, write, shows_progress=_shows_progress(order, out))
        except InvalidFilterError as error:
            raise StartupError(WRONG_USE, str(error)) from error
        except BrowserError as error:  # without its hint, which is for the screen
            raise StartupError(NO_DATABASE, error.message) from error
    if order.output is not None:
        tell(f"wrote {plural(rows, 'row')} to {clean(str(order.output))}")


async def _query(order: ExportOptions, database: "Database") -> Query:
    """Return the query of the class with its filters. Raises `StartupError` for a class or filter that is invalid."""
    choices = database.models.choices
    if order.model not in [choice.name for choice in choices]:
        raise no_such_class(order.model, choices)
    entity = await database.models.entity(order.model)
    try:
        filters = tuple(parse_condition(typed, entity.columns) for typed in order.where)
    except ValueError as error:
        raise StartupError(WRONG_USE, f"--where {error}") from error
    return Query(entity, filters=filters)


async def _write_rows(
    pages: AsyncGenerator[WholeColumns], lines: RowFormatter, write: Write, *, shows_progress: bool
) -> int:
    """Write all rows, and return how many they are; nothing where the first cannot be read."""
    rows, header = 0, lines.header()
    async for values in pages:
        write(header + lines.text(values))
        rows, header = rows + len(values[0]), ""
        if shows_progress:
            _progress(f"exported {plural(rows, 'row')} …")
    write(header)
    if shows_progress:
        _progress("")
    return rows


@contextmanager
def _opened(order: ExportOptions, out: TextIO) -> Iterator[Write]:
    """Yield what writes to the file or to stdout; at the end of the block all is written. Raises `StartupError`."""
    shown = "stdout" if order.output is None else clean(str(order.output))
    try:
        if order.output is None:
            yield _safe_write(out) if out.isatty() else out.write
            out.flush()
        else:
            with NewFile(order.output) as file:
                yield file.write
                file.finish()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StartupError(WRONG_USE, f"cannot write {shown}: {reason_of(error)}") from error


def _safe_write(out: TextIO) -> Write:
    """Return what writes to a terminal: no control sequence of a value reaches it."""
    return lambda text: out.write("\n".join(clean_lines(text)))


def _shows_progress(order: ExportOptions, out: TextIO) -> bool:
    return sys.stderr.isatty() and (order.output is not None or not out.isatty())


def _progress(text: str) -> None:
    sys.stderr.write(f"\r\x1b[2K{text}")
    sys.stderr.flush()


def _drop_output() -> None:
    """Drop what is not written yet: nobody reads it, and Python would try once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
