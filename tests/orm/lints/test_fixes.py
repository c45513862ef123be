"""Each lint fires on a mapping that hurts; with its fix the lint is silent, and the hurt is gone."""

import dataclasses
import gc
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError, InvalidRequestError, MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tests.orm.lints.sources import HEAD, database, fixed, lints_in, load


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

Hurts: TypeAlias = Callable[[ModuleType, AsyncEngine], Awaitable[bool]]
"""Whether a mapping hurts, on an engine with rows."""


class Case(NamedTuple):
    """A mapping that hurts."""

    rule: str
    attribute: str
    """Which the lint names, with its class."""
    source: str
    hurts: Hurts
    rows: dict[str, list[dict[str, Any]]]


SHIP = """
class Ship(Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    sailors: Mapped[list[Sailor]] = relationship(OPTIONS)
    CODE

class Sailor(Base):
    __tablename__ = "sailors"
    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int | None] = mapped_column(ForeignKey("ships.id"))
    CHILD
"""

FLEET: dict[str, list[dict[str, Any]]] = {
    "ships": [{"id": 1, "name": "Pequod"}],
    "sailors": [{"id": number, "ship_id": 1} for number in (1, 2, 3)],
}


def ship(options: str, code: str = "", child: str = "") -> str:
    """The source of ships with sailors."""
    return HEAD + SHIP.replace("OPTIONS", options).replace("CODE", code).replace("CHILD", child)


async def is_empty_though_there_are_rows(module: ModuleType, engine: AsyncEngine) -> bool:
    async with AsyncSession(engine) as session:
        one = await session.get_one(module.Ship, 1)
        try:
            return len(one.sailors or ()) == 0
        except InvalidRequestError:  # it says so
            return False


async def leaves_rows_behind(module: ModuleType, engine: AsyncEngine) -> bool:
    async with AsyncSession(engine) as session:
        await session.delete(await session.get_one(module.Ship, 1))
        try:
            await session.commit()
        except IntegrityError:
            return True
        return bool((await session.scalars(select(module.Sailor))).all())


async def loads_what_it_deletes(module: ModuleType, engine: AsyncEngine) -> bool:
    async with AsyncSession(engine) as session:
        one = await session.get_one(module.Ship, 1)
        sent = list[str]()

        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            sent.append(statement)

        await session.delete(one)
        await session.commit()
        deleting = [statement for statement in sent if "sailors" in statement]
        assert not (await session.scalars(select(module.Sailor))).all()
        return bool(deleting)


def raises(read: Callable[[Any], object], model: str = "Ship", key: int = 1) -> Hurts:
    """Whether reading an instance without await does IO."""

    async def hurts(module: ModuleType, engine: AsyncEngine) -> bool:
        async with AsyncSession(engine) as session:
            one = await session.get_one(getattr(module, model), key)
            try:
                read(one)
            except (MissingGreenlet, StatementError):
                has_raised = True
            else:
                has_raised = False
        gc.collect()  # what nobody awaited: within a NamedTuple's own code, Python could not warn of it
        return has_raised

    return hurts


async def is_expired_by_an_update(module: ModuleType, engine: AsyncEngine) -> bool:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        one = await session.get_one(module.Ship, 1)
        one.name = "Rachel"
        await session.commit()
        try:
            return one.changed is ...
        except (MissingGreenlet, StatementError):
            return True


async def multiplies(module: ModuleType, engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        statement = str(select(module.Ship).compile(engine.sync_engine))
        return len((await connection.exec_driver_sql(statement)).all()) > 3


def forgets(link: Callable[[ModuleType], bool]) -> Hurts:
    """Whether one side does not show what was set on the other."""

    async def hurts(module: ModuleType, _: AsyncEngine) -> bool:
        return not link(module)

    return hurts


def set_ship(module: ModuleType) -> bool:
    one, sailor = module.Ship(), module.Sailor()
    sailor.ship = one
    return sailor in one.sailors


def append_sailor(module: ModuleType) -> bool:
    one, sailor = module.Ship(), module.Sailor()
    one.sailors.append(sailor)
    return bool(sailor.ship is one)


def append_tag(module: ModuleType) -> bool:
    post, tag = module.Post(), module.Tag()
    post.tags.append(tag)
    return post in tag.posts


def set_parent(module: ModuleType) -> bool:
    child, parent = module.Node(), module.Node()
    child.parent = parent
    return child in parent.children


REPR = """
    def __repr__(self):
        return f"{self.sailors}"
"""

CREW = """
    @property
    def crew(self):
        return len(self.sailors)
"""

NESTED = """
    ship: Mapped[Ship] = relationship(back_populates="sailors")

    @property
    def mates(self):
        return self.ship and self.ship.sailors
"""

COMPOSITE = (
    HEAD
    + """
class Ship(Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    port: Mapped[int] = mapped_column(primary_key=True)
    sailors: Mapped[list[Sailor]] = relationship(cascade="all, delete-orphan")

class Sailor(Base):
    __tablename__ = "sailors"
    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int]
    ship_port: Mapped[int]
    __table_args__ = (ForeignKeyConstraint(["ship_id", "ship_port"], ["ships.id", "ships.port"]),)
"""
)


async def loads_what_it_deletes_of_two_keys(module: ModuleType, engine: AsyncEngine) -> bool:
    async with AsyncSession(engine) as session:
        one = await session.get_one(module.Ship, (1, 2))
        sent = list[str]()

        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            sent.append(statement)

        await session.delete(one)
        await session.commit()
        return any("sailors" in statement for statement in sent)


NODE = (
    HEAD
    + """
class Node(Base):
    __tablename__ = "nodes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    parent: Mapped[Node | None] = relationship(PARENT)
    CODE
"""
)

PARENTS: dict[str, list[dict[str, Any]]] = {"nodes": [{"id": 1, "parent_id": None}, {"id": 2, "parent_id": 1}]}

ABOVE = """
    @property
    def above(self):
        return self.parent and self.parent.id
"""

CHILDREN = "children: Mapped[list[Node]] = relationship()"

DATA = (
    HEAD
    + """
class Data(MappedAsDataclass, Base):
    __abstract__ = True

class Ship(Data):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    sailors: Mapped[list[Sailor]] = relationship(OPTIONS)

class Sailor(Data):
    __tablename__ = "sailors"
    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int | None] = mapped_column(ForeignKey("ships.id"))
"""
)

TAGS = (
    HEAD
    + """
tagging = Table(
    "tagging",
    Base.metadata,
    Column("post_id", ForeignKey("posts.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)

class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    tags: Mapped[list[Tag]] = relationship(secondary=tagging)

class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    posts: Mapped[list[Post]] = relationship(secondary=tagging)
"""
)

TWO_JOINED = 'guests: Mapped[list[Sailor]] = relationship(viewonly=True, lazy="joined")'

HARBOUR = """
class Harbour(Base):
    __tablename__ = "harbours"
    id: Mapped[int] = mapped_column(primary_key=True)
    piers: Mapped[list[Pier]] = relationship(lazy="joined")

class Pier(Base):
    __tablename__ = "piers"
    id: Mapped[int] = mapped_column(primary_key=True)
    harbour_id: Mapped[int] = mapped_column(ForeignKey("harbours.id"))
"""

AT_A_HARBOUR = """
    harbour_id: Mapped[int] = mapped_column(ForeignKey("harbours.id"))
    harbour: Mapped[Harbour] = relationship(lazy="joined")
"""

HARBOURS: dict[str, list[dict[str, Any]]] = {
    "harbours": [{"id": 1}],
    "piers": [{"id": number, "harbour_id": 1} for number in (1, 2, 3)],
    "ships": [{"id": 1, "name": "Pequod", "harbour_id": 1}],
    "sailors": FLEET["sailors"],
}

CASES = {
    "noload": Case("noload", "Ship.sailors", ship('lazy="noload"'), is_empty_though_there_are_rows, FLEET),
    "noload, in its older spelling": Case(
        "noload", "Ship.sailors", ship("lazy=None"), is_empty_though_there_are_rows, FLEET
    ),
    "cascade with noload": Case(
        "cascade-noload", "Ship.sailors", ship('lazy="noload", cascade="all, delete-orphan"'), leaves_rows_behind, FLEET
    ),
    "cascade": Case(
        "cascade-loads", "Ship.sailors", ship('cascade="all, delete-orphan"'), loads_what_it_deletes, FLEET
    ),
    "cascade of delete alone": Case(
        "cascade-loads", "Ship.sailors", ship('cascade="save-update, delete"'), loads_what_it_deletes, FLEET
    ),
    "cascade of a backref": Case(
        "cascade-loads",
        "Ship.sailors",
        ship('cascade="all, delete-orphan", backref="ship"'),
        loads_what_it_deletes,
        FLEET,
    ),
    "cascade over a key of two columns": Case(
        "cascade-loads",
        "Ship.sailors",
        COMPOSITE,
        loads_what_it_deletes_of_two_keys,
        {
            "ships": [{"id": 1, "port": 2}],
            "sailors": [{"id": number, "ship_id": 1, "ship_port": 2} for number in (1, 2)],
        },
    ),
    "read by repr": Case("lazy-read", "Ship.sailors", ship("", REPR), raises(repr), FLEET),
    "read by a property": Case("lazy-read", "Ship.sailors", ship("", CREW), raises(lambda one: one.crew), FLEET),
    "read by a hybrid": Case(
        "lazy-read",
        "Ship.sailors",
        ship("", CREW.replace("@property", "@hybrid_property")),
        raises(lambda one: one.crew),
        FLEET,
    ),
    "read by a property of another class": Case(
        "lazy-read",
        "Ship.sailors",
        ship('back_populates="ship"', "", NESTED),
        raises(lambda one: one.mates, "Sailor"),
        FLEET,
    ),
    "read by a property, to one": Case(
        "lazy-read",
        "Sailor.ship",
        ship('back_populates="ship"', "", NESTED),
        raises(lambda one: one.mates, "Sailor"),
        FLEET,
    ),
    "read by a property, of its own class": Case(
        "lazy-read",
        "Node.parent",
        NODE.replace("PARENT", "remote_side=[id]").replace("CODE", ABOVE),
        raises(lambda one: one.above, "Node", 2),
        PARENTS,
    ),
    "read by the repr and == of a dataclass": Case(
        "lazy-read",
        "Ship.sailors",
        DATA.replace("OPTIONS", ""),
        raises(lambda one: (repr(one), one.__eq__(one))),
        FLEET,
    ),
    "read by the == of a dataclass": Case(
        "lazy-read",
        "Ship.sailors",
        DATA.replace("OPTIONS", "repr=False"),
        raises(lambda one: [getattr(one, field.name) for field in dataclasses.fields(one) if field.compare]),
        FLEET,
    ),
    "onupdate": Case(
        "stale-after-update",
        "Ship.changed",
        ship("", "changed: Mapped[str | None] = mapped_column(onupdate=func.now())"),
        is_expired_by_an_update,
        FLEET,
    ),
    "server_onupdate": Case(
        "stale-after-update",
        "Ship.changed",
        ship("", "changed: Mapped[str | None] = mapped_column(server_onupdate=FetchedValue())"),
        is_expired_by_an_update,
        FLEET,
    ),
    "two joined collections": Case(
        "joined-product", "Ship.guests", ship('lazy="joined"', TWO_JOINED), multiplies, FLEET
    ),
    "a joined collection of what is joined": Case(
        "joined-product",
        "Ship.harbour",
        ship('lazy="joined"', AT_A_HARBOUR) + HARBOUR,
        multiplies,
        HARBOURS,
    ),
    "two sides": Case(
        "back-populates", "Sailor.ship", ship("", "", "ship: Mapped[Ship] = relationship()"), forgets(set_ship), FLEET
    ),
    "two sides, the other way": Case(
        "back-populates",
        "Ship.sailors",
        ship("", "", "ship: Mapped[Ship] = relationship()"),
        forgets(append_sailor),
        FLEET,
    ),
    "one side knows": Case(
        "back-populates",
        "Sailor.ship",
        ship('back_populates="ship"', "", "ship: Mapped[Ship] = relationship()"),
        forgets(set_ship),
        FLEET,
    ),
    "many to many": Case("back-populates", "Post.tags", TAGS, forgets(append_tag), {}),
    "of one class": Case(
        "back-populates",
        "Node.parent",
        NODE.replace("PARENT", "remote_side=[id]").replace("CODE", CHILDREN),
        forgets(set_parent),
        PARENTS,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_the_fix_of_a_lint_silences_it_and_takes_the_hurt_away(case: Case, tmp_path: Path) -> None:
    before = load(case.source)
    lints = [lint for lint in lints_in(before) if lint.rule.name == case.rule]
    assert case.attribute in {f"{lint.model}.{lint.attribute}" for lint in lints}
    assert all(lint.reason and lint.rule.link.startswith("https://docs.sqlalchemy.org/en/21/orm/") for lint in lints)
    async with database(before, tmp_path / "before.db", case.rows) as engine:
        assert await case.hurts(before, engine)
    after = load(fixed(case.source, lints))
    assert [lint for lint in lints_in(after) if lint.rule.name == case.rule] == []
    async with database(after, tmp_path / "after.db", case.rows) as engine:
        assert not await case.hurts(after, engine)
    gc.collect()
