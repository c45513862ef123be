"""The rows of a query: Core statements, built once, that read rows and never instances."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Row, Select, bindparam, func, literal_column, select
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.expression import TableClause

from pirate_tui.domain import rows
from pirate_tui.domain.entity import Column
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.rows import Page, Seek
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.dialects.terms import Keyed, Term
from pirate_tui.orm.entities import Catalog, table_name
from pirate_tui.orm.reflection.probe import Table
from pirate_tui.orm.rows.filters import column_of, holding, key_equals, matching, related
from pirate_tui.orm.rows.keyset import Keys, Ordering, Part, Shape
from pirate_tui.orm.rows.selection import Selection


Statement = Select[Any]


class Stretch(NamedTuple):
    """The statements that read one part of the rows beyond a position; the parameters are `limit` and `skip`."""

    rows: Statement
    positions: Statement
    passed: Statement
    """How many rows there are, of at most `skip`."""


class Pages:
    """How to read the rows of one query page by page.

    Raises ValueError, in words for people, where a filter's value can never be one of its column.
    """

    def __init__(self, catalog: Catalog, table: Table, query: Query, dialect: Dialect) -> None:
        mapper = catalog.mapper(query.entity)
        self._mapper = mapper
        self._sql = sql = sql_of(dialect)
        self._has_key = query.entity.has_key
        self._is_descending = query.order is not None and query.order.descending
        order, keys = _order(mapper, query), _keys(mapper, table, sql)
        self._ordering = _ordering(table, order, sql, keys)
        self._selection = Selection(mapper, sql, order, self._ordering, keys)
        self._from = mapper.persist_selectable
        self._conditions = [matching(sql, mapper, one) for one in query.filters]
        if mapper.single and mapper.polymorphic_on is not None:  # a table of its parent's, with rows of other classes
            identities = [one.polymorphic_identity for one in mapper.self_and_descendants]
            self._conditions.append(mapper.polymorphic_on.in_(identities))
        if query.within is not None:
            self._from, is_owner = related(mapper, catalog.mapper(query.within.entity), query.within)
            self._conditions.append(is_owner)
        self._stretches: dict[tuple[Shape | None, bool, int], list[Stretch]] = {}

    @property
    def count(self) -> Statement:
        """The statement that counts the rows."""
        return self._select(func.count())

    def stretches(self, seek: Seek) -> list[Stretch]:
        """What to read one after the other for what is sought, with `parameters`; built at its first use."""
        shape = None if seek.position is None else self._ordering.shape(seek.position)
        backward = seek.backward != self._is_descending
        kind = shape, backward, seek.block
        if kind not in self._stretches:
            parts = self._ordering.parts(shape, backward=backward)
            self._stretches[kind] = [self._stretch(part, seek.block) for part in parts]
        return self._stretches[kind]

    def parameters(self, position: Position | None) -> dict[str, Any]:
        """A position as parameters of its stretches."""
        return {} if position is None else self._ordering.bounds(position)

    def find(self, key: tuple[str, ...]) -> Statement:
        """The statement that reads the position of the row whose key was typed; ValueError when it can be none."""
        keys = self._mapper.primary_key
        if len(key) != len(keys):
            raise ValueError(f"the key is {', '.join(column.name for column in keys)}")
        equal = [key_equals(self._sql, column, part) for column, part in zip(keys, key, strict=True)]
        return self._select(*self._ordering.selected).where(*equal).limit(1)

    def before(self, position: Position) -> list[Statement]:
        """The statements that count the rows before a position, with `parameters`: their sum is its row number."""
        parts = self._ordering.parts(self._ordering.shape(position), backward=not self._is_descending)
        return [self.count.where(*part.conditions) for part in parts]

    def count_between(self, span: Span, match: Match | None) -> Statement:
        """The statement that counts the span's rows, or those that match, with `span_parameters`."""
        return self.count.where(*self._within(span, match))

    def nearest(self, span: Span, match: Match, *, backward: bool) -> Statement:
        """The statement that reads the position of the span's first (or last) row that matches."""
        selected = self._select(*self._ordering.selected)
        return selected.where(*self._within(span, match)).order_by(*self._terms(backward=backward)).limit(1)

    def span_parameters(self, span: Span) -> dict[str, Any]:
        """A span as parameters."""
        after = {} if span.after is None else self._ordering.bounds(span.after, "after")
        return after if span.upto is None else {**after, **self._ordering.bounds(span.upto, "upto")}

    def every(self, interval: int) -> Statement:
        """The statement that reads the position of every `interval`-th row, in one pass that sorts all of them."""
        number = func.row_number().over(order_by=self._terms(backward=False)).label("number")
        named = [term.label(f"part_{at}") for at, term in enumerate(self._ordering.selected)]
        numbered = self._select(*named, number).subquery()
        chosen = numbered.c.number % literal_column(str(interval)) == literal_column("0")
        return select(*list(numbered.c)[:-1]).where(chosen).order_by(numbered.c.number)

    def sample(self) -> Statement:
        """A statement in the query's order, to be explained: would all rows be sorted for it?"""
        return self._select(*self._ordering.selected).order_by(*self._ordering.terms).limit(1)

    def exceeds(self, limit: int) -> Statement:
        """The statement that reads something only if there are more rows than that."""
        return self._select(literal_column("1")).limit(1).offset(limit)

    def whole(self, row: rows.Row) -> tuple[Statement, dict[str, Any]]:
        """The statement that reads the row's values whole, and its parameters."""
        return self._one(row, self._selection.whole)

    def named(self, found: Row[Any]) -> list[str | None]:
        """What those values of a whole row are shown as that stand for something else; None for the others."""
        return self._selection.named(found)

    def value(self, row: rows.Row, column: Column, start: int, size: int) -> tuple[Statement, dict[str, Any]]:
        """The statement that reads a stretch of one of the row's values, and its parameters."""
        return self._one(row, self._selection.stretch(column, start, size))

    def value_found(self, column: Column, found: Row[Any]) -> rows.Value:
        """The stretch that was read of a value."""
        return self._selection.value(column, found)

    def position(self, found: Row[Any]) -> Position:
        """The position of a row found by a statement that selects positions."""
        return self._ordering.position(found)

    def page(self, seek: Seek, found: Sequence[Row[Any]]) -> Page:
        """The rows found by the stretches, in the query's own order."""
        listed = found[::-1] if seek.backward else found
        return self._selection.page(listed, seek.block, has_key=self._has_key)

    def _select(self, *selected: Term) -> Statement:
        return select(*selected).select_from(self._from).where(*self._conditions)

    def _terms(self, *, backward: bool) -> list[Term]:
        """What the query's rows are ordered by, from the first on or backward from the last."""
        down = backward != self._is_descending
        return [term.desc() if down else term for term in self._ordering.terms]

    def _one(self, row: rows.Row, selected: list[Term]) -> tuple[Statement, dict[str, Any]]:
        """The statement that reads something of one row, by its key or, where it has none, by its position.

        Of rows that nothing tells apart it is the last one up to there.
        """
        if row.key is not None:
            found = zip(self._mapper.primary_key, row.key, strict=True)
            return select(*selected).where(*(column == part for column, part in found)).limit(1), {}
        here = Span(None, row.position)
        same = self._ordering.same_row(self._ordering.shape(row.position), "upto")
        statement = self._select(*selected).where(*self._within(here, None), *same)
        statement = statement.order_by(*self._terms(backward=True)).limit(1)
        return statement, self.span_parameters(here)

    def _stretch(self, part: Part, block: int) -> Stretch:
        limit: Any = bindparam("limit")
        skip: Any = bindparam("skip")
        read = [
            self._select(*selected).where(*part.conditions).order_by(*part.order).limit(limit).offset(skip)
            for selected in (self._selection.selected(block), self._ordering.selected)
        ]
        passed = self._select(literal_column("1")).where(*part.conditions).limit(skip).subquery()
        return Stretch(read[0], read[1], select(func.count()).select_from(passed))

    def _within(self, span: Span, match: Match | None) -> list[Term]:
        after, upto = (None if end is None else self._ordering.shape(end) for end in (span.after, span.upto))
        between = self._ordering.between(after, upto, is_open=span.is_open, backward=self._is_descending)
        return between if match is None else [*between, holding(self._sql, self._mapper, match)]


def _order(mapper: Mapper[Any], query: Query) -> Term | None:
    """The column that the rows are ordered by; None where it is the key, or begins it."""
    if query.order is None:
        return None
    column = column_of(mapper, query.order.column.name)
    return None if column is mapper.primary_key[0] else column


def _ordering(table: Table, order: Term | None, sql: Sql, keys: Keys) -> Ordering:
    is_nullable = order is not None and table.may_be_null(str(getattr(order, "name", "")))
    return Ordering(sql, order, is_nullable, keys)


def _keys(mapper: Mapper[Any], table: Table, sql: Sql) -> Keys:
    """By what the mapper's rows are ordered at last.

    Where the database does not see to it that keys are unique and never NULL, something ends the order that is:
    it is total then too, and no row is lost between two pages. A key that is another table's is taken as it is mapped.
    """
    keys = [sql.keyed(column) for column in mapper.primary_key]
    names = {column.name for column in mapper.primary_key}
    tie_break = table.tie_break(names)
    if tie_break is not None:
        keys.append(Keyed.by(literal_column(f"{_quoted(mapper, sql)}.{tie_break}")))
    are_strict = tie_break is None and (table.is_total(names) or not table.has(names))
    return Keys(keys, are_strict, 0 if tie_break is None else len(names))


def _quoted(mapper: Mapper[Any], sql: Sql) -> str:
    """The mapper's table as it stands in a statement, with its schema; of a query, its name there."""
    preparer, table = sql.dialect.identifier_preparer, mapper.local_table
    return preparer.format_table(table) if isinstance(table, TableClause) else preparer.quote(table_name(mapper))
