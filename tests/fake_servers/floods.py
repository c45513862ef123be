"""Servers that never come to an end."""

from collections.abc import Callable

from tests.fake_servers import Line, mysql, postgresql


LARGE = b"x" * 16_000_000
"""As long as a message of MySQL's can be, but for some bytes."""


def settings(line: Line) -> None:
    """One setting after the other, of PostgreSQL's: ParameterStatus."""
    if postgresql.begin(line):
        line.send(postgresql.greeting())
        line.flood(postgresql.setting("TimeZone", "UTC") * 2_000)


def notices(line: Line) -> None:
    """Notices of PostgreSQL's."""
    if postgresql.begin(line):
        line.send(postgresql.greeting())
        line.flood(postgresql.notice(b"hello") * 2_000)


def large_error(line: Line) -> None:
    """An error of 16 MB for whatever is asked."""
    postgresql.answering(lambda _statement: postgresql.error(LARGE))(line)


def rows(line: Line) -> None:
    """A row after the other for the first statement."""
    if postgresql.begin(line):
        line.send(postgresql.greeting())
        postgresql.read_message(line)
        line.send(postgresql.columns(b"one"))
        line.flood(postgresql.row(b"x" * 1_000) * 200)


def large_error_of_mysql(line: Line) -> None:
    """An error of 16 MB for whatever is asked."""
    mysql.answering(lambda _statement: [mysql.error(LARGE)])(line)


def rows_of_mysql(line: Line) -> None:
    """A row after the other for the first statement that is read."""
    mysql.let_in(line)
    for command in mysql.commands(line):
        if command[1:7].upper() == b"SELECT" or command[1:5].upper() == b"SHOW":
            mysql.send_all(line, [b"\x01", mysql.column(b"one"), mysql.EOF])
            line.flood(b"".join(mysql.packet(mysql.text(b"x" * 1_000), number) for number in range(4, 260)))
        mysql.send_all(line, [mysql.OK])


FLOODS: list[tuple[Callable[[Line], None], str]] = [
    *((flood, driver) for flood in (settings, notices, large_error, rows) for driver in ("psycopg", "asyncpg")),
    (large_error_of_mysql, "asyncmy"),
    (rows_of_mysql, "asyncmy"),
]
"""Each with the drivers that it is for."""
