"""Describe a mapped class without its class: its columns, relationships and names."""

import re
from enum import Enum
from keyword import iskeyword
from typing import NamedTuple

from pirate_tui.domain.text import plural


NEVER_LOADED = frozenset({"dynamic", "write_only"})
"""Relationships mapped so hold a query and no instances: https://docs.sqlalchemy.org/en/21/orm/large_collections.html."""


NOLOAD = "noload"
"""A relationship mapped so is never loaded, and empty whatever the database holds
(https://docs.sqlalchemy.org/en/21/orm/queryguide/relationships.html#sqlalchemy.orm.noload)."""


class Column(NamedTuple):
    """A column attribute of a mapped class."""

    name: str
    """The attribute's name on the class, which need not be the column's in the table."""
    type: str
    """The column's type as SQLAlchemy prints it."""
    is_key: bool
    """Whether it is part of the primary key."""
    is_numeric: bool
    """Whether its values are aligned at the right."""
    is_text: bool = False
    """Whether a filter or a search can match a part of its value."""


class Relationship(NamedTuple):
    """A relationship attribute of a mapped class."""

    name: str
    """The attribute's name on the class."""
    target: str
    """The name of the class that it leads to."""
    uselist: bool
    """Whether its value is a collection, and not one instance or None."""
    direction: str
    """SQLAlchemy's word for it, in small letters: one to many, many to one, many to many."""
    lazy: str
    """The loader strategy it is mapped with: `select`, `selectin`, `raise`, ..."""
    query: str = ""
    """How to select what it leads to without loading it, `members.select()`, where the class has a write_only or
    dynamic relationship that does."""

    @property
    def is_query(self) -> bool:
        """Whether it holds a query, and never instances."""
        return self.lazy in NEVER_LOADED


class Entity(NamedTuple):
    """A mapped class: its name, its table, and the attributes a browser can show and follow."""

    name: str
    """The class's name, with as much of its module before it as makes it unique."""
    table: str
    columns: tuple[Column, ...]
    relationships: tuple[Relationship, ...]
    has_awaitable_attrs: bool = True
    """Whether the class has SQLAlchemy's mixin AsyncAttrs."""
    has_key: bool = True
    """Whether the mapper has a primary key. Without one rows can be shown, but no instance can be loaded."""

    @property
    def variable(self) -> str:
        """The name of a variable that holds an instance: `pirate_crew` for `PirateCrew`."""
        return snake_case(self.class_name)

    @property
    def class_name(self) -> str:
        """The class's own name: `Item` for `shop.Item`."""
        return own_name(self.name)

    def relationship(self, name: str) -> Relationship:
        """Return the relationship of that name; raise KeyError where there is none."""
        for relationship in self.relationships:
            if relationship.name == name:
                return relationship
        raise KeyError(f"{self.name} has no relationship {name}")


ONLY_SCHEMA = "main"
"""What SQLite calls the file itself; others would have to be attached (https://www.sqlite.org/lang_attach.html)."""


ALL_SCHEMAS = "*"
"""Stands for all schemas but those of the server itself."""


class ModelInfo(NamedTuple):
    """A mapped class that can be browsed, before anything is read of it."""

    name: str
    """The class's name."""
    table: str
    """Its table, with the schema where the class names one."""
    related: tuple[str, ...] = ()
    """The classes that it leads to, and those that lead to it."""
    problem: str = ""
    """Why it cannot be browsed; empty where it can."""
    note: str = ""
    """Which of its foreign keys are not followed, and why; empty where all are."""
    base: str = ""
    """The mapped class that it is a subclass of; empty where it is of none."""
    schema: str = ""
    """The schema of its table, where several are browsed; empty for the default one."""


class Bound(Enum):
    """How exactly a number of rows is known."""

    EXACT = ""
    ABOUT = "~"
    """The database's own estimate."""
    AT_MOST = "≤"
    MORE_THAN = ">"


class Size(NamedTuple):
    """How many rows a table has, as far as that is known at little cost."""

    rows: int
    bound: Bound

    def __str__(self) -> str:
        return f"{self.bound.value}{plural(self.rows, 'row')}"


def own_name(name: str) -> str:
    """Return the class's own name: `Item` for `shop.Item`, and for `shop.Item#2`, the second of its name there."""
    return name.rpartition(".")[2].partition("#")[0]


def snake_case(name: str) -> str:
    """Return a class's name as a variable's: `PirateCrew` -> `pirate_crew`, `HTTPLog` -> `http_log`, `For` -> `for_`.

    `session` is what the lines that await call the session.
    """
    variable = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return f"{variable}_" if iskeyword(variable) or variable == "session" else variable
