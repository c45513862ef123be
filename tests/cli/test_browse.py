"""The command line: what it is given, what it refuses, with which exit code and which words."""

import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pirate_tui import __version__
from pirate_tui.__main__ import main
from pirate_tui.bootstrap import Bootstrap, check_file
from pirate_tui.cli import browse as command
from pirate_tui.cli.browse import check_terminal, parse
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.logs import start_logging
from pirate_tui.settings import TIME_LIMIT, Settings, world_path


def test_without_arguments_the_world_that_ships_is_opened() -> None:
    assert parse([]) == Settings(database=None, reset=False, time_limit=TIME_LIMIT, log=None)


def test_everything_that_can_be_said() -> None:
    given = parse(["my.db", "--timeout", "2.5", "--log", "a.log", "--limit", "50"])
    assert given == Settings(Path("my.db"), reset=False, time_limit=2.5, log=Path("a.log"), collection_limit=50)
    models = parse(["my.db", "--models", "shop.models:Base", "--model", "Order", "--schema", "main"])
    assert (models.models, models.model) == ("shop.models:Base", "Order")
    assert parse([]).collection_limit == 1_000
    assert parse(["--reset"]).reset


@pytest.mark.parametrize("name", ["a?b.db", "100%41.db", "a#b.db", "my shop.db", "file:a.db", os.fsdecode(b"\xff.db")])
async def test_a_path_is_that_very_file(world: Path, name: str) -> None:
    path = await asyncio.to_thread(world.rename, world.with_name(name))
    assert parse([name]).database == Path(name)
    assert await crews(str(path)) >= 24


async def test_the_url_of_a_file_is_the_file(world: Path) -> None:
    for url in (f"sqlite:///{world}", f"sqlite+aiosqlite:///{world}", f"sqlite:///file:{world}?mode=ro&uri=true"):
        assert await crews(url) >= 24


def test_the_url_of_a_file_has_no_other_schema_either(world: Path) -> None:
    settings = parse([f"sqlite:///{world}", "--schema", "sales"])
    with pytest.raises(StartupError, match="no such schema: sales; a SQLite file has only main") as caught:
        Bootstrap(settings)
    assert caught.value.exit_code == 2
    Bootstrap(settings._replace(schemas=("main",)))


def test_a_url_is_kept_as_it_was_typed_and_shows_nothing() -> None:
    settings = parse(["postgresql://ann:s3cr3t@db/shop", "--schema", "sales"])
    assert settings.database == "postgresql://ann:s3cr3t@db/shop"
    assert settings.schemas == ("sales",)
    several = ["--schema", "b", "--schema", "a", "--schema", "b"]
    assert parse(["postgresql://ann@db/shop", *several]).schemas == ("b", "a")
    assert parse(["postgresql://ann@db/shop", *several, "--schema", "*"]).schemas == ("*",)
    assert parse(["my.db", "--schema", "*"]).schemas == ("*",)
    assert "s3cr3t" not in repr(settings)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--reset", "postgresql://db/shop"], "--reset recreates the sample database"),
        (["--reset", "my.db"], "--reset recreates the sample database"),
        (["--timeout", "0"], "not a positive number of seconds"),
        (["--timeout", "-1"], "not a positive number of seconds"),
        (["--timeout", "nan"], "not a positive number of seconds"),
        (["--timeout", "inf"], "not a positive number of seconds"),
        (["--timeout", "soon"], "not a positive number of seconds"),
        *((["--limit", rows], "not a positive number of rows") for rows in ("0", "-1", "many", "1.5", "", "9" * 30)),
        (["--nonsense"], "--nonsense"),
        (["--models", "shop.models"], "--models requires a DATABASE"),
        (
            ["postgresql://db/shop", "--models", "m", "--schema", "a", "--schema", "b"],
            "models are read in one --schema; several are reflected, without --models",
        ),
        (["postgresql://db/shop", "--models", "m", "--schema", "*"], "models are read in one --schema; several are"),
        (["my.db", "--schema", ""], "a schema has a name; leave the option out for the default one"),
        (["my.db", "--schema", "shop"], "no such schema: shop; a SQLite file has only main"),
        (["a.db", "b.db"], "b.db"),
    ],
)
def test_wrong_use_ends_with_2_and_says_why(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["a.db", "b\x1b]52;c;QQ==\x07"], ["--non\x1bsense"], ["--timeout", "\x1b"]])
def test_a_refused_argument_reaches_the_terminal_cleaned(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(arguments)
    assert capsys.readouterr().err.replace("\n", "").isprintable()


@pytest.mark.parametrize(("option", "words"), [("--version", __version__), ("--help", "DATABASE")])
def test_version_and_help_end_with_0(option: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([option])
    assert ended.value.code == 0
    assert words in capsys.readouterr().out


class Stream:
    """Something that is, or is not, a terminal."""

    def __init__(self, *, is_terminal: bool) -> None:
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        """As of a file."""
        return self.is_terminal


@contextmanager
def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """All three streams are terminals; within the test, since pytest puts its own in place before it."""
    with monkeypatch.context() as patched:
        patched.setenv("TERM", "xterm-256color")
        for name in ("stdin", "stdout", "stderr"):
            patched.setattr(sys, name, Stream(is_terminal=True))
        yield patched


def test_a_terminal_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_a_terminal(monkeypatch) as terminal:
        check_terminal()
        terminal.delenv("TERM")
        check_terminal()


@pytest.mark.parametrize("stream", [Stream(is_terminal=False), None])
@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
def test_what_is_no_terminal_is_named(monkeypatch: pytest.MonkeyPatch, name: str, stream: Stream | None) -> None:
    with on_a_terminal(monkeypatch) as terminal:
        terminal.setattr(sys, name, stream)
        with pytest.raises(StartupError, match=f"^{name} is not a terminal") as caught:
            check_terminal()
    assert caught.value.exit_code == 2


def test_a_dumb_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_a_terminal(monkeypatch) as terminal:
        terminal.setenv("TERM", "dumb")
        with pytest.raises(StartupError, match="TERM=dumb") as caught:
            check_terminal()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("TEXTUAL_COLOR_SYSTEM=nosuch", "TEXTUAL_COLOR_SYSTEM=nosuch is not one of auto, standard, 256, truecolor"),
        ("TEXTUAL_COLOR_SYSTEM=", "TEXTUAL_COLOR_SYSTEM= is not one of "),
        ("TEXTUAL_LOG=/nowhere/x", "TEXTUAL_LOG=/nowhere/x cannot be written: No such file or directory; unset it"),
        ("TEXTUAL_LOG=/dev/full", "TEXTUAL_LOG=/dev/full cannot be written: No space left on device; unset it"),
        (
            "TEXTUAL_SCREENSHOT_LOCATION=/nowhere",
            "TEXTUAL_SCREENSHOT_LOCATION=/nowhere is not writable; unset it",
        ),
    ],
)
def test_a_variable_of_textual_that_it_cannot_use_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, words: str
) -> None:
    with on_a_terminal(monkeypatch) as terminal:
        terminal.setenv("TEXTUAL_SCREENSHOT", "1")
        terminal.setenv(*variable.split("="))
        with pytest.raises(StartupError) as caught:
            check_terminal()
    assert caught.value.message.startswith(words)
    assert caught.value.exit_code == 2


def test_a_log_of_textuals_that_nobody_reads_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with on_a_terminal(monkeypatch) as terminal:
        terminal.setenv("TEXTUAL_LOG", str(tmp_path / "fifo"))
        with pytest.raises(StartupError, match="cannot be written: No such device or address; unset it"):
            check_terminal()


def test_variables_of_textual_that_it_can_use_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with on_a_terminal(monkeypatch) as terminal:
        terminal.setenv("TEXTUAL_COLOR_SYSTEM", "256")
        terminal.setenv("TEXTUAL_LOG", str(tmp_path / "log"))
        check_terminal()
        terminal.setenv("TEXTUAL_LOG", "")
        check_terminal()


def bad_files(folder: Path) -> dict[str, tuple[Path, int, str]]:
    """Files that are none, each with the exit code and the words that it earns."""
    fifo, empty, text, loop = (folder / name for name in ("fifo", "empty", "text", "loop"))
    os.mkfifo(fifo)
    empty.touch()
    text.write_text("SQLite format 2, a very old one")
    loop.symlink_to(loop)
    return {
        "nothing": (folder / "none.db", 2, "No such file or directory"),
        "folder": (folder, 2, "is a folder"),
        "fifo": (fifo, 2, "is not a regular file"),
        "device": (Path("/dev/null"), 2, "is not a regular file"),
        "loop": (loop, 2, "symbolic links"),
        "long name": (folder / ("x" * 300), 2, "File name too long"),
        "null byte": (folder / "a\0b", 2, "NUL"),
        "below a file": (text / "x.db", 2, "Not a directory"),
        "empty": (empty, 3, "is empty"),
        "text": (text, 3, "is not a SQLite database"),
    }


@pytest.mark.parametrize("kind", ["nothing", "folder", "fifo", "device", "loop", "below a file", "empty", "text"])
def test_a_file_that_is_none_is_named_with_the_reason(tmp_path: Path, kind: str) -> None:
    path, code, words = bad_files(tmp_path)[kind]
    with pytest.raises(StartupError) as caught:
        check_file(path)
    assert caught.value.exit_code == code
    assert caught.value.message.startswith(str(path))
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("kind", ["long name", "null byte"])
def test_a_name_that_no_file_can_have(tmp_path: Path, kind: str) -> None:
    path, code, words = bad_files(tmp_path)[kind]
    with pytest.raises(StartupError, match=words) as caught:
        check_file(path)
    assert caught.value.exit_code == code


def test_a_file_that_may_not_be_read(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StartupError, match="Permission denied") as caught:
        check_file(world)
    assert caught.value.exit_code == 2


def test_a_database_will_do(world: Path) -> None:
    check_file(world)


@pytest.mark.parametrize("name", ["a\x1b[31m\nb\u202e.db", os.fsdecode(b"\xff.db")])
def test_control_characters_of_a_path_are_cleaned(tmp_path: Path, name: str) -> None:
    for path in (tmp_path / name, tmp_path / name / "folder"):
        with pytest.raises(StartupError) as caught:
            check_file(path)
        assert caught.value.message.isprintable()


def test_the_command_ends_with_the_code_and_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert (
        capsys.readouterr().err
        == "pirate-tui: stdin is not a terminal; run pirate-tui in a terminal, without redirection\n"
    )
    monkeypatch.setattr(command, "check_terminal", lambda: None)
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "none.db")])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"pirate-tui: {tmp_path / 'none.db'}: No such file or directory\n"


@pytest.mark.usefixtures("quiet_logging")
def test_logs_go_to_the_file_that_was_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(tmp_path / "a.log")
    logging.getLogger("sqlalchemy.pool").error("Exception during reset")
    assert "sqlalchemy.pool: Exception during reset" in (tmp_path / "a.log").read_text()
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("quiet_logging")
def test_without_a_file_logs_go_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(None)
    logging.getLogger("asyncio").error("Task exception was never retrieved")
    assert capsys.readouterr() == ("", "")


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        StartupError, match=f"cannot log to {tmp_path}: it is not a regular file; choose a file that you own"
    ) as caught:
        start_logging(tmp_path)
    assert caught.value.exit_code == 2


class Deaf(Listener):
    """A listener who needs to know nothing."""


async def crews(*arguments: str) -> int:
    """How many crews a launch with these arguments finds."""
    composition = Bootstrap(parse(arguments))
    try:
        database = await composition.connect(Deaf())
        return await database.rows.count(Query(database.models.catalog.entities[0]))
    finally:
        await composition.close()


async def test_the_first_launch_makes_the_world_and_the_second_opens_it(own_home: Path) -> None:
    assert world_path().is_relative_to(own_home)
    assert await crews() >= 24
    made = world_path().stat()
    assert await crews() >= 24
    assert world_path().stat().st_ino == made.st_ino
    assert [path.name for path in world_path().parent.iterdir()] == ["pirates.db"]


async def test_reset_makes_the_world_anew() -> None:
    world_path().parent.mkdir(parents=True)
    world_path().write_bytes(b"no database at all")
    with pytest.raises(StartupError, match="--reset recreates it") as caught:
        await crews()
    assert caught.value.exit_code == 3
    assert await crews("--reset") >= 24


async def test_a_data_folder_that_cannot_be_made_is_named(own_home: Path) -> None:
    (own_home / "pirate-tui").write_text("in the way")
    with pytest.raises(StartupError) as caught:
        await crews()
    assert caught.value.exit_code == 3
    assert str(world_path()) in caught.value.message


async def test_a_database_that_is_given_is_opened_and_no_world_is_made(world: Path) -> None:
    assert await crews(str(world)) >= 24
    assert not await asyncio.to_thread(world_path().exists)
