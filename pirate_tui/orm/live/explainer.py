"""Explain the statements of a measured way of loading: their plans, and which full scans want an index."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, inspect

from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.plan import ALL_ROWS, HAS_INDEX, NOT_KNOWN, PlanStep, StatementPlan
from pirate_tui.domain.statements import Statement
from pirate_tui.domain.text import clean, plural
from pirate_tui.orm.connection.query_runner import QueryRunner
from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.dialects.sql import ExplainedStep
from pirate_tui.orm.errors import without_warnings
from pirate_tui.orm.live.compared_columns import ComparedTable, StatementTables, statement_tables


MOST_EXPLAINED = 12
"""The most different statements that are explained: rows in a cycle may have sent many."""


class DriverStatement(NamedTuple):
    """A statement as a driver was sent it, and as the log shows it."""

    text: str
    parameters: Any
    shown: Statement


class StatementExplainer:
    """Explains statements on one database; none of them is executed."""

    def __init__(self, queries: QueryRunner) -> None:
        self._queries = queries
        self._sql = sql_of(queries.dialect)

    async def explain(self, cause: str, sent: Sequence[DriverStatement]) -> tuple[StatementPlan, ...]:
        """Return the plan of each statement; raises `BrowserError` where nothing was sent, or no server answers."""
        if not sent:
            raise BrowserError("no statement was sent, so there is no plan", "choose another way of loading")
        plans = [await self._plan(cause, one) for one in sent[:MOST_EXPLAINED]]
        if len(sent) > MOST_EXPLAINED:
            left = plural(len(sent) - MOST_EXPLAINED, "other statement")
            plans[-1] = plans[-1]._replace(problem=f"{left} not explained")
        return tuple(plans)

    async def _plan(self, cause: str, sent: DriverStatement) -> StatementPlan:
        try:
            rows = await self._queries.fetch_sent(cause, f"{self._sql.explain} {sent.text}", sent.parameters)
            read = statement_tables(sent.text, self._queries.dialect.name)
            explained = self._sql.steps(rows)
            indexed = await self._indexed(cause, [_named(step.scanned, read) for step in explained])
        except DatabaseUnreachableError:
            raise
        except BrowserError as error:
            return StatementPlan(sent.shown, problem=f"not explained: {error.message}")
        return StatementPlan(sent.shown, tuple(explained_step(step, read, indexed) for step in explained))

    async def _indexed(self, cause: str, tables: Iterable[ComparedTable | None]) -> Mapping[tuple[str, str], set[str]]:
        """Return the first column of each index that the tables have, by schema and name."""
        names = {(table.schema, table.name) for table in tables if table is not None and table.columns}
        if not names:
            return {}

        def read(connection: Connection) -> dict[tuple[str, str], set[str]]:
            inspector = inspect(connection)
            found = {}
            with without_warnings():
                for schema, name in names:
                    key = inspector.get_pk_constraint(name, schema or None)
                    indexes = inspector.get_indexes(name, schema or None)
                    unique = inspector.get_unique_constraints(name, schema or None)
                    first = [index["column_names"][0] for index in indexes]  # None for an expression
                    first += [columns[0] for columns in (key["constrained_columns"],) if columns]
                    first += [constraint["column_names"][0] for constraint in unique]
                    found[schema, name] = {column for column in first if column is not None}
            return found

        return await self._queries.inspect(cause, read)


def _named(scanned: str, read: StatementTables | None) -> ComparedTable | None:
    """Return the statement's table of that name, behind which SQLite says more."""
    if not scanned or read is None:
        return None
    names = [name for name in read.tables if f"{scanned} ".startswith(f"{name} ")]
    return read.tables[max(names, key=len)] if names else None


def explained_step(
    step: ExplainedStep, read: StatementTables | None, indexed: Mapping[tuple[str, str], set[str]]
) -> PlanStep:
    """Return a step as it is shown; a full scan wants an index only if its rows are chosen by columns without one."""
    text, table = clean(step.text), _named(step.scanned, read)
    is_derived = read is not None and step.scanned.partition(" ")[0] in read.derived
    if not step.scanned or (table is None and is_derived):
        return PlanStep(text)
    name = clean(step.scanned if table is None else f"{table.schema}.{table.name}".removeprefix("."))
    if step.missing:
        return PlanStep(text, is_full_scan=True, table=name, columns=tuple(map(clean, step.missing)))
    if table is None:
        return PlanStep(text, is_full_scan=True, note=NOT_KNOWN)
    has_index = [column for column in table.columns if column in indexed.get((table.schema, table.name), ())]
    if has_index:
        return PlanStep(text, is_full_scan=True, note=HAS_INDEX.format(table=name, column=clean(has_index[0])))
    if table.columns:
        return PlanStep(text, is_full_scan=True, table=name, columns=tuple(map(clean, table.wanted)))
    return PlanStep(text, is_full_scan=True, note=NOT_KNOWN if table.has_others else ALL_ROWS.format(table=name))
