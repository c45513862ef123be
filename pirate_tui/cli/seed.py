"""The sub-command `seed`: makes a large world in a file, with a bar on the terminal, wholly or not at all."""

import argparse
import asyncio
import os
import shlex
import signal
import stat
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from pirate_tui.cli.arguments import CleanParser
from pirate_tui.domain.failure import NO_DATABASE, WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of


if TYPE_CHECKING:
    from pirate_tui.pirates.fleet import Progress

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""What ends the work: nothing of it is left behind."""

MOST = 10**12
"""Rows of a table: more would fill no disk that there is, and less than what SQLite can count."""

BESIDE = ("-journal", "-wal")
"""What SQLite puts beside a database while it is written to, and would take for a part of the new one."""


class SeedOptions(NamedTuple):
    """What the command line asks for."""

    file: Path
    crews: int
    members: int
    seed: int
    force: bool
    """Replace the file, if there is one."""

    @property
    def place(self) -> Path:
        """Where the file really is to lie: behind the link, if it is one."""
        return Path(os.path.realpath(self.file))

    @property
    def shown(self) -> str:
        """The file, as a message names it."""
        return clean(str(self.file))


def main(arguments: Sequence[str]) -> NoReturn:
    """The command `pirate-tui seed`: never returns, ends with its exit code."""
    order = parse(arguments)
    for number in _heeded():
        signal.signal(number, _leave)
    try:
        check_place(order)
        sys.exit(asyncio.run(until_signalled(make(order))))
    except StartupError as reason:
        _say(reason.message)
        sys.exit(reason.exit_code)


def parse(arguments: Sequence[str]) -> SeedOptions:
    """What is asked for; ends with exit code 2 where it is wrong."""
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
    """May the file be made there?"""
    try:
        refusal = _refusal(order) or _stranger(order)
    except (OSError, ValueError) as error:
        refusal = f": {reason_of(error)}"
    if refusal:
        raise StartupError(WRONG_USE, f"{order.shown}{refusal}")


async def make(order: SeedOptions) -> None:
    """Make the file, and say so."""
    from pirate_tui.pirates.fleet import SampleSize, load
    from pirate_tui.pirates.seed import atomic_database

    fleet = SampleSize(order.crews, order.members, order.seed)
    try:
        with _bar(fleet.rows) as progress, atomic_database(order.place) as unfinished:
            await load(unfinished, fleet, progress)
            check_place(order)  # somebody may have been faster
    except OSError as error:
        hint = "free some space, or choose a writable folder"
        raise StartupError(NO_DATABASE, f"cannot create {order.shown}: {reason_of(error)}; {hint}") from error
    made = f"{order.crews:,} crews, {order.members:,} members, seed {order.seed}"
    _say(f"created {order.shown}: {made}; to open it: pirate-tui {_word(order.file)}")


async def until_signalled(work: Coroutine[None, None, None]) -> int:
    """The exit code: 0 when the work is done, 128 and the signal's number when a signal has cancelled it."""
    heard: list[signal.Signals] = []
    task = asyncio.ensure_future(work)

    def stop(number: signal.Signals) -> None:
        if not heard:  # the second one must not disturb the tidying up
            heard.append(number)
            task.cancel()

    with _heard_by(stop):
        try:
            await task
        except (asyncio.CancelledError, StartupError):  # a terminal that is gone cannot be tidied up
            if not heard:
                raise
            return 128 + heard[0]
        return 0


@contextmanager
def _heard_by(stop: Callable[[signal.Signals], None]) -> Iterator[None]:
    """The event loop hears the signals; afterwards whoever heard them before, while the loop can still be left."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _heeded()}
    for number in before:
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


def _heeded() -> list[signal.Signals]:
    """Not those that whoever started us wants us not to hear, as `nohup` does."""
    return [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


def _leave(number: int, _frame: object) -> NoReturn:
    """Nothing has been made yet."""
    sys.exit(128 + number)


@contextmanager
def _bar(total: int) -> "Iterator[Progress]":
    """A bar on a terminal that can draw it; else nothing."""
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
    """What speaks against the place itself."""
    mode = _mode(order.place)
    if mode is None:
        folder = order.place.parent
        return "" if folder.is_dir() else f": no such folder: {clean(str(folder))}; create it first"
    if not stat.S_ISREG(mode):
        return f" is {'a folder' if stat.S_ISDIR(mode) else 'not a regular file'}; give a file name"
    return "" if order.force else " already exists; use --force to overwrite it"


def _stranger(order: SeedOptions) -> str:
    """What lies beside the place, and would spoil the new file when it is opened."""
    found = [tail for tail in BESIDE if _mode(Path(f"{order.place}{tail}")) is not None]
    hint = "close the program that uses it, or delete it"
    return f"{found[0]} exists, and belongs to another database; {hint}" if found else ""


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _number(least: int) -> Callable[[str], int]:
    """A reader for argparse: a whole number, this one at the least."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and least <= int(text) <= MOST:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {MOST:,}")

    return read


def _word(file: Path) -> str:
    """The file as a word of the shell, and not one of the command's own."""
    text = str(file)
    is_taken = text in {"seed", "check"} or text.startswith("-")
    return clean(shlex.quote(f"./{text}" if is_taken else text), len(text) * 2)


def _say(message: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"pirate-tui: {message}\n")
