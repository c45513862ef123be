"""The rows of a query: Core statements, built once, that read rows and never instances."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Row, bindparam, func, literal_column, select

from pirate_tui.domain import rows
from pirate_tui.domain.entity import Column
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.rows import Page, Seek, WholeColumns
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm.dialects.terms import Term
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.reflection.probe import Table
from pirate_tui.orm.rows.filters import key_equals
from pirate_tui.orm.rows.keyset import PositionShape, Segment
from pirate_tui.orm.rows.selection import Selection
from pirate_tui.orm.rows.source import Source, Statement


class SegmentStatements(NamedTuple):
    """The statements that read one part of the rows beyond a position; the parameters are `limit` and `skip`."""

    rows: Statement
    positions: Statement
    skipped_count: Statement
    """Counts the rows, up to `skip`."""


class ValueStatements:
    """Builds the statements that read the values of one row, whole or in parts."""

    def __init__(self, source: Source, selection: Selection) -> None:
        self._source = source
        self._selection = selection

    def whole(self, row: rows.Row) -> tuple[Statement, dict[str, Any]]:
        """Return the statement that reads all values of the row uncut, and its parameters."""
        return self._one(row, self._selection.whole)

    def named(self, found: Row[Any]) -> list[str | None]:
        """Return the text shown instead of each value, such as an Enum member's name; None for other values."""
        return self._selection.named(found)

    def value(self, row: rows.Row, column: Column, start: int, size: int) -> tuple[Statement, dict[str, Any]]:
        """Return the statement that reads `size` characters or bytes of a value from `start`, and its parameters."""
        return self._one(row, self._selection.stretch(column, start, size))

    def value_found(self, column: Column, found: Row[Any]) -> rows.Value:
        """Convert the row fetched by `value` to the part of the value that is shown."""
        return self._selection.value(column, found)

    def _one(self, row: rows.Row, selected: list[Term]) -> tuple[Statement, dict[str, Any]]:
        """Return the statement that reads these terms of one row, and its parameters.

        A row without a key is selected by its position; of rows that cannot be distinguished, the last one up to there.
        """
        if row.key is not None:
            found = zip(self._source.mapper.primary_key, row.key, strict=True)
            return select(*selected).where(*(column == part for column, part in found)).limit(1), {}
        here = Span(None, row.position)
        same = self._source.ordering.same_row(self._source.ordering.shape(row.position), "upto")
        statement = self._source.select(*selected).where(*self._source.within(here, None), *same)
        statement = statement.order_by(*self._source.terms(backward=True)).limit(1)
        return statement, self._source.span_parameters(here)


class RowStatements:
    """Builds the statements that read the rows of one query, or those that match, page by page.

    Raises ValueError, with a message for the user, where a filter's value can never be one of its column.
    """

    def __init__(
        self, catalog: Catalog, table: Table, query: Query, dialect: Dialect, match: Match | None = None
    ) -> None:
        self._source = source = Source(catalog, table, query, dialect, match)
        self._has_key = query.entity.has_key
        self._ordering = source.ordering
        self._selection = Selection(source.mapper, source.sql, source.order, source.ordering, source.keys)
        self.values = ValueStatements(source, self._selection)
        self._segments: dict[tuple[PositionShape | None, bool, int], list[SegmentStatements]] = {}

    @property
    def count(self) -> Statement:
        """The statement that counts the rows."""
        return self._source.select(func.count())

    def segments(self, seek: Seek) -> list[SegmentStatements]:
        """Return the statements to execute in turn for a seek, with `parameters`; cached by the seek's shape."""
        shape = None if seek.position is None else self._ordering.shape(seek.position)
        backward = seek.backward != self._source.is_descending
        kind = shape, backward, seek.block
        if kind not in self._segments:
            parts = self._ordering.parts(shape, backward=backward)
            self._segments[kind] = [self._segment(part, seek.block) for part in parts]
        return self._segments[kind]

    def parameters(self, position: Position | None) -> dict[str, Any]:
        """Return the parameters of a position's segments."""
        return {} if position is None else self._ordering.bounds(position)

    def find(self, key: tuple[str, ...]) -> Statement:
        """Return the statement for the position of the row with the typed key; raise ValueError if it can be none."""
        keys = self._source.mapper.primary_key
        if len(key) != len(keys):
            raise ValueError(f"the key is {', '.join(column.name for column in keys)}")
        equal = [key_equals(self._source.sql, column, part) for column, part in zip(keys, key, strict=True)]
        return self._source.select(*self._ordering.selected).where(*equal).limit(1)

    def before(self, position: Position) -> list[Statement]:
        """Return the statements that count the rows before a position, with `parameters`; their sum is its number."""
        parts = self._ordering.parts(self._ordering.shape(position), backward=not self._source.is_descending)
        return [self.count.where(*part.conditions) for part in parts]

    def count_between(self, span: Span, match: Match | None) -> Statement:
        """Return the statement that counts the span's rows, or those that match, with `span_parameters`."""
        return self.count.where(*self._source.within(span, match))

    def nearest(self, span: Span, match: Match, *, backward: bool) -> Statement:
        """Return the statement that reads the position of the span's first (or last) matching row."""
        selected = self._source.select(*self._ordering.selected)
        return (
            selected.where(*self._source.within(span, match)).order_by(*self._source.terms(backward=backward)).limit(1)
        )

    def every(self, interval: int) -> Statement:
        """Return the statement that reads the position of every `interval`-th row, in one pass that sorts all rows."""
        number = func.row_number().over(order_by=self._source.terms(backward=False)).label("number")
        named = [term.label(f"part_{at}") for at, term in enumerate(self._ordering.selected)]
        numbered = self._source.select(*named, number).subquery()
        chosen = numbered.c.number % literal_column(str(interval)) == literal_column("0")
        return select(*list(numbered.c)[:-1]).where(chosen).order_by(numbered.c.number)

    def anchors(self, interval: int, after: Position | None, most: int) -> tuple[Statement, dict[str, Any]]:
        """Return the statement for the position of every `interval`-th of the next `most` rows, and its parameters."""
        span = Span(after)
        ordered = [term.label(f"order_{at}") for at, term in enumerate(self._ordering.terms)]
        named = [term.label(f"part_{at}") for at, term in enumerate(self._ordering.selected)]
        behind = self._source.select(*named, *ordered).where(*self._source.within(span, None))
        following = behind.order_by(*self._source.terms(backward=False)).limit(bindparam("limit")).subquery()
        down = self._source.is_descending
        order = [following.c[term.name].desc() if down else following.c[term.name] for term in ordered]
        number = func.row_number().over(order_by=order).label("number")
        numbered = select(*list(following.c)[: len(named)], number).subquery()
        chosen = numbered.c.number % literal_column(str(interval)) == literal_column("0")
        statement = select(*list(numbered.c)[:-1]).where(chosen).order_by(numbered.c.number)
        return statement, {**self._source.span_parameters(span), "limit": most}

    @property
    def is_without_nulls(self) -> bool:
        """Whether no term of the rows' order is ever NULL."""
        return self._ordering.is_without_nulls

    def sample(self) -> Statement:
        """Return a statement in the query's order, to be explained for whether its rows are sorted."""
        return self._source.select(*self._ordering.selected).order_by(*self._ordering.terms).limit(1)

    def exceeds(self, limit: int) -> Statement:
        """Return a statement that yields a row only if the query has more than `limit` rows."""
        return self._source.select(literal_column("1")).limit(1).offset(limit)

    def span_parameters(self, span: Span) -> dict[str, Any]:
        """Return the parameters of a span's two ends."""
        return self._source.span_parameters(span)

    def position(self, found: Row[Any]) -> Position:
        """Return the position held by a row of a statement that selects positions."""
        return self._ordering.position(found)

    def page(self, seek: Seek, found: Sequence[Row[Any]]) -> Page:
        """Convert the rows fetched by the segments to a page, in the query's own order."""
        listed = found[::-1] if seek.backward else found
        return self._selection.page(listed, seek.block, has_key=self._has_key)

    def columns(self, found: Sequence[Row[Any]], block: int) -> tuple[WholeColumns, WholeColumns]:
        """Return the raw values of fetched rows, column by column, and the full lengths of those that are cut."""
        return self._selection.values(found, block)

    @property
    def blocks(self) -> int:
        """The number of blocks that all columns make."""
        return self._selection.blocks

    @property
    def is_total(self) -> bool:
        """Whether no two rows have the same position."""
        return self._source.keys.are_unique

    def _segment(self, part: Segment, block: int) -> SegmentStatements:
        limit: Any = bindparam("limit")
        skip: Any = bindparam("skip")
        read = [
            self._source.select(*selected).where(*part.conditions).order_by(*part.order).limit(limit).offset(skip)
            for selected in (self._selection.selected(block), self._ordering.selected)
        ]
        skipped_count = self._source.select(literal_column("1")).where(*part.conditions).limit(skip).subquery()
        return SegmentStatements(read[0], read[1], select(func.count()).select_from(skipped_count))
