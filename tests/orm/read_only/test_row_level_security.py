"""Listeners that tell PostgreSQL for whom a transaction reads: they pass, and what may be read then is read."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, String, event, func, select, text
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.connection.url import Server
from tests.orm.conftest import OpenModels
from tests.orm.schemas import ON_POSTGRESQL
from tests.servers import load, run


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Cargo(Base):
    """Each tenant sees its own."""

    __tablename__ = "cargo"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant: Mapped[str] = mapped_column(String(20))


ROWS = [{"id": 1, "tenant": "north"}, {"id": 2, "tenant": "south"}]

PASSING = [
    text("SELECT set_config('app.tenant', 'north', true)"),
    text("SELECT set_config('app.tenant', :tenant, false)").bindparams(tenant="north"),
    text("SET LOCAL app.tenant = 'north'"),
    text("SET app.tenant TO north"),
    select(func.set_config("app.tenant", "north", True)),
    select(func.set_config("app.tenant", "north", True), func.set_config("search_path", "public", True)),
]

REFUSED = [
    select(func.set_config("role", "postgres", True)),
    select(func.set_config("app.tenant", "north", True), func.set_config("row_security", "off", True)),
    text("SELECT set_config(:name, 'off', false)").bindparams(name="default_transaction_read_only"),
    text("SET LOCAL row_security = off"),
    text("SET LOCAL ROLE postgres"),
    text("SET SESSION AUTHORIZATION postgres"),
]


@pytest.fixture
def beginning() -> Iterator[list[Any]]:
    """What a listener executes at the beginning of each transaction of a session."""
    statements: list[Any] = []

    def begin(_session: Session, _transaction: Any, connection: Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    event.listen(Session, "after_begin", begin)
    yield statements
    event.remove(Session, "after_begin", begin)


@pytest.fixture
async def tenants(server: Server, reader: Server) -> Server:
    """The database for a user who sees what belongs to the tenant that is set."""
    await load(server, Base.metadata, {Cargo: ROWS})
    await run(
        server,
        "ALTER TABLE cargo ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY own ON cargo USING (tenant = current_setting('app.tenant', true))",
        f"GRANT SELECT ON cargo TO {reader.url.username}",
    )
    return reader


@ON_POSTGRESQL
async def test_a_tenant_is_set_and_its_rows_are_read(
    tenants: Server, open_models: OpenModels, beginning: list[Any]
) -> None:
    database = await open_models(tenants, [Cargo])
    cargo = await database.models.entity("Cargo")
    with pytest.raises(BrowserError, match="Cargo 1 is no longer in the database"):
        await database.instances.load_instance(cargo, (1,))
    for statement in PASSING:
        beginning[:] = [statement]
        assert (await database.instances.load_instance(cargo, (1,))).attributes
        with pytest.raises(BrowserError, match="Cargo 2 is no longer in the database"):
            await database.instances.load_instance(cargo, (2,))


@ON_POSTGRESQL
async def test_what_else_a_listener_sets_is_refused(
    tenants: Server, open_models: OpenModels, beginning: list[Any]
) -> None:
    database = await open_models(tenants, [Cargo])
    cargo = await database.models.entity("Cargo")
    for statement in REFUSED:
        beginning[:] = [statement]
        with pytest.raises(BrowserError, match=r"^blocked: the statement (calls set_config\(\)|may write): "):
            await database.instances.load_instance(cargo, (1,))
