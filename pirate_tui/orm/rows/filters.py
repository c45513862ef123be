"""Filters, searches and the instances of a relationship -> SQL expressions."""

import operator
import re
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import Enum as EnumType
from sqlalchemy import (
    FromClause,
    Integer,
    Select,
    String,
    and_,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapper, aliased, join

from pirate_tui.domain.query import Filter, FilterOperator, Within
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.search import Match
from pirate_tui.domain.text import clean
from pirate_tui.orm.dialects.parse_value import typed
from pirate_tui.orm.dialects.sql import Operator, Sql
from pirate_tui.orm.dialects.terms import Term, raw
from pirate_tui.orm.entities import table_attributes
from pirate_tui.orm.rows.cells import CellReader, member_text
from pirate_tui.orm.user_code.foreign import text_of


OPERATORS: dict[FilterOperator, Operator] = {
    FilterOperator.EQUAL: operator.eq,
    FilterOperator.LESS: operator.lt,
    FilterOperator.GREATER: operator.gt,
}


AT_ONCE = 100
"""Conditions in one list."""


def column_of(mapper: Mapper[Any], name: str) -> Term:
    """Return the column of a mapped attribute, by the cleaned name that the screen shows."""
    return next(
        table_attribute.columns[0] for table_attribute in table_attributes(mapper) if clean(table_attribute.key) == name
    )


def matching(sql: Sql, mapper: Mapper[Any], wanted: Filter) -> Term:
    """Return the condition of a filter; raise ValueError, with a message for the user, for a value of another type."""
    column = column_of(mapper, wanted.column.name)
    if wanted.comparison is FilterOperator.IS_NULL:
        return raw(column).is_(None)
    if wanted.comparison is FilterOperator.CONTAINS:
        return _containing(sql, column, wanted.value)
    value = typed(column.type, _stored(sql, column, wanted.value))
    return sql.compared(column, OPERATORS[wanted.comparison], value)


def holding(sql: Sql, mapper: Mapper[Any], match: Match) -> Term:
    """Return the condition that a row contains the text of a match, in its column or in any."""
    if match.column is not None:
        column = column_of(mapper, match.column.name)
        return sql.begins(column, match.text) if match.is_prefix else _containing(sql, column, match.text)
    columns = [table_attribute.columns[0] for table_attribute in table_attributes(mapper)]
    texts = [column for column in columns if isinstance(column.type, String)] or columns
    return _any([_containing(sql, column, match.text) for column in texts])


def related(mapper: Mapper[Any], owner: Mapper[Any], within: Within) -> tuple[FromClause, Term]:
    """Return the FROM clause and the condition for the rows that one owner's relationship leads to."""
    parent = aliased(owner)
    attribute = getattr(parent, within.relationship.name)
    is_owner = and_(
        *(
            getattr(parent, owner.get_property_by_column(column).key) == literal(part, column.type)
            for column, part in zip(owner.primary_key, within.key, strict=True)
        )
    )
    if owner.relationships[within.relationship.name].secondary is None:
        return join(parent, mapper, attribute), is_owner
    # Rows of an association may repeat: a semi-join, so that no instance is listed twice.
    twin = aliased(mapper)
    keys = [getattr(twin, mapper.get_property_by_column(column).key) for column in mapper.primary_key]
    inside = select(*keys).select_from(join(parent, twin, attribute.of_type(twin))).where(is_owner)
    here: Term = mapper.primary_key[0] if len(keys) == 1 else tuple_(*mapper.primary_key)
    return mapper.persist_selectable, here.in_(inside)


def is_one_of(mapper: Mapper[Any], keys: Sequence[RowKey]) -> Term:
    """Return the condition that the primary key is one of these keys."""
    columns = mapper.primary_key
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)


def exceeds_together(owner: Mapper[Any], name: str, keys: Sequence[RowKey], most: int) -> Select[Any]:
    """Return a statement with a row only if these owners' relationship leads to more than `most` rows."""
    twin = aliased(owner.relationships[name].mapper)
    joined = join(owner, twin, getattr(owner.class_, name).of_type(twin))
    return select(literal_column("1")).select_from(joined).where(is_one_of(owner, keys)).limit(1).offset(most)


def giants(owner: Mapper[Any], name: str, keys: Sequence[RowKey], most: int) -> Select[Any]:
    """Return a statement for the keys of owners with more than `most` related rows, and their number, most first."""
    twin = aliased(owner.relationships[name].mapper)
    joined, rows = join(owner, twin, getattr(owner.class_, name).of_type(twin)), func.count()
    counted = select(*owner.primary_key, rows).select_from(joined).where(is_one_of(owner, keys))
    return counted.group_by(*owner.primary_key).having(rows > most).order_by(rows.desc())


def key_equals(sql: Sql, column: Term, part: str) -> Term:
    """Return the condition that a key's column equals the typed text; raise ValueError if it can never hold."""
    if isinstance(column.type, Integer) and not re.fullmatch(r"[+-]?\d+", part):
        raise ValueError(f"{clean(part)} is not a key; keys are integers")
    return sql.key_equals(column, _stored(sql, column, part))


def _any(conditions: Sequence[Term]) -> Term:
    """Return the conditions joined by OR, nested by `AT_ONCE`: SQLite limits expressions to a depth of 1,000."""
    if len(conditions) <= AT_ONCE:
        return or_(*conditions)
    parts = [or_(*conditions[start : start + AT_ONCE]) for start in range(0, len(conditions), AT_ONCE)]
    return or_(*(func.coalesce(part, false()) for part in parts))  # or else SQLAlchemy makes one list of them


def _containing(sql: Sql, column: Term, text: str) -> Term:
    """Return the condition that the column contains the text, or that the text shown for its value does."""
    shown = {label: member_text(member).lower() for label, member in _members(sql, column).items()}
    others = [label for label, shown_text in shown.items() if text.lower() in shown_text]
    return or_(sql.contains(column, text), *(sql.compared(column, operator.eq, label) for label in others))


def _stored(sql: Sql, column: Term, text: str) -> str:
    """Return what is stored for an Enum member typed by name, by value or as shown; any other text unchanged."""
    members = _members(sql, column)
    ways: list[Callable[[Enum], str]] = [member_text, lambda member: member.name, lambda member: text_of(member.value)]
    named = (label for way in ways for label, member in members.items() if way(member) == text)
    return text if text in members else next(named, text)


def _members(sql: Sql, column: Term) -> dict[str, Enum]:
    """Return the members of a column's Enum by their stored labels; empty for any other type."""
    if not isinstance(column.type, EnumType) or column.type.enum_class is None:
        return {}
    reader = CellReader(column.type, sql)
    members = {label: reader.value(label) for label in column.type.enums}
    return {label: member for label, member in members.items() if isinstance(member, Enum)}
