"""Query the rows of mapped classes: pages, counts, positions and searches."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from sqlalchemy import Row

from pirate_tui.domain.entity import Column
from pirate_tui.domain.failure import BrowserError, InvalidFilterError
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.rows import Page, Rank, Seek, Value, WholeColumns
from pirate_tui.domain.rows import Row as TableRow
from pirate_tui.domain.search import Match, Span
from pirate_tui.domain.text import clean, clean_lines
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.mapped_classes import MappedClasses
from pirate_tui.orm.rows.cells import label_of, whole_text
from pirate_tui.orm.rows.query_plan import Explain
from pirate_tui.orm.rows.row_fetcher import RowFetcher
from pirate_tui.orm.rows.row_statements import RowStatements
from pirate_tui.orm.rows.whole_rows import read_whole


ROWS_AT_ONCE = 250_000
"""Rows among which the anchors are found by one statement to a server: some tenths of a second, which esc ends."""

PAGES_KEPT = 64
"""Queries whose statements are kept: enough for whatever is opened at once."""


class RowQueries:
    """Reads rows by a few statements for each call; implements `domain.ports.Rows`."""

    def __init__(self, queries: QueryRunner, schema: MappedClasses) -> None:
        self._queries = queries
        self._schema = schema
        self._fetcher = RowFetcher(queries, schema)
        self._dialect = queries.dialect
        self._pages: dict[Query, RowStatements] = {}
        self._large: dict[Query, bool] = {}

    async def page(self, query: Query, seek: Seek) -> Page:
        """Fetch the rows that are sought, as a page of cells."""
        pages = self._statements_of(query)
        return pages.page(seek, await self._fetcher.sought(query, f"rows of {_name(query)}", pages, seek))

    async def estimate(self, query: Query) -> int | None:
        """Estimate the query's rows from the database's statistics; None for a filtered query or where unknown."""
        return None if query.filters or query.within else await self._schema.estimate(query.entity)

    async def count(self, query: Query) -> int:
        """Count the query's rows by a COUNT of all of them."""
        self._large.clear()
        return await self._fetcher.number(query, f"count of {_name(query)}", self._statements_of(query).count)

    async def anchor(self, query: Query, seek: Seek) -> Position | None:
        """Fetch the position of the row that is sought, or None; the log folds all anchors of a query."""
        pages = self._statements_of(query)
        rows = await self._fetcher.sought(query, f"anchors of {_name(query)}", pages, seek, positions=True, folded=True)
        return pages.position(rows[0]) if rows else None

    async def next_anchors(self, query: Query, seek: Seek) -> list[Position]:
        """Fetch the next anchors: of a file one, of a server those of many rows, where no NULLs are among them."""
        pages = self._statements_of(query)
        if not self._queries.is_remote or not pages.is_without_nulls:
            anchor = await self.anchor(query, seek)
            return [] if anchor is None else [anchor]
        interval = seek.skip + 1
        most = max(1, ROWS_AT_ONCE // interval) * interval
        statement, parameters = pages.anchors(interval, seek.position, most)
        rows = await self._fetcher.fetch(query, f"anchors of {_name(query)}", statement, parameters, folded=True)
        return [pages.position(row) for row in rows]

    async def anchors(self, query: Query, interval: int) -> list[Position]:
        """Fetch the position of every `interval`-th row, which sorts the whole query."""
        pages = self._statements_of(query)
        rows = await self._fetcher.fetch(query, f"order of {_name(query)}", pages.every(interval), {})
        return [pages.position(row) for row in rows]

    async def is_sorted(self, query: Query) -> bool:
        """Whether an index returns the rows in the query's order, according to its plan."""
        explain = Explain(self._statements_of(query).sample())
        return not sql_of(self._dialect).sorts(await self._fetcher.fetch(query, f"plan of {_name(query)}", explain, {}))

    async def rank(self, query: Query, key: tuple[str, ...]) -> Rank | None:
        """Count the rows before the row with the typed key; None where there is no such row."""
        pages = self._statements_of(query)
        shown = clean(f"{query.entity.name} {', '.join(key)}")
        cause = f"position of {shown}"
        try:
            rows = await self._fetcher.fetch(query, cause, pages.find(key), {})
        except ValueError as error:
            raise BrowserError(f"no such row: {shown}", str(error)) from error
        if not rows:
            return None
        position = pages.position(rows[0])
        counted = [
            await self._fetcher.number(query, cause, statement, pages.parameters(position))
            for statement in pages.before(position)
        ]
        return Rank(sum(counted), position)

    async def nearest(self, query: Query, span: Span, match: Match, *, backward: bool = False) -> Position | None:
        """Fetch the position of the first (or last) row of the span that matches; None without a match."""
        pages = self._statements_of(query)
        statement = pages.nearest(span, match, backward=backward)
        rows = await self._fetcher.fetch(
            query, f"search in {_name(query)}", statement, pages.span_parameters(span), folded=True
        )
        return pages.position(rows[0]) if rows else None

    async def count_between(self, query: Query, span: Span, match: Match | None = None) -> int:
        """Count the rows of the span, or those of them that match."""
        pages = self._statements_of(query)
        statement, cause = pages.count_between(span, match), "position in" if match is None else "matches in"
        return await self._fetcher.number(
            query, f"{cause} {_name(query)}", statement, pages.span_parameters(span), folded=True
        )

    async def whole(self, query: Query, row: TableRow) -> tuple[str, ...]:
        """Fetch all values of the row, uncut, as text that is safe to show."""
        pages = self._statements_of(query)
        statement, parameters = pages.values.whole(row)
        rows = await self._fetcher.fetch(query, f"whole row of {_name(query)}", statement, parameters)
        if not rows:
            raise _missing_row()
        return await asyncio.to_thread(_texts, rows[0], pages.values.named(rows[0]))

    async def whole_rows(self, query: Query, match: Match | None = None) -> AsyncGenerator[WholeColumns]:
        """Fetch all rows, page after page; the log folds the statements."""
        pages = self._statements_of(query) if match is None else self._built(query, match)
        fetch = partial(self._fetcher.sought, query, f"export of {_name(query)}", pages, folded=True)
        async with aclosing(read_whole(pages, fetch, len(query.entity.columns))) as read:
            async for columns in read:
                yield columns

    async def value(self, query: Query, row: TableRow, column: Column, start: int, size: int) -> Value:
        """Fetch `size` characters or bytes of one value of the row, from `start`."""
        pages = self._statements_of(query)
        statement, parameters = pages.values.value(row, column, start, size)
        rows = await self._fetcher.fetch(query, f"{column.name} of a row of {_name(query)}", statement, parameters)
        if not rows:
            raise _missing_row()
        return pages.values.value_found(column, rows[0])

    def _statements_of(self, query: Query) -> RowStatements:
        """Return the cached statements of the query; raise `BrowserError` where a filter can never be met."""
        if not self._schema.catalog.has(query.entity.name):
            raise BrowserError(f"{query.entity.name} no longer exists", "press m to choose another class")
        if query not in self._pages:
            if len(self._pages) >= PAGES_KEPT:
                self._pages.clear()
            self._pages[query] = self._built(query)
        return self._pages[query]

    def _built(self, query: Query, match: Match | None = None) -> RowStatements:
        """Return new statements of the query, for the rows that match."""
        try:
            table = self._schema.table(query.entity)
            return RowStatements(self._schema.catalog, table, query, self._dialect, match)
        except ValueError as error:
            raise InvalidFilterError("invalid filter", str(error)) from error

    async def exceeds(self, query: Query, limit: int) -> bool:
        """Whether the query has more than `limit` rows."""
        exceeds = self._statements_of(query).exceeds(limit)
        return bool(await self._fetcher.fetch(query, f"size of {_name(query)}", exceeds, {}))

    async def is_large(self, query: Query, limit: int) -> bool:
        """Whether the query has more than `limit` rows; cached until its rows are counted again."""
        if query not in self._large:
            self._large[query] = await self.exceeds(query, limit)
        return self._large[query]

    def forget(self) -> None:
        """Clear the cached statements, since the tables may have changed."""
        self._pages.clear()


def _texts(found: Row[Any], named: Sequence[str | None]) -> tuple[str, ...]:
    """Convert fetched values to text that is safe to show; those with a name to that name."""
    texts = (whole_text(raw) if name is None else name for raw, name in zip(found, named, strict=True))
    return tuple("\n".join(clean_lines(text)) for text in texts)


def _missing_row() -> BrowserError:
    return BrowserError("this row is no longer in the database", "press r to reload")


def _name(query: Query) -> str:
    """Return the name of a query's rows in the log."""
    if query.within is None:
        return query.entity.name
    return f"{label_of(query.within.entity.name, query.within.key)}.{query.within.relationship.name}"
