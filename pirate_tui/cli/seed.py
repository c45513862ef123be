"""Run the sub-command `seed`: make a large sample database, with a progress bar, wholly or not at all."""

import argparse
import asyncio
import os
import shlex
import signal
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from pirate_tui.cli.arguments import CleanParser
from pirate_tui.cli.signals import handled_signals, until_signalled
from pirate_tui.domain.failure import NO_DATABASE, WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of
from pirate_tui.logs import start_logging


if TYPE_CHECKING:
    from pirate_tui.pirates.fleet import Progress

MOST = 10**12
"""The most rows of a table: more would fill any disk, and SQLite can count more."""

BESIDE = ("-journal", "-wal")
"""Suffixes of files that SQLite writes beside a database, and would take for a part of the new one."""


class SeedOptions(NamedTuple):
    """The options of the command line."""

    file: Path
    crews: int
    members: int
    seed: int
    force: bool
    """Whether to replace the file, if it exists."""

    @property
    def place(self) -> Path:
        """The real path of the file, where it is a link."""
        return Path(os.path.realpath(self.file))

    @property
    def shown(self) -> str:
        """The file's name for messages."""
        return clean(str(self.file))


def main(arguments: Sequence[str]) -> NoReturn:
    """Run `pirate-tui seed`; never returns, ends with its exit code."""
    order = parse(arguments)
    start_logging(None)  # SQLAlchemy logs the connection that a signal cuts off, with a traceback
    for number in handled_signals():
        signal.signal(number, _leave)
    try:
        check_place(order)
        sys.exit(asyncio.run(until_signalled(make(order))))
    except StartupError as reason:
        _write(reason.message)
        sys.exit(reason.exit_code)


def parse(arguments: Sequence[str]) -> SeedOptions:
    """Return the options of a command line; end with exit code 2 where it is invalid."""
    parser = CleanParser(
        prog="pirate-tui seed",
        description="Generate a large, reproducible sample database in a SQLite file.",
        epilog="The first crew is the largest: it has at least a tenth of all members.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to create")
    parser.add_argument("--crews", metavar="N", type=_number(1), required=True, help="number of crews")
    parser.add_argument("--members", metavar="M", type=_number(0), required=True, help="total number of members")
    parser.add_argument("--seed", metavar="S", type=_number(0), default=1, help="random seed (default: 1)")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    return SeedOptions(**vars(parser.parse_args(arguments)))


def check_place(order: SeedOptions) -> None:
    """Raise `StartupError` where the file cannot be made at its place."""
    try:
        refusal = _refusal(order) or _stranger(order)
    except (OSError, ValueError) as error:
        refusal = f": {reason_of(error)}"
    if refusal:
        raise StartupError(WRONG_USE, f"{order.shown}{refusal}")


async def make(order: SeedOptions) -> None:
    """Make the file, and report that on stderr."""
    from pirate_tui.pirates.fleet import SampleSize, load
    from pirate_tui.pirates.seed import atomic_database

    size = SampleSize(order.crews, order.members, order.seed)
    try:
        with _bar(size.rows) as progress, atomic_database(order.place) as unfinished:
            await load(unfinished, size, progress)
            check_place(order)  # another program may have been faster
    except OSError as error:
        hint = "free some space, or choose a writable folder"
        raise StartupError(NO_DATABASE, f"cannot create {order.shown}: {reason_of(error)}; {hint}") from error
    made = f"{order.crews:,} crews, {order.members:,} members, seed {order.seed}"
    _write(f"created {order.shown}: {made}; to open it: pirate-tui {_word(order.file)}")


def _leave(number: int, _frame: object) -> NoReturn:
    """Exit at a signal before anything is made."""
    sys.exit(128 + number)


@contextmanager
def _bar(total: int) -> "Iterator[Progress]":
    """Show a progress bar inside the block, on a terminal that can draw it; yield its update."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    rows = TextColumn("{task.description} {task.completed:,.0f} of {task.total:,.0f} rows")
    columns = (rows, BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeRemainingColumn())
    is_off = sys.stderr is None or not sys.stderr.isatty() or console.is_dumb_terminal
    with Progress(*columns, console=console, auto_refresh=False, transient=True, disable=is_off) as bar:
        task = bar.add_task("seeding", total=total)

        def progress(done: int) -> None:
            description = "indexing" if done == total else "seeding"
            bar.update(task, completed=done, description=description, refresh=True)

        yield progress


def _refusal(order: SeedOptions) -> str:
    """Return why the file cannot be made; empty where it can."""
    mode = _mode(order.place)
    if mode is None:
        folder = order.place.parent
        return "" if folder.is_dir() else f": no such folder: {clean(str(folder))}; create it first"
    if not stat.S_ISREG(mode):
        return f" is {'a folder' if stat.S_ISDIR(mode) else 'not a regular file'}; give a file name"
    return "" if order.force else " already exists; use --force to overwrite it"


def _stranger(order: SeedOptions) -> str:
    """Return which file beside it would spoil the new one when it is opened; empty where none does."""
    leftovers = [tail for tail in BESIDE if _mode(Path(f"{order.place}{tail}")) is not None]
    hint = "close the program that uses it, or delete it"
    return f"{leftovers[0]} exists, and belongs to another database; {hint}" if leftovers else ""


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _number(least: int) -> Callable[[str], int]:
    """Return a type for argparse: a whole number from `least` on."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and least <= int(text) <= MOST:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {MOST:,}")

    return read


def _word(file: Path) -> str:
    """Return the file as a word of the shell that is not one of the sub-commands."""
    text = str(file)
    is_taken = text in {"seed", "check", "run", "explain", "export"} or text.startswith("-")
    return clean(shlex.quote(f"./{text}" if is_taken else text), len(text) * 2)


def _write(message: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"pirate-tui: {message}\n")
