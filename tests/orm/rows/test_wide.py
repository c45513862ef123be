"""A table of so many columns that no database gives all of them twice, as values and lengths."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, Text
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import registry, relationship

from pirate_tui.domain.access import AccessMode, AttributeState, Scenario, Verdict
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query, SortOrder, parse_filter
from pirate_tui.domain.rows import BLOCK, Seek
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests import servers
from tests.orm.conftest import OpenModels
from tests.servers import Target


LONG = "x" * 300
"""It is cut, so its length is asked for."""


def columns_of(target: Target) -> int:
    """How many columns there are to be: more than half of what the database gives at once."""
    return {"sqlite": 1_500, "postgresql": 1_200, "mysql": 1_000}[servers.url_of(target).get_backend_name()]


def value(row: int, number: int) -> str | None:
    """What a row holds in a column; on servers a row has no room for more text than that."""
    return LONG if number % BLOCK == 7 and row == 2 else f"r{row}c{number}" if number % 50 == 1 else None


def mapped(count: int) -> tuple[list[type], MetaData]:
    """Classes of two tables, the second of which leads to the first, each as wide."""
    own, models = registry(), list[type]()
    for name in ("Wide", "Owner"):
        model = type(name, (AsyncAttrs,), {})
        columns: list[Any] = [Column(f"c{number}", Text()) for number in range(2, count)]
        reference = [Column("wide_id", ForeignKey("wide.id"))] if name == "Owner" else [Column("c1", String(20))]
        key = Column("id", Integer, primary_key=True)
        table = Table(name.lower(), own.metadata, key, *reference, *columns, mysql_engine="MyISAM")
        related = {"wide": relationship(models[0])} if models else {}
        own.map_imperatively(model, table, properties=related)
        models.append(model)
    return models, own.metadata


def rows(count: int) -> Sequence[dict[str, Any]]:
    """Three of them."""
    return [{"id": row} | {f"c{number}": value(row, number) for number in range(1, count)} for row in (1, 2, 3)]


@pytest.fixture
async def database(target: Target, open_models: OpenModels) -> OrmDatabase:
    count = columns_of(target)
    models, metadata = mapped(count)
    await servers.load(
        target, metadata, {metadata.tables["wide"]: rows(count), metadata.tables["owner"]: [{"id": 1, "wide_id": 2}]}
    )
    return await open_models(target, models)


@pytest.mark.thorough
async def test_its_columns_are_read_some_at_a_time(database: OrmDatabase) -> None:
    wide = await database.models.entity("Wide")
    count = len(wide.columns)
    pages = [await database.rows.page(Query(wide), Seek(block=block)) for block in range(-(-count // BLOCK))]
    assert [page.block for page in pages] == list(range(len(pages)))
    assert len({tuple((row.key, row.position) for row in page.rows) for page in pages}) == 1
    for at, row in enumerate((1, 2, 3)):
        cells = [cell for page in pages for cell in page.rows[at].cells]
        expected = [str(row), *((value(row, number) or "")[:200] or None for number in range(1, count))]
        assert [None if cell.is_null else cell.text.rstrip("…") for cell in cells] == expected
        assert [cell.length for cell in cells].count(300) == (len(pages) if row == 2 else 0)
    behind = await database.rows.page(Query(wide), Seek(pages[0].rows[-1].position, backward=True, limit=1, block=3))
    assert (behind.rows[0].key, len(behind.rows[0].cells)) == ((2,), BLOCK)


@pytest.mark.thorough
@pytest.mark.parametrize("by", [1, BLOCK + 7])
async def test_a_block_is_read_in_another_order(database: OrmDatabase, by: int) -> None:
    wide = await database.models.entity("Wide")
    for block in (0, by // BLOCK, 2):
        query = Query(wide, SortOrder(wide.columns[by]))
        first = await database.rows.page(query, Seek(limit=1, block=block))
        rest = await database.rows.page(query, Seek(first.rows[-1].position, block=block))
        found = {row.key: row.cells for row in (*first.rows, *rest.rows)}
        assert set(found) == {(1,), (2,), (3,)}
        shown = [cell.text.rstrip("…") for cell in found[2,]]
        own = [str(2), *((value(2, number) or "NULL")[:200] for number in range(1, len(wide.columns)))]
        assert shown == own[block * BLOCK : (block + 1) * BLOCK]


@pytest.mark.thorough
async def test_a_row_is_read_whole_searched_and_filtered(database: OrmDatabase) -> None:
    wide = await database.models.entity("Wide")
    count, query = len(wide.columns), Query(wide)
    row = (await database.rows.page(query, Seek(limit=2))).rows[1]
    expected = ("2", *(value(2, number) or "NULL" for number in range(1, count)))
    assert await database.rows.whole(query, row) == expected
    assert (await database.rows.value(query, row, wide.columns[BLOCK + 7], 0, 500)).lines == (LONG,)
    assert await database.rows.count_between(query, Span(), Match("r3c951")) == 1
    assert await database.rows.count_between(query, Span(), Match("nowhere")) == 0
    found = await database.rows.page(
        query.filtered(parse_filter("=r3c951", wide.columns[951])), Seek(block=951 // BLOCK)
    )
    assert [one.key for one in found.rows] == [(3,)]


@pytest.mark.thorough
async def test_an_instance_is_loaded_and_expires(database: OrmDatabase) -> None:
    wide = await database.models.entity("Wide")
    for scenario, state, verdict in (
        (Scenario.FRESH, AttributeState.LOADED, Verdict.NONE),
        (Scenario.AFTER_COMMIT, AttributeState.EXPIRED, Verdict.IO),
    ):
        snapshot = await database.instances.apply_scenario(wide, (2,), scenario)
        columns = snapshot.attributes[: len(wide.columns)]
        assert {(column.state, column.verdict) for column in columns} == {(state, verdict)}


@pytest.mark.thorough
async def test_what_no_statement_can_select_says_so_and_what_helps(database: OrmDatabase, target: Target) -> None:
    owner = await database.models.entity("Owner")
    ask = OpenRequest(owner, (1,), owner.relationship("wide"), AccessMode.SAFE, LoaderStrategy.SELECTINLOAD)
    assert len((await database.instances.open(ask)).rows[0].cells) == columns_of(target)
    if servers.url_of(target).get_backend_name() != "mysql":  # it gives 4,096
        with pytest.raises(BrowserError, match="press s for another loader strategy"):
            await database.instances.open(ask._replace(strategy=LoaderStrategy.JOINEDLOAD))


@pytest.mark.thorough
async def test_a_wide_table_without_models_is_read_too(tmp_path: Path, listener: Listener) -> None:
    path = tmp_path / "wide.db"
    _, metadata = mapped(1_500)
    await servers.load(path, metadata, {metadata.tables["wide"]: rows(1_500)})
    database = await open_database(path, None, Limits(30), listener)
    try:
        wide = await database.models.entity("Wide")
        assert len(wide.columns) == 1_500
        page = await database.rows.page(Query(wide), Seek(block=7))
        assert page.rows[0].cells[51].text == "r1c1451"
        assert len((await database.instances.load_instance(wide, (1,))).attributes) >= 1_500
    finally:
        await database.close()
