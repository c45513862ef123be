"""List the attributes whose values the database generates, so that a flush leaves them to be read."""

from typing import Any

from sqlalchemy import Column, Dialect
from sqlalchemy.orm import ColumnProperty, Mapper


def generated_at_insert(mapper: Mapper[Any], dialect: Dialect) -> set[str]:
    """Return the attributes that the flush of an INSERT leaves to be read, where their values were not set.

    With RETURNING, or with `eager_defaults=True`, it reads the server's defaults itself
    (https://docs.sqlalchemy.org/en/21/orm/mapping_api.html#sqlalchemy.orm.Mapper.params.eager_defaults).
    """
    reads = mapper.eager_defaults is True or (mapper.eager_defaults == "auto" and dialect.insert_executemany_returning)
    columns = _columns(mapper)
    by_server = {name for name, one in columns.items() if one.server_default is not None and not one.primary_key}
    by_query = {one.key for one in _by_query(mapper) if not one.deferred}
    return by_query | (set() if reads else by_server)


def generated_at_update(mapper: Mapper[Any]) -> set[str]:
    """Return the attributes that the flush of an UPDATE leaves to be read."""
    by_server = {name for name, one in _columns(mapper).items() if is_generated_at_update(one)}
    by_query = {one.key for one in _by_query(mapper) if one.expire_on_flush}
    return by_query | (set() if mapper.eager_defaults is True else by_server)


def is_generated_at_update(column: Column[Any]) -> bool:
    """Whether the database generates the value at each UPDATE; a Python `onupdate` is called before it."""
    is_by_expression = column.onupdate is not None and column.onupdate.is_clause_element
    return bool(is_by_expression or column.server_onupdate)


def _columns(mapper: Mapper[Any]) -> dict[str, Column[Any]]:
    """Return the attributes that are columns of tables."""
    return {one.key: one.columns[0] for one in _held(mapper) if isinstance(one.columns[0], Column)}


def _by_query(mapper: Mapper[Any]) -> list[ColumnProperty[Any]]:
    """Return the column_property attributes; a flush expires them, since what they are computed of may change."""
    return [one for one in _held(mapper) if not isinstance(one.columns[0], Column)]


def _held(mapper: Mapper[Any]) -> list[ColumnProperty[Any]]:
    """Return the column attributes that an instance has; the polymorphic identity's may be the mapper's own."""
    return [column_attr for column_attr in mapper.column_attrs if column_attr.key in mapper.class_manager]
