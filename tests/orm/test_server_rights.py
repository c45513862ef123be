"""What the header warns of: rights that no read-only transaction takes from their user."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url

from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.orm.dialects.mysql.connection import MySQLBackend
from pirate_tui.orm.read_only import OwnText
from tests.orm.conftest import FLEET_ROWS, Base, OpenModels, Sailor, Ship
from tests.orm.schemas import ON_MARIADB, ON_POSTGRESQL, is_postgresql
from tests.servers import load, run


@pytest.fixture
async def group(server: Server, reader: Server) -> AsyncIterator[str]:
    """A role that the reader has taken."""
    name = f"{reader.url.username}_group"
    making = f"GRANT {name} TO {reader.url.username}"
    if not is_postgresql(server):
        making = f"{making}; SET DEFAULT ROLE {name} FOR {reader.url.username}"
    await run(server, f"CREATE ROLE {name}", *making.split("; "))
    yield name
    await run(server, f"DROP ROLE {name}")


@pytest.fixture
async def rights(server: Server, reader: Server) -> Server:
    """The database for a user who may read it, and no more."""
    await load(server, Base.metadata, FLEET_ROWS)
    tables = "ALL TABLES IN SCHEMA public" if is_postgresql(server) else f"{server.url.database}.*"
    await run(server, f"GRANT SELECT ON {tables} TO {reader.url.username}")
    return reader


async def warning(server: Server, listener: Listener) -> str:
    """What stands in the header."""
    database = await open_database(server, (Ship, Sailor), Limits(30), listener)
    await database.close()
    return database.warning


async def test_a_superuser_is_warned_and_a_reader_is_not(server: Server, rights: Server, listener: Listener) -> None:
    assert await warning(server, listener) == "superuser: can bypass read-only"
    assert await warning(rights, listener) == ""


@ON_POSTGRESQL
async def test_rights_of_a_role_count_where_they_are_inherited(
    server: Server, rights: Server, group: str, listener: Listener
) -> None:
    await run(server, f"GRANT pg_write_server_files, pg_execute_server_program TO {group}")
    assert await warning(rights, listener) == "may write files, may run programs"
    user = rights.url.username
    await run(server, f"GRANT pg_signal_backend TO {user}", f"ALTER ROLE {user} REPLICATION")
    assert await warning(rights, listener) == "may write files, may run programs, may end sessions, may replicate"


@ON_POSTGRESQL
async def test_rights_that_are_not_inherited_do_not_count(
    server: Server, rights: Server, group: str, listener: Listener
) -> None:
    await run(server, f"ALTER ROLE {rights.url.username} NOINHERIT", f"GRANT pg_write_server_files TO {group}")
    # PostgreSQL 16 keeps with each grant whether it is inherited.
    await run(server, f"REVOKE {group} FROM {rights.url.username}", f"GRANT {group} TO {rights.url.username}")
    assert await warning(rights, listener) == ""


@ON_MARIADB
async def test_rights_of_a_role_count_where_it_is_taken(
    server: Server, rights: Server, group: str, listener: Listener
) -> None:
    await run(server, f"GRANT FILE, CONNECTION ADMIN ON *.* TO {group}")
    assert await warning(rights, listener) == "may write files, may change settings"
    await run(server, f"GRANT SUPER ON *.* TO {rights.url.username}")
    assert await warning(rights, listener) == "superuser: can bypass read-only"


@pytest.mark.parametrize(
    ("grants", "words"),
    [
        (["GRANT USAGE ON *.* TO `ann`@`%`", "GRANT ALL PRIVILEGES ON `shop`.* TO `ann`@`%`"], ""),
        (["GRANT SELECT, FILE ON *.* TO `ann`@`%`"], "may write files"),
        (
            ["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SYSTEM_VARIABLES_ADMIN ON *.* TO `a`@`%`"],
            "may change settings",
        ),
        (
            ["GRANT ALL PRIVILEGES ON *.* TO `r`@`%` WITH GRANT OPTION", "GRANT PROXY ON ''@'' TO `r`@`%`"],
            "superuser: can bypass read-only",
        ),
    ],
)
def test_grants_are_read_as_mysql_writes_them(grants: list[str], words: str) -> None:
    rows = [(grant,) for grant in grants]
    assert MySQLBackend(Server(make_url("mysql+asyncmy://ann@db/shop"))).warning(rows) == words  # type: ignore[arg-type]


async def test_a_server_that_cannot_say_is_opened_all_the_same(
    server: Server, open_models: OpenModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(server, Base.metadata, FLEET_ROWS)
    database = await open_models(server, (Ship, Sailor))
    monkeypatch.setattr(database._connections.backend, "privilege_query", OwnText("SELECT nothing FROM nowhere"))  # noqa: SLF001
    await database.check_privileges()
    assert database.warning == "privileges unknown"
