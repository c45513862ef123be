"""Mapped classes of every kind, by theme; each module has its MODELS and the ROWS of their tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from sqlalchemy import Table, create_engine, insert, inspect


Rows: TypeAlias = Mapping["type | Table", Sequence[dict[str, Any]]]
"""What is inserted by Core into a table, or into that of a class."""


def make_database(module: ModuleType, path: Path) -> Path:
    """A SQLite file with the tables and rows of one of these modules; its path."""
    engine = create_engine(f"sqlite:///{path}")
    tables = {given if isinstance(given, Table) else inspect(given).local_table: given for given in module.ROWS}
    for table in tables:
        table.metadata.create_all(engine)
    with engine.begin() as connection:
        for table, given in tables.items():
            connection.execute(insert(table), module.ROWS[given])
    engine.dispose()
    return path
