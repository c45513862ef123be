"""What the browser itself sends: all of it passes the gate, and none of it is parsed."""

import asyncio
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from pirate_tui.domain.access import AccessMode, AttributeRequest, Scenario, TrialRequest
from pirate_tui.domain.comparing import LoadMethod, MeasureRequest
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import LoaderStrategy, OpenAllRequest, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query, SortOrder, Within, parse_filter
from pirate_tui.domain.remedy import Remedy
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm import read_only as gate
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from pirate_tui.orm.read_only import refusal
from tests.orm.conftest import FLEET_ROWS, Base, Remembering, Sailor, Ship
from tests.orm.read_only.attacks import sql_of
from tests.orm.schemas import is_postgresql
from tests.servers import load, run, run_as_is


COLUMNS = {
    True: (
        "n numeric, r real, t timestamptz, d date, i interval, j jsonb, x json, b bytea, u uuid, a int[], c char(3)",
        """ "back\\sl" text, "a;b" text, update int, merge text, "it's" int""",
    ),
    False: (
        "n decimal(9,2), r float, t timestamp, d date, y year, j json, b blob, e enum('a','b'), s set('a')",
        "`back\\\\sl` text, `a;b` text, `update` int, `it's` int",
    ),
}


async def browse(database: OrmDatabase, entity: Entity) -> None:
    """All that the table of a class asks for: in every order, with every filter."""
    for order in (None, *(SortOrder(column, descending=True) for column in entity.columns)):
        query = Query(entity, order)
        rows = (await database.rows.page(query, Seek(limit=1))).rows
        await database.rows.page(query, Seek(rows[0].position, backward=True))
        await database.rows.anchors(query, 1)
        await database.rows.is_sorted(query)
        await database.rows.nearest(query, Span(None, rows[0].position), Match("a"))
    for column in entity.columns:
        await database.rows.value(query, rows[0], column, 0, 10)
        for typed in ("null", "~1", ">1"):
            try:
                await database.rows.count_between(Query(entity).filtered(parse_filter(typed, column)), Span())
            except BrowserError as error:
                assert error.hint.startswith(("use a value", "press r")) or "filter" in error.message  # noqa: PT017  a value that no such column holds
    await database.rows.anchor(query, Seek(skip=1, limit=1))
    await database.rows.whole(query, rows[0])
    await database.rows.count(Query(entity))
    await database.rows.estimate(Query(entity))
    await database.rows.rank(Query(entity), ("1",))


async def inspect(database: OrmDatabase, entity: Entity, way_to: str) -> None:
    """All that the instance of a row is asked for."""
    relationship, key = entity.relationship(way_to), (1,)
    for mode in AccessMode:
        for strategy in LoaderStrategy:
            await database.instances.open(OpenRequest(entity, key, relationship, mode, strategy))
            await database.instances.open_all(OpenAllRequest(entity, (key,), relationship, mode, strategy))
    for way in LoadMethod:
        await database.benchmarks.measure(MeasureRequest(entity, (key,), relationship, way))
    for scenario in Scenario:
        snapshot = await database.instances.apply_scenario(entity, key, scenario)
        for attribute in snapshot.attributes:
            await database.instances.access(AttributeRequest(entity, attribute.name, AccessMode.SAFE))
    await database.rows.page(
        Query(relationship_target(database, way_to), within=Within(entity, key, relationship)), Seek()
    )
    remedy = Remedy(f"await {entity.name.lower()}.awaitable_attrs.{way_to}", "")
    await database.benchmarks.try_out(TrialRequest(entity, key, Scenario.AFTER_COMMIT, way_to, remedy))


def relationship_target(database: OrmDatabase, way_to: str) -> Entity:
    return next(
        entity
        for entity in database.models.catalog.entities
        if entity.name == ("Sailor" if way_to == "sailors" else "Ship")
    )


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The statements that come to a server's driver; none may need the parser."""

    def parsed(tokens: Any, _: Any) -> NoReturn:
        pytest.fail(f"parsed: {[token.text for token in tokens]}")

    monkeypatch.setattr("pirate_tui.orm.read_only.statements.more_than_a_query", parsed)
    gate._judged.cache_clear()  # noqa: SLF001  of other tests
    statements: list[str] = []

    def note(*call: Any) -> None:
        statements.append(call[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("classes", [(Ship, Sailor), None], ids=["models", "reflected"])
@pytest.mark.thorough
async def test_all_of_it_passes_and_is_understood(
    server: Server, listener: Listener, sent: list[str], classes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(server, Base.metadata, FLEET_ROWS)
    columns = ", ".join(COLUMNS[is_postgresql(server)])
    await run(
        server,
        f"CREATE TABLE kinds (id INT PRIMARY KEY, {columns})",
        "INSERT INTO kinds (id) VALUES (1), (2)",
        "CREATE VIEW seen AS SELECT * FROM kinds",
    )
    sent.clear()
    database = await open_database(server, classes, Limits(30), listener)
    await database.models.sizes()
    names = ["Ship", "Sailor"] if classes else ["Ships", "Kinds", "Seen"]
    for name in names:
        await browse(database, await database.models.entity(name))
    if classes:
        await inspect(database, await database.models.entity("Ship"), "sailors")
        await inspect(database, await database.models.entity("Sailor"), "ship")
    await database.close()
    monkeypatch.undo()
    assert len(set(sent)) > 50
    refused = {one: reason for one in set(sent) if (reason := refusal(one, sql_of(server)))}
    assert refused == {}, "what we send is read by the parser as by ourselves"


ODD = "aZ_éж '\"`\\%;:()$&#@?*/-.\n"
"""What names are made of that must be quoted wherever they stand."""

NAMES = st.text(ODD, min_size=1, max_size=12).filter(lambda name: name == name.strip()) | st.sampled_from(
    (
        "update",
        "INTO",
        "FOR UPDATE",
        "get_lock(",
        "lo_create",
        "x; DELETE",
        "%s",
        "%(a)s",
        "%",
        "--",
        "/*",
        "*/",
        "'",
        "#",
    )
)

EXAMPLES = [pytest.param(3, id="quick"), pytest.param(15, id="long", marks=pytest.mark.long)]


@pytest.mark.parametrize("examples", EXAMPLES)
def test_all_of_it_passes_whatever_the_names(server: Server, sent: list[str], examples: int) -> None:
    quote = '"' if is_postgresql(server) else "`"
    is_asyncpg = server.url.get_driver_name() == "asyncpg"

    def quoted(name: str) -> str:
        return quote + name.replace(quote, quote * 2) + quote

    async def browse_table(names: list[str]) -> None:
        key, *others = map(quoted, names)
        columns = "".join(f", {name} VARCHAR(20)" for name in others)
        await run_as_is(
            server,
            f"CREATE TABLE odd ({key} INT PRIMARY KEY{columns})",
            f"INSERT INTO odd ({key}) VALUES (1), (2)",  # noqa: S608  names of ours
        )
        database = await open_database(server, None, Limits(30), Remembering([], []))
        await browse(database, await database.models.entity("Odd"))
        await database.close()
        await run_as_is(server, "DROP TABLE odd")

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(NAMES, min_size=2, max_size=4, unique_by=str.casefold))
    def look(names: list[str]) -> None:
        assume(not (is_asyncpg and any("%(" in name for name in names)))  # SQLAlchemy takes that for a parameter's
        asyncio.run(browse_table(names))

    look()
    assert len(set(sent)) > 20 * min(examples, 3)
