"""The catalogue of failures: each really raised, rightly explained, and mended by every remedy that is told."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy.ext.asyncio
from sqlalchemy import insert, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from pirate_tui.domain.failure import Failure
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.orm.errors import forget, without_warnings
from pirate_tui.orm.explanation import MOST_INEFFECTIVE, failure
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.explanation.fixes import ROLLBACK
from tests.orm.explanation.catalogue import MAPPED, Sea, fill, sea_on
from tests.orm.explanation.catalogue_rows import ROWS, Row


Begin = Callable[..., AbstractAsyncContextManager[Sea]]

EACH = pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])


@pytest.fixture(scope="module")
def made_sea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file; tests write to copies."""
    path = tmp_path_factory.mktemp("sea") / "sea.db"
    fill(path)
    return path


@pytest.fixture
def begin(made_sea: Path, tmp_path: Path) -> Begin:
    """What begins a row on the file as it was made."""

    @asynccontextmanager
    async def fresh(row: Row, **options: Any) -> AsyncIterator[Sea]:
        url = f"sqlite+aiosqlite:///{shutil.copy(made_sea, tmp_path / 'sea.db')}"
        async with sea_on(url, **{**row.options, **options}) as sea:
            yield sea

    return fresh


def read(instance: Any, attribute: str) -> Any:
    """The plain access."""
    methods: dict[str, Callable[[Any], Any]] = {"repr()": repr, "str()": str}
    return methods[attribute](instance) if attribute in methods else getattr(instance, attribute)


async def explained(row: Row, sea: Sea) -> Failure:
    """The explanation of a row, in whose state the session is left."""
    instance = await row.reach(sea)
    access = Access.of(instance, row.attribute, row.mode)
    try:
        if row.mode.awaits:
            await getattr(instance.awaitable_attrs, row.attribute)
        else:
            read(instance, row.attribute)
    except Exception as error:  # noqa: BLE001  whatever it raises is explained
        found = failure(error, access)
        forget(error)
        return found
    raise AssertionError("the access has raised nothing")


def names_of(sea: Sea) -> dict[str, Any]:
    """What a user has at hand where a remedy is typed."""
    models = {one.__name__: one for one in MAPPED}
    names = {"asyncio": asyncio, "inspect": inspect, "select": select, "engine": sea.engine, "session": sea.session}
    return {**vars(sqlalchemy.orm), **vars(sqlalchemy.ext.asyncio), **models, **names}


async def heed(code: str, variable: str, instance: Any, names: dict[str, Any]) -> Any:
    """Run a line in a coroutine of a user's own; the instance that it leaves in the variable."""
    exec(f"async def heed({variable}):\n    {code}\n    return {variable}\n", names)  # noqa: S102  it is to be copied
    return await names["heed"](instance)


async def try_out(remedy: Remedy, row: Row, begin: Begin) -> None:
    """Do what is told, where it is told, and make the plain access again: it raises where that was of no use."""
    options: dict[str, Any] = {}
    code = remedy.code
    if remedy.applies is Applies.IN_SESSION:
        options = {"sessions": lambda engine: eval(code, {**vars(sqlalchemy.ext.asyncio), "engine": engine})}  # noqa: S307
    elif remedy.applies is Applies.IN_ENGINE:
        assert code == "create_async_engine(url, pool_pre_ping=False)"
        options = {"pool_pre_ping": False}
    async with begin(row, **options) as sea:
        statement = eval(code, names_of(sea)) if remedy.applies is Applies.IN_SELECT else None  # noqa: S307
        sea.statement = statement
        instance = await row.reach(sea)
        if statement is not None and (not sea.has_asked or inspect(instance).expired):
            # The instance was made here, or has expired since: it is selected again.
            (await sea.session.scalars(statement)).unique().all()
        if not options and statement is None:
            instance = await heed(code, Access.of(instance, "repr()").variable, instance, names_of(sea))
        if row.lasts and not code.endswith(".identity"):
            read(instance, row.attribute)


@EACH
async def test_it_raises_and_is_explained(row: Row, begin: Begin) -> None:
    async with begin(row) as sea:
        told = await explained(row, sea)
    assert told.name == row.raises
    assert told.attribute in told.summary
    assert told.instance in told.summary
    assert row.names in told.summary
    assert row.cause in told.cause
    assert [remedy.code for remedy in told.remedies[:1]] == ([row.best] if row.best else [])
    assert row.useless in ["", *[one.code for one in told.ineffective]]
    assert len(told.ineffective) <= MOST_INEFFECTIVE
    assert (row.where in told.where) if row.where else (told.where == "")


@EACH
@pytest.mark.thorough
async def test_every_remedy_that_is_told_helps(row: Row, begin: Begin) -> None:
    async with begin(row) as sea:
        remedies = (await explained(row, sea)).remedies
    assert len({one.code for one in remedies}) == len(remedies)
    for remedy in remedies:
        if remedy.code == ROLLBACK:
            await the_session_works_after_it(row, begin)
        elif remedy.applies is not Applies.IN_MAPPING:
            await try_out(remedy, row, begin)


async def the_session_works_after_it(row: Row, begin: Begin) -> None:
    """What the rollback of a failed flush is for."""
    async with begin(row) as sea:
        instance = await row.reach(sea)
        with pytest.raises(SQLAlchemyError) as caught:
            await instance.awaitable_attrs.members if row.mode.awaits else read(instance, row.attribute)
        forget(caught.value)
        await heed(ROLLBACK, "ship", instance, names_of(sea))
        assert await instance.awaitable_attrs.members


@EACH
@pytest.mark.thorough
async def test_what_is_told_to_be_useless_is(row: Row, begin: Begin) -> None:
    async with begin(row) as sea:
        useless = (await explained(row, sea)).ineffective
    for remedy in useless:
        with pytest.raises((SQLAlchemyError, TypeError)) as caught, without_warnings():
            await try_out(remedy, row, begin)
        forget(caught.value)


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("2.1 ship.members", "selectinload(Ship.members)"),
        ("2.1 pirate.ship", "joinedload(Pirate.ship)"),
        ("2.1 ship.ports[0].ships", "selectinload(Ship.ports).selectinload(Port.ships)"),
        ("2.1 pirate.minions", "selectinload(Pirate.minions)"),
        ("2.1 boss.minions[0].minions", "selectinload(Pirate.minions, recursion_depth=-1)"),
        ("2.1 spar.hull.spars", "joinedload(Spar.hull).selectinload(Hull.spars)"),
        ("2.4 deferred in a group", 'undefer_group("papers")'),
        ("2.9 gunner.calibre", "selectin_polymorphic(Staff, [Gunner])"),
        ("2.9 ship.staff[0].calibre", "selectinload(Ship.staff).selectin_polymorphic([Gunner])"),
    ],
)
async def test_the_option_goes_the_way_that_the_instance_was_loaded(name: str, option: str, begin: Begin) -> None:
    async with begin(ROWS[name]) as sea:
        codes = [remedy.code for remedy in (await explained(ROWS[name], sea)).remedies]
    assert [code for code in codes if code.endswith(f".options({option})")] == codes[1:2]


# Remedies that are for the class.

GENERATED = """
class Base(DeclarativeBase):
    pass

class Raft(Base):
    __tablename__ = "rafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    touched: Mapped[str | None] = mapped_column(onupdate=func.lower("X"))
    {remedy}
"""

DATACLASS = """
class Base(MappedAsDataclass, DeclarativeBase):
    pass

class Raft(Base):
    __tablename__ = "rafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    planks: Mapped[list["Plank"]] = {remedy}

class Plank(Base):
    __tablename__ = "planks"
    id: Mapped[int] = mapped_column(primary_key=True)
    raft_id: Mapped[int] = mapped_column(ForeignKey("rafts.id"))
"""

READ = """
class Base(DeclarativeBase):
    pass

class Raft(Base):
    __tablename__ = "rafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    planks: Mapped[list["Plank"]] = {remedy}

    @property
    def size(self):
        return len(self.planks)

class Plank(Base):
    __tablename__ = "planks"
    id: Mapped[int] = mapped_column(primary_key=True)
    raft_id: Mapped[int] = mapped_column(ForeignKey("rafts.id"))
"""

INHERITED = """
class Base(DeclarativeBase):
    pass

class Craft(Base):
    __tablename__ = "crafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    __mapper_args__ = {{"polymorphic_on": "kind", "polymorphic_identity": "craft"}}

class Raft(Craft):
    __tablename__ = "rafts"
    id: Mapped[int] = mapped_column(ForeignKey("crafts.id"), primary_key=True)
    logs: Mapped[int]
    {remedy}
"""

WRITTEN = """
class Base(DeclarativeBase):
    pass

class Raft(Base):
    __tablename__ = "rafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    {remedy}
"""


async def told_for_the_class(name: str, begin: Begin, beginning: str) -> str:
    """The remedy of a row that is for the class, and begins so."""
    async with begin(ROWS[name]) as sea:
        (code,) = [
            remedy.code for remedy in (await explained(ROWS[name], sea)).remedies if remedy.code.startswith(beginning)
        ]
    return code


@asynccontextmanager
async def a_raft_of(source: str, remedy: str, path: Path) -> AsyncIterator[tuple[Sea, Any]]:
    """An instance of a class that was written as the fix says."""
    names: dict[str, Any] = {**vars(sqlalchemy), **vars(sqlalchemy.orm), "__name__": __name__}
    exec(source.format(remedy=remedy), names)  # noqa: S102  it is to be copied
    async with sea_on(f"sqlite+aiosqlite:///{path}") as sea:
        async with sea.engine.begin() as connection:
            await connection.run_sync(names["Base"].metadata.create_all)
            values = {"id": 1, "name": "Kon-Tiki"} if "name:" in source else {"id": 1}
            await connection.execute(insert(names["Raft"]).values(**values))
        yield sea, await sea.get(names["Raft"])


@pytest.mark.parametrize("name", ["2.3 onupdate", "2.3 onupdate after update()"])
async def test_eager_defaults_help_against_a_flush_and_not_against_an_update(
    name: str, begin: Begin, tmp_path: Path
) -> None:
    remedy = await told_for_the_class(name, begin, "__mapper_args__")
    async with a_raft_of(GENERATED, remedy, tmp_path / "raft.db") as (sea, raft):
        raft.name = "Ra"
        await sea.session.flush()
        assert raft.touched == "x"
        await sea.session.execute(update(type(raft)).values(name="Ra II"))
        with pytest.raises(SQLAlchemyError) as caught:
            raft.touched  # noqa: B018  read for what it raises
        forget(caught.value)


async def test_the_repr_of_a_dataclass_leaves_out_what_it_is_told_to(begin: Begin, tmp_path: Path) -> None:
    remedy = await told_for_the_class("2.5 repr() of a dataclass", begin, "relationship(repr")
    assert remedy == "relationship(repr=False)"
    async with a_raft_of(DATACLASS, remedy, tmp_path / "raft.db") as (_, raft):
        assert repr(raft) == "Raft(id=1)"


async def test_a_repr_of_what_is_there_needs_nothing_even_expired(begin: Begin, tmp_path: Path) -> None:
    remedy = await told_for_the_class("2.5 repr()", begin, "def __repr__")
    async with a_raft_of(WRITTEN, remedy, tmp_path / "raft.db") as (sea, raft):
        sea.session.expire_all()
        assert repr(raft) == "Ship (1,)"


async def test_frames_of_the_model_are_the_users_own(begin: Begin) -> None:
    async with begin(ROWS["2.5 hybrid"]) as sea:
        told = await explained(ROWS["2.5 hybrid"], sea)
    own = [told.raw[y].strip() for y in told.own]
    assert "return len(self.members)" in own
    assert any("tests/orm/explanation/catalogue.py" in line for line in own)
    assert not any("sqlalchemy" in line for line in own)
    assert told.raw[told.own_line].strip() == own[-1], "the access itself is not shown: then it is the innermost one"


async def test_a_relationship_that_code_reads_can_be_mapped_to_come_with_every_select(
    begin: Begin, tmp_path: Path
) -> None:
    remedy = await told_for_the_class("2.5 hybrid", begin, "relationship(lazy")
    assert remedy == 'relationship(lazy="selectin")'
    async with a_raft_of(READ, remedy, tmp_path / "raft.db") as (_, raft):
        assert raft.size == 0


async def test_a_subclass_can_be_mapped_to_come_with_every_select_of_its_base(begin: Begin, tmp_path: Path) -> None:
    remedy = await told_for_the_class("2.9 gunner.calibre", begin, "__mapper_args__")
    names: dict[str, Any] = {**vars(sqlalchemy), **vars(sqlalchemy.orm), "__name__": __name__}
    inherited = remedy.replace("}", ', "polymorphic_identity": "raft"}')
    exec(INHERITED.format(remedy=inherited), names)  # noqa: S102  it is to be copied
    async with sea_on(f"sqlite+aiosqlite:///{tmp_path / 'craft.db'}") as sea:
        async with sea.engine.begin() as connection:
            await connection.run_sync(names["Base"].metadata.create_all)
        await sea.add(names["Raft"](id=1, logs=7))
        await sea.session.commit()
        sea.session.expunge_all()
        assert (await sea.get(names["Craft"])).logs == 7
