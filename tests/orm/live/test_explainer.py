"""Plans of what a way of loading has sent, on each kind of database: what is scanned, and what wants an index."""

import asyncio
import gc
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, NullPool, String, Table, text
from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.ext.asyncio import AsyncAttrs, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.comparing import LoadMethod, MeasureRequest
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.plan import PlanStep, StatementPlan
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.statements import StatementStatus
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.dialects.postgresql.sql import PostgreSQLSql
from pirate_tui.orm.dialects.sql import ExplainedStep
from pirate_tui.orm.dialects.sqlite.sql import SQLiteSql
from pirate_tui.orm.live.compared_columns import statement_tables
from pirate_tui.orm.live.explainer import explained_step
from tests.orm.conftest import OpenModels
from tests.servers import Target, load, run


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file; no foreign key of theirs is one of the database, where MariaDB would index it."""


berthing = Table("berthing", Base.metadata, Column("harbour_id", Integer), Column("sloop_id", Integer))


class Harbour(Base):
    """Has sloops without an index, and lamps with one."""

    __tablename__ = "harbours"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    sloops: Mapped[list["Sloop"]] = relationship(
        primaryjoin="Harbour.id == foreign(Sloop.harbour_id)", back_populates="harbour"
    )
    lamps: Mapped[list["Lamp"]] = relationship(primaryjoin="Harbour.id == foreign(Lamp.harbour_id)")
    berthed: Mapped[list["Sloop"]] = relationship(
        secondary=berthing,
        primaryjoin="Harbour.id == foreign(berthing.c.harbour_id)",
        secondaryjoin="Sloop.id == foreign(berthing.c.sloop_id)",
        viewonly=True,
    )


class Sloop(Base):
    """Without an index on its harbour."""

    __tablename__ = "sloops"
    id: Mapped[int] = mapped_column(primary_key=True)
    harbour_id: Mapped[int]
    harbour: Mapped[Harbour] = relationship(
        primaryjoin="Harbour.id == foreign(Sloop.harbour_id)", back_populates="sloops"
    )


class Lamp(Base):
    """With an index on its harbour."""

    __tablename__ = "lamps"
    id: Mapped[int] = mapped_column(primary_key=True)
    harbour_id: Mapped[int] = mapped_column(index=True)
    quay_id: Mapped[int | None] = mapped_column(ForeignKey("quays.id"))
    quay: Mapped["Quay | None"] = relationship()


class Quay(Base):
    """A short list, of which all rows are wanted."""

    __tablename__ = "quays"
    id: Mapped[int] = mapped_column(primary_key=True)


MODELS = [Harbour, Sloop, Lamp, Quay]
ROWS: dict[type, list[dict[str, Any]]] = {
    Harbour: [{"id": n, "name": f"harbour {n}"} for n in range(1, 41)],
    Sloop: [{"id": n, "harbour_id": n % 40 + 1} for n in range(1, 2_001)],
    Quay: [{"id": 1}, {"id": 2}],
    Lamp: [{"id": n, "harbour_id": n % 40 + 1, "quay_id": n % 2 + 1} for n in range(1, 2_001)],
}
ANALYZE = {"postgresql": ["ANALYZE"], "mysql": ["ANALYZE TABLE harbours, sloops, lamps, quays"]}


@pytest.fixture
async def database(target: Target, open_models: OpenModels) -> OrmDatabase:
    """Forty harbours with fifty sloops and lamps each, of which the database knows how many there are."""
    await load(target, Base.metadata, ROWS)
    await run(target, *(ANALYZE[target.url.get_backend_name()] if isinstance(target, Server) else ()))
    return await open_models(target, MODELS)


async def plans(
    database: OrmDatabase, model: str, name: str, way: LoadMethod, keys: Any = ((1,), (2,), (3,))
) -> tuple[StatementPlan, ...]:
    """Measure a way, and explain what it has sent."""
    entity = await database.models.entity(model)
    request = MeasureRequest(entity, keys, entity.relationship(name), way)
    await database.benchmarks.measure(request)
    return await database.benchmarks.explain(request)


def scans(plan: StatementPlan) -> list[PlanStep]:
    """The steps that read a whole table."""
    return [step for step in plan.steps if step.is_full_scan]


@pytest.mark.parametrize("way", [LoadMethod.SELECTINLOAD, LoadMethod.JOINEDLOAD, LoadMethod.SUBQUERYLOAD])
async def test_a_column_that_is_joined_without_an_index_wants_one(database: OrmDatabase, way: LoadMethod) -> None:
    explained = await plans(database, "Harbour", "sloops", way)
    assert not any(plan.problem for plan in explained)
    assert all(plan.steps for plan in explained)
    (scan,) = [step for step in scans(explained[-1]) if step.wants_index]
    assert (scan.table, scan.columns) == ("sloops", ("harbour_id",))
    assert scan.remark == "full scan: wants an index on sloops (harbour_id)"
    assert "sloops" in scan.text


async def test_of_an_n_plus_1_each_text_is_explained_once(database: OrmDatabase) -> None:
    parents, each = await plans(database, "Harbour", "sloops", LoadMethod.AWAITED)
    assert (parents.statement.times, each.statement.times) == (1, 3)
    assert [step.columns for step in scans(each)] == [("harbour_id",)]


async def test_with_an_index_nothing_is_wanted(database: OrmDatabase) -> None:
    for way in (LoadMethod.SELECTINLOAD, LoadMethod.JOINEDLOAD):
        for plan in await plans(database, "Harbour", "lamps", way, ((1,),)):
            assert not plan.problem
            assert not any(step.wants_index for step in plan.steps)


async def test_a_secondary_table_wants_an_index_on_the_side_that_is_asked_for(database: OrmDatabase) -> None:
    *_, plan = await plans(database, "Harbour", "berthed", LoadMethod.SELECTINLOAD)
    assert [(step.table, step.columns) for step in scans(plan) if step.wants_index] == [("berthing", ("harbour_id",))]


async def test_a_plain_access_and_a_refusal_have_the_plan_of_the_parents(database: OrmDatabase) -> None:
    for way in (LoadMethod.PLAIN, LoadMethod.RAISELOAD):
        (plan,) = await plans(database, "Harbour", "sloops", way)
        assert "FROM harbours" in plan.statement.text
    gc.collect()


async def test_nothing_is_executed_and_the_browsers_own_statements_say_so(
    database: OrmDatabase, told: list[Any]
) -> None:
    await plans(database, "Harbour", "sloops", LoadMethod.SELECTINLOAD)
    explained = [one for one in told if one.text.startswith("EXPLAIN") and one.outcome is StatementStatus.DONE]
    assert len(explained) == 2
    assert all(one.is_browsers and "ANALYZE" not in one.text for one in explained)
    assert explained[0].cause == "plan of selectinload for Harbour.sloops"


async def test_what_was_not_measured_has_no_plan(database: OrmDatabase) -> None:
    harbour = await database.models.entity("Harbour")
    request = MeasureRequest(harbour, ((1,),), harbour.relationship("sloops"), LoadMethod.SELECTINLOAD)
    with pytest.raises(BrowserError, match="no statement was sent"):
        await database.benchmarks.explain(request)
    await database.benchmarks.measure(request)
    assert len(await database.benchmarks.explain(request)) == 2
    await database.benchmarks.measure(request._replace(keys=((2,),)))
    with pytest.raises(BrowserError, match="no statement was sent"):
        await database.benchmarks.explain(request)


async def test_a_table_that_is_gone_is_said_in_place_of_its_plan(database: OrmDatabase, target: Target) -> None:
    harbour = await database.models.entity("Harbour")
    request = MeasureRequest(harbour, ((1,),), harbour.relationship("sloops"), LoadMethod.SELECTINLOAD)
    await database.benchmarks.measure(request)
    await run(target, "DROP TABLE sloops")
    parents, sloops = await database.benchmarks.explain(request)
    assert parents.steps
    assert not sloops.steps
    assert sloops.problem.startswith("not explained: ")
    assert "sloops" in sloops.problem


async def test_it_ends_when_it_is_cancelled_and_the_database_answers_again(database: OrmDatabase) -> None:
    harbour = await database.models.entity("Harbour")
    request = MeasureRequest(harbour, ((1,),), harbour.relationship("sloops"), LoadMethod.SELECTINLOAD)
    await database.benchmarks.measure(request)
    explaining = asyncio.ensure_future(database.benchmarks.explain(request))
    await asyncio.sleep(0)
    explaining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await explaining
    assert len(await database.benchmarks.explain(request)) == 2


LOCKS = {"postgresql": "LOCK TABLE sloops IN ACCESS EXCLUSIVE MODE", "mysql": "LOCK TABLES sloops WRITE"}


async def test_it_has_the_time_limit_of_every_statement(server: Server, listener: Listener) -> None:
    await load(server, Base.metadata, ROWS)
    database = await open_database(server, MODELS, Limits(1.0), listener)
    harbour = await database.models.entity("Harbour")
    request = MeasureRequest(harbour, ((1,),), harbour.relationship("sloops"), LoadMethod.SELECTINLOAD)
    await database.benchmarks.measure(request)
    locking = create_async_engine(server.url, poolclass=NullPool)
    async with locking.connect() as connection:
        await connection.execute(text(LOCKS[server.url.get_backend_name()]))
        parents, sloops = await database.benchmarks.explain(request)
    await locking.dispose()
    await database.close()
    assert parents.steps
    assert "timed out" in sloops.problem


def test_a_scan_of_all_wanted_rows_and_one_that_is_not_known_want_no_index() -> None:
    read = statement_tables(
        "SELECT quays.id FROM quays JOIN (SELECT 1 AS a) AS anon_1 ON lower(anon_1.a) = 1", "sqlite"
    )
    step = partial(explained_step, read=read, indexed={})
    assert step(ExplainedStep("SCAN quays", "quays")).remark == "full scan: all rows of quays are wanted"
    assert step(ExplainedStep("SCAN anon_1", "anon_1")).remark == ""
    assert step(ExplainedStep("SCAN old", "old")).remark == "full scan: not known which columns want an index"
    assert step(ExplainedStep("SEARCH quays USING INTEGER PRIMARY KEY (rowid=?)")).remark == ""


def test_a_plan_of_postgresql_is_indented_and_its_scans_have_the_names_of_the_statement() -> None:
    plan = [
        "Hash Join  (cost=1.00..2.00 rows=3 width=4)",
        '  ->  Parallel Seq Scan on "Odd ""t" o_1  (cost=0.00..1.00 rows=1 width=4)',
        "        Filter: (id = ANY ('{1,2,3}'::integer[]))",
        '  ->  Seq Scan on quays "Q"  (cost=0.00..1.00 rows=1 width=4)',
        "  ->  Index Scan using i on quays  (cost=0.00..1.00 rows=1 width=4)",
    ]
    rows = [{"QUERY PLAN": line} for line in plan]
    steps = PostgreSQLSql(postgresql_dialect()).steps(rows)  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    assert [step.scanned for step in steps] == ["", "o_1", "", "Q", ""]
    assert [step.text for step in steps][2:4] == ["        Filter: (id = ANY ('{1,…}'::integer[]))", plan[3]]


def test_an_index_that_the_database_does_not_use_is_named_and_one_that_it_makes_itself_is_wanted() -> None:
    read = statement_tables("SELECT quays.id FROM quays WHERE quays.harbour_id = ? AND quays.id > ?", "sqlite")
    step = partial(explained_step, read=read)
    (scan,) = SQLiteSql(sqlite_dialect()).steps([{"id": 2, "parent": 0, "detail": "SCAN quays"}])
    used = step(scan, indexed={("", "quays"): {"harbour_id"}})
    assert used.remark == "full scan: quays (harbour_id) has an index, which the database does not use here"
    assert not used.wants_index
    assert step(scan, indexed={("", "quays"): {"name"}}).columns == ("harbour_id",)
    automatic = "SEARCH quays USING AUTOMATIC PARTIAL COVERING INDEX (harbour_id=? AND id>?)"
    (made,) = SQLiteSql(sqlite_dialect()).steps([{"id": 2, "parent": 0, "detail": automatic}])
    assert step(made, indexed={}).columns == ("harbour_id", "id")
