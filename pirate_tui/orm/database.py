"""The `Database` that the screen is given: pages, counts, and the live instance of one database."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pirate_tui.domain.entity import Choice
from pirate_tui.domain.failure import NO_DATABASE, Busy, CannotStart, Trouble, Unreachable
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.query_runner import Questions
from pirate_tui.orm.connection.recorder import Recorder
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of
from pirate_tui.orm.live.benchmark import Measurer
from pirate_tui.orm.live.benchmarks import Benchmarks
from pirate_tui.orm.live.fix_tester import Tester
from pirate_tui.orm.live.instance import LiveInstance
from pirate_tui.orm.live.instances import CollectionGuard, Instances
from pirate_tui.orm.mapped_classes import Schema
from pirate_tui.orm.rows.row_queries import RowQueries
from pirate_tui.orm.user_code.time_limit import LoopGuard


FEW = 3
"""So many things that a database lacks are all told."""


class Limits(NamedTuple):
    """How much a question may take."""

    seconds: float
    """For one statement."""
    collection: int = 1_000
    """Instances that opening a relationship loads without being asked again."""
    blocking: float = 10.0
    """Seconds for which code of the models may hold up the event loop."""


async def open_database(
    target: Path | Server,
    classes: Sequence[type] | None,
    limits: Limits,
    listener: Listener,
    schema: str | None = None,
) -> "OrmDatabase":
    """Open the file, or the database of a server, as one of these mapped classes.

    None for classes that are read from its own tables: those of `schema`, or of the one that the server begins with.
    Raises `Busy` while it is locked, `Unreachable` while there is no server, and `CannotStart` when it is damaged or
    has none of the tables.
    """
    database = OrmDatabase(target, classes, limits, listener, schema)
    try:
        await database.check()
        await database.learn_powers()
    except BaseException:
        await database.close()
        raise
    return database


class OrmDatabase:
    """An open database; see `domain.ports.Database` for what each call gives."""

    def __init__(
        self,
        target: Path | Server,
        classes: Sequence[type] | None,
        limits: Limits,
        listener: Listener,
        schema: str | None = None,
    ) -> None:
        backend = backend_of(target)
        self._connections = connections = Connections(backend, limits.seconds, listener, LoopGuard(limits.blocking))
        engine = connections.engine
        recorder = Recorder(engine, listener)
        self._queries = queries = Questions(connections, recorder)
        self.models = models = Schema(classes, queries, schema)
        self.rows = rows = RowQueries(queries, models)
        self._live = LiveInstance(connections, recorder, models.catalog)
        guard = CollectionGuard(queries, models, rows, limits.collection)
        self.instances = Instances(self._live, models, rows, guard)
        measurer = Measurer(connections, recorder, models.catalog)
        self.benchmarks = Benchmarks(measurer, Tester(connections, recorder, models.catalog, limits.collection), models)
        self.name = backend.name if schema is None else f"{backend.name} · {clean(schema)}"
        self.dialect = f"{engine.dialect.name}+{engine.dialect.driver}"
        self.warning = ""

    async def check(self) -> None:
        """Read what there is. Raises `CannotStart` where the database holds no table of the models."""
        where = self._connections.backend.where
        try:
            await self.models.read()
        except (Busy, Unreachable):
            raise
        except Trouble as trouble:
            raise CannotStart(NO_DATABASE, f"{where}: {trouble.reason}; {trouble.way_out}") from trouble
        choices = self.models.choices
        if not choices:
            raise CannotStart(NO_DATABASE, f"{self._where}: no tables{await self._schema.hint()}")
        if all(choice.problem for choice in choices):
            given = "use the database of these models"
            if self._connections.backend.is_remote:
                given = "check database, schema, models and the SELECT privileges of this user"
            raise CannotStart(NO_DATABASE, f"{self._where}: {_lacking(choices)}; {given}")
        self._pages.clear()

    async def learn_powers(self) -> None:
        """May this user do more than a read-only transaction forbids? Then the screen warns of it."""
        backend = self._connections.backend
        if backend.powers is None:
            return
        try:
            self.warning = backend.warning(await self._questions.fetch("privileges of the user", backend.powers))
        except (Busy, Unreachable):
            raise
        except Trouble:  # not every server that speaks the protocol can say
            self.warning = "privileges unknown"

    async def entity(self, name: str) -> Entity:
        """The class of that name, with all that can be followed from it."""
        return await self._schema.entity(name)

    async def sizes(self) -> dict[str, Size]:
        """How many rows each class may have."""
        return await self._schema.sizes()

    async def page(self, query: Query, seek: Seek) -> Page:
        """Rows of the query."""
        pages = self._pages_of(query)
        return pages.page(seek, await self._sought(f"rows of {_name(query)}", pages, seek))

    async def estimate(self, query: Query) -> int | None:
        """How many rows it may have, as the database itself believes; None where it does not say."""
        return None if query.filters or query.within else await self._schema.estimate(query.entity)

    async def count(self, query: Query) -> int:
        """How many rows it has."""
        self._large.clear()
        return await self._questions.number(f"count of {_name(query)}", self._pages_of(query).count)

    async def anchor(self, query: Query, seek: Seek) -> Position | None:
        """The position of the one row that is sought; the log tells all anchors of a query in one line."""
        pages = self._pages_of(query)
        found = await self._sought(f"anchors of {_name(query)}", pages, seek, positions=True)
        return pages.position(found[0]) if found else None

    async def anchors(self, query: Query, interval: int) -> list[Position]:
        """The position of every `interval`-th row."""
        pages = self._pages_of(query)
        found = await self._questions.fetch(f"order of {_name(query)}", pages.every(interval), {})
        return [pages.position(row) for row in found]

    async def is_sorted(self, query: Query) -> bool:
        """Does an index give the rows in this order? Its plan tells."""
        explain = Explain(self._pages_of(query).sample())
        return not sql_of(self._dialect).sorts(await self._questions.fetch(f"plan of {_name(query)}", explain, {}))

    async def rank(self, query: Query, key: tuple[str, ...]) -> int | None:
        """How many rows come before the row of that key, given as it was typed."""
        pages = self._pages_of(query)
        shown = clean(f"{query.entity.name} {', '.join(key)}")
        cause = f"position of {shown}"
        try:
            found = await self._questions.fetch(cause, pages.find(key), {})
        except ValueError as error:
            raise Trouble(f"no such row: {shown}", str(error)) from error
        if not found:
            return None
        position = pages.position(found[0])
        counted = [
            await self._questions.number(cause, one, pages.parameters(position)) for one in pages.before(position)
        ]
        return sum(counted)

    async def nearest(self, query: Query, span: Span, match: Match, *, backward: bool = False) -> Position | None:
        """The position of the first (or last) row of the span that matches."""
        pages = self._pages_of(query)
        statement = pages.nearest(span, match, backward=backward)
        found = await self._questions.fetch(
            f"search in {_name(query)}", statement, pages.span_parameters(span), folded=True
        )
        return pages.position(found[0]) if found else None

    async def count_between(self, query: Query, span: Span, match: Match | None = None) -> int:
        """How many rows the span has, or how many of them match."""
        pages = self._pages_of(query)
        statement, cause = pages.count_between(span, match), "position in" if match is None else "matches in"
        return await self._questions.number(
            f"{cause} {_name(query)}", statement, pages.span_parameters(span), folded=True
        )

    async def whole(self, query: Query, row: TableRow) -> tuple[str, ...]:
        """Every value of the row, whole."""
        pages = self._pages_of(query)
        statement, parameters = pages.whole(row)
        found = await self._questions.fetch(f"whole row of {_name(query)}", statement, parameters)
        if not found:
            raise _gone()
        return await asyncio.to_thread(_texts, found[0], pages.named(found[0]))

    async def value(self, query: Query, row: TableRow, column: Column, start: int, size: int) -> Value:
        """A stretch of one of its values."""
        pages = self._pages_of(query)
        statement, parameters = pages.value(row, column, start, size)
        found = await self._questions.fetch(f"{column.name} of a row of {_name(query)}", statement, parameters)
        if not found:
            raise _gone()
        return pages.value_found(column, found[0])

    async def rest(self, entity: Entity, key: RowKey) -> InstanceSnapshot:
        """Select the instance of that key and keep it as the live one."""
        return await self._live.rest(entity, key)

    async def open(self, request: OpenRequest) -> Opening:
        """Select the instance anew, access its relationship unless it holds too much, and keep it as the live one."""
        target = await self._schema.target(request.entity, request.relationship)
        query = Query(target, within=Within(request.entity, request.key, request.relationship))
        if not request.relationship.is_query and not await self._is_too_much(request, query):
            return await self._live.open(request)
        if request.in_full:
            opening = await self._live.open(request)
        else:
            instance = await self._live.rest(request.entity, request.key)
            opening = Opening(request, target, Cost(1, 0, 0.0), instance)
        return opening._replace(query=query, rows=(await self.page(query, Seek())).rows)

    async def loadable(self, entity: Entity, relationship: Relationship, keys: tuple[RowKey, ...]) -> Loadable:
        """Those that do not hold too much by themselves, where all of them together do."""
        target, most = await self._schema.target(entity, relationship), ALTOGETHER * self._collection_limit
        cause, owner = f"size of {entity.name}.{relationship.name}", self._schema.catalog.mapper(entity)

        async def exceeds(some: tuple[RowKey, ...]) -> bool:
            statement = exceeds_together(owner, relationship.name, some, most)
            return bool(await self._questions.fetch(cause, statement, {}))

        if not await self._is_large(Query(target)) or not await exceeds(keys):
            return Loadable(keys)
        counting = giants(owner, relationship.name, keys, self._collection_limit)
        found = await self._questions.fetch(cause, counting, {})
        counted: dict[RowKey, int] = {tuple(row[:-1]): int(row[-1]) for row in found}
        left = tuple(key for key in keys if key not in counted)
        named = tuple(Giant(label_of(entity.name, key), rows) for key, rows in counted.items())
        return Loadable(left, named, most if not left or await exceeds(left) else 0)

    async def open_all(self, request: OpenAllRequest) -> tuple[Opening, ...]:
        """Select the instances and access the relationship of each."""
        await self._schema.target(request.entity, request.relationship)
        return await self._live.open_all(request)

    async def measure(self, request: MeasureRequest) -> Run:
        """Read a relationship of many instances in one way."""
        await self._schema.target(request.entity, request.relationship)
        return await self._measurer.measure(request)

    async def put(self, entity: Entity, key: RowKey, situation: Situation) -> InstanceSnapshot:
        """Select the instance anew, and do with it what an application would have done."""
        return await self._live.put(entity, key, situation)

    async def access(self, request: AttributeRequest) -> Accessed:
        """Access an attribute of the live instance as it stands."""
        return await self._live.access(request)

    async def predict(self, attribute: str) -> Prediction:
        """What a plain access to an attribute of the live instance would send first."""
        return await self._live.predict(attribute)

    async def try_out(self, request: TrialRequest) -> Trial:
        """Heed a remedy on a row, in a session of its own."""
        return await self._tester.try_out(request)

    async def renew(self) -> bool:
        """Take the file as it is now, which may be another one; or connect to the same server again."""
        await self._live.close()
        await self._connections.renew()
        await self.check()
        return not self._connections.backend.is_remote

    async def close(self) -> None:
        """Give back the session, the connections and their threads."""
        await self._live.close()
        await self._connections.dispose()

    async def _is_too_much(self, request: OpenRequest, query: Query) -> bool:
        """Would opening it load more than a collection may hold unasked?"""
        if not request.relationship.uselist or not request.loads:
            return False
        return await self._is_large(Query(query.entity)) and await self._exceeds_limit(query)

    async def _is_large(self, query: Query) -> bool:
        """Are there more rows than a collection may hold unasked? Asked once, until they are counted anew."""
        if query not in self._large:
            self._large[query] = await self._exceeds_limit(query)
        return self._large[query]

    async def _exceeds_limit(self, query: Query) -> bool:
        exceeds = self._pages_of(query).exceeds(self._collection_limit)
        return bool(await self._questions.fetch(f"size of {_name(query)}", exceeds, {}))

    def _pages_of(self, query: Query) -> Pages:
        """How to read the query's rows; raises `Trouble` where a filter can never be met."""
        if not self._schema.catalog.has(query.entity.name):
            raise Trouble(f"{query.entity.name} no longer exists", "press m to choose another class")
        if query not in self._pages:
            if len(self._pages) >= PAGES_KEPT:
                self._pages.clear()
            try:
                table = self._schema.table(query.entity)
                self._pages[query] = Pages(self._schema.catalog, table, query, self._dialect)
            except ValueError as error:
                raise Trouble("invalid filter", str(error)) from error
        return self._pages[query]

    async def _sought(self, cause: str, pages: Pages, seek: Seek, *, positions: bool = False) -> list[Row[Any]]:
        """The rows that are sought, stretch after stretch; or no more than their positions."""
        found: list[Row[Any]] = []
        skip, stretches, bounds = seek.skip, pages.stretches(seek), pages.parameters(seek.position)
        for number, stretch in enumerate(stretches, start=1):
            parameters = {**bounds, "limit": seek.limit - len(found), "skip": skip}
            statement = stretch.positions if positions else stretch.rows
            read = await self._questions.fetch(cause, statement, parameters, folded=positions)
            found += read
            if len(found) == seek.limit or number == len(stretches):
                break
            if skip and not read:
                skip -= await self._questions.number(cause, stretch.passed, {**bounds, "skip": skip}, folded=True)
            else:
                skip = 0
        return found


def _lacking(choices: Sequence[Choice]) -> str:
    """What is wrong with all of them: each thing; of many first how many they are, as in the wrong database."""
    problems = list(dict.fromkeys(choice.problem for choice in choices))
    if len(problems) <= FEW:
        return ", ".join(problems)
    tables = len({choice.table for choice in choices})
    return f"none of the {tables:,} tables of the models can be used: {', '.join(problems[:FEW])} …"


def _texts(found: Row[Any], named: Sequence[str | None]) -> tuple[str, ...]:
    """Values as text that is safe to show, those that have another name by that."""
    texts = (whole_text(raw) if name is None else name for raw, name in zip(found, named, strict=True))
    return tuple("\n".join(clean_lines(text)) for text in texts)


def _gone() -> Trouble:
    return Trouble("this row is no longer in the database", "press r to reload")


def _name(query: Query) -> str:
    """What the log calls a query's rows."""
    if query.within is None:
        return query.entity.name
    return f"{label_of(query.within.entity.name, query.within.key)}.{query.within.relationship.name}"
