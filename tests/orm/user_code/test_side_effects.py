"""A dry run of the models' own code changes nothing: what it did to instances and session is taken back."""

# ruff: noqa: SLF001  models and tests look where nobody should

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, ForeignKey, insert, inspect, text
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    attribute_keyed_dict,
    make_transient,
    mapped_column,
    object_session,
    relationship,
)

from pirate_tui.domain.access import AccessMode, AttributeRequest, Scenario, Verdict
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.inspection.attributes import Attribute, attribute_of
from pirate_tui.orm.inspection.verdicts import dry_run
from tests.orm.conftest import OpenModels
from tests.orm.verdicts import named


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Tally:
    """A mutable value of a class of the user's."""

    def __init__(self) -> None:
        self.read = 0
        self.names: list[str] = []


def session_of(instance: object) -> Session:
    """The instance's session; the models' code has one."""
    session = object_session(instance)
    assert session is not None
    return session


class Box(Base):
    """Its properties leave something behind before they come to what must be loaded."""

    __tablename__ = "boxes"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    labels: Mapped[dict[str, Any]] = mapped_column(JSON)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    room: Mapped["Room | None"] = relationship(back_populates="boxes", lazy="selectin")
    things: Mapped[list["Thing"]] = relationship(back_populates="box", cascade="all, delete-orphan")

    def _go_on(self) -> int:
        return len(self.things)

    @property
    def memo(self) -> bool:
        """Stores half of what it computes."""
        if not hasattr(self, "_memo"):
            self._memo = False
            for _ in self.things:
                self._memo = True
        return self._memo

    @property
    def memo_in_container(self) -> int:
        """In a container, and in one of a class of the user's."""
        self.__dict__.setdefault("_cache", {"seen": []})["seen"].append(1)
        self.__dict__.setdefault("_tally", Tally()).read += 1
        return self._go_on()

    @property
    def memo_elsewhere(self) -> int:
        """On other instances."""
        if self.room is not None:
            self.room._boxes_seen = True  # type: ignore[attr-defined]
            for other in self.room.boxes:
                other._neighbour = True  # type: ignore[attr-defined]
        return self._go_on()

    @property
    def sets_a_column(self) -> int:
        """As memos and touches do."""
        self.name = "changed"
        return self._go_on()

    @property
    def sets_and_is_done(self) -> str:
        """The same, with nothing to be loaded after it."""
        self.name = self.name.upper()
        return self.name

    @property
    def deletes_a_column(self) -> int:
        """What was loaded is there no more."""
        del self.name
        return self._go_on()

    @property
    def changes_a_container(self) -> int:
        """In place, deep within."""
        self.labels["of"]["deep"].append("changed")
        return self._go_on()

    @property
    def moves(self) -> int:
        """A relationship, and by it the other side's collection."""
        if self.room is not None:
            self.room.boxes.clear()
        self.room = None
        return self._go_on()

    @property
    def appends(self) -> int:
        """Instances more, which come to the session with their parent."""
        if self.room is not None:
            self.room.boxes.append(Box(name="new", labels={}))
        return self._go_on()

    @property
    def adds_and_flushes(self) -> int:
        """Writes."""
        session_of(self).add(Box(name="new", labels={}))
        session_of(self).flush()
        return 1

    @property
    def sets_and_commits(self) -> int:
        """Writes, and ends the transaction."""
        self.name = "changed"
        session_of(self).commit()
        return 1

    @property
    def saves_in_bulk(self) -> int:
        """Writes without a flush."""
        session_of(self).bulk_save_objects([Box(name="new", labels={})])
        return 1

    @property
    def inserts(self) -> int:
        """By a statement."""
        session_of(self).execute(insert(Box).values(name="new", labels={}))
        return 1

    @property
    def inserts_by_text(self) -> int:
        """The same, as a text."""
        session_of(self).execute(text("  Insert INTO boxes (name) VALUES ('new')"))
        return 1

    @property
    def deletes_itself(self) -> int:
        """From the database."""
        session_of(self).delete(self)
        session_of(self).flush()
        return 1

    @property
    def expunges_itself(self) -> int:
        """From the session."""
        session_of(self).expunge(self)
        return self._go_on()

    @property
    def closes_the_session(self) -> int:
        """With everything in it."""
        session_of(self).close()
        return self._go_on()

    @property
    def expires_all(self) -> int:
        """With everything in it."""
        session_of(self).expire_all()
        return self._go_on()

    @property
    def expires_a_name(self) -> int:
        """What was loaded must be loaded again."""
        session_of(self).expire(self, ["name", "room"])
        return self._go_on()

    @property
    def refreshes(self) -> str:
        """Expires before it asks."""
        session_of(self).refresh(self)
        return self.name

    @property
    def rolls_back(self) -> int:
        """After it has begun something."""
        self.name = "changed"
        session_of(self).rollback()
        return self._go_on()

    @property
    def begins(self) -> int:
        """A transaction that it leaves open."""
        session_of(self).begin()
        return 1

    @property
    def becomes_transient(self) -> int:
        """It is an instance of no session and of no row."""
        make_transient(self)
        return self._go_on()

    @property
    def joins_another_session(self) -> int:
        """Of its own."""
        session_of(self).expunge(self)
        Session().add(self)
        return self._go_on()


class Room(Base):
    """Where boxes stand."""

    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True)
    boxes: Mapped[list[Box]] = relationship(back_populates="room", lazy="selectin")
    by_name: Mapped[dict[str, Box]] = relationship(
        collection_class=attribute_keyed_dict("name"), viewonly=True, lazy="selectin"
    )
    held: Mapped[set[Box]] = relationship(viewonly=True, lazy="selectin")

    @property
    def empties_all(self) -> int:
        """Collections of other classes."""
        self.by_name.clear()
        self.held.clear()
        self.boxes.clear()
        return len(self.boxes)


class Thing(Base):
    """In a box."""

    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    box: Mapped[Box] = relationship(back_populates="things")


CODE = [name for name, value in vars(Box).items() if isinstance(value, property)]
SCENARIOS = [one if one is Scenario.AFTER_COMMIT else pytest.param(one, marks=pytest.mark.thorough) for one in Scenario]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "boxes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE rooms (id INTEGER PRIMARY KEY);
            CREATE TABLE boxes (id INTEGER PRIMARY KEY, name TEXT, labels JSON, room_id INTEGER);
            CREATE TABLE things (id INTEGER PRIMARY KEY, box_id INTEGER);
            INSERT INTO rooms VALUES (1);
            INSERT INTO boxes VALUES (1, 'one', '{"of": {"deep": ["first"]}}', 1), (2, 'two', '{}', 1);
            INSERT INTO things VALUES (1, 1), (2, 1);
        """)
    return path


@pytest.fixture
async def database(path: Path, open_models: OpenModels) -> OrmDatabase:
    return await open_models(path, [Box, Room, Thing])


def everything(database: OrmDatabase) -> dict[str, Any]:
    """All that the session and its instances hold, as deep as it goes."""
    session, live = database._live.instance._held.walk.session, database._live.instance._held.instance
    held = [live, *sorted(session.sync_session, key=id)]
    return {
        "in the session": [id(one) for one in sorted(session.sync_session, key=id)],
        "new": len(session.new),
        "deleted": len(session.deleted),
        "dirty": len(session.dirty),
        "modified": len(session.sync_session.identity_map._modified),
        "in a transaction": session.in_transaction(),
        "instances": [_held_by(one) for one in held],
    }


def _held_by(instance: Any) -> dict[str, Any]:
    state = inspect(instance)
    values = {name: value for name, value in vars(instance).items() if name != "_sa_instance_state"}
    words = {name: _in_words(value) for name, value in values.items()}
    about = {
        "key": state.key,
        "session": state.session_id,
        "expired": (state.expired, sorted(state.expired_attributes)),
        "modified": (state.modified, sorted(state.committed_state)),
        "states": (state.persistent, state.detached, state.pending, state.transient),
    }
    return {**about, **words}


def _in_words(value: Any) -> Any:
    if isinstance(value, Base):
        return id(value)
    if isinstance(value, dict):
        return id(value), {key: _in_words(one) for key, one in value.items()}
    if isinstance(value, (list, set)):
        return id(value), [_in_words(one) for one in value]
    return (id(value), dict(vars(value))) if isinstance(value, Tally) else value


def deep(database: OrmDatabase) -> list[str]:
    """A value deep in a container of the live instance."""
    instance: Box = database._live.instance._held.instance
    return list(instance.labels["of"]["deep"])


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", CODE)
async def test_a_dry_run_of_code_changes_nothing(database: OrmDatabase, name: str, scenario: Scenario) -> None:
    await database.instances.apply_scenario(database.models.catalog.entities[0], (1,), scenario)
    before = everything(database)
    instance = database._live.instance._held.instance
    first = dry_run(instance, named_of(instance, name))
    assert everything(database) == before
    second = dry_run(instance, named_of(instance, name))
    assert (second.verdict, second.error) == (first.verdict, first.error)
    assert everything(database) == before


def named_of(instance: object, name: str) -> Attribute:
    """An attribute of the instance's class."""
    return attribute_of(inspect(type(instance)), name)


@pytest.mark.parametrize("name", ["memo", "memo_in_container", "changes_a_container", "moves", "deletes_a_column"])
async def test_what_is_foretold_after_dry_runs_is_still_true(database: OrmDatabase, name: str) -> None:
    box = database.models.catalog.entities[0]
    assert named(await database.instances.load_instance(box, (1,)), name).verdict is Verdict.IO
    await database.instances.predict(name)
    accessed = await database.instances.access(AttributeRequest(box, name, AccessMode.UNSAFE))
    assert accessed.verdict is Verdict.IO


async def test_a_memo_that_was_begun_by_a_dry_run_is_not_taken_for_the_truth(database: OrmDatabase) -> None:
    box = database.models.catalog.entities[0]
    await database.instances.load_instance(box, (1,))
    accessed = await database.instances.access(AttributeRequest(box, "memo", AccessMode.SAFE))
    assert accessed.failure is None
    shown = named(accessed.instance, "memo")
    assert (shown.verdict, shown.value and shown.value.text) == (Verdict.NONE, "true")


@pytest.mark.parametrize("held", [{"_tally": Tally()}, {"_cache": {"seen": []}}], ids=["object", "container"])
async def test_containers_that_were_there_before_hold_what_they_held(
    database: OrmDatabase, held: dict[str, Any]
) -> None:
    await database.instances.load_instance(database.models.catalog.entities[0], (1,))
    instance = database._live.instance._held.instance
    vars(instance).update(held)
    before = everything(database)
    dry_run(instance, named_of(instance, "memo_in_container"))
    assert everything(database) == before


async def test_collections_of_every_class_hold_what_they_held(database: OrmDatabase) -> None:
    snapshot = await database.instances.load_instance(database.models.catalog.entities[1], (1,))
    assert named(snapshot, "empties_all").verdict is Verdict.NONE
    room: Room = database._live.instance._held.instance
    assert ([box.id for box in room.boxes], sorted(room.by_name), len(room.held)) == ([1, 2], ["one", "two"], 2)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("adds_and_flushes", "a flush"),
        ("sets_and_commits", "a flush"),
        ("inserts", "INSERT"),
        ("inserts_by_text", "INSERT"),
    ],
)
async def test_it_is_said_what_code_tries_to_write(database: OrmDatabase, name: str, what: str) -> None:
    said = named(await database.instances.load_instance(database.models.catalog.entities[0], (1,)), name)
    assert (said.verdict, said.note) == (Verdict.IO, f"its code writes ({what}), which is blocked here")


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", CODE)
async def test_the_verdict_of_code_that_does_anything_is_what_the_access_does(
    database: OrmDatabase, path: Path, name: str, scenario: Scenario
) -> None:
    box, before = database.models.catalog.entities[0], path.read_bytes()  # noqa: ASYNC240  of a small file
    said = named(await database.instances.apply_scenario(box, (1,), scenario), name)
    accessed = await database.instances.access(AttributeRequest(box, name, AccessMode.UNSAFE))
    assert accessed.verdict is said.verdict
    assert path.read_bytes() == before  # noqa: ASYNC240


@pytest.mark.parametrize("name", CODE)
async def test_nothing_is_written_when_it_is_awaited(database: OrmDatabase, path: Path, name: str) -> None:
    box, before = database.models.catalog.entities[0], path.read_bytes()  # noqa: ASYNC240
    await database.instances.load_instance(box, (1,))
    with suppress(BrowserError):
        await database.instances.access(AttributeRequest(box, name, AccessMode.SAFE))
    assert path.read_bytes() == before  # noqa: ASYNC240
    assert (await database.instances.load_instance(box, (1,))).label == "Box 1"


@pytest.mark.parametrize("name", CODE)
async def test_a_class_whose_code_does_anything_can_be_browsed(database: OrmDatabase, name: str) -> None:
    box = database.models.catalog.entities[0]
    await database.instances.load_instance(box, (1,))
    accessed = await database.instances.access(AttributeRequest(box, name, AccessMode.UNSAFE))
    assert accessed.request.name == name
    request = OpenRequest(box, (1,), box.relationship("things"), AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    assert len((await database.instances.open(request)).rows) == 2
    assert deep(database) == ["first"]
