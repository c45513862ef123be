"""No lint fires on mappings that do not hurt, and none fires twice."""

import pytest

from pirate_tui.domain.lints import LINT_RULES
from tests.orm.lints.sources import HEAD, lints_in, load
from tests.orm.lints.test_fixes import CASES, CREW, NODE, REPR, TWO_JOINED, ship


BACK = 'ship: Mapped[Ship] = relationship(back_populates="sailors")'

PORTS = (
    HEAD
    + """
class Port(Base):
    __tablename__ = "ports"
    id: Mapped[int] = mapped_column(primary_key=True)
    at_home: Mapped[list[Ship]] = relationship(foreign_keys="Ship.home_id", back_populates="home")
    open_ships: Mapped[list[Ship]] = relationship(
        primaryjoin="and_(Port.id == foreign(Ship.home_id), Ship.id > 5)", viewonly=True
    )
    expected: Mapped[list[Ship]] = relationship(foreign_keys="Ship.target_id")

class Ship(Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("ports.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("ports.id"))
    home: Mapped[Port] = relationship(foreign_keys=[home_id], back_populates="at_home")
"""
)

ROOT = """
    @property
    def root(self):
        return self.parent.root if self.parent else self
"""

QUIET = {
    "nothing": ship(""),
    "two sides that know": ship('back_populates="ship"', "", BACK),
    "a backref": ship('backref="ship"'),
    "the database deletes": ship('cascade="all, delete-orphan", passive_deletes=True'),
    "no cascade of deletes": ship('cascade="save-update, merge"'),
    "a cascade to one": ship(
        "", "", 'ship: Mapped[Ship] = relationship(cascade="all", single_parent=True, viewonly=False)'
    ).replace("sailors: Mapped[list[Sailor]] = relationship()", ""),
    "read, and loaded with it": ship('lazy="selectin"', REPR + CREW),
    "read, and refused": ship('lazy="raise"', CREW),
    "read of columns": ship("", "def __repr__(self):\n        return self.name"),
    "followed to any depth, which no mapping loads": NODE.replace("PARENT", "remote_side=[id]").replace("CODE", ROOT),
    "onupdate of Python": ship("", "changed: Mapped[str | None] = mapped_column(onupdate=lambda: 'now')"),
    "a server's default": ship("", "made: Mapped[str | None] = mapped_column(server_default=func.now())"),
    "eager_defaults": ship(
        "",
        "changed: Mapped[str | None] = mapped_column(onupdate=func.now())\n"
        '    __mapper_args__ = {"eager_defaults": True}',
    ),
    "one joined collection": ship('lazy="joined"'),
    "two collections, one joined": ship('lazy="joined"', TWO_JOINED.replace("joined", "selectin")),
    "other foreign keys": PORTS,
    "a cascade that no foreign key could do": HEAD
    + """
class Soft(Base):
    __tablename__ = "softs"
    id: Mapped[int] = mapped_column(primary_key=True)
    bits: Mapped[list[Bit]] = relationship(primaryjoin="Soft.id == foreign(Bit.soft)", cascade="all")

class Bit(Base):
    __tablename__ = "bits"
    id: Mapped[int] = mapped_column(primary_key=True)
    soft: Mapped[int]
""",
    "a cascade to rows of two tables": HEAD
    + """
class Fleet(Base):
    __tablename__ = "fleets"
    id: Mapped[int] = mapped_column(primary_key=True)
    vehicles: Mapped[list[Vehicle]] = relationship(cascade="all")

class Vehicle(Base):
    __tablename__ = "vehicles"
    id: Mapped[int] = mapped_column(primary_key=True)
    fleet_id: Mapped[int] = mapped_column(ForeignKey("fleets.id"))

class Car(Vehicle):
    __tablename__ = "cars"
    id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), primary_key=True)
""",
    "a view of the same": ship("viewonly=True", "", "ship: Mapped[Ship] = relationship()"),
}


@pytest.mark.parametrize("source", QUIET.values(), ids=QUIET.keys())
def test_what_does_not_hurt_is_not_linted(source: str) -> None:
    assert lints_in(load(source)) == []


def test_a_joined_collection_of_a_joined_collection_does_not_multiply() -> None:
    below = """
    ships_id: Mapped[int | None]
    boats: Mapped[list[Boat]] = relationship(lazy="joined")
"""
    boat = """
class Boat(Base):
    __tablename__ = "boats"
    id: Mapped[int] = mapped_column(primary_key=True)
    sailor_id: Mapped[int] = mapped_column(ForeignKey("sailors.id"))
"""
    assert lints_in(load(ship('lazy="joined"', "", below) + boat)) == []


@pytest.mark.parametrize(("depth", "expected"), [("", 0), (", join_depth=1", 1)])
def test_a_class_that_joins_itself_does_so_to_its_depth(depth: str, expected: int) -> None:
    """Without a depth SQLAlchemy does not join a class to itself."""
    others = """
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ships.id"))
    parent: Mapped[Ship | None] = relationship(remote_side=[id], lazy="joined"DEPTH)
"""
    source = ship('lazy="joined"', others.replace("DEPTH", depth))
    lints = [lint.reason for lint in lints_in(load(source)) if lint.rule.name == "joined-product"]
    assert len(lints) == expected
    assert lints == ["one JOIN returns sailors x parent.sailors rows for each Ship"][:expected]


def test_subclasses_do_not_repeat_the_lints_of_their_base() -> None:
    frigate = """
class Frigate(Ship):
    guns: Mapped[int | None]
"""
    source = ship('cascade="all"', CREW + "\n    changed: Mapped[str | None] = mapped_column(onupdate=func.now())")
    lints = [(lint.rule.name, lint.model, lint.attribute) for lint in lints_in(load(source + frigate))]
    assert sorted(lints) == [
        ("cascade-loads", "Ship", "sailors"),
        ("lazy-read", "Ship", "sailors"),
        ("stale-after-update", "Ship", "changed"),
    ]


def test_a_column_is_linted_in_the_class_that_has_it() -> None:
    """Also where a mixin has defined it, of which each class has a copy."""
    mixin = """
class Stamped:
    changed: Mapped[str | None] = mapped_column(onupdate=func.now())

class Boat(Stamped, Base):
    __tablename__ = "boats"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
    (lint,) = lints_in(load(HEAD + mixin))
    assert (lint.model, lint.attribute) == ("Boat", "changed")


def test_a_foreign_key_that_cascades_already_is_not_part_of_the_fix() -> None:
    source = ship('cascade="all"').replace('ForeignKey("ships.id")', 'ForeignKey("ships.id", ondelete="cascade")')
    (lint,) = lints_in(load(source))
    assert lint.fix == "sailors = relationship(..., passive_deletes=True)"


def test_a_key_of_which_no_attribute_is_mapped_is_named_by_its_column() -> None:
    source = ship('cascade="all"')
    table = """
    __table__ = Table(
        "sailors", Base.metadata, Column("id", Integer, primary_key=True), Column("ship_id", ForeignKey("ships.id"))
    )
    __mapper_args__ = {"exclude_properties": ["ship_id"]}
"""
    tail = source.index("class Sailor(Base):")
    source = source[:tail].replace("import Column,", "import Integer, Column,") + f"class Sailor(Base):{table}"
    (lint,) = lints_in(load(source))
    assert lint.fix.splitlines()[1] == ('Sailor.ship_id = mapped_column(ForeignKey("ships.id", ondelete="CASCADE"))')


def test_joins_are_followed_to_a_limit() -> None:
    """A chain of classes, each joined to the next, of which the first has two collections at its ends."""
    chain = "".join(
        f"""
class C{number}(Base):
    __tablename__ = "c{number}"
    id: Mapped[int] = mapped_column(primary_key=True)
    next_id: Mapped[int] = mapped_column(ForeignKey("c{number + 1}.id"))
    next: Mapped[C{number + 1}] = relationship(lazy="joined")
"""
        for number in range(4)
    )
    end = """
class C4(Base):
    __tablename__ = "c4"
    id: Mapped[int] = mapped_column(primary_key=True)
    left: Mapped[list[Leaf]] = relationship(lazy="joined")
    right: Mapped[list[Leaf]] = relationship(lazy="joined", viewonly=True)

class Leaf(Base):
    __tablename__ = "leaves"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("c4.id"))
"""
    lints = [(lint.model, lint.attribute) for lint in lints_in(load(HEAD + chain + end))]
    assert lints == [("C2", "next"), ("C3", "next"), ("C4", "right")]


def test_what_the_mapper_has_already_is_not_taken_away_by_the_fix() -> None:
    source = ship(
        "",
        "changed: Mapped[str | None] = mapped_column(onupdate=func.now())\n"
        '    __mapper_args__ = {"version_id_col": None}',
    )
    [lint] = lints_in(load(source))
    assert lint.fix == '__mapper_args__ = {..., "eager_defaults": True}'


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES.values()} == LINT_RULES.keys()
