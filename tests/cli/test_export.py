"""`pirate-tui export`: rows on stdout or in a new file, and what is told where that cannot be."""

import asyncio
import gc
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from pirate_tui.__main__ import main
from pirate_tui.orm.connection.url import Server
from tests.servers import run


MODELS = """
from decimal import Decimal
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

print("printed at import")

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    note: Mapped[str | None]
    seal: Mapped[bytes | None]
"""

TABLE = """
    CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT, note TEXT, seal BLOB);
    INSERT INTO orders VALUES (1, 'paid', '=1+1', x'00ff'), (2, 'open', '', NULL), (3, 'paid', NULL, x'');
"""


@pytest.fixture
def shop(tmp_path: Path) -> list[str]:
    """The arguments that name a database, its models, and the class."""
    database, models = tmp_path / "shop.db", tmp_path / f"orders_{tmp_path.name}.py"
    models.write_text(MODELS, encoding="utf-8")
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(TABLE)
    return [str(database), "--models", str(models), "--model", "Order"]


def export(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run the command; its exit code, and what it wrote on stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["export", *arguments])
    gc.unfreeze()  # the command ends with its process
    assert isinstance(ended.value.code, int)
    return ended.value.code, *capsys.readouterr()


def in_process(arguments: Sequence[str], **options: object) -> "subprocess.Popen[bytes]":
    """Start the command."""
    command = [sys.executable, "-m", "pirate_tui", "export", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, **options)  # type: ignore[call-overload,no-any-return]


CSV = b'"id","status","note","seal"\r\n1,"paid","=1+1","00ff"\r\n2,"open","",\r\n3,"paid",,""\r\n'


def test_csv_is_the_default_and_exact(shop: list[str]) -> None:
    out, err = in_process(shop).communicate()
    assert out == CSV
    assert b"printed" not in out
    assert b"Traceback" not in err


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], [1, 2, 3]),
        (["--where", "status=paid"], [1, 3]),
        (["--where", "status=paid", "--where", "note null"], [3]),
        (["--where", "id>1", "--where", "id<3"], [2]),
        (["--where", "note~1+"], [1]),
        (["--where", "status=nothing"], []),
    ],
)
def test_filters_are_those_of_the_prompt(
    shop: list[str], capsys: pytest.CaptureFixture[str], options: list[str], ids: list[int]
) -> None:
    code, out, _ = export([*shop, "--format", "jsonl", *options], capsys)
    assert code == 0
    assert [json.loads(line)["id"] for line in out.splitlines()] == ids


def test_the_suffix_of_a_new_file_decides_its_format(
    shop: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, beginning in (("a.csv", '"id"'), ("b.jsonl", '{"id": 1'), ("c.md", "| id |"), ("d.txt", '"id"')):
        code, out, err = export([*shop, "--output", str(tmp_path / name)], capsys)
        assert (code, out) == (0, "")
        assert f"wrote 3 rows to {tmp_path / name}" in err
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(beginning)
    code, _, _ = export([*shop, "--output", str(tmp_path / "e.csv"), "--format", "markdown"], capsys)
    assert (tmp_path / "e.csv").read_text(encoding="utf-8").splitlines()[-1] == "| 3 | paid | *NULL* |  |"


def test_formulas_are_guarded_where_that_is_asked_for(shop: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = export([*shop, "--guard-formulas"], capsys)
    assert """1,"paid","'=1+1","00ff\"""" in out
    code, out, err = export([*shop, "--guard-formulas", "--format", "jsonl"], capsys)
    assert (code, out) == (2, "")
    assert "--guard-formulas is for csv" in err


@pytest.mark.parametrize(
    ("options", "code", "error"),
    [
        (["--where", "state=paid"], 2, "--where state=paid: expected a column and =value"),
        (["--where", "status="], 2, "--where expected =value"),
        (["--where", "id=one"], 2, "invalid filter: "),
        (["--model", "Invoice"], 2, "no such mapped class: Invoice; available: Order"),
        (["--output", "{folder}/there.csv"], 2, "there.csv: it already exists"),
        (["--output", "{folder}/no/where.csv"], 2, "where.csv: No such file or directory"),
        (["--format", "xml"], 2, "invalid choice"),
    ],
)
def test_what_cannot_be_is_told(
    shop: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, options: list[str], code: int, error: str
) -> None:
    (tmp_path / "there.csv").write_text("precious")
    before = {path.name for path in tmp_path.iterdir()}
    ended, out, err = export([*shop, *(option.format(folder=tmp_path) for option in options)], capsys)
    assert (ended, out) == (code, "")
    assert error in err
    assert "Traceback" not in err
    assert {path.name for path in tmp_path.iterdir()} - {"__pycache__"} == before
    assert (tmp_path / "there.csv").read_text() == "precious"


def test_a_class_is_required_and_models_a_database(shop: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert export(shop[:1], capsys)[0] == 2
    assert export(["--models", "shop", "--model", "Order"], capsys)[0] == 2
    assert export([f"{shop[0]}.none", "--model", "Order"], capsys)[0] == 2
    assert export([shop[0], "--models", f"{shop[0]}.py", "--model", "Order"], capsys)[0] == 4


@pytest.fixture
def large(tmp_path: Path) -> list[str]:
    """The arguments for more rows than a pipe holds."""
    path = tmp_path / "large.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE large (id INTEGER PRIMARY KEY, text TEXT)")
        connection.execute(
            "INSERT INTO large WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
            " SELECT i, 'some text of a row' FROM n"
        )
        connection.commit()
    return [str(path), "--model", "Large"]


def test_a_reader_that_goes_away_ends_it_quietly(large: list[str]) -> None:
    job = in_process(large)
    assert job.stdout is not None
    assert job.stderr is not None
    assert job.stdout.readline() == b'"id","text"\r\n'
    job.stdout.close()
    assert job.wait(30) == 128 + signal.SIGPIPE
    assert job.stderr.read() == b""
    job.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_of_a_file(large: list[str], tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    job = in_process([*large, "--output", str(folder / "large.csv")])
    until = time.monotonic() + 30
    while not any(path.stat().st_size for path in folder.iterdir()) and time.monotonic() < until:
        time.sleep(0.001)  # no other process tells when it has begun
    job.send_signal(number)
    job.communicate(timeout=30)
    assert job.returncode == 128 + number
    assert list(folder.iterdir()) == []


def test_no_control_sequence_reaches_a_terminal(shop: list[str]) -> None:
    with closing(sqlite3.connect(shop[0])) as connection:
        connection.execute("UPDATE orders SET note = ? WHERE id = 1", ("\x1b]52;c;AAAA\x07",))
        connection.commit()
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "pirate_tui", "export", *shop]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, check=True)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(10_000)
    assert done.returncode == 0
    assert b"\x1b" not in shown
    assert "␛]52;c;AAAA".encode() in shown
    assert b'3,"paid",,""' in shown


async def test_servers_are_exported_too(server: Server, tmp_path: Path) -> None:
    await run(
        server,
        "CREATE TABLE orders (id integer PRIMARY KEY, status varchar(10), note varchar(10), seal varchar(10))",
        "INSERT INTO orders VALUES (1, 'paid', '', NULL), (2, 'open', '=1', 'ü')",
    )
    url, file = server.url.render_as_string(hide_password=False), tmp_path / "orders.csv"
    job = in_process([url, "--model", "Orders", "--where", "id>0", "--output", str(file)])
    _, err = await asyncio.to_thread(job.communicate)
    assert job.returncode == 0, err
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines == ['"id","status","note","seal"', '1,"paid","",', '2,"open","=1","ü"']
