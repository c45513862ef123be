"""Filters, searches and the instances of a relationship -> SQL expressions."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    LargeBinary,
    Select,
    String,
    and_,
    cast,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import Mapper, aliased, join
from sqlalchemy.types import NullType, TypeEngine

from pirate_tui.domain.query import Comparison, Filter, Within
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.search import Match
from pirate_tui.domain.text import clean
from pirate_tui.orm.catalog import table_attributes


Term = ColumnElement[Any]

TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

READERS: dict[type, Callable[[str], Any]] = {
    int: int,
    float: float,
    Decimal: Decimal,
    uuid.UUID: uuid.UUID,
    dt.date: dt.date.fromisoformat,
    dt.datetime: dt.datetime.fromisoformat,
    dt.time: dt.time.fromisoformat,
}
"""How values are typed, by the Python type of a column."""

GREATEST = chr(0x10FFFF)
"""No character comes after it."""


def raw(column: Term) -> Term:
    """A column whose values come as the database has them: one that its type cannot read spoils nothing."""
    return type_coerce(column, NullType())


def column_of(mapper: Mapper[Any], name: str) -> Term:
    """The column behind the attribute that the screen knows by that name."""
    return next(one.columns[0] for one in table_attributes(mapper) if clean(one.key) == name)


def matching(mapper: Mapper[Any], wanted: Filter) -> Term:
    """The rows that pass a filter; ValueError, in words for people, where nothing can be compared so."""
    column = column_of(mapper, wanted.column.name)
    if wanted.comparison is Comparison.IS_NULL:
        return column.is_(None)
    if wanted.comparison is Comparison.CONTAINS:
        return _text(column).contains(wanted.value, autoescape=True)
    given = typed(column.type, wanted.value)
    if isinstance(given, str):
        column, value = raw(column), literal(given)
    else:
        value = literal(given, column.type)
    if wanted.comparison is Comparison.EQUAL:
        return column == value
    return column < value if wanted.comparison is Comparison.LESS else column > value


def holding(mapper: Mapper[Any], match: Match) -> Term:
    """The rows that hold what is sought."""
    if match.column is not None and match.is_prefix:
        text = raw(_text(column_of(mapper, match.column.name)))
        return and_(text >= literal(match.text), text < literal(match.text[:-1] + _next(match.text[-1])))
    if match.column is not None:
        return _text(column_of(mapper, match.column.name)).contains(match.text, autoescape=True)
    columns = [one.columns[0] for one in table_attributes(mapper)]
    texts = [column for column in columns if isinstance(column.type, String)] or columns
    return or_(*(_text(column).contains(match.text, autoescape=True) for column in texts))


def related(mapper: Mapper[Any], owner: Mapper[Any], within: Within) -> tuple[FromClause, Term]:
    """From what to select the target's columns, and the condition: what the owner's relationship leads to."""
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
    """The rows of these keys."""
    columns = mapper.primary_key
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)


def exceeds_together(owner: Mapper[Any], name: str, keys: Sequence[RowKey], most: int) -> Select[Any]:
    """The statement that reads something only if the relationship leads from these owners to more rows than that."""
    twin = aliased(owner.relationships[name].mapper)
    joined = join(owner, twin, getattr(owner.class_, name).of_type(twin))
    return select(literal_column("1")).select_from(joined).where(is_one_of(owner, keys)).limit(1).offset(most)


def typed(column_type: TypeEngine[Any], text: str) -> Any:
    """What was typed, as a value of the column's type; ValueError, in words for people, where it is none.

    A type that nothing is known of is compared as it is stored, with the text itself.
    """
    if isinstance(column_type, Boolean):
        if text.lower() not in TRUTHS:
            raise ValueError(f"{clean(text)} is not true or false")
        return TRUTHS[text.lower()]
    if isinstance(column_type, LargeBinary):
        return _bytes(text)
    try:
        python_type = column_type.python_type
        return READERS.get(python_type, str)(text)
    except NotImplementedError:
        return text
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f"{clean(text)} is no {python_type.__name__}") from error


def key_equals(column: Term, part: str) -> Term:
    """Is the key's column what was typed? ValueError when it can never be."""
    if isinstance(column.type, Integer):
        if not re.fullmatch(r"[+-]?\d+", part):
            raise ValueError(f"{clean(part)} is no key here; keys are numbers")
        return raw(column) == int(part)
    return raw(column) == part if isinstance(column.type, String) else cast(column, String) == part


def _text(column: Term) -> ColumnElement[str]:
    return type_coerce(column, String()) if isinstance(column.type, String) else cast(column, String)


def _next(char: str) -> str:
    """The character behind: what begins with the one is before the other."""
    following = chr(min(ord(char) + 1, ord(GREATEST)))
    return "\ue000" if "\ud800" <= following <= "\udfff" else following


def _bytes(text: str) -> bytes:
    found = re.fullmatch(r"x'((?:[0-9a-fA-F]{2})*)'", text)
    if found is None:
        raise ValueError(f"{clean(text)} is no BLOB; write it in hexadecimal: x'00ff'")
    return bytes.fromhex(found[1])
