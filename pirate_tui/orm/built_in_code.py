"""Tell where reading runs no code but what is built into the server: it may then go without a transaction.

Code that somebody has put into the database, in views, policies, types or operators, may do what only a rollback
undoes: large objects, notifications, settings of the session, rows of another server.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Column, Table, TypeDecorator
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


EAGER = frozenset({"joined", "selectin", "subquery", "immediate", False})
"""Values of `lazy` by which a row is loaded with others."""

IsPlain = Callable[[Table], bool]
"""Whether the server runs no code of others as it reads a table."""


def reads_rows(mapper: Mapper[Any], is_plain: IsPlain) -> bool:
    """Whether no other code runs as the rows of a class are read: they are of plain tables, in plain columns."""
    tables = [one.local_table for one in mapper.iterate_to_root()]
    columns: list[ClauseElement] = [column for attribute in mapper.column_attrs for column in attribute.columns]
    if mapper.polymorphic_on is not None:
        columns.append(mapper.polymorphic_on)
    return all(isinstance(table, Table) and is_plain(table) for table in tables) and all(
        isinstance(column, Column) and not _has_sql(column.type) for column in columns
    )


def loads_instance(mapper: Mapper[Any], is_plain: IsPlain) -> bool:
    """Whether none runs as an instance is loaded either: by one statement, while no code of the models listens."""
    is_alone = mapper.polymorphic_on is None and not any(one.lazy in EAGER for one in mapper.relationships)
    listens = mapper.class_manager.dispatch
    return is_alone and not listens.load and not listens.refresh and reads_rows(mapper, is_plain)


def loads_relationship(relationship: RelationshipProperty[Any], is_plain: IsPlain) -> bool:
    """Whether none runs as an instance and a relationship of it are loaded, which is found by columns alone."""
    secondary = relationship.secondary
    parts = [relationship.primaryjoin, relationship.secondaryjoin, *(relationship.order_by or ())]
    return (
        loads_instance(relationship.parent, is_plain)
        and loads_instance(relationship.mapper, is_plain)
        and (secondary is None or (isinstance(secondary, Table) and is_plain(secondary)))
        and not any(map(_calls, filter(_is_expression, parts)))
    )


def _is_expression(part: object) -> bool:
    return isinstance(part, ClauseElement)


def _calls(expression: Any) -> bool:
    """Whether a function is called in the expression."""
    found: Iterable[object] = visitors.iterate(expression)
    return any(isinstance(element, FunctionElement) for element in found)


def _has_sql(column_type: TypeEngine[Any]) -> bool:
    """Whether the type puts SQL of its own around its columns or values."""
    return any(
        getattr(type(column_type), name) not in {getattr(TypeEngine, name), getattr(TypeDecorator, name)}
        for name in ("column_expression", "bind_expression")
    )
