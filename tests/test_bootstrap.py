"""What is opened on a server: which classes, of which schema; and what is let through."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import String

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.domain.failure import DatabaseUnreachableError, StartupError
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.url import Server
from pirate_tui.pirates.models import Base
from pirate_tui.pirates.seed import make_world
from pirate_tui.settings import TIME_LIMIT, Settings, TypedUrl
from tests.orm.schemas import other_schema
from tests.servers import fresh_database, run


if TYPE_CHECKING:
    from pirate_tui.orm.database import OrmDatabase


__all__ = ["other_schema"]  # pytest finds it here


class Deaf(Listener):
    """A listener who needs to know nothing."""


def settings_of(server: Server) -> Settings:
    typed = TypedUrl(server.url.render_as_string(hide_password=False))
    return Settings(typed, reset=False, time_limit=TIME_LIMIT, log=None)


def the_tables_that_ship() -> Iterator[str]:
    """The statements that make them; MariaDB wants lengths, which the models do not have."""
    for table in Base.metadata.sorted_tables:
        kinds = {
            column.name: "VARCHAR(50)" if isinstance(column.type, String) else column.type for column in table.columns
        }
        yield f"CREATE TABLE {table.name} ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})"


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator["OrmDatabase"]:
    """The database that the settings name."""
    composition = Bootstrap(settings)
    try:
        yield await composition.connect(Deaf())
    finally:
        await composition.close()


async def test_a_server_with_the_tables_that_ship_is_opened_with_their_models(server: Server) -> None:
    await run(server, *the_tables_that_ship())
    async with opened(settings_of(server)) as database:
        assert [choice.name for choice in database.models.choices] == ["PirateCrew", "Pirate"]
        assert database.name == server.name


async def test_any_other_is_opened_with_its_own_tables_and_remembered(server: Server) -> None:
    await run(server, "CREATE TABLE parrots (id INT PRIMARY KEY)", "CREATE TABLE apes (id INT PRIMARY KEY)")
    for chosen in ("Parrots", "Apes"):
        Bootstrap(settings_of(server)).remember(chosen)
        async with opened(settings_of(server)) as database:
            assert sorted(choice.name for choice in database.models.choices) == ["Apes", "Parrots"]
            assert database.models.choices[0].name == chosen


async def test_an_empty_one_has_no_tables(server: Server) -> None:
    with pytest.raises(StartupError, match="no tables") as caught:
        async with opened(settings_of(server)):
            pass
    assert caught.value.exit_code == 3


@pytest.fixture(params=["psycopg", "asyncpg"])
async def postgresql(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """A fresh database of PostgreSQL, which has schemas in it."""
    async for made in fresh_database(request.param):
        yield made


async def test_another_schema_is_opened_also_beside_the_tables_that_ship(postgresql: Server) -> None:
    orders = "CREATE TABLE sales.orders (id INT PRIMARY KEY)"
    await run(postgresql, *the_tables_that_ship(), "CREATE SCHEMA sales", orders)
    async with opened(settings_of(postgresql)._replace(schemas=("sales",))) as database:
        assert [choice.table.rpartition(".")[2] for choice in database.models.choices] == ["orders"]


FLEET = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

class Parrot(Base):
    __tablename__ = "parrots"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


async def test_the_users_models_are_read_in_the_schema_of_the_settings(
    server: Server, other_schema: str, tmp_path: Path
) -> None:
    models = tmp_path / "fleet.py"
    models.write_text(FLEET)
    await run(server, f"CREATE TABLE {other_schema}.parrots (id INT PRIMARY KEY)")
    settings = settings_of(server)._replace(models=str(models), schemas=(other_schema,))
    composition = Bootstrap(settings)
    await asyncio.to_thread(composition.before_screen)
    database = await composition.connect(Deaf())
    assert [(choice.name, choice.problem) for choice in database.models.choices] == [("Parrot", "")]
    await composition.close()


@pytest.mark.parametrize("drivername", ["postgresql+psycopg", "postgresql+asyncpg", "mysql+asyncmy"])
async def test_a_server_that_is_not_there_is_left_to_whoever_shows_it(drivername: str) -> None:
    typed = TypedUrl(f"{drivername}://ann:word@127.0.0.1:1/shop")
    with pytest.raises(DatabaseUnreachableError, match=r"127\.0\.0\.1:1/shop"):
        async with opened(Settings(typed, reset=False, time_limit=TIME_LIMIT, log=None)):
            pass


async def test_a_request_that_is_cancelled_leaves_the_sample_database_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, let, makings = asyncio.Event(), asyncio.Event(), list[Path]()

    async def make(path: Path, *, replaces: bool) -> None:
        makings.append(path)
        begun.set()
        await let.wait()
        await make_world(path, replaces=replaces)

    monkeypatch.setattr("pirate_tui.pirates.seed.make_world", make)
    composition = Bootstrap(Settings(None, reset=False, time_limit=TIME_LIMIT, log=None))
    first = asyncio.ensure_future(composition.connect(Deaf()))
    await begun.wait()
    first.cancel()
    await asyncio.wait({first})
    try:
        let.set()
        database = await composition.connect(Deaf())
        assert [choice.name for choice in database.models.choices] == ["PirateCrew", "Pirate"]
        assert len(makings) == 1
    finally:
        await composition.close()
