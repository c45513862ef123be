"""Every kind of attribute in every state: what is said of it beforehand is what the plain access then does."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey, func, inspect, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    WriteOnlyMapped,
    column_property,
    composite,
    mapped_column,
    object_session,
    relationship,
    synonym,
)

from pirate_tui.domain.access import (
    AccessMode,
    AttributeKind,
    AttributeState,
    InstanceSnapshot,
    Scenario,
    Verdict,
)
from pirate_tui.domain.statements import StatementStatus
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.inspection.attributes import attributes_of
from tests.orm.conftest import OpenModels, Remembering
from tests.orm.verdicts import access, apply_scenario, entity_of, named, verdict_of, watched


SAFE, UNSAFE = AccessMode


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


@dataclass
class Place:
    """A composite."""

    east: float
    north: float


class Island(Base):
    """Something of every kind."""

    __tablename__ = "islands"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    chart: Mapped[str | None] = mapped_column(deferred=True)
    secret: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    east: Mapped[float]
    north: Mapped[float]
    place: Mapped[Place] = composite("east", "north")
    title: Mapped[str] = synonym("name")
    kind: Mapped[str] = mapped_column(default="island")
    main_id: Mapped[int | None] = mapped_column(ForeignKey("islands.id"))
    main: Mapped["Island | None"] = relationship(remote_side="Island.id", back_populates="islets")
    islets: Mapped[list["Island"]] = relationship(back_populates="main")
    ports: Mapped[list["Port"]] = relationship(back_populates="island")
    eager: Mapped[list["Port"]] = relationship(viewonly=True, lazy="selectin")
    joined: Mapped[list["Port"]] = relationship(viewonly=True, lazy="joined")
    now: Mapped[list["Port"]] = relationship(viewonly=True, lazy="immediate")
    guarded: Mapped[list["Port"]] = relationship(viewonly=True, lazy="raise")
    strict: Mapped["Island | None"] = relationship(viewonly=True, lazy="raise_on_sql", remote_side="Island.id")
    asked: DynamicMapped["Port"] = relationship(viewonly=True)
    written: WriteOnlyMapped["Port"] = relationship(viewonly=True)
    port_names: AssociationProxy[list[str]] = association_proxy("ports", "name")

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "island"}  # noqa: RUF012  SQLAlchemy's way

    @hybrid_property
    def shout(self) -> str:
        """Of a column alone."""
        return self.name.upper()

    @hybrid_property
    def harbours(self) -> int:
        """Of a relationship."""
        return len(self.ports)

    @property
    def plain(self) -> int:
        """Of nothing."""
        return 42

    @property
    def first_port(self) -> "Port | None":
        """Of a relationship; an instance."""
        return self.ports[0] if self.ports else None

    @property
    def broken(self) -> int:
        """Raises by itself."""
        return 1 // 0

    @property
    def forgiving(self) -> str:
        """Catches whatever comes."""
        try:
            return str(len(self.ports))
        except Exception:  # noqa: BLE001  such code there is
            return "?"

    @property
    def translated(self) -> int:
        """Makes another error of what comes."""
        try:
            return len(self.ports)
        except InvalidRequestError as error:
            raise LookupError("no ports") from error

    @cached_property
    def counted(self) -> int:
        """Of a relationship, kept."""
        return len(self.ports)

    @property
    def asking(self) -> int | None:
        """Asks the session itself."""
        session = object_session(self)
        return None if session is None else session.scalar(select(func.count()).select_from(Port))

    def __repr__(self) -> str:
        """As people write it."""
        return f"Island({self.name}, {len(self.ports)} ports)"


class Atoll(Island):
    """A subclass with a column of its own, which `select(Island)` does not load."""

    lagoon: Mapped[str | None]

    __mapper_args__ = {"polymorphic_identity": "atoll"}  # noqa: RUF012


class Port(Base):
    """On an island."""

    __tablename__ = "ports"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    island_id: Mapped[int] = mapped_column(ForeignKey("islands.id"))
    island: Mapped[Island] = relationship(back_populates="ports")

    def __str__(self) -> str:
        """Reads a many-to-one."""
        return f"{self.name} on {self.island.name}"


Island.number = column_property(select(func.count(Port.id)).where(Port.island_id == Island.id).scalar_subquery())

MODELS = [Island, Atoll, Port]
KEYS = {"Island": (1,), "Atoll": (2,), "Port": (1,)}

QUICK = {Scenario.AFTER_COMMIT, Scenario.MADE}
CASES = [
    pytest.param(
        *(mapped.__name__, attribute.name, scenario),
        id=f"{mapped.__name__}.{attribute.name}-{scenario.value}",
        marks=[] if mapped is Island and scenario in QUICK else [pytest.mark.thorough],
    )
    for mapped in MODELS
    for attribute in attributes_of(inspect(mapped))
    for scenario in Scenario
]


@pytest.fixture
async def database(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    path = tmp_path / "islands.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE islands (id INTEGER PRIMARY KEY, name, chart, secret, east, north, kind, main_id, lagoon);
            CREATE TABLE ports (id INTEGER PRIMARY KEY, name, island_id INTEGER);
            INSERT INTO islands VALUES (1, 'Tortuga', 'a chart', 'x', 1.5, 2.5, 'island', NULL, NULL);
            INSERT INTO islands VALUES (2, 'Ring', NULL, NULL, 0, 0, 'atoll', 1, 'blue');
            INSERT INTO ports VALUES (1, 'Cayona', 1), (2, 'Basse-Terre', 1);
        """)
    return await open_models(path, MODELS)


async def put_any(database: OrmDatabase, name: str, scenario: Scenario) -> InstanceSnapshot:
    """The class's one instance in that state."""
    return await apply_scenario(database, name, KEYS[name], scenario)


@pytest.mark.parametrize(("name", "attribute", "scenario"), CASES)
async def test_the_verdict_is_what_the_plain_access_then_does(
    database: OrmDatabase, listener: Remembering, name: str, attribute: str, scenario: Scenario
) -> None:
    said = named(await put_any(database, name, scenario), attribute)
    predicted = await database.instances.predict(attribute)
    listener.statements.clear()
    accessed = await access(database, name, attribute, UNSAFE)
    assert verdict_of(accessed) is said.verdict
    unsent = [statement for statement in listener.statements if statement.outcome is StatementStatus.NEVER_SENT]
    assert [one.text for one in unsent] == ["\n".join(predicted.statement[:-1])] * len(unsent)
    assert bool(unsent) == (said.verdict is Verdict.IO)
    if said.verdict is Verdict.RAISES:
        assert accessed.failure is not None
        assert said.error == accessed.failure.name


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "attribute", "scenario"), CASES)
async def test_awaited_only_what_refuses_or_is_detached_raises(
    database: OrmDatabase, listener: Remembering, name: str, attribute: str, scenario: Scenario
) -> None:
    said = named(await put_any(database, name, scenario), attribute)
    predicted = await database.instances.predict(attribute)
    listener.statements.clear()
    accessed = await access(database, name, attribute, SAFE)
    if (name, attribute, said.verdict) == ("Atoll", "strict", Verdict.IO):
        assert accessed.failure is not None, "it refuses, once the expired foreign key has been loaded"
        return
    assert (accessed.failure is None) == (said.verdict in {Verdict.NONE, Verdict.IO})
    first = [statement.text for statement in listener.statements][:1]
    if said.verdict is Verdict.IO and attribute != "asking":
        assert first == ["\n".join(predicted.statement[:-1])], "the predicted statement is the first one really sent"
        assert accessed.statements > 0


@pytest.mark.parametrize("scenario", Scenario)
@pytest.mark.parametrize("name", KEYS)
async def test_finding_all_verdicts_sends_nothing_and_takes_no_connection(
    database: OrmDatabase, name: str, scenario: Scenario
) -> None:
    sent = watched(database)
    snapshot = await put_any(database, name, scenario)
    sent.clear()
    again = database._live.instance._snapshot(entity_of(database, name))  # noqa: SLF001  what every question ends with
    for attribute in again.attributes:
        await database.instances.predict(attribute.name)
    assert sent == []
    assert {one.name for one in again.attributes} == {one.name for one in snapshot.attributes}


@pytest.mark.parametrize(
    ("attribute", "kind", "state", "value"),
    [
        ("id", AttributeKind.COLUMN, AttributeState.LOADED, "1"),
        ("chart", AttributeKind.DEFERRED, AttributeState.DEFERRED, None),
        ("number", AttributeKind.COLUMN_PROPERTY, AttributeState.LOADED, "2"),
        ("place", AttributeKind.COMPOSITE, AttributeState.LOADED, "Place"),
        ("title", AttributeKind.SYNONYM, AttributeState.LOADED, "Tortuga"),
        ("main", AttributeKind.RELATIONSHIP, AttributeState.UNLOADED, "NULL"),
        ("eager", AttributeKind.RELATIONSHIP, AttributeState.LOADED, "2 Port"),
        ("asked", AttributeKind.RELATIONSHIP, AttributeState.NONE, "AppenderQuery"),
        ("shout", AttributeKind.HYBRID, AttributeState.NONE, "TORTUGA"),
        ("port_names", AttributeKind.ASSOCIATION_PROXY, AttributeState.NONE, None),
        ("plain", AttributeKind.PROPERTY, AttributeState.NONE, "42"),
        ("forgiving", AttributeKind.PROPERTY, AttributeState.NONE, "?"),
        ("counted", AttributeKind.PROPERTY, AttributeState.NONE, None),
        ("repr()", AttributeKind.METHOD, AttributeState.NONE, None),
    ],
)
async def test_an_attribute_has_its_kind_state_and_value(
    database: OrmDatabase, attribute: str, kind: AttributeKind, state: AttributeState, value: str | None
) -> None:
    found = named(await put_any(database, "Island", Scenario.FRESH), attribute)
    assert (found.kind, found.state) == (kind, state)
    assert (found.value.text.removesuffix("Mixin") if found.value else None) == value


async def test_what_the_identity_map_holds_is_loaded_by_chance_and_said_so(database: OrmDatabase) -> None:
    await put_any(database, "Port", Scenario.FRESH)
    found = (await access(database, "Port", "island", SAFE)).instance
    assert named(found, "island").note == "", "it was loaded on purpose"
    await put_any(database, "Atoll", Scenario.FRESH)
    told = named((await access(database, "Atoll", "main", SAFE)).instance, "strict")
    assert told.verdict is Verdict.NONE
    assert told.note == "no IO only because the identity map already holds Island 1"


async def test_dynamic_and_write_only_are_queries(database: OrmDatabase) -> None:
    snapshot = await put_any(database, "Island", Scenario.FRESH)
    for name, lazy in (("asked", "dynamic"), ("written", "write_only")):
        assert named(snapshot, name).note.startswith(f"lazy='{lazy}': a query, not a collection")


KEEP = "async_sessionmaker(engine, expire_on_commit=False)"


@pytest.mark.parametrize(
    ("attribute", "scenario", "words", "remedy"),
    [
        ("ports", Scenario.FRESH, "lazy='select'", "await island.awaitable_attrs.ports"),
        ("chart", Scenario.FRESH, "is deferred", "await island.awaitable_attrs.chart"),
        (
            "name",
            Scenario.AFTER_COMMIT,
            "The commit expired Island 1",
            "async_sessionmaker(engine, expire_on_commit=False)",
        ),
        ("id", Scenario.AFTER_COMMIT, "even the primary key", "async_sessionmaker(engine, expire_on_commit=False)"),
        ("name", Scenario.AFTER_ROLLBACK, "The rollback expired Island 1", 'await session.refresh(island, ["name"])'),
        ("ports", Scenario.DETACHED, "is detached", "select(Island).options(selectinload(Island.ports))"),
        ("guarded", Scenario.FRESH, "forbids lazy loading", "select(Island).options(selectinload(Island.guarded))"),
        ("secret", Scenario.FRESH, "deferred_raiseload", "select(Island).options(undefer(Island.secret))"),
        ("harbours", Scenario.FRESH, "reads Island.ports", "select(Island).options(selectinload(Island.ports))"),
        ("repr()", Scenario.FRESH, "reads Island.ports", "select(Island).options(selectinload(Island.ports))"),
        ("repr()", Scenario.AFTER_COMMIT, "expire", 'await session.refresh(island, ["name", "ports"])'),
        ("broken", Scenario.FRESH, "raised ZeroDivisionError", None),
        ("translated", Scenario.FRESH, "reads Island.ports", "select(Island).options(selectinload(Island.ports))"),
    ],
)
async def test_a_failure_names_the_attribute_the_cause_and_a_remedy(
    database: OrmDatabase, attribute: str, scenario: Scenario, words: str, remedy: str | None
) -> None:
    await put_any(database, "Island", scenario)
    failure = (await access(database, "Island", attribute, UNSAFE)).failure
    assert failure is not None
    assert failure.attribute == f"Island.{attribute}"
    assert failure.cause.startswith(("Island", "The"))
    assert words in failure.cause
    assert [one.code for one in failure.remedies[:1]] == ([remedy] if remedy else [])
    assert failure.raw[failure.own_line].strip() == failure.code


async def test_after_a_failure_nothing_is_checked_out_and_the_instance_can_be_accessed(
    database: OrmDatabase, settled: Any
) -> None:
    await put_any(database, "Island", Scenario.AFTER_COMMIT)
    assert (await access(database, "Island", "ports", UNSAFE)).failure is not None
    await settled(database)
    accessed = await access(database, "Island", "ports", SAFE)
    assert accessed.failure is None
    assert named(accessed.instance, "ports").value is not None
    assert accessed.instance.scenario is Scenario.AFTER_COMMIT
