"""Tables and columns of awkward names, on every driver: each is quoted as its database wants it."""

from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.orm import registry

from pirate_tui.domain.query import Query, SortOrder, parse_filter
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.search import Match, Span
from tests.orm.conftest import OpenModels
from tests.orm.rows.numbers import number_of
from tests.servers import Target, load


NAMES = [
    *("select", "Mixed Case", "100%", "a:b", ':"x"', "it's", "`tick`", "%s %%", "order", "ü", "a.b", "x\\y"),
    *("update", "a;b", "nextval(", "/* --"),
]


@pytest.mark.parametrize(
    "name", ["SortOrder", *(pytest.param(one, marks=pytest.mark.thorough) for one in ('a"b`c', "50% :off"))]
)
async def test_awkward_names_are_quoted(target: Target, open_models: OpenModels, name: str) -> None:
    metadata, mapped = MetaData(), type("Awkward", (), {})
    keys: list[Column[Any]] = [
        Column("id %s", Integer, primary_key=True, autoincrement=False),
        Column("Key:2", Integer, primary_key=True),
    ]
    table = Table(name, metadata, *keys, *(Column(one, String(20)) for one in NAMES))
    registry().map_imperatively(mapped, table)
    rows: list[dict[str, Any]] = [{"id %s": n // 2, "Key:2": n % 2} | dict.fromkeys(NAMES, f"v{n}") for n in range(5)]
    await load(target, metadata, {table: rows})
    database = await open_models(target, [mapped])
    entity = await database.models.entity("Awkward")
    for column in entity.columns[2:]:
        query = Query(entity, SortOrder(column)).filtered(parse_filter(">v0", column))
        first = (await database.rows.page(query, Seek(limit=2))).rows
        rest = (await database.rows.page(query, Seek(first[-1].position))).rows
        assert [row.key for row in (*first, *rest)] == [(0, 1), (1, 0), (1, 1), (2, 0)]
        assert await number_of(database, query, "1", "1") == 2
        held = (await database.rows.page(query.filtered(parse_filter("~3", column)), Seek())).rows
        assert [row.key for row in held] == [(1, 1)]
        assert await database.rows.count_between(query, Span(), Match("v3", column, is_prefix=True)) == 1
    assert len(await database.rows.anchors(Query(entity), 2)) == 2
    assert await database.rows.is_sorted(Query(entity)) in {True, False}


async def test_a_name_that_reads_like_two_statements_is_no_more_than_a_name(
    target: Target, open_models: OpenModels
) -> None:
    metadata, mapped = MetaData(), type("Awkward", (), {})
    key = Column("id", Integer, primary_key=True, autoincrement=False)
    table = Table('Weird "Name; x%', metadata, key, Column("a;b 'c", String(20)))
    registry().map_imperatively(mapped, table)
    await load(target, metadata, {table: [{"id": n, "a;b 'c": f"v{n};'"} for n in range(3)]})
    database = await open_models(target, [mapped])
    entity = await database.models.entity("Awkward")
    query = Query(entity, SortOrder(entity.columns[1]))
    for typed in ("~1;", "=v1;'", "~v1;'"):
        held = (await database.rows.page(query.filtered(parse_filter(typed, entity.columns[1])), Seek())).rows
        assert [row.key for row in held] == [(1,)]
    assert await database.rows.count_between(query, Span(), Match(";'")) == 3
