"""Build the FROM clause, the conditions and the order of a query's rows."""

from typing import Any

from sqlalchemy import ColumnClause, Dialect, Select, literal_column, select
from sqlalchemy.orm import Mapper

from pirate_tui.domain.query import Query
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm.dialects.registry import sql_of
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.dialects.terms import Keyed, Term
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.reflection.probe import Table
from pirate_tui.orm.rows.filters import column_of, holding, matching, related
from pirate_tui.orm.rows.keyset import Keys, Ordering


Statement = Select[Any]


class Source:
    """The rows of one query, or those that match: where they are selected from, and in which order.

    Raises ValueError, with a message for the user, where a filter's value can never be one of its column.
    """

    def __init__(
        self, catalog: Catalog, table: Table, query: Query, dialect: Dialect, match: Match | None = None
    ) -> None:
        mapper = catalog.mapper(query.entity)
        self.mapper = mapper
        self.sql = sql = sql_of(dialect)
        self.is_descending = query.order is not None and query.order.descending
        self.order, self.keys = _order(mapper, query), _keys(mapper, table, sql)
        self.ordering = _ordering(table, self.order, sql, self.keys)
        self._from = mapper.persist_selectable
        self._conditions = [matching(sql, mapper, condition) for condition in query.filters]
        if match is not None:
            self._conditions.append(holding(sql, mapper, match))
        if mapper.single and mapper.polymorphic_on is not None:  # a table of its parent's, with rows of other classes
            identities = [descendant.polymorphic_identity for descendant in mapper.self_and_descendants]
            self._conditions.append(mapper.polymorphic_on.in_(identities))
        if query.within is not None:
            self._from, is_owner = related(mapper, catalog.mapper(query.within.entity), query.within)
            self._conditions.append(is_owner)

    def select(self, *selected: Term) -> Statement:
        """Return the statement that selects these terms of all rows, without an order."""
        return select(*selected).select_from(self._from).where(*self._conditions)

    def terms(self, *, backward: bool) -> list[Term]:
        """Return the ORDER BY terms of the query, or those of the reverse order if `backward`."""
        down = backward != self.is_descending
        return [term.desc() if down else term for term in self.ordering.terms]

    def within(self, span: Span, match: Match | None) -> list[Term]:
        """Return the conditions for the rows of the span, or for those that match."""
        after, upto = (None if end is None else self.ordering.shape(end) for end in (span.after, span.upto))
        between = self.ordering.between(after, upto, is_open=span.is_open, backward=self.is_descending)
        return between if match is None else [*between, holding(self.sql, self.mapper, match)]

    def span_parameters(self, span: Span) -> dict[str, Any]:
        """Return the parameters of a span's two ends."""
        after = {} if span.after is None else self.ordering.bounds(span.after, "after")
        return after if span.upto is None else {**after, **self.ordering.bounds(span.upto, "upto")}


def _order(mapper: Mapper[Any], query: Query) -> Term | None:
    """Return the column that the rows are ordered by; None where it is the first of the key."""
    if query.order is None:
        return None
    column = column_of(mapper, query.order.column.name)
    return None if column is mapper.primary_key[0] else column


def _ordering(table: Table, order: Term | None, sql: Sql, keys: Keys) -> Ordering:
    is_nullable = order is not None and table.may_be_null(str(getattr(order, "name", "")))
    return Ordering(sql, order, is_nullable, keys)


def _keys(mapper: Mapper[Any], table: Table, sql: Sql) -> Keys:
    """Return the key that ends the order of the mapper's rows.

    Where the database does not ensure that keys are unique and never NULL, a further term does: the order is total then
    too, and no row is lost between two pages. A key of another table is taken as it is mapped.
    """
    keys = [sql.keyed(column) for column in mapper.primary_key]
    names = {column.name for column in mapper.primary_key}
    tie_break = table.tie_break(names)
    if tie_break is not None:
        row_id: ColumnClause[Any] = literal_column(tie_break)
        row_id.table = mapper.local_table
        keys.append(Keyed.by(row_id))
    is_unique = table.is_total(names) or not table.has(names)
    return Keys(
        keys,
        tie_break is None and is_unique,
        0 if tie_break is None else len(names),
        is_unique or tie_break is not None,
    )
