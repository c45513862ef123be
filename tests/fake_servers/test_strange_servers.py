"""What a driver, or SQLAlchemy, raises at a strange server or a strange text is one line with a way out."""

import struct
from collections.abc import Callable

import pytest
from sqlalchemy import URL, literal, select
from sqlalchemy.sql.expression import false

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, StartupError
from pirate_tui.domain.query import Query
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm.connection import running_query
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.orm.dialects import server_connection as servers
from tests.fake_servers import FakeServer, Line, mysql, postgresql
from tests.fake_servers.visiting import Deaf, line
from tests.servers import DRIVERS, Target, run


async def told(server: Server) -> str:
    """The line that is said in the place of an open database; it leads on."""
    with pytest.raises(
        (DatabaseUnreachableError, StartupError)
    ) as raised:  # the screen stays, and r asks again; or it cannot
        await (await open_database(server, None, Limits(2.0), Deaf())).close()
    found = raised.value
    assert isinstance(found, DatabaseUnreachableError | StartupError)
    assert isinstance(found, StartupError) or found.hint
    return line(found)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says nothing is given up soon."""
    for module in (running_query, servers):
        monkeypatch.setattr(module, "CONNECT_LIMIT", 2.0)


Conversation = Callable[[Line], None]


def greeted_by(version: bytes, rows: list[bytes] | None = None) -> Conversation:
    """A server of MySQL's kind with that version, which answers everything with those packets."""
    return mysql.answering(lambda _statement: [mysql.OK] if rows is None else rows, version)


def refusing(text: bytes, code: int = 1045) -> Conversation:
    """One that lets nobody in, in those words."""

    def converse(to: Line) -> None:
        to.send(mysql.packet(mysql.handshake(), 0))
        mysql.read_packet(to)
        to.send(mysql.packet(mysql.error(text, code), 2))

    return converse


def saying(data: bytes) -> Conversation:
    """One that says that, and nothing more."""
    return lambda to: to.send(data)


STRANGE_MYSQL: dict[str, Conversation] = {
    "no version": greeted_by(b""),
    "a long version": greeted_by(b"x" * 5_000),
    "a version that is none": greeted_by(b"\x1b]0;t\x07\xff.1"),
    "a version that is another product's": greeted_by(b"5.7.25-TiDB-v7.5.0"),
    "an old version": greeted_by(b"3.23"),
    "half a greeting": saying(mysql.packet(mysql.handshake()[:20], 0)),
    "a greeting of another protocol": saying(mysql.packet(b"\x09" + mysql.handshake()[1:], 0)),
    "half a packet": saying(mysql.packet(mysql.handshake(), 0)[:30]),
    "an error that is cut": saying(mysql.packet(b"\xff\x15", 0)),
    "an error that is not UTF-8": refusing("Zugriff verweigert für".encode("latin-1"), 1044),
    "another protocol": saying(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    "nothing": saying(b""),
    "no rows": greeted_by(b"8.0.36", mysql.rows([b"one"], [])),
    "a word for a number": greeted_by(b"8.0.36", mysql.rows([b"one", b"two"], [[b"xyz", b"xyz"]])),
    "many columns": greeted_by(b"8.0.36", [b"\xfe" + b"\xff" * 8]),
    "a column that is none": greeted_by(b"8.0.36", [b"\x01", b"\x03de", mysql.EOF]),
    "a name that is not UTF-8": greeted_by(b"8.0.36", mysql.rows([b"\xff\xfe"], [[b"\xff\xfe"]])),
    "an empty packet": greeted_by(b"8.0.36", [b""]),
    "a file that is asked for": greeted_by(b"8.0.36", [b"\xfb/etc/passwd"]),
}


@pytest.mark.parametrize("kind", STRANGE_MYSQL)
async def test_a_strange_server_of_mysqls_protocol_is_one_line(kind: str) -> None:
    with FakeServer(STRANGE_MYSQL[kind]) as server:
        await told(server.named("mysql+asyncmy", "a password"))
    assert b"root:" not in server.received


def versioned(version: bytes) -> Conversation:
    """A server of PostgreSQL's protocol that answers everything with its version."""
    return postgresql.answering(lambda _statement: postgresql.columns(b"one") + postgresql.row(version) + SELECTED)


SELECTED = postgresql.message(b"C", b"SELECT 1\0")


def failing(error: bytes) -> Conversation:
    """One that lets nobody in, by that message."""

    def converse(to: Line) -> None:
        if postgresql.begin(to):
            to.send(error)

    return converse


ODD_FIELDS = postgresql.message(b"E", b"SX\x1b[2J\0C\x1b[31m\0Mone\ntwo\0P999999999999\0Lx\0Wx\0?x\0\0")

STRANGE_POSTGRESQL: dict[str, Conversation] = {
    "another product": versioned(b"CockroachDB CCL v23.1.0 (x86_64-pc-linux-gnu)"),
    "a version that is none": versioned(b"\x1b[2J"),
    "nothing for a version": versioned(b""),
    "no rows": postgresql.answering(),
    "no version told": postgresql.answering(hello=postgresql.greeting({})),
    "a told version that is none": postgresql.answering(
        hello=postgresql.greeting({**postgresql.SETTINGS, "server_version": "x\x1b.y"})
    ),
    "another encoding": postgresql.answering(
        hello=postgresql.greeting({**postgresql.SETTINGS, "client_encoding": "nonsense"})
    ),
    "an error that is not UTF-8": failing(postgresql.error("gibt es nicht für".encode("latin-1"), b"3D000")),
    "odd fields of an error": failing(ODD_FIELDS),
    "an error without fields": failing(postgresql.message(b"E", b"\0")),
    "an error that is cut": failing(b"E\0\0\0\x40S"),
    "an unknown way to log in": failing(postgresql.message(b"R", struct.pack(">I", 99))),
    "a way to log in that is cut": failing(postgresql.message(b"R", b"\0")),
    "another protocol": saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "nothing": saying(b""),
}


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
@pytest.mark.parametrize("kind", STRANGE_POSTGRESQL)
async def test_a_strange_server_of_postgresqls_protocol_is_one_line(kind: str, driver: str) -> None:
    with FakeServer(STRANGE_POSTGRESQL[kind]) as server:
        await told(server.named(DRIVERS[driver].name, "a password"))


HEADS = {
    "a kind that is none": postgresql.message(b"\0", b"one"),
    "a length below zero": b"S\xff\xff\xff\xf0one",
    "a length that cannot be": b"S\0\0\0\3one",
}


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
@pytest.mark.parametrize("at", range(1, 8))
@pytest.mark.parametrize("kind", HEADS)
async def test_a_message_whose_head_is_none_ends_the_connection_wherever_it_is_cut(
    kind: str, at: int, driver: str
) -> None:
    """By itself asyncpg would end the process at one of them, and hold it for ever at another."""

    def converse(to: Line) -> None:
        if postgresql.begin(to):
            to.send(postgresql.greeting()[: -len(postgresql.READY)] + HEADS[kind][:at])
            to.send(HEADS[kind][at:] + postgresql.READY)
            to.read(1)  # until it goes

    with FakeServer(converse) as server:
        assert "press r" in await told(server.named(DRIVERS[driver].name, "a password"))


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg", "asyncmy"])
async def test_what_a_server_says_to_the_first_statements_is_told_in_its_words(driver: str) -> None:
    no = postgresql.error(b"not today", b"0A000")
    refusing_all = {
        "asyncmy": mysql.answering(lambda _statement: [mysql.error(b"not today")]),
    }.get(driver) or postgresql.answering(lambda _statement: no)
    with FakeServer(refusing_all) as server:
        assert "not today" in await told(server.named(DRIVERS[driver].name, "a password"))


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
@pytest.mark.parametrize(
    ("variable", "value"), [("PGPORT", "x"), ("PGPORT", "99999"), ("PGSSLMODE", "sometimes"), ("PGUSER", "\udcff")]
)
async def test_a_variable_of_postgresqls_with_nonsense_is_one_line(
    monkeypatch: pytest.MonkeyPatch, driver: str, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with FakeServer(saying(b"")) as server:
        given = server.named(DRIVERS[driver].name).url
        url = URL.create(given.drivername, None if variable == "PGUSER" else "ann", host=given.host, database="shop")
        await told(Server(url if variable == "PGPORT" else url.set(port=given.port)))


async def shop(target: Target) -> Target:
    """A database with one table."""
    await run(target, "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(30))", "INSERT INTO item VALUES (1, 'a')")
    return target


@pytest.mark.parametrize("text", ["\udcff", "a\ud83d", "x" * 100_000])
async def test_a_search_for_what_no_text_holds_finds_nothing_or_is_one_line(target: Target, text: str) -> None:
    database = await open_database(await shop(target), None, Limits(10.0), Deaf())
    query, span = Query(await database.models.entity("Item")), Span(None, None)
    for asked in (database.rows.nearest, database.rows.count_between):
        found: object = None
        try:
            found = await asked(query, span, Match(text))
        except BrowserError as error:
            found = error
        assert not found or (isinstance(found, BrowserError) and not isinstance(found, DatabaseUnreachableError)), found
    assert await database.rows.count(query) == 1
    await database.close()


async def test_a_number_that_is_not_told_is_trouble(target: Target) -> None:
    database = await open_database(await shop(target), None, Limits(10.0), Deaf())
    questions = database._queries  # noqa: SLF001  no server that is one gives no count
    for statement in (select(literal(1)).where(false()), select(literal("xyz")), select(literal(None))):
        with pytest.raises(BrowserError, match="the server returned no number for the count of Item"):
            await questions.number("count of Item", statement)
    assert await questions.number("count of Item", select(literal(7))) == 7
    await database.close()
