"""Translate the schemas of models to the only one of a SQLite file: nothing can be attached to it that has others."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, inspect

from pirate_tui.domain.entity import ONLY_SCHEMA


if TYPE_CHECKING:
    from sqlalchemy.orm import Mapper


OF_SQLITE = frozenset({ONLY_SCHEMA, "temp"})
"""The schemas that every connection has (https://www.sqlite.org/lang_naming.html)."""


def translations(classes: Iterable[type]) -> dict[str, str]:
    """Return the `schema_translate_map` by which the tables of these classes are found in the file.

    It holds for whatever SQLAlchemy compiles; statements that are text already must name the file's tables themselves.
    """
    names = {table.schema for metadata in _metadata(classes) for table in metadata.tables.values()}
    return {name: ONLY_SCHEMA for name in names if name is not None and name.lower() not in OF_SQLITE}


def _metadata(classes: Iterable[type]) -> Iterator[MetaData]:
    for one in classes:
        mapper: Mapper[Any] = inspect(one)
        yield mapper.registry.metadata
        for table in mapper.tables:  # a class may bring a table of another one
            if isinstance(metadata := getattr(table, "metadata", None), MetaData):
                yield metadata
