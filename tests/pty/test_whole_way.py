"""The whole way of a first visitor, in a real terminal, with the installed command."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

COMMAND = Path(sys.executable).with_name("pirate-tui")


def test_from_the_first_launch_to_the_last_key(start: "Launcher") -> None:
    terminal = start()
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent", "SAFE")
    open_and_close_awaited(terminal)
    see_the_missing_greenlet(terminal)
    see_that_selectinload_helps(terminal)
    terminal.send("Su")
    terminal.wait_for(" SAFE ", "loader: as mapped")
    terminal.send("<enter>")
    terminal.wait_for("Roronoa Zoro", "select 1 + access 1", "awaited")
    terminal.quit()


def open_and_close_awaited(terminal: "Terminal") -> None:
    assert "Roronoa Zoro" not in terminal.text
    terminal.send("<enter>")
    terminal.wait_for("Roronoa Zoro", "select 1 + access 1", "awaited")
    terminal.send("<enter>")
    terminal.wait_gone("Roronoa Zoro")


def see_the_missing_greenlet(terminal: "Terminal") -> None:
    terminal.send("u")
    terminal.wait_for("UNSAFE")
    terminal.send("<enter>")
    terminal.wait_for("Traceback (most recent call last)", "greenlet_spawn has not been called", "xd2s")
    terminal.wait_for("pirate_crew.members", "never sent")
    terminal.send("/")
    terminal.wait_for("search this text", "Clear search")
    terminal.send("pirate_crew.members")
    terminal.wait_for("1 of 1", 'File "<your code>"')
    frame = terminal.text.partition('File "<your code>"')[2].splitlines()
    assert frame[1].strip("│ ").startswith("pirate_crew.members")
    terminal.send("<enter>")
    terminal.wait_gone("Clear search")
    assert "greenlet_spawn has not been called" in terminal.text, "the headline is never scrolled away"


def see_that_selectinload_helps(terminal: "Terminal") -> None:
    terminal.send("s")
    terminal.wait_for("loader: selectinload", "UNSAFE")
    terminal.send("<enter>")
    terminal.wait_for("Roronoa Zoro", "select 2 + access 0", "plain access")
    terminal.wait_gone("Traceback")
    terminal.wait_gone("greenlet_spawn")


@pytest.mark.parametrize(
    ("stream", "redirection"), [("stdin", "exec </dev/null"), ("stdout", "exec >/dev/null"), ("stderr", "exec 2>'{}'")]
)
def test_a_stream_that_is_no_terminal_is_named_in_one_line(
    start: "Launcher", tmp_path: Path, stream: str, redirection: str
) -> None:
    errors = tmp_path / "errors"
    terminal = start(before=redirection.format(errors))
    assert terminal.wait_exit() == 2
    said = errors.read_text() if stream == "stderr" else terminal.printed
    assert f"{stream} is not a terminal" in said
    assert said.count("\n") == 1
    assert b"\x1b" not in terminal.raw


def test_a_dumb_terminal_is_refused_in_one_line(start: "Launcher") -> None:
    terminal = start(environment={"TERM": "dumb"})
    assert terminal.wait_exit() == 2
    assert "TERM=dumb" in terminal.printed
    assert terminal.printed.count("\n") == 1
    assert b"\x1b" not in terminal.raw


def test_a_file_that_is_not_there_is_named(start: "Launcher", tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.db"
    terminal = start(missing)
    assert terminal.wait_exit() == 2
    assert str(missing) in terminal.printed
    assert "No such file" in terminal.printed
    assert not missing.exists()


@pytest.mark.long
@pytest.mark.parametrize(("option", "said"), [("--version", "pirate-tui 0."), ("--help", "--timeout SECONDS")])
def test_options_that_only_tell_end_well(start: "Launcher", option: str, said: str) -> None:
    terminal = start(option)
    assert terminal.wait_exit() == 0
    assert said in terminal.printed


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--reset", "x.db"], "--reset"),
        (["--timeout", "0"], "--timeout"),
        (["--timeout", "nan"], "--timeout"),
        (["--timeout", "soon"], "--timeout"),
        (["--nonsense"], "--nonsense"),
        (["one.db", "two.db"], "two.db"),
    ],
)
def test_wrong_use_is_named_without_a_traceback(start: "Launcher", arguments: list[str], named: str) -> None:
    terminal = start(*arguments)
    assert terminal.wait_exit() == 2
    assert named in terminal.printed
    assert "Traceback" not in terminal.printed
    assert b"\x1b[?1049h" not in terminal.raw


@pytest.mark.long
@pytest.mark.parametrize("command", [[str(COMMAND)], [sys.executable, "-m", "pirate_tui"]])
def test_it_starts_from_any_folder(start: "Launcher", command: list[str]) -> None:
    terminal = start(command=command, folder=Path("/"))
    terminal.wait_for("Straw Hats", "40 rows")
    terminal.quit()


@pytest.mark.long
def test_nothing_is_heard_of_the_abandoned_coroutine(start: "Launcher", world: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    terminal = start(world, "--log", log, environment={"PYTHONWARNINGS": "always", "PYTHONASYNCIODEBUG": "1"})
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.send("u")
    terminal.wait_for("UNSAFE")
    for crew in range(1, 9):
        raise_at(terminal, crew)
    for keys, crew in (("<end>", 40), ("<home>", 1), ("<end>", 40)):
        terminal.send(keys)
        terminal.wait_for(f"PirateCrew {crew} · persistent")
    terminal.quit()
    for words in ("never awaited", "Warning", "Task exception", "Exception ignored", "Task was destroyed"):
        assert words.encode() not in terminal.raw
        assert words not in log.read_text()


def raise_at(terminal: "Terminal", crew: int) -> None:
    """See the error at that crew, and go on to the next one."""
    terminal.wait_for(f"PirateCrew {crew} · persistent")
    terminal.send("<enter>")
    terminal.wait_for(f"PirateCrew.members of PirateCrew {crew} ", "greenlet_spawn has not been called")
    terminal.send("<esc>")
    terminal.wait_gone("greenlet_spawn has not been called")
    terminal.send("<left><down>")


@pytest.mark.long
def test_a_search_that_is_typed_at_once_is_not_taken_for_commands(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.fail_unsafely()
    terminal.send("/your code<enter>")
    terminal.wait_for("1 of 1", 'File "<your code>"', "UNSAFE")


@pytest.mark.long
def test_after_a_search_in_the_traceback_the_table_has_the_focus_again(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.fail_unsafely()
    terminal.send("/")
    terminal.wait_for("search this text", "Clear search")
    terminal.send("your code")
    terminal.wait_for("1 of 1")
    terminal.send("<enter>")
    terminal.wait_gone("Clear search")
    terminal.send("u")
    terminal.wait_for(" SAFE ")
    terminal.send("<enter>")
    terminal.wait_for("Roronoa Zoro", "⏎ Open")
    terminal.send("<right>")
    terminal.wait_for("Pirate 1 · persistent")


@pytest.mark.long
def test_the_inspector_says_what_would_happen_and_proves_it(start: "Launcher", world: Path) -> None:
    terminal = start(world, size=(160, 45))
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.send("<tab>jjj")
    terminal.wait_for("members · relationship", "would emit first:", "FROM pirates")
    terminal.send("u")
    terminal.wait_for(" UNSAFE ")
    terminal.send("<enter>")
    terminal.wait_for("PirateCrew.members of PirateCrew 1 · plain access", "greenlet_spawn", "never sent")
    terminal.send("<esc>")
    terminal.wait_gone("greenlet_spawn")
    terminal.send("x")
    terminal.wait_for("PirateCrew 1 · after commit")
    terminal.send("<home>")
    terminal.wait_for("id · column")
    terminal.send("<enter>")
    terminal.wait_for("PirateCrew.id of PirateCrew 1 · plain access", "greenlet_spawn")
    terminal.wait_for("expire_on_commit", "inspect(pirate_crew).identity")
    terminal.quit()
