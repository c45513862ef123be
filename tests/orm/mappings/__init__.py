"""Mapped classes of every kind, by theme; each module has its MODELS and the ROWS of their tables."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Table  # noqa: TC002  an alias is read at run time


Rows: TypeAlias = Mapping["type | Table", Sequence[dict[str, Any]]]
"""What is inserted by Core into a table, or into that of a class."""
