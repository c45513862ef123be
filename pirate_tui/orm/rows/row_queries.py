"""The rows of the mapped classes: pages, counts, places and searches, each a few statements."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from pirate_tui.domain.entity import Column
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.rows import Page, Seek, Value
from pirate_tui.domain.rows import Row as TableRow
from pirate_tui.domain.search import Match, Span
from pirate_tui.domain.text import clean, clean_lines
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.mapped_classes import MappedClasses
from pirate_tui.orm.rows.cells import label_of, whole_text
from pirate_tui.orm.rows.query_plan import Explain
from pirate_tui.orm.rows.row_statements import RowStatements


PAGES_KEPT = 64
"""Queries whose statements are kept: enough for whatever is opened at once."""


class RowQueries:
    """Reads rows; see `domain.ports.Rows` for what each call gives."""

    def __init__(self, queries: QueryRunner, schema: MappedClasses) -> None:
        self._queries = queries
        self._schema = schema
        self._dialect = queries.dialect
        self._pages: dict[Query, RowStatements] = {}
        self._large: dict[Query, bool] = {}

    async def page(self, query: Query, seek: Seek) -> Page:
        """Rows of the query."""
        pages = self._statements_of(query)
        return pages.page(seek, await self._sought(f"rows of {_name(query)}", pages, seek))

    async def estimate(self, query: Query) -> int | None:
        """How many rows it may have, as the database itself believes; None where it does not say."""
        return None if query.filters or query.within else await self._schema.estimate(query.entity)

    async def count(self, query: Query) -> int:
        """How many rows it has."""
        self._large.clear()
        return await self._queries.number(f"count of {_name(query)}", self._statements_of(query).count)

    async def anchor(self, query: Query, seek: Seek) -> Position | None:
        """The position of the one row that is sought; the log tells all anchors of a query in one line."""
        pages = self._statements_of(query)
        found = await self._sought(f"anchors of {_name(query)}", pages, seek, positions=True)
        return pages.position(found[0]) if found else None

    async def anchors(self, query: Query, interval: int) -> list[Position]:
        """The position of every `interval`-th row."""
        pages = self._statements_of(query)
        found = await self._queries.fetch(f"order of {_name(query)}", pages.every(interval), {})
        return [pages.position(row) for row in found]

    async def is_sorted(self, query: Query) -> bool:
        """Does an index give the rows in this order? Its plan tells."""
        explain = Explain(self._statements_of(query).sample())
        return not sql_of(self._dialect).sorts(await self._queries.fetch(f"plan of {_name(query)}", explain, {}))

    async def rank(self, query: Query, key: tuple[str, ...]) -> int | None:
        """How many rows come before the row of that key, given as it was typed."""
        pages = self._statements_of(query)
        shown = clean(f"{query.entity.name} {', '.join(key)}")
        cause = f"position of {shown}"
        try:
            found = await self._queries.fetch(cause, pages.find(key), {})
        except ValueError as error:
            raise BrowserError(f"no such row: {shown}", str(error)) from error
        if not found:
            return None
        position = pages.position(found[0])
        counted = [await self._queries.number(cause, one, pages.parameters(position)) for one in pages.before(position)]
        return sum(counted)

    async def nearest(self, query: Query, span: Span, match: Match, *, backward: bool = False) -> Position | None:
        """The position of the first (or last) row of the span that matches."""
        pages = self._statements_of(query)
        statement = pages.nearest(span, match, backward=backward)
        found = await self._queries.fetch(
            f"search in {_name(query)}", statement, pages.span_parameters(span), folded=True
        )
        return pages.position(found[0]) if found else None

    async def count_between(self, query: Query, span: Span, match: Match | None = None) -> int:
        """How many rows the span has, or how many of them match."""
        pages = self._statements_of(query)
        statement, cause = pages.count_between(span, match), "position in" if match is None else "matches in"
        return await self._queries.number(
            f"{cause} {_name(query)}", statement, pages.span_parameters(span), folded=True
        )

    async def whole(self, query: Query, row: TableRow) -> tuple[str, ...]:
        """Every value of the row, whole."""
        pages = self._statements_of(query)
        statement, parameters = pages.values.whole(row)
        found = await self._queries.fetch(f"whole row of {_name(query)}", statement, parameters)
        if not found:
            raise _gone()
        return await asyncio.to_thread(_texts, found[0], pages.values.named(found[0]))

    async def value(self, query: Query, row: TableRow, column: Column, start: int, size: int) -> Value:
        """A stretch of one of its values."""
        pages = self._statements_of(query)
        statement, parameters = pages.values.value(row, column, start, size)
        found = await self._queries.fetch(f"{column.name} of a row of {_name(query)}", statement, parameters)
        if not found:
            raise _gone()
        return pages.values.value_found(column, found[0])

    def _statements_of(self, query: Query) -> RowStatements:
        """How to read the query's rows; raises `BrowserError` where a filter can never be met."""
        if not self._schema.catalog.has(query.entity.name):
            raise BrowserError(f"{query.entity.name} no longer exists", "press m to choose another class")
        if query not in self._pages:
            if len(self._pages) >= PAGES_KEPT:
                self._pages.clear()
            try:
                table = self._schema.table(query.entity)
                self._pages[query] = RowStatements(self._schema.catalog, table, query, self._dialect)
            except ValueError as error:
                raise BrowserError("invalid filter", str(error)) from error
        return self._pages[query]

    async def _sought(self, cause: str, pages: RowStatements, seek: Seek, *, positions: bool = False) -> list[Row[Any]]:
        """The rows that are sought, stretch after stretch; or no more than their positions."""
        found: list[Row[Any]] = []
        skip, segments, bounds = seek.skip, pages.segments(seek), pages.parameters(seek.position)
        for number, segment in enumerate(segments, start=1):
            parameters = {**bounds, "limit": seek.limit - len(found), "skip": skip}
            statement = segment.positions if positions else segment.rows
            read = await self._queries.fetch(cause, statement, parameters, folded=positions)
            found += read
            if len(found) == seek.limit or number == len(segments):
                break
            if skip and not read:
                skip -= await self._queries.number(cause, segment.skipped_count, {**bounds, "skip": skip}, folded=True)
            else:
                skip = 0
        return found

    async def exceeds(self, query: Query, limit: int) -> bool:
        """Whether the query has more rows than that."""
        exceeds = self._statements_of(query).exceeds(limit)
        return bool(await self._queries.fetch(f"size of {_name(query)}", exceeds, {}))

    async def is_large(self, query: Query, limit: int) -> bool:
        """Whether it has more rows than that: asked once, until rows are counted again."""
        if query not in self._large:
            self._large[query] = await self.exceeds(query, limit)
        return self._large[query]

    def forget(self) -> None:
        """Build all statements anew: the tables may be others."""
        self._pages.clear()


def _texts(found: Row[Any], named: Sequence[str | None]) -> tuple[str, ...]:
    """Values as text that is safe to show, those that have another name by that."""
    texts = (whole_text(raw) if name is None else name for raw, name in zip(found, named, strict=True))
    return tuple("\n".join(clean_lines(text)) for text in texts)


def _gone() -> BrowserError:
    return BrowserError("this row is no longer in the database", "press r to reload")


def _name(query: Query) -> str:
    """What the log calls a query's rows."""
    if query.within is None:
        return query.entity.name
    return f"{label_of(query.within.entity.name, query.within.key)}.{query.within.relationship.name}"
