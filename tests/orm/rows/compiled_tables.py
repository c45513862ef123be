"""Tables with every kind of column and key that statements are built for, mapped for one driver and held by no server.

Columns that only one kind of database has are mapped for it alone.
"""

import enum
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    Uuid,
    make_url,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.orm import registry, relationship
from sqlalchemy.types import Double, TypeEngine, UserDefinedType

from pirate_tui.domain.entity import Column as ColumnName
from pirate_tui.domain.entity import Entity
from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.reflection.probe import Table as Probed


DRIVERS = ("sqlite+aiosqlite", "postgresql+psycopg", "postgresql+asyncpg", "mysql+asyncmy")
"""One for each dialect that statements are compiled for; only those of PostgreSQL make them differ."""

CASTS_TO_FLOAT = (10, 11)
"""A version of MariaDB."""

ROW_IDS = {"sqlite": "rowid", "postgresql": "ctid", "mysql": None}


class Rig(enum.Enum):
    """Has values that are no names."""

    SLOOP = 1
    BRIG = 2


class Point(UserDefinedType[Any]):
    """A type that SQLAlchemy knows nothing of."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        """The type as DDL writes it."""
        return "POINT"


COLLATED = (
    String(80, "NOCASE")
    .with_variant(String(80, "C"), "postgresql")
    .with_variant(String(80, "utf8mb4_bin"), "mysql", "mariadb")
)

KINDS: Mapping[str, TypeEngine[Any]] = {
    "name": COLLATED,
    "note": Text(),
    "rank": Integer(),
    "tons": Float(),
    "draft": Double(),
    "price": Numeric(12, 2),
    "seal": LargeBinary(16),
    "chart": LargeBinary(),
    "built": Date(),
    "sailed": DateTime(),
    "watch": Time(),
    "rig": Enum(Rig, name="rig"),
    "state": Enum("afloat", "sunk", name="state", native_enum=False),
    "cargo": JSON(),
    "is_lost": Boolean(),
    "code": Uuid(),
}
"""Columns of every kind of database."""

OWN_KINDS: Mapping[str, Mapping[str, TypeEngine[Any]]] = {
    "sqlite": {},
    "postgresql": {
        "seen": postgresql.TIMESTAMP(timezone=True),
        "voyage": postgresql.INTERVAL(),
        "nick": postgresql.CITEXT(),
        "facts": postgresql.JSONB(),
        "ports": postgresql.ARRAY(Text),
        "spot": Point(),
    },
    "mysql": {"flags": mysql.BIT(8), "sails": mysql.SET("main", "jib"), "year": mysql.YEAR()},
}

NOT_NULL = frozenset({"name", "is_lost"})

KEY_KINDS = ("name", "tons", "draft", "price", "seal", "built", "sailed", "watch", "rig", "is_lost", "code")
"""Kinds of which a key is made as well, each alone."""

OWN_KEY_KINDS: Mapping[str, Sequence[str]] = {
    "sqlite": (),
    "postgresql": ("seen", "voyage", "facts", "spot"),
    "mysql": ("flags", "sails", "year"),
}


class Offline(NamedTuple):
    """The classes of one driver, with its dialect."""

    dialect: Dialect
    catalog: Catalog
    probed: Mapping[str, Probed]
    """What the database would say of each class's table."""

    def entity(self, name: str) -> Entity:
        """The class of that name."""
        return self.catalog.named(name)

    def column(self, entity: str, name: str) -> ColumnName:
        """A column of a class."""
        return next(column for column in self.entity(entity).columns if column.name == name)

    @property
    def kinds(self) -> Mapping[str, TypeEngine[Any]]:
        """The columns of `Ship` beside its key."""
        return {**KINDS, **OWN_KINDS[self.dialect.name]}

    @property
    def key_kinds(self) -> Sequence[str]:
        """The kinds of which a key is made, the class being `KeyedBy…`."""
        return (*KEY_KINDS, *OWN_KEY_KINDS[self.dialect.name])


def dialect_of(driver: str) -> Dialect:
    """Make the dialect of a driver, with parameters by name (`:at_value`) so that people can read the statements."""
    kind: Any = make_url(f"{driver}://").get_dialect()
    dialect = kind(paramstyle="named")
    if dialect.name == "mysql":  # what it learns of a server that can CAST(... AS FLOAT)
        dialect.server_version_info = CASTS_TO_FLOAT
        with suppress(AttributeError):  # SQLAlchemy 2.0 goes by the version
            dialect._support_float_cast = True  # noqa: SLF001
    made: Dialect = dialect
    return made


@cache
def offline(driver: str) -> Offline:
    """Map the classes for a driver; nothing is connected to."""
    dialect = dialect_of(driver)
    kinds = {**KINDS, **OWN_KINDS[dialect.name]}
    tables = MetaData()
    classes = [
        *_fleet(tables, kinds),
        *(_keyed_by(name, kinds[name], tables) for name in (*KEY_KINDS, *OWN_KEY_KINDS[dialect.name])),
        _mapped("Berth", _composite("berths", tables)),
        _mapped("Loose", _composite("loose", tables)),
        _mapped("Adrift", _composite("adrift", tables)),
    ]
    catalog = Catalog(classes)
    probed = {catalog.name(mapper): _probed(mapper.local_table) for mapper in catalog.mappers}
    # Tables whose keys the database keeps neither unique nor from being NULL, with and without numbers of rows.
    probed["Loose"] = probed["Loose"]._replace(is_strict=False, row_id=ROW_IDS[dialect.name])
    probed["Adrift"] = probed["Adrift"]._replace(is_strict=False, not_null=frozenset())
    return Offline(dialect, catalog, probed)


def _fleet(tables: MetaData, kinds: Mapping[str, TypeEngine[Any]]) -> list[type]:
    """Make a class with every kind of column, what it is related to, and a subclass in its own table."""
    mapping = registry(metadata=tables)
    fleets = Table("fleets", tables, Column("id", Integer, primary_key=True), Column("name", String(40)))
    columns = [Column(name, kind, nullable=name not in NOT_NULL) for name, kind in kinds.items()]
    fleet_id: Column[Any] = Column("fleet_id", ForeignKey("fleets.id"))
    ships = Table("ships", tables, Column("id", Integer, primary_key=True), fleet_id, *columns)
    visits = Table(
        "visits",
        tables,
        Column("ship_id", ForeignKey("ships.id"), primary_key=True),
        Column("harbor_id", ForeignKey("harbors.id"), primary_key=True),
    )
    harbors = Table("harbors", tables, Column("id", Integer, primary_key=True), Column("name", String(40)))
    fleet, ship, harbor, sunk = (type(name, (), {}) for name in ("Fleet", "Ship", "Harbor", "Vessel"))
    wreck = type("Wreck", (sunk,), {})
    mapping.map_imperatively(fleet, fleets, properties={"ships": relationship(ship)})
    mapping.map_imperatively(ship, ships, properties={"harbors": relationship(harbor, secondary=visits)})
    mapping.map_imperatively(harbor, harbors)
    vessels = Table("vessels", tables, Column("id", Integer, primary_key=True), Column("type", String(20)))
    mapping.map_imperatively(sunk, vessels, polymorphic_on="type", polymorphic_identity="vessel")
    mapping.map_imperatively(wreck, inherits=sunk, polymorphic_identity="wreck")
    return [fleet, ship, harbor, sunk, wreck]


def _keyed_by(name: str, kind: TypeEngine[Any], tables: MetaData) -> type:
    """Make a class whose key is one column of that kind."""
    return _mapped(f"KeyedBy_{name}", Table(f"keyed_by_{name}", tables, Column("key", kind, primary_key=True)))


def _composite(name: str, tables: MetaData) -> Table:
    """Make a table with a key of two columns and one that may be NULL."""
    keys: list[Column[Any]] = [
        Column("deck", String(20), primary_key=True),
        Column("number", Integer, primary_key=True),
    ]
    return Table(name, tables, *keys, Column("cost", Integer))


def _mapped(name: str, table: Table) -> type:
    mapped = type(name, (), {})
    registry().map_imperatively(mapped, table)
    return mapped


def _probed(table: Any) -> Probed:
    """What a database says of a table that is as it is mapped."""
    key = frozenset(column.name for column in table.primary_key)
    not_null = frozenset(column.name for column in table.columns if not column.nullable)
    columns = frozenset(column.name for column in table.columns)
    return Probed(table.name, not_null, key, is_strict=True, row_id=None, columns=columns)
