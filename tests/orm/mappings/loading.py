"""When things are loaded: each `lazy`, deferred columns, expressions, composites and synonyms."""

# ruff: noqa: A003  `id` within a class is its column

import warnings
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.exc import SADeprecationWarning
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    WriteOnlyMapped,
    column_property,
    composite,
    configure_mappers,
    deferred,
    mapped_column,
    query_expression,
    relationship,
    synonym,
)

from tests.orm.mappings import Rows


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


def seen(lazy: Any, **options: Any) -> Any:
    """A relationship loaded so."""
    return relationship("Leaf", viewonly=True, lazy=lazy, **options)


class Tree(Base):
    """To-many by each strategy."""

    __tablename__ = "trees"

    id: Mapped[int] = mapped_column(primary_key=True)
    select: Mapped[list["Leaf"]] = seen("select")
    selectin: Mapped[list["Leaf"]] = seen("selectin")
    joined: Mapped[list["Leaf"]] = seen("joined")
    subquery: Mapped[list["Leaf"]] = seen("subquery")
    immediate: Mapped[list["Leaf"]] = seen("immediate")
    raised: Mapped[list["Leaf"]] = seen("raise")
    raised_on_sql: Mapped[list["Leaf"]] = seen("raise_on_sql")
    noload: Mapped[list["Leaf"]] = seen("noload")
    yes: Mapped[list["Leaf"]] = seen(True)
    no: Mapped[list["Leaf"]] = seen(False)
    none: Mapped[list["Leaf"]] = seen(None)
    dynamic: DynamicMapped["Leaf"] = relationship(viewonly=True)
    write_only: WriteOnlyMapped["Leaf"] = relationship(viewonly=True)
    first: Mapped["Leaf | None"] = seen("select", uselist=False, order_by="Leaf.id")

    @property
    def every(self) -> list["Leaf"]:
        """Of the query."""
        return list(self.dynamic)

    @property
    def to_select(self) -> Any:
        """Of the write-only collection: a statement, and no instances."""
        return self.write_only.select()


def up(lazy: Any) -> Any:
    """A many-to-one loaded so."""
    return relationship(Tree, viewonly=True, lazy=lazy)


class Leaf(Base):
    """To-one by each strategy; without a tree, and with one that is not there."""

    __tablename__ = "leaves"

    id: Mapped[int] = mapped_column(primary_key=True)
    tree_id: Mapped[int | None] = mapped_column(ForeignKey("trees.id"))
    select: Mapped[Tree | None] = up("select")
    selectin: Mapped[Tree | None] = up("selectin")
    raised: Mapped[Tree | None] = up("raise")
    raised_on_sql: Mapped[Tree | None] = up("raise_on_sql")
    noload: Mapped[Tree | None] = up("noload")


class Twig(Base):
    """To-one that are loaded with it, one by one."""

    __tablename__ = "twigs"

    id: Mapped[int] = mapped_column(primary_key=True)
    tree_id: Mapped[int | None] = mapped_column(ForeignKey("trees.id"))
    joined: Mapped[Tree | None] = up("joined")
    subquery: Mapped[Tree | None] = up("subquery")
    immediate: Mapped[Tree | None] = up("immediate")
    late: Mapped[Tree | None] = up("select")


@dataclass
class Point:
    """A composite."""

    east: int | None
    north: int | None


@dataclass
class Line:
    """A composite of composites."""

    start: Point
    end: Point

    @classmethod
    def of(cls, *four: int | None) -> "Line":
        """From its columns."""
        return cls(Point(*four[:2]), Point(*four[2:]))

    def __composite_values__(self) -> tuple[int | None, ...]:
        """Its columns."""
        return (self.start.east, self.start.north, self.end.east, self.end.north)


class Chart(Base):
    """Columns and what is made of them."""

    __tablename__ = "charts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column("nm")
    notes: Mapped[str | None] = mapped_column(deferred=True, deferred_group="long")
    more: Mapped[str | None] = mapped_column(deferred=True, deferred_group="long")
    secret: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    x1: Mapped[int | None]
    y1: Mapped[int | None]
    x2: Mapped[int | None]
    y2: Mapped[int | None] = mapped_column(deferred=True)
    start: Mapped[Point] = composite("x1", "y1")
    end: Mapped[Point] = composite("x2", "y2")
    line: Mapped[Line] = composite(Line.of, "x1", "y1", "x2", "y2")
    nothing: Mapped[Point | None] = composite(lambda x, y: None if x is None else Point(x, y), "x1", "y1")
    title: Mapped[str] = synonym("name")
    titles: Mapped[str] = synonym("title")
    described: Mapped[str] = synonym("name", descriptor=property(lambda self: f"<{self.name}>"))
    hidden: Mapped[str | None] = synonym("notes")
    guarded: Mapped[str | None] = synonym("secret")
    next_id: Mapped[int | None] = mapped_column(ForeignKey("charts.id"))
    next: Mapped["Chart | None"] = relationship(remote_side=id)
    follow: Mapped["Chart | None"] = synonym("next")
    asked: Mapped[int | None] = query_expression()
    answered: Mapped[int | None] = query_expression(func.abs(-3))
    whole: Mapped[str] = column_property(name + " chart")
    late: Mapped[str] = deferred(name + " late")
    refused: Mapped[str] = column_property(name + "!", deferred=True, raiseload=True)

    kept: Literal["not a column"] = "not a column"


Chart.leaves = column_property(select(func.count(Leaf.id)).correlate_except(Leaf).scalar_subquery())
Chart.trees = column_property(select(func.count(Tree.id)).scalar_subquery(), deferred=True)

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SADeprecationWarning)  # of `noload`, on 2.1
    configure_mappers()

MODELS = [Tree, Leaf, Twig, Chart]

FULL = {"nm": "north", "notes": "n", "more": "m", "secret": "s", "x1": 1, "y1": 2, "x2": 3, "y2": 4}
EMPTY = {"nm": "empty", "notes": None, "more": None, "secret": None, "x1": None, "y1": None, "x2": None, "y2": None}

ROWS: Rows = {
    Tree: [{"id": 1}, {"id": 2}],
    Leaf: [{"id": 1, "tree_id": 1}, {"id": 2, "tree_id": None}, {"id": 3, "tree_id": 9}],
    Twig: [{"id": 1, "tree_id": 1}, {"id": 2, "tree_id": None}, {"id": 3, "tree_id": 9}],
    Chart: [{"id": 1, "next_id": None, **FULL}, {"id": 2, "next_id": 1, **EMPTY}],
}
