"""The gate against SQL made at random: what writes is refused, and what passes changes nothing, on real servers too.

The long runs take about two minutes on two cores. Every run sends the same statements.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from pirate_tui.orm import read_only as gate
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of
from pirate_tui.orm.errors import DATABASE_ERRORS
from pirate_tui.orm.read_only import SqlText, functions, parsed, refusal, statements, tokens
from tests.orm.conftest import Remembering
from tests.orm.read_only import attacks
from tests.orm.read_only.sql import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Sent,
    hiding,
    known_writes,
    queries,
    rendered,
    tried,
    writes,
)
from tests.orm.schemas import is_postgresql
from tests.servers import read_only_variable, run_as_is


GRAMMARS = {SqlText.POSTGRESQL: POSTGRESQL, SqlText.MYSQL: MYSQL}

EXAMPLES = [pytest.param(60, id="quick"), pytest.param(1_000, id="long", marks=pytest.mark.long)]

TRIED = [pytest.param(40, id="quick"), pytest.param(600, id="long", marks=pytest.mark.long)]


ROUND = 20
"""Examples between two new seeds: hypothesis makes many of one kind in a row."""


class Enough(BaseException):
    """Something wrong was found; hypothesis lets it through as it is."""


def at_random(strategy: st.SearchStrategy[Any], examples: int, judge: Callable[[Any], bool]) -> list[Any]:
    """The first that the strategy makes, and that is judged wrong; empty where there is none among so many."""
    wrong: list[Any] = []

    @settings(
        max_examples=ROUND,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def look(made: Any) -> None:
        if judge(made):
            wrong.append(made)
            raise Enough

    with suppress(Enough):
        for number in range(examples // ROUND):
            seed(number)(look)()
    return wrong


def passing(sql: SqlText, examples: int, *, is_foreign: bool) -> list[Any]:
    """Texts that write, and that pass the gate."""
    return at_random(known_writes(GRAMMARS[sql]), examples, lambda text: not refusal(text, sql, is_foreign=is_foreign))


@pytest.mark.parametrize("is_foreign", [True, False], ids=["foreign", "built"])
@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("sql", SqlText)
def test_what_writes_is_refused(sql: SqlText, examples: int, is_foreign: bool) -> None:  # noqa: FBT001  a parameter
    assert passing(sql, examples, is_foreign=is_foreign) == []


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("sql", SqlText)
def test_what_only_reads_passes(sql: SqlText, examples: int) -> None:
    """But for comments within comments, which are refused."""

    def is_refused(text: str) -> bool:
        is_nested = sql is SqlText.POSTGRESQL and "/* /*" in text
        return not is_nested and refusal(text, sql) != "" and refusal(text, sql, is_foreign=False) != ""

    assert at_random(rendered(GRAMMARS[sql], queries(GRAMMARS[sql])), examples, is_refused) == []


class Tried:
    """A database as the browser opens it, to which whatever passes the gate is sent."""

    def __init__(self, server: Server) -> None:
        self._server, self._sql = server, attacks.sql_of(server)
        self._engine = Connections(backend_of(server), 5, Remembering([], [])).engine
        self._watching = create_async_engine(server.url, isolation_level="AUTOCOMMIT")
        self._held: list[Any] = []
        self.sent = 0
        """How many statements have passed the gate."""

    async def changes(self, made: Sent) -> bool:
        """Send it if it passes the gate, and commit: is anything different then?"""
        text = attacks.marked(made.text, self._server)
        if not made.parameters:  # then two of the drivers take a percent sign for the beginning of one all the same
            text = text.replace("%", "%%")
        if refusal(text, self._sql, made.parameters):
            return False
        self.sent += 1
        is_read_only = await self._send(text, made.parameters)
        before, self._held = self._held, await self.held()
        return self._held != before or not is_read_only

    async def _send(self, text: str, parameters: Any) -> bool:
        """Send and commit it: is the browser's own connection one afterwards that only reads?"""
        try:
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql(text, parameters or None)
                await connection.commit()
                return await self._is_read_only(connection)
        except Exception:  # noqa: BLE001  whatever the driver makes of it; of several statements the later fail late
            return True

    async def held(self) -> list[Any]:
        """What the database holds now."""
        asked = [attacks.marked(one, self._server).replace("%", "%%") for one in attacks.asked_for(self._server)]
        async with self._watching.connect() as connection:
            self._held = [(await connection.exec_driver_sql(one)).fetchall() for one in asked]
        return self._held

    async def _is_read_only(self, connection: AsyncConnection) -> bool:
        """Does it begin its transactions read-only?"""
        name = read_only_variable(self._server)
        asked = "SHOW default_transaction_read_only" if is_postgresql(self._server) else f"SELECT @@session.{name}"
        found = (await connection.exec_driver_sql(asked)).scalar_one()
        await connection.rollback()
        return found in {"on", 1}

    async def close(self) -> None:
        """Give back all connections."""
        await self._engine.dispose()
        await self._watching.dispose()


def changing(server: Server, strategy: st.SearchStrategy[Sent], examples: int) -> tuple[list[Sent], int]:
    """What passes the gate and changes the database; and how many have passed."""
    with asyncio.Runner() as runner:
        runner.run(run_as_is(server, *attacks.made_first(server)))
        tried_on = Tried(server)
        runner.run(tried_on.held())
        try:
            return at_random(strategy, examples, lambda made: runner.run(tried_on.changes(made))), tried_on.sent
        finally:
            runner.run(tried_on.close())


BY_TWO = pytest.mark.parametrize("server", ["psycopg", "asyncmy"], indirect=True)
"""The drivers that may send several statements at once."""


@BY_TWO
@pytest.mark.parametrize("examples", TRIED)
def test_what_passes_changes_nothing(server: Server, examples: int) -> None:
    wrong, sent = changing(server, tried(GRAMMARS[attacks.sql_of(server)]), examples)
    assert wrong == []
    assert sent > examples / 10


def of_sqlite(path: Path, strategy: st.SearchStrategy[str], examples: int, *, is_write: bool) -> list[str]:
    """The first text of the strategy that does something to a file; of those known to write, that is not refused."""

    def held() -> tuple[bytes, set[Path]]:
        return path.read_bytes(), set(path.parent.iterdir())

    before = held()
    engine = Connections(backend_of(path), 5, Remembering([], [])).engine

    async def changes(text: str) -> bool:
        async with engine.connect() as connection:
            is_refused = False
            try:
                await connection.exec_driver_sql(text)
            except DATABASE_ERRORS:
                is_refused = True
            await connection.commit()
        return (is_write and not is_refused) or held() != before

    with asyncio.Runner() as runner:
        try:
            return at_random(strategy, examples, lambda text: runner.run(changes(text)))
        finally:
            runner.run(engine.dispose())


@pytest.mark.parametrize("examples", EXAMPLES)
def test_what_is_sent_to_a_file_changes_nothing(fleet_file: Path, examples: int) -> None:
    any_text = tried(SQLITE).map(lambda made: made.text)
    assert of_sqlite(fleet_file, any_text, examples, is_write=False) == []


@pytest.mark.parametrize("examples", EXAMPLES)
def test_what_writes_to_a_file_is_refused(fleet_file: Path, examples: int) -> None:
    assert of_sqlite(fleet_file, rendered(SQLITE, writes(SQLITE)), examples, is_write=True) == []


class Rule(NamedTuple):
    """A rule of the gate, and what there is in its place when it is taken out."""

    sql: SqlText
    owner: Any
    name: str
    instead: Any
    is_foreign: bool = True
    also: tuple[tuple[Any, str, Any], ...] = ()
    """Another rule that would find the same."""


def _nothing(*_: Any, **__: Any) -> str:
    return ""


def _no(*_: Any, **__: Any) -> bool:
    return False


def _yes(*_: Any, **__: Any) -> bool:
    return True


def _with_a_pattern(sql: SqlText, *patterns: str) -> dict[SqlText, tuple[str, ...]]:
    return {**statements.WITHOUT_QUERY, sql: (*statements.WITHOUT_QUERY[sql], *patterns)}


def _without_names(sql: SqlText, names: str) -> dict[SqlText, str]:
    """The functions that are known to act, without these."""
    return {**functions.ACTING, sql: rf"(?!(?:{names})\Z)(?:{functions.ACTING[sql]})"}


def _first_reading(sql: SqlText) -> dict[SqlText, tuple[str, ...]]:
    return {**tokens.PATTERNS, sql: tokens.PATTERNS[sql][:1]}


PG, MY = SqlText

RULES = {
    "what stands behind EXPLAIN": Rule(PG, statements, "WITHOUT_QUERY", _with_a_pattern(PG, "EXPLAIN .+")),
    "what stands behind DESCRIBE": Rule(
        MY, statements, "WITHOUT_QUERY", _with_a_pattern(MY, "DESCRIBE .+", "ANALYZE .+")
    ),
    "how a statement begins": Rule(PG, statements, "QUERY", "", also=((statements, "more_than_a_query", _nothing),)),
    "the parser": Rule(PG, statements, "more_than_a_query", _nothing),
    "the parser on MariaDB": Rule(MY, statements, "more_than_a_query", _nothing),
    "the walk of the tree": Rule(PG, parsed, "COMMANDS", ()),
    "the walk of the tree on MariaDB": Rule(MY, parsed, "COMMANDS", ()),
    "words apart from names": Rule(MY, parsed, "_plain", lambda some, _: "".join(_glued(some))),
    "functions that act": Rule(PG, functions, "ACTING", {**functions.ACTING, PG: "(?!)"}),
    "functions that act on MariaDB": Rule(MY, functions, "ACTING", {**functions.ACTING, MY: "(?!)"}),
    "strings that are executed": Rule(PG, functions, "ACTING", _without_names(PG, functions.EXECUTING)),
    "what set_config sets": Rule(PG, functions, "may_set", _yes),
    "set_config": Rule(PG, functions, "SET_CONFIG", "another"),
    "what SET sets": Rule(PG, statements, "may_set", _yes),
    "last_insert_id": Rule(MY, functions, "LAST_INSERT_ID", "another"),
    "several statements": Rule(PG, statements, "is_several", _no, also=((gate, "is_several", _no),), is_foreign=False),
    "several statements on MariaDB": Rule(
        MY, statements, "is_several", _no, also=((gate, "is_several", _no),), is_foreign=False
    ),
    "words that are commands": Rule(PG, statements, "COMMANDS", set(), is_foreign=False),
    "words that are commands on MariaDB": Rule(MY, statements, "COMMANDS", set(), is_foreign=False),
    "pairs of words": Rule(PG, statements, "PAIRS", {}, is_foreign=False),
    "pairs of words on MariaDB": Rule(MY, statements, "PAIRS", {}, is_foreign=False),
    "marks of what is not plain": Rule(PG, statements, "MARKS", (), is_foreign=False),
    "what a word could do": Rule(PG, statements, "_could_do_more", _no, is_foreign=False),
    "backslashes": Rule(PG, tokens, "PATTERNS", _first_reading(PG)),
    "backslashes on MariaDB": Rule(MY, tokens, "PATTERNS", _first_reading(MY)),
    "comments that are executed": Rule(
        MY,
        tokens,
        "PATTERNS",
        {
            **tokens.PATTERNS,
            MY: tuple(pattern.replace("(?![mM]?!)", "") for pattern in tokens.PATTERNS[MY]),
        },
    ),
    "parameters within strings": Rule(MY, gate, "_are_put_in", _no),
    "statements that are not whole": Rule(PG, gate, "NOT_KNOWN", ""),
    "statements that are not whole on MariaDB": Rule(MY, gate, "NOT_KNOWN", ""),
}
"""Each by what it is about. Two of them may find the same: then both are taken out."""


def _glued(some: Any) -> list[str]:
    """A statement as it was once given to the parser."""
    return [(" " if one.is_apart else "") + parsed.PLACES.get(one.kind, one.text) for one in some]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Rule], None]]:
    """Takes a rule out of the gate."""
    caches = (gate._judged, statements._could_do_more)  # noqa: SLF001  what was judged before

    def take_out(rule: Rule) -> None:
        for owner, name, instead in ((rule.owner, rule.name, rule.instead), *rule.also):
            monkeypatch.setattr(owner, name, instead)
        for cache in caches:
            cache.cache_clear()

    yield take_out
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


@pytest.mark.long
@pytest.mark.parametrize("rule", [rule for rule in RULES if "parameters" not in rule])
def test_without_a_rule_a_write_passes(rule: str, without: Callable[[Rule], None]) -> None:
    taken = RULES[rule]
    without(taken)
    assert passing(taken.sql, 3_000, is_foreign=taken.is_foreign) != []


ON_SERVERS = {
    "psycopg": (
        "what stands behind EXPLAIN",
        "functions that act",
        "strings that are executed",
        "what set_config sets",
    ),
    "asyncmy": (
        "functions that act on MariaDB",
        "comments that are executed",
        "parameters within strings",
    ),
}
"""Rules without which a server that only reads does something all the same."""


@pytest.mark.long
@pytest.mark.parametrize(
    ("server", "rule"), [(one, rule) for one, some in ON_SERVERS.items() for rule in some], indirect=["server"]
)
def test_without_a_rule_a_server_changes(server: Server, rule: str, without: Callable[[Rule], None]) -> None:
    without(RULES[rule])
    grammar = GRAMMARS[attacks.sql_of(server)]
    strategy = hiding(grammar) if RULES[rule].name == "_are_put_in" else tried(grammar)
    wrong, _ = changing(server, strategy, 4_000)
    assert wrong != []


@pytest.mark.parametrize("server", ["psycopg"], indirect=True)
def test_explain_analyze_create_is_found_again(server: Server, without: Callable[[Rule], None]) -> None:
    """The hole by which the gate before this one was passed, and that no read-only transaction closes."""
    made = st.just(Sent("EXPLAIN ANALYZE CREATE TABLE made AS SELECT 1"))
    assert changing(server, made, ROUND) == ([], 0)
    without(RULES["what stands behind EXPLAIN"])
    with asyncio.Runner() as runner:
        tried_on = Tried(server)
        runner.run(tried_on.held())
        assert runner.run(tried_on.changes(Sent("EXPLAIN ANALYZE CREATE TABLE made AS SELECT 1")))
        runner.run(tried_on.close())
