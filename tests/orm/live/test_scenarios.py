"""The states made of a row are those that a real add, update and flush leave behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Computed, FetchedValue, ForeignKey, create_engine, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    column_property,
    composite,
    mapped_column,
    relationship,
)

from pirate_tui.domain.access import Scenario, TrialRequest, Verdict
from pirate_tui.domain.remedy import TrialOutcome
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.errors import forget, is_missing_greenlet, without_warnings
from pirate_tui.orm.inspection.attributes import Attribute, attributes_of
from tests.orm.conftest import OpenModels
from tests.orm.verdicts import entity_of


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


def now() -> datetime:
    """A default that Python makes."""
    return datetime(2026, 1, 2, tzinfo=UTC)


@dataclass
class Place:
    """A composite."""

    row: int
    seat: int


class Ticket(Base):
    """Something of everything that a flush leaves, or not."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    holder: Mapped[str]
    remark: Mapped[str | None]
    row: Mapped[int]
    seat: Mapped[int]
    place: Mapped[Place] = composite("row", "seat")
    long: Mapped[str] = mapped_column(deferred=True)
    long_unset: Mapped[str | None] = mapped_column(deferred=True)
    by_python: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    by_server: Mapped[datetime] = mapped_column(server_default=func.now())
    touched: Mapped[str | None] = mapped_column(onupdate=func.lower("NOW"))
    by_trigger: Mapped[int | None] = mapped_column(server_onupdate=FetchedValue())
    doubled: Mapped[int] = mapped_column(Computed("seat * 2"))
    version: Mapped[int] = mapped_column(default=1)
    show_id: Mapped[int] = mapped_column(ForeignKey("shows.id"))
    show: Mapped["Show"] = relationship(back_populates="tickets")
    eager: Mapped["Show"] = relationship(lazy="joined", viewonly=True)
    stubs: Mapped[list["Stub"]] = relationship()
    eager_stubs: Mapped[list["Stub"]] = relationship(lazy="selectin", viewonly=True)
    refused: Mapped[list["Stub"]] = relationship(lazy="raise", viewonly=True)

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "plain"}  # noqa: RUF012  SQLAlchemy's way

    @property
    def length(self) -> int:
        """Of a relationship."""
        return len(self.stubs)


class Pass(Ticket):
    """A subclass with a table of its own."""

    __tablename__ = "passes"

    id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    days: Mapped[int]
    checked: Mapped[str | None] = mapped_column(onupdate=func.upper("now"))

    __mapper_args__ = {"polymorphic_identity": "pass"}  # noqa: RUF012


class Show(Base):
    """What tickets are for; a flush reads what the server makes."""

    __tablename__ = "shows"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    made: Mapped[datetime] = mapped_column(server_default=func.now())
    touched: Mapped[str | None] = mapped_column(onupdate=func.lower("NOW"))
    tickets: Mapped[list[Ticket]] = relationship(back_populates="show")

    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012


class Stub(Base):
    """Of a ticket; a flush reads nothing."""

    __tablename__ = "stubs"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    made: Mapped[datetime] = mapped_column(server_default=func.now())
    torn: Mapped[bool] = mapped_column(default=False)

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012


Ticket.stub_count = column_property(
    select(func.count(Stub.id)).where(Stub.ticket_id == Ticket.id).correlate_except(Stub).scalar_subquery()
)

MODELS = [Ticket, Pass, Show, Stub]

NEW: dict[type, Callable[[], Any]] = {
    Ticket: lambda: Ticket(holder="Ann", row=1, seat=2, long="text", show_id=1),
    Pass: lambda: Pass(holder="Ben", row=3, seat=4, long="text", show_id=1, days=7),
    Show: lambda: Show(name="Tempest"),
    Stub: lambda: Stub(ticket_id=1),
}
"""An instance as an application makes it."""


def change(instance: Any) -> None:
    """Something in each of its tables, to what it was not."""
    for name in {"holder", "days", "name", "torn"} & {*inspect(type(instance)).column_attrs.keys()}:
        setattr(instance, name, OTHER[type(getattr(instance, name))](getattr(instance, name)))


OTHER: dict[type, Callable[[Any], Any]] = {
    str: lambda before: before[::-1],
    int: lambda before: before + 1,
    bool: lambda before: not before,
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A row of each class, made as an application makes them."""
    engine = create_engine(f"sqlite:///{tmp_path / 'shows.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for mapped in (Show, Ticket, Pass, Stub):
            session.add(NEW[mapped]())
            session.commit()
    engine.dispose()
    return tmp_path / "shows.db"


@pytest.fixture
async def database(path: Path, open_models: OpenModels) -> OrmDatabase:
    return await open_models(path, MODELS)


async def added(session: AsyncSession, mapped: type) -> Any:
    """Added and flushed, never selected."""
    instance = NEW[mapped]()
    session.add(instance)
    await session.commit()
    return instance


async def updated(session: AsyncSession, mapped: type) -> Any:
    """Selected, changed and flushed."""
    key = 2 if mapped is Pass else 1
    instance: Any = await session.get_one(mapped, key)
    change(instance)
    await session.commit()
    return instance


def really(instance: Any, attribute: Attribute) -> Verdict:
    """What the access without await does."""
    try:
        with without_warnings():
            attribute.read(instance)
    except SQLAlchemyError as error:
        does_io = is_missing_greenlet(error)
        forget(error)
        return Verdict.IO if does_io else Verdict.RAISES
    return Verdict.NONE


@pytest.mark.parametrize("mapped", MODELS, ids=lambda mapped: mapped.__name__)
@pytest.mark.parametrize(
    ("scenario", "reach"), [(Scenario.MADE, added), (Scenario.UPDATED, updated)], ids=["made", "updated"]
)
async def test_a_made_up_state_is_that_of_the_real_flush(
    database: OrmDatabase,
    path: Path,
    mapped: type,
    scenario: Scenario,
    reach: Callable[[AsyncSession, type], Awaitable[Any]],
) -> None:
    snapshot = await database.instances.apply_scenario(
        entity_of(database, mapped.__name__), (2 if mapped is Pass else 1,), scenario
    )
    said = {one.name: one.verdict for one in snapshot.attributes}
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    did = {}
    for attribute in attributes_of(inspect(mapped)):
        async with AsyncSession(engine, expire_on_commit=False) as session:
            did[attribute.name] = really(await reach(session, mapped), attribute)
            await session.commit()
    await engine.dispose()
    assert said == did


@pytest.mark.parametrize("mapped", MODELS, ids=lambda mapped: mapped.__name__)
@pytest.mark.parametrize("scenario", [Scenario.MADE, Scenario.UPDATED])
async def test_every_fix_that_is_offered_there_helps(database: OrmDatabase, mapped: type, scenario: Scenario) -> None:
    entity, key = entity_of(database, mapped.__name__), (2 if mapped is Pass else 1,)
    snapshot = await database.instances.apply_scenario(entity, key, scenario)
    offered = {
        attribute.name: (await database.instances.predict(attribute.name)).remedies for attribute in snapshot.attributes
    }
    tried = [
        await database.benchmarks.try_out(TrialRequest(entity, key, scenario, name, remedy))
        for name, remedies in offered.items()
        for remedy in remedies
    ]
    assert [one for one in tried if one.outcome not in {TrialOutcome.HELPS, TrialOutcome.NOT_PROVED}] == []
    # The database makes nothing of a stub at an UPDATE.
    assert bool(tried) is ((mapped, scenario) != (Stub, Scenario.UPDATED))


async def test_nothing_is_written_for_a_state(database: OrmDatabase, path: Path) -> None:
    before = path.read_bytes()  # noqa: ASYNC240  of a small file
    for mapped in MODELS:
        entity = entity_of(database, mapped.__name__)
        for scenario in Scenario:
            await database.instances.apply_scenario(entity, (2 if mapped is Pass else 1,), scenario)
    assert path.read_bytes() == before  # noqa: ASYNC240


async def test_an_instance_made_here_says_so(database: OrmDatabase) -> None:
    ticket = entity_of(database, "Ticket")
    snapshot = await database.instances.apply_scenario(ticket, (1,), Scenario.MADE)
    assert (snapshot.label, snapshot.state, snapshot.scenario.value) == ("Ticket 1", "persistent", "after INSERT")
    assert (await database.instances.predict("eager_stubs")).remedy == "await ticket.awaitable_attrs.eager_stubs"
