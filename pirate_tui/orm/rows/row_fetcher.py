"""Fetch the rows of a query: without a transaction where nothing but built-in code reads them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable, Row

from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.mapped_classes import MappedClasses
from pirate_tui.orm.rows.row_statements import RowStatements


class RowFetcher:
    """Executes statements on the rows of queries; each raises `BrowserError`."""

    def __init__(self, queries: QueryRunner, schema: MappedClasses) -> None:
        self._queries = queries
        self._schema = schema

    async def fetch(
        self, query: Query, cause: str, statement: Executable, parameters: dict[str, Any], *, folded: bool = False
    ) -> Sequence[Row[Any]]:
        """Fetch all rows of a statement on the rows of a query; in a transaction, where code of others may run."""
        may_autocommit = self._schema.runs_built_in_code(query)
        return await self._queries.fetch(cause, statement, parameters, folded=folded, may_autocommit=may_autocommit)

    async def number(
        self,
        query: Query,
        cause: str,
        statement: Executable,
        parameters: dict[str, Any] | None = None,
        *,
        folded: bool = False,
    ) -> int:
        """Fetch the number that a statement on the rows of a query selects."""
        may_autocommit = self._schema.runs_built_in_code(query)
        return await self._queries.number(cause, statement, parameters, folded=folded, may_autocommit=may_autocommit)

    async def sought(
        self,
        query: Query,
        cause: str,
        pages: RowStatements,
        seek: Seek,
        *,
        positions: bool = False,
        folded: bool = False,
    ) -> list[Row[Any]]:
        """Fetch the rows of a seek, segment by segment; only their positions if `positions`."""
        rows: list[Row[Any]] = []
        skip, segments, bounds = seek.skip, pages.segments(seek), pages.parameters(seek.position)
        for number, segment in enumerate(segments, start=1):
            parameters = {**bounds, "limit": seek.limit - len(rows), "skip": skip}
            statement = segment.positions if positions else segment.rows
            read = await self.fetch(query, cause, statement, parameters, folded=folded)
            rows += read
            if len(rows) == seek.limit or number == len(segments):
                break
            if skip and not read:
                counted = {**bounds, "skip": skip}
                skip -= await self.number(query, cause, segment.skipped_count, counted, folded=True)
            else:
                skip = 0
        return rows
