"""Passwords: where they are looked for, when one is asked for, and that none is ever shown."""

import getpass
import json
import logging
import os
import socketserver
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pirate_tui.bootstrap import Bootstrap, check_file
from pirate_tui.cli import passwords as credentials
from pirate_tui.cli.passwords import with_known_password, with_prompted_password
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, StartupError
from pirate_tui.domain.text import keep_secret, redact
from pirate_tui.logs import report_bug, start_logging
from pirate_tui.orm.connection.url import Server, named
from pirate_tui.orm.inspection.snippet import format_raw
from pirate_tui.orm.user_models.loader import load_models
from pirate_tui.settings import TIME_LIMIT, Settings, TypedUrl


PASSWORD = "s3cr3t-!"  # noqa: S105  it opens nothing
SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
"""Codes of what a client of PostgreSQL asks first (https://www.postgresql.org/docs/current/protocol-message-formats.html)."""


@pytest.fixture(autouse=True)
def _plain_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIRATE_TUI_PASSWORD", "PGPASSWORD", "PGPASSFILE", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)


class Gate(socketserver.BaseRequestHandler):
    """The door of a PostgreSQL server: whoever has the password hears that no such database."""

    refused: tuple[bytes, ...] = ()
    """The parameters with which nobody is let in."""

    def handle(self) -> None:
        """One connection."""
        while (code := struct.unpack("!I", (startup := self._packet())[:4])[0]) in {SSL_REQUEST, GSS_REQUEST}:
            self.request.sendall(b"N")
        assert code == 0x30000
        if any(name in startup for name in self.refused):
            self._fail("08P01", "unsupported startup parameter: options")
            return
        self.request.sendall(b"R" + struct.pack("!II", 8, 3))
        if self.request.recv(1) != b"p":
            return  # it has no password, and goes
        is_right = self._packet().rstrip(b"\0") == PASSWORD.encode()
        self._fail(*(("3D000", "no such database") if is_right else ("28P01", "password authentication failed")))

    def _fail(self, code: str, words: str) -> None:
        fields = f"SFATAL\0C{code}\0M{words}\0\0".encode()
        self.request.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)

    def _packet(self) -> bytes:
        size = struct.unpack("!I", self._exactly(4))[0]
        return self._exactly(size - 4)

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            found = self.request.recv(size - len(data))
            if not found:
                raise ConnectionResetError
            data += found
        return data


class PoolerGate(Gate):
    """The door of a connection pooler, which looks at the parameters before the password."""

    refused = (b"options", b"default_transaction_read_only")


class QuietServer(socketserver.ThreadingTCPServer):
    """Listens on a port of this machine."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client may go whenever it likes."""


@pytest.fixture(params=["psycopg", "asyncpg"])
def driver(request: pytest.FixtureRequest) -> str:
    """One of PostgreSQL's drivers."""
    return str(request.param)


@pytest.fixture(params=[Gate, PoolerGate])
def guarded(request: pytest.FixtureRequest, driver: str) -> Iterator[Server]:
    """A server that wants a password, and has none yet."""
    with QuietServer(("127.0.0.1", 0), request.param) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        found = named(f"postgresql+{driver}://ann@127.0.0.1:{server.server_address[1]}/shop")
        assert isinstance(found, Server)
        yield found
        server.shutdown()


class Person(NamedTuple):
    """Somebody at the terminal, and what they were asked."""

    asked: list[str]


def somebody(monkeypatch: pytest.MonkeyPatch, *typed: str) -> Person:
    """A person who types these passwords, one after the other, and then ctrl+d."""
    person, answers = Person([]), iter(typed)

    def ask(prompt: str) -> str:
        person.asked.append(prompt)
        answer = next(answers, None)
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr(getpass, "getpass", ask)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    return person


def test_a_password_is_asked_for_where_the_server_wants_one(monkeypatch: pytest.MonkeyPatch, guarded: Server) -> None:
    person = somebody(monkeypatch, "wrong", PASSWORD)
    assert with_prompted_password(guarded).url.password == PASSWORD
    assert person.asked == [f"pirate-tui: password for ann on {guarded.name}: "] * 2
    assert redact(f"wrong {PASSWORD}") == "*** ***"


def test_it_is_asked_for_three_times_and_the_screen_tells_the_rest(
    monkeypatch: pytest.MonkeyPatch, guarded: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    third = "three"
    person = somebody(monkeypatch, "one", "two", third, PASSWORD)
    assert with_prompted_password(guarded).url.password == third
    assert len(person.asked) == 3
    assert capsys.readouterr().err == "pirate-tui: password rejected\n" * 2


def test_who_types_none_goes_on_without(monkeypatch: pytest.MonkeyPatch, guarded: Server) -> None:
    person = somebody(monkeypatch)
    assert with_prompted_password(guarded) == guarded
    assert len(person.asked) == 1


def test_a_password_that_the_driver_finds_itself_is_not_asked_for(
    monkeypatch: pytest.MonkeyPatch, guarded: Server, tmp_path: Path
) -> None:
    person = somebody(monkeypatch)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert with_prompted_password(guarded) == guarded
    monkeypatch.delenv("PGPASSWORD")
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:*:*:ann:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert with_prompted_password(guarded) == guarded
    assert person.asked == []


def test_who_waits_is_told_for_what(
    monkeypatch: pytest.MonkeyPatch, guarded: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    somebody(monkeypatch)
    with_prompted_password(guarded)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(credentials, "PATIENCE", 0.0)
    with_prompted_password(guarded)
    assert capsys.readouterr().err == f"pirate-tui: connecting to {guarded.name} ... (ctrl+c cancels)\n"


def test_nothing_is_asked_where_nobody_can_answer(monkeypatch: pytest.MonkeyPatch, guarded: Server) -> None:
    person = somebody(monkeypatch, PASSWORD)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert with_prompted_password(guarded) == guarded
    monkeypatch.setattr(sys, "stdin", None)
    assert with_prompted_password(guarded) == guarded
    assert person.asked == []


def test_a_server_that_is_not_there_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    person = somebody(monkeypatch, PASSWORD)
    for drivername in ("postgresql+psycopg", "postgresql+asyncpg", "mysql+asyncmy"):
        server = named(f"{drivername}://ann@127.0.0.1:1/shop")
        assert isinstance(server, Server)
        assert with_prompted_password(server) == server
    assert person.asked == []


def test_the_url_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, of_the_url = "of-the-environment", "of-the-url"
    monkeypatch.setenv("PIRATE_TUI_PASSWORD", ours)
    monkeypatch.setenv("PGPASSWORD", "of-the-drivers")
    bare, full = named("postgresql://ann@db/shop"), named("postgresql://ann:of-the-url@db/shop")
    assert isinstance(bare, Server)
    assert isinstance(full, Server)
    assert with_known_password(bare).url.password == ours
    assert with_known_password(full).url.password == of_the_url
    assert redact("of-the-environment of-the-drivers of-the-url") == "*** *** ***"


def test_a_password_that_is_not_utf_8_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIRATE_TUI_PASSWORD", os.fsdecode(b"caf\xe9"))
    server = named("postgresql://ann@db/shop")
    assert isinstance(server, Server)
    with pytest.raises(StartupError, match=r"^PIRATE_TUI_PASSWORD is not valid UTF-8") as caught:
        with_known_password(server)
    assert caught.value.exit_code == 2


def test_a_password_of_the_driver_that_is_not_utf_8_is_a_secret_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", os.fsdecode(b"caf\xe9"))
    server = named("postgresql://ann@db/shop")
    assert isinstance(server, Server)
    assert with_known_password(server) == server
    assert redact(os.fsdecode(b"caf\xe9") + " caf%E9") == "*** ***"


def test_a_server_is_remembered_without_its_password(own_home: Path) -> None:
    typed = TypedUrl("postgresql+psycopg://ann:s3cr3t-%21@db/shop")
    composition = Bootstrap(Settings(typed, reset=False, time_limit=TIME_LIMIT, log=None))
    composition.remember("Order")
    file = own_home / "pirate-tui" / "choices.json"
    assert json.loads(file.read_text())["models"] == {"postgresql+psycopg://ann@db/shop": "Order"}
    assert "s3cr3t" not in repr(typed)
    assert composition.label == "db:5432/shop"


@pytest.mark.usefixtures("quiet_logging")
@pytest.mark.parametrize("is_there", [False, True])
def test_the_log_is_for_its_owner_alone_and_without_secrets(tmp_path: Path, *, is_there: bool) -> None:
    file = tmp_path / "a.log"
    if is_there:
        file.write_text("older\n")
        file.chmod(0o644)
    keep_secret(PASSWORD)
    start_logging(file)
    error = OSError(f"no entry with {PASSWORD}")
    logging.getLogger("driver").error("at postgresql://ann:s3cr3t-%%21@db with %s", {"user": PASSWORD}, exc_info=error)
    told = file.read_text()
    assert "OSError: no entry with ***" in told
    assert "at postgresql://ann:***@db with {'user': '***'}" in told
    assert ("older" in told) is is_there
    assert file.stat().st_mode & 0o777 == 0o600


def test_troubles_and_reasons_to_end_have_no_secrets() -> None:
    keep_secret(PASSWORD)
    assert str(BrowserError(f"refused {PASSWORD}", "press r")) == "refused ***: press r"
    assert str(StartupError(3, f"refused {PASSWORD}")) == StartupError(3, "refused ***").message == "refused ***"


def test_models_that_cannot_be_imported_tell_no_secret(tmp_path: Path) -> None:
    keep_secret(PASSWORD)
    file = tmp_path / "models.py"
    file.write_text(f'print("{PASSWORD}")\nraise OSError("no entry with {PASSWORD}")\n')
    with pytest.raises(StartupError) as caught:
        load_models(str(file))
    assert "no entry with ***" in caught.value.message
    assert PASSWORD not in caught.value.message
    file.write_text(
        f'print("{PASSWORD}", "postgresql://ann:other@db")\nfrom sqlalchemy.orm import DeclarativeBase, mapped_column\n'
        "from sqlalchemy import Integer\nclass Base(DeclarativeBase): pass\n"
        "class Order(Base):\n  __tablename__ = 'orders'\n  id = mapped_column(Integer, primary_key=True)\n"
    )
    assert load_models(str(file)).output == ("*** postgresql://ann:***@db",)


def test_the_traceback_of_an_access_has_no_secrets() -> None:
    keep_secret(PASSWORD)
    raw, headline = format_raw(ValueError(f"no entry with {PASSWORD}"))
    assert raw == headline == "ValueError: no entry with ***\n"


def test_a_bug_is_told_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    keep_secret(PASSWORD)
    error = ZeroDivisionError(f"no entry\x1b[2J with {PASSWORD}")
    report_bug(ZeroDivisionError, error, None)
    assert capsys.readouterr().err == "ZeroDivisionError: no entry\u241b[2J with ***\n"


def test_our_own_words_stay_where_a_password_is_one_of_them() -> None:
    keep_secret("wrong")
    error = DatabaseUnreachableError("wrong:5432/wrong", "wrong password, or none", "start again")
    assert str(error) == "wrong:5432/wrong: wrong password, or none: start again"


def test_what_looks_like_a_url_and_is_taken_for_a_file_tells_no_password() -> None:
    with pytest.raises(StartupError) as caught:
        check_file(Path("mysql:/root:s3cr3t@db/shop"))
    assert "s3cr3t" not in caught.value.message
