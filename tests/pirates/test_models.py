"""The models are those of the article, and their repr does no IO."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Table, inspect
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from pirate_tui.pirates.models import MODELS, Base, Pirate, PirateCrew


@pytest.fixture
async def session(world: Path) -> AsyncIterator[AsyncSession]:
    engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(world)))
    async with AsyncSession(engine) as opened:
        yield opened
    await engine.dispose()


def test_the_base_is_that_of_the_article() -> None:
    assert issubclass(Base, AsyncAttrs)
    assert issubclass(Base, DeclarativeBase)
    assert (PirateCrew, Pirate) == MODELS


@pytest.mark.parametrize(
    ("model", "table", "columns", "relationship", "back"),
    [
        (PirateCrew, "pirate_crew", ["id", "name", "ship_name"], "members", "pirate_crew"),
        (Pirate, "pirates", ["id", "name", "role", "devil_fruit_user", "pirate_crew_id"], "pirate_crew", "members"),
    ],
)
def test_a_model_is_as_in_the_article(
    model: type[Base], table: str, columns: list[str], relationship: str, back: str
) -> None:
    mapper = inspect(model)
    assert model.__tablename__ == table
    assert [attribute.key for attribute in mapper.column_attrs] == columns
    assert mapper.relationships.keys() == [relationship]
    found = mapper.relationships[relationship]
    assert (found.back_populates, found.lazy) == (back, "select")


def test_the_foreign_key_is_the_only_index() -> None:
    crews, pirates = PirateCrew.__table__, Pirate.__table__
    assert isinstance(crews, Table)
    assert isinstance(pirates, Table)
    assert not crews.indexes
    assert [[column.name for column in index.columns] for index in pirates.indexes] == [["pirate_crew_id"]]


async def test_repr_shows_class_and_columns(session: AsyncSession) -> None:
    crew = await session.get(PirateCrew, 1)
    assert repr(crew) == "PirateCrew(id=1, name='Straw Hats', ship_name='Thousand Sunny')"
    await session.run_sync(lambda _: crew and crew.members)
    assert "members" not in repr(crew)


async def test_repr_does_no_io_when_the_instance_is_expired(session: AsyncSession) -> None:
    session.sync_session.expire_on_commit = True
    crew, pirate = await session.get(PirateCrew, 1), await session.get(Pirate, 1)
    await session.commit()
    assert inspect(crew).expired
    assert repr(crew) == "PirateCrew()"
    assert f"{pirate}" == "Pirate()"


async def test_repr_works_transient_and_detached(session: AsyncSession) -> None:
    assert repr(PirateCrew(name="New")) == "PirateCrew(name='New')"
    crew = await session.get(PirateCrew, 1)
    session.expunge_all()
    assert "Straw Hats" in repr(crew)
