"""The sub-command `seed`: what it is given, what it refuses, what it says, and what it leaves behind."""

# ruff: noqa: ASYNC240  small files of a test

import asyncio
import io
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pirate_tui import __main__ as command
from pirate_tui.cli import browse
from pirate_tui.cli import seed as seeding
from pirate_tui.cli.seed import SeedOptions, check_place, make, parse
from pirate_tui.cli.signals import SIGNALS, until_signalled
from pirate_tui.domain.failure import StartupError
from pirate_tui.pirates import fleet


FEW = ("--crews", "3", "--members", "20")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def counts(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as connection:
        (crews,) = connection.execute("SELECT count(*) FROM pirate_crew").fetchone()
        (members,) = connection.execute("SELECT count(*) FROM pirates").fetchone()
    return crews, members


def order(path: Path, *, force: bool = False) -> SeedOptions:
    return SeedOptions(path, 3, 20, 1, force)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the file is to be made: in a folder that holds nothing else."""
    (tmp_path / "made").mkdir()
    return tmp_path / "made" / "big.db"


def test_everything_that_can_be_said() -> None:
    assert parse(["a.db", *FEW]) == SeedOptions(Path("a.db"), crews=3, members=20, seed=1, force=False)
    given = parse(["a.db", "--crews", "1", "--members", "0", "--seed", "7", "--force"])
    assert given == SeedOptions(Path("a.db"), crews=1, members=0, seed=7, force=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "FILE"),
        (["a.db"], "--crews"),
        (["a.db", "--crews", "3"], "--members"),
        (["a.db", "b.db", *FEW], "b.db"),
        (["a.db", *FEW, "--crews", "0"], "'0' is not a whole number from 1"),
        (["a.db", *FEW, "--crews", "-1"], "--crews"),
        (["a.db", *FEW, "--crews=-1"], "'-1' is not a whole number from 1"),
        (["a.db", *FEW, "--members", "1.5"], "'1.5' is not a whole number from 0"),
        (["a.db", *FEW, "--members", "many"], "'many' is not a whole number from 0"),
        (["a.db", *FEW, "--members", "9" * 5000], "is not a whole number from 0"),
        (["a.db", *FEW, "--members", "1000000000001"], "to 1,000,000,000,000"),
        (["a.db", *FEW, "--members", "²"], "is not a whole number from 0"),
        (["a.db", *FEW, "--seed", "x"], "'x' is not a whole number from 0"),
    ],
)
def test_wrong_use_ends_with_2_and_says_why(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert words in said.err


def test_the_first_word_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    def instead(arguments: list[str]) -> None:
        given.append(arguments)
        sys.exit(0)

    monkeypatch.setattr(seeding, "main", instead)
    with pytest.raises(SystemExit):
        command.main(["seed", "a.db", *FEW])
    assert given == [["a.db", *FEW]]
    assert browse.parse(["./seed"]).database == Path("seed")


def test_the_help_speaks_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        browse.parse(["--help"])
    assert "pirate-tui seed --help" in " ".join(capsys.readouterr().out.split())


async def test_it_makes_the_file_and_says_how_to_open_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await make(order(place))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"pirate-tui: created {place}: 3 crews, 20 members, seed 1; to open it: pirate-tui {place}\n"
    assert counts(place) == (3, 20)
    assert names(place.parent) == ["big.db"]


@pytest.mark.parametrize("name", ["seed", "check", "-x", "a b'c.db", "ü ☠.db"])
async def test_what_it_says_can_be_typed(
    place: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place.parent)
    await make(order(Path(name)))
    _, typed = capsys.readouterr().err.split("to open it: ")
    assert browse.parse(shlex.split(typed)[1:]).database == Path(name)
    assert shlex.split(typed)[1] != "seed"


@pytest.mark.parametrize("name", ["with ?mode=ro.db", "100%41.db", "a#b.db", "[x]*.db", "日本.db"])
async def test_any_path_will_do(place: Path, name: str) -> None:
    await make(order(place.with_name(name)))
    assert names(place.parent) == [name]


async def test_a_link_is_followed(place: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(place)
    await make(order(link))
    await make(order(link, force=True))
    assert link.is_symlink()
    assert counts(place) == (3, 20)


async def test_force_replaces_what_is_there(place: Path) -> None:
    place.write_bytes(b"no database at all")
    await make(order(place, force=True))
    assert counts(place) == (3, 20)
    assert names(place.parent) == ["big.db"]


def bad_places(folder: Path) -> dict[str, tuple[Path, str]]:
    """Places where nothing can be made, each with the words that it earns."""
    there, fifo, loop, stale = (folder / name for name in ("there.db", "fifo", "loop", "stale.db"))
    there.write_bytes(b"mine")
    os.mkfifo(fifo)
    loop.symlink_to(loop)
    (folder / "stale.db-wal").touch()
    return {
        "there": (there, "already exists; use --force to overwrite it"),
        "folder": (folder, "is a folder"),
        "fifo": (fifo, "is not a regular file"),
        "device": (Path("/dev/null"), "is not a regular file"),
        "loop": (loop, "symbolic links"),
        "no parent": (folder / "none" / "a.db", f"no such folder: {folder}/none; create it first"),
        "below a file": (there / "a.db", "Not a directory"),
        "long name": (folder / ("x" * 300), "File name too long"),
        "null byte": (folder / "a\0b", "NUL"),
        "log beside": (stale, "stale.db-wal exists, and belongs to another database"),
        "control": (folder / "a\x1b[31m\nb" / "c.db", "no such folder"),
    }


KINDS = (
    "there",
    "folder",
    "fifo",
    "device",
    "loop",
    "no parent",
    "below a file",
    "long name",
    "null byte",
    "log beside",
    "control",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_is_none_is_named_with_the_reason(tmp_path: Path, kind: str) -> None:
    path, words = bad_places(tmp_path)[kind]
    with pytest.raises(StartupError) as caught:
        check_place(order(path))
    assert caught.value.exit_code == 2
    assert words in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("kind", ["folder", "fifo", "device", "log beside"])
def test_force_is_for_files_alone(tmp_path: Path, kind: str) -> None:
    path, words = bad_places(tmp_path)[kind]
    with pytest.raises(StartupError, match=words) as caught:
        check_place(order(path, force=True))
    assert caught.value.exit_code == 2


async def test_a_file_that_somebody_makes_meanwhile_is_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(path: Path, *_: object) -> None:
        path.write_bytes(b"ours")
        place.write_bytes(b"theirs")

    monkeypatch.setattr(fleet, "load", slow)
    with pytest.raises(StartupError, match="already exists") as caught:
        await make(order(place))
    assert caught.value.exit_code == 2
    assert place.read_bytes() == b"theirs"
    assert names(place.parent) == ["big.db"]


async def test_what_cannot_be_made_is_named_with_the_reason(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    place.write_bytes(b"mine")
    monkeypatch.setattr(fleet, "load", full)
    with pytest.raises(StartupError, match="No space left on device; free some space") as caught:
        await make(order(place, force=True))
    assert caught.value.exit_code == 3
    assert caught.value.message.startswith(f"cannot create {place}: ")
    assert place.read_bytes() == b"mine"
    assert names(place.parent) == ["big.db"]


async def test_an_error_of_the_database_is_named_too(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "crew_batches", lambda _: iter([[(1, None, None)]]))
    with pytest.raises(StartupError, match="NOT NULL constraint failed") as caught:
        await make(order(place))
    assert caught.value.exit_code == 3
    assert names(place.parent) == []


async def test_what_a_killed_one_has_left_is_swept(place: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])  # noqa: ASYNC220  it has to be dead
    dead.wait()
    place.with_name(f".big.db.{dead.pid}.unfinished").touch()
    await make(order(place))
    assert names(place.parent) == ["big.db"]


@pytest.fixture
def _signals_are_heard() -> Iterator[None]:
    """Also where whoever started the tests wants them not to hear some, as a shell does in the background."""
    before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_are_heard")
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
async def test_a_signal_cancels_the_work_and_its_number_is_the_exit_code(number: signal.Signals) -> None:
    begun, tidied = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)  # a second one does not disturb the tidying up
            await asyncio.sleep(0.01)
            tidied.set()

    job = asyncio.ensure_future(until_signalled(work()))
    await begun.wait()
    os.kill(os.getpid(), number)
    assert await job == 128 + number
    assert tidied.is_set()


async def test_work_that_is_done_ends_with_0_and_a_cancel_of_others_is_theirs() -> None:
    assert await until_signalled(asyncio.sleep(0)) == 0
    job = asyncio.ensure_future(until_signalled(asyncio.sleep(60)))
    await asyncio.sleep(0)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job


class Screen(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        """As of a file."""
        return True


@pytest.mark.parametrize(("term", "is_drawn"), [("xterm-256color", True), ("dumb", False)])
async def test_a_terminal_shows_how_far_it_is(
    place: Path, monkeypatch: pytest.MonkeyPatch, term: str, *, is_drawn: bool
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(fleet, "BATCH", 10)
    await make(order(place))
    shown = screen.getvalue()
    assert ("13 of 23 rows" in shown) == is_drawn
    assert ("57 %" in shown) == is_drawn
    assert ("\x1b[" in shown) == is_drawn
    assert "to open it" in shown


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_INTERACTIVE", "TTY_COMPATIBLE"])
async def test_no_terminal_no_bar(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    await make(order(place))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.rstrip().isprintable()


async def test_nobody_has_to_listen(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    await make(order(place))
    assert counts(place) == (3, 20)


def test_the_command_ends_with_the_code_and_one_line(place: Path) -> None:
    run = [sys.executable, "-m", "pirate_tui", "seed", str(place), *FEW]
    made = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)
    assert (made.returncode, made.stdout) == (0, "")
    assert counts(place) == (3, 20)
    again = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)
    refusal = f"pirate-tui: {place} already exists; use --force to overwrite it\n"
    assert (again.returncode, again.stdout, again.stderr) == (2, "", refusal)
