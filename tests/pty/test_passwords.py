"""Passwords at a real terminal: asked for without an echo, warned of, and in no output of any kind."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pirate_tui.orm.connection.url import Server
from tests.pty.conftest import COMMAND
from tests.servers import fresh_database, run


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher, Terminal

pytestmark = pytest.mark.long

PASSWORD = "s3cr3t-!"  # noqa: S105  of a user who is dropped again
QUOTED = "s3cr3t-%21"
WRONG = "wr0ng-w0rd"
PROMPT = "password for"

_numbers = count(1)


@pytest.fixture
async def shop() -> AsyncIterator[Server]:
    """A database of MariaDB with one table, and a user who has a password; the URL is without it."""
    async for made in fresh_database("asyncmy"):
        user = f"shop_{os.getpid()}_{next(_numbers)}"
        await run(
            made,
            "CREATE TABLE parrots (id INT PRIMARY KEY, name VARCHAR(20))",
            "INSERT INTO parrots VALUES (1, 'Polly')",
            f"CREATE USER {user}@'%' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT SELECT ON {made.url.database}.* TO {user}@'%'",
        )
        try:
            yield Server(made.url._replace(username=user, password=None))
        finally:
            await run(made, f"DROP USER {user}@'%'")


def typed(server: Server, password: str = "") -> str:
    """The URL of the server, with the password as it is to be written there."""
    return server.key.replace("@", f":{password}@", 1) if password else server.key


def times(terminal: "Terminal", words: str, number: int) -> None:
    """Wait until the words are on the screen so many times."""
    terminal.wait_until(lambda: terminal.text.count(words) == number, f"{words!r} not seen {number} times")


def assert_untold(*told: bytes, folders: Iterable[Path] = ()) -> None:
    """Is none of the passwords in any of it, or in any file?"""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    for one in (*told, *(file.read_bytes() for file in files)):
        for password in (PASSWORD, QUOTED, WRONG):
            assert password.encode() not in one


def test_the_password_is_asked_for_again_and_never_shown(start: "Launcher", shop: Server, own_home: Path) -> None:
    log = own_home / "a.log"
    terminal = start(typed(shop), "--log", log)
    times(terminal, PROMPT, 1)
    terminal.send(f"{WRONG}\r")
    times(terminal, PROMPT, 2)
    terminal.send(f"{PASSWORD}\r")
    terminal.wait_for("Polly", shop.name)
    terminal.quit()
    assert_untold(bytes(terminal.raw), folders=[own_home])
    assert log.stat().st_mode & 0o777 == 0o600


def test_after_three_wrong_ones_the_screen_says_so(start: "Launcher", shop: Server, own_home: Path) -> None:
    terminal = start(typed(shop), "--log", own_home / "a.log")
    for number in (1, 2, 3):
        times(terminal, PROMPT, number)
        terminal.send(f"{WRONG}\r")
    terminal.wait_for("wrong or missing user or password")
    terminal.send("q")
    terminal.wait_exit()
    terminal.assert_restored()
    assert_untold(bytes(terminal.raw), folders=[own_home])


def test_ctrl_c_at_the_prompt_ends_it(start: "Launcher", shop: Server) -> None:
    terminal = start(typed(shop))
    times(terminal, PROMPT, 1)
    terminal.send("<ctrl+c>")
    assert terminal.wait_exit() == 130
    assert "Traceback" not in terminal.printed


def test_a_password_of_the_environment_is_taken(start: "Launcher", shop: Server, own_home: Path) -> None:
    terminal = start(typed(shop), environment={"PIRATE_TUI_PASSWORD": PASSWORD})
    terminal.wait_for("Polly")
    terminal.quit()
    assert PROMPT.encode() not in terminal.raw
    assert_untold(bytes(terminal.raw), folders=[own_home])


@pytest.mark.parametrize("password", [QUOTED, WRONG], ids=["right", "wrong"])
def test_a_password_on_the_command_line_is_warned_of_once_and_shown_nowhere(
    start: "Launcher", shop: Server, own_home: Path, password: str
) -> None:
    terminal = start(typed(shop, password), "--log", own_home / "a.log")
    terminal.wait_for("Polly" if password == QUOTED else "wrong or missing user or password")
    terminal.send("q")
    terminal.wait_exit()
    assert terminal.raw.count(b"use PIRATE_TUI_PASSWORD") == 1
    assert PROMPT.encode() not in terminal.raw
    assert_untold(bytes(terminal.raw), folders=[own_home])


CRASH = f"""
from pirate_tui.__main__ import main
from pirate_tui.orm.rows.row_queries import RowQueries
async def broken(self, *arguments):
    word = "{PASSWORD[:3]}" + "{PASSWORD[3:]}"
    raise ZeroDivisionError(f"the bug of this test\\x1b[2J {{word}} at mysql://ann:{{word}}@db")
RowQueries.page = broken
main()
"""
"""The browser with a bug in it, whose error and whose frames hold the password."""


def test_a_crash_report_does_not_tell_it(start: "Launcher", shop: Server, own_home: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(CRASH)
    terminal = start(
        program,
        typed(shop),
        "--log",
        own_home / "a.log",
        command=(str(COMMAND.with_name("python")),),
        environment={"PIRATE_TUI_PASSWORD": PASSWORD},
    )
    assert terminal.wait_exit() == 1
    assert terminal.has_said("ZeroDivisionError: the bug of this test\u241b[2J *** at mysql://ann:***@db")
    assert terminal.has_said("This is a bug in pirate-tui")
    assert_untold(bytes(terminal.raw), folders=[own_home])


@pytest.mark.parametrize(
    ("password", "code"), [(QUOTED, 0), (WRONG, 3), (f"{QUOTED}@", 2)], ids=["right", "wrong", "not quoted"]
)
def test_a_check_tells_no_password(shop: Server, own_home: Path, password: str, code: int) -> None:
    log = own_home / "a.log"
    command = [str(COMMAND), "check", typed(shop, password), "--json", "--log", str(log)]
    ended = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    assert ended.returncode == code, ended.stderr
    assert_untold(ended.stdout, ended.stderr, folders=[own_home])


def test_a_check_without_a_terminal_asks_nothing(shop: Server) -> None:
    command = [str(COMMAND), "check", typed(shop)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert f"pirate-tui: {shop.name}: wrong or missing user or password\n" in ended.stderr
    assert PROMPT not in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["one.db", f"mysql://ann:{QUOTED}@db/shop"],
        ["--reset", f"mysql://ann:{QUOTED}@db/shop"],
        ["--limit", f"mysql://ann:{QUOTED}@db/shop"],
        [f"mysql://ann:{QUOTED}@db:port/shop"],
        [f"mysql://db/shop?password={QUOTED}"],
        [f"mssql://ann:{QUOTED}@db/shop"],
    ],
)
def test_a_refusal_quotes_no_password(start: "Launcher", arguments: list[str]) -> None:
    terminal = start(*arguments)
    assert terminal.wait_exit() == 2
    assert_untold(bytes(terminal.raw))
