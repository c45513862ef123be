"""Mapped classes as entities."""

from sqlalchemy import Column as TableColumn
from sqlalchemy import ForeignKey, Numeric, String, Table, func, select
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    WriteOnlyMapped,
    column_property,
    mapped_column,
    relationship,
)

from pirate_tui.domain.entity import Column, Relationship
from pirate_tui.orm.entities import Catalog


class Base(DeclarativeBase):
    """The models of this file."""


LANDINGS = Table(
    "landings",
    Base.metadata,
    TableColumn("island_id", ForeignKey("islands.id"), primary_key=True),
    TableColumn("port_id", ForeignKey("ports.id"), primary_key=True),
)


class Island(Base):
    """An attribute that is not called as its column is, and one that is no column."""

    __tablename__ = "islands"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column("label", String(20))
    height: Mapped[float] = mapped_column(Numeric(5, 2))
    ports: Mapped[list["Port"]] = relationship(secondary=LANDINGS, lazy="selectin")


class Port(Base):
    """Both sides of one class."""

    __tablename__ = "ports"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ports.id"))
    parent: Mapped["Port | None"] = relationship(remote_side="Port.id", back_populates="parts")
    parts: Mapped[list["Port"]] = relationship(back_populates="parent")
    number = column_property(select(func.count()).select_from(LANDINGS).scalar_subquery())


class Harbour(Base):
    """Relationships that hold a query, and one that holds instances."""

    __tablename__ = "harbours"

    id: Mapped[int] = mapped_column(primary_key=True)
    port_id: Mapped[int] = mapped_column(ForeignKey("ports.id"))
    port: Mapped[Port] = relationship()
    berths: DynamicMapped["Berth"] = relationship()
    ships: WriteOnlyMapped["Berth"] = relationship(viewonly=False, overlaps="berths")


class Berth(Base):
    """What a harbour has."""

    __tablename__ = "berths"

    id: Mapped[int] = mapped_column(primary_key=True)
    harbour_id: Mapped[int] = mapped_column(ForeignKey("harbours.id"))


def test_a_relationship_that_holds_a_query_says_how_to_select_by_it() -> None:
    (harbour, *_) = Catalog([Harbour, Port, Berth]).entities
    assert [(one.name, one.is_query, one.query) for one in harbour.relationships] == [
        ("port", False, ""),
        ("berths", True, "berths.statement"),
        ("ships", True, "ships.select()"),
    ]


def test_columns_go_by_their_attributes_and_only_the_tables_own() -> None:
    island, port = Catalog([Island, Port]).entities
    assert (island.name, island.table) == ("Island", "islands")
    assert island.columns == (
        Column("id", "Integer()", is_key=True, is_numeric=True),
        Column("title", "String(length=20)", is_key=False, is_numeric=False, is_text=True),
        Column("height", "Numeric(precision=5, scale=2)", is_key=False, is_numeric=True),
    )
    assert [column.name for column in port.columns] == ["id", "parent_id"]


def test_relationships_say_where_they_lead_and_how() -> None:
    island, port = Catalog([Island, Port]).entities
    assert island.relationships == (
        Relationship("ports", "Port", uselist=True, direction="many to many", lazy="selectin"),
    )
    assert {(one.name, one.direction, one.uselist) for one in port.relationships} == {
        ("parent", "many to one", False),
        ("parts", "one to many", True),
    }


def test_entities_come_in_the_order_given_and_lead_back_to_their_mappers() -> None:
    catalog = Catalog([Port, Island])
    assert [entity.name for entity in catalog.entities] == ["Port", "Island"]
    for entity in catalog.entities:
        assert catalog.entity(catalog.mapper(entity)) is entity
