"""The cause by the error and the state of an instance, without a database: what is special, and what is left over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Computed, FetchedValue, ForeignKey, func, inspect
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, OperationalError, StatementError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    composite,
    make_transient_to_detached,
    mapped_column,
    relationship,
)

from pirate_tui.orm.explanation import access as accesses
from pirate_tui.orm.explanation import failure
from pirate_tui.orm.explanation.access import Access, SessionState, Target
from pirate_tui.orm.explanation.cause import DOCUMENTATION, ERROR_PAGES
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import another_repr, loading_with, refreshing, were_loaded
from pirate_tui.orm.inspection.needs import Need, Needs


class Base(DeclarativeBase):
    """A base."""


@dataclass
class Berth:
    """Where a boat lies."""

    pier: int | None
    place: int | None


class Boat(Base):
    """With columns of each kind."""

    __tablename__ = "boats"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    built: Mapped[str] = mapped_column(server_default="1700")
    doubled: Mapped[int] = mapped_column(Computed("id * 2"))
    checked: Mapped[int] = mapped_column(server_onupdate=FetchedValue())
    moved: Mapped[str] = mapped_column(onupdate=func.now())
    sunk: Mapped[str] = mapped_column(onupdate="no")
    pier: Mapped[int | None]
    place: Mapped[int | None]
    berth: Mapped[Berth] = composite("pier", "place")
    log: Mapped[str | None] = mapped_column(deferred=True)
    oars: Mapped[list["Oar"]] = relationship(back_populates="boat")

    @property
    def shout(self) -> str:
        """What code of the model makes of a column."""
        return self.name.upper()


class Oar(Base):
    """What a boat has several of."""

    __tablename__ = "oars"

    id: Mapped[int] = mapped_column(primary_key=True)
    boat_id: Mapped[int] = mapped_column(ForeignKey("boats.id"))
    boat: Mapped[Boat] = relationship(back_populates="oars")
    eager: Mapped[Boat] = relationship(lazy="joined", viewonly=True)


class Canoe(MappedAsDataclass, Base):
    """A dataclass, whose repr() is made for it."""

    __tablename__ = "canoes"

    id: Mapped[int] = mapped_column(primary_key=True, default=None)
    boat_id: Mapped[int] = mapped_column(ForeignKey("boats.id"), default=None)
    boat: Mapped[Boat] = relationship(default=None)


class Kayak(MappedAsDataclass, Base):
    """A dataclass with a repr() of its own."""

    __tablename__ = "kayaks"

    id: Mapped[int] = mapped_column(primary_key=True, default=None)
    boat_id: Mapped[int] = mapped_column(ForeignKey("boats.id"), default=None)
    boat: Mapped[Boat] = relationship(default=None)

    def __repr__(self) -> str:
        return f"Kayak of {self.boat}"


def greenlet_in(wrapper: Exception) -> Exception:
    """Make an error that came of a MissingGreenlet."""
    wrapper.__cause__ = MissingGreenlet()
    return wrapper


@pytest.mark.parametrize(
    ("error", "attribute", "cause", "link"),
    [
        (ValueError("bad"), "name", "It was raised by a column type or an event listener of the models", DOCUMENTATION),
        (ValueError("WriteOnly"), "name", "It was raised by a column type or an event listener", DOCUMENTATION),
        (ValueError("bad"), "shout", "Boat.shout runs model code (property), which raised ValueError.", DOCUMENTATION),
        (
            OperationalError("SELECT 1", {}, ValueError("no")),
            "name",
            "The database or its driver rejected the statement.",
            f"{ERROR_PAGES}e3q8",
        ),
        (InvalidRequestError("odd"), "name", "raised InvalidRequestError; the traceback shows where.", DOCUMENTATION),
        (InvalidRequestError("odd"), "shout", "raised InvalidRequestError; the traceback shows where.", DOCUMENTATION),
        (MissingGreenlet(), "name", "Boat.name was not loaded with a new Boat, so its", f"{ERROR_PAGES}xd2s"),
        (MissingGreenlet(), "oars", "nothing has loaded its oars, so its first access", f"{ERROR_PAGES}xd2s"),
        (MissingGreenlet(), "shout", "No attribute of a new Boat is the cause: that code", f"{ERROR_PAGES}xd2s"),
    ],
)
def test_an_error_has_its_cause_and_its_page(error: Exception, attribute: str, cause: str, link: str) -> None:
    said = failure(error, Access.of(Boat(), attribute))
    assert cause in said.cause
    assert said.link == link


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MissingGreenlet(), "A bare MissingGreenlet: "),
        (StatementError("no", "SELECT 1", {}, MissingGreenlet()), "A StatementError around a MissingGreenlet: "),
        (greenlet_in(RuntimeError("no")), "A RuntimeError raised by other code because of a MissingGreenlet."),
    ],
)
def test_a_missing_greenlet_is_told_from_what_is_around_it(error: Exception, kind: str) -> None:
    assert failure(error, Access.of(Boat(), "name")).kind.startswith(kind)


@pytest.mark.parametrize(
    ("attribute", "cause"),
    [
        ("built", "The database generates the value of Boat.built"),
        ("doubled", "The database generates the value of Boat.doubled"),
        ("checked", "The database generates the value of Boat.checked"),
        ("moved", "The database generates the value of Boat.moved"),
        ("sunk", "Boat.sunk was expired, but not the rest of Boat 1"),
        ("name", "Boat.name was expired, but not the rest of Boat 1"),
        ("berth", "Boat.berth was expired, but not the rest of Boat 1"),
    ],
)
def test_a_value_that_expired_alone_is_generated_or_was_named(attribute: str, cause: str) -> None:
    boat = Boat(id=1)
    make_transient_to_detached(boat)
    assert failure(MissingGreenlet(), Access.of(boat, attribute)).cause.startswith(cause)


def test_of_code_that_was_stopped_nobody_knows_what_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [need.name for need in Access.of(Boat(id=1), "name").needs.reads] == ["name"]
    monkeypatch.setattr(accesses, "was_stopped", lambda mapped, name: (mapped, name) == (Boat, "shout"))
    assert not Access.of(Boat(id=1), "shout").needs.is_complete


# Code of the model that reads several things, as if it had been run.

WAY = (inspect(Boat).relationships["oars"],)
NAME, LOG, OARS = (Need((), inspect(Boat), name) for name in ("name", "log", "oars"))
OF_OAR, BOAT_OF_OAR, EAGER_OF_OAR = (Need(WAY, inspect(Oar), name) for name in ("boat_id", "boat", "eager"))


def reading(*reads: Need, loaded: Mapping[str, bool | None] | None = None, is_complete: bool = True) -> Access:
    access = replace(
        Access.of(Boat(), "shout"), session=SessionState(expires_on_commit=True, is_active=True, unflushed=())
    )
    return replace(access, needs=Needs(reads, is_complete), loaded_before=loaded or {})


@pytest.mark.parametrize(
    ("access", "were"),
    [
        (reading(NAME, loaded={"name": True}), True),
        (reading(NAME, loaded={"name": None}), None),
        (reading(NAME, loaded={"name": False}), False),
        (reading(NAME, loaded={"name": True}, is_complete=False), False),
        (reading(NAME, OARS, loaded={"name": True, "oars": None}), None),
        (reading(NAME, OARS, loaded={"name": False, "oars": None}), False),
        (reading(NAME, OARS, loaded={"name": True, "oars": True}), True),
        (reading(OF_OAR), True),
        (reading(EAGER_OF_OAR), True),
        (reading(BOAT_OF_OAR), False),
        (reading(NAME, BOAT_OF_OAR, loaded={"name": True}), False),
    ],
)
def test_a_commit_keeps_what_code_reads_where_all_of_it_was_loaded(access: Access, were: bool | None) -> None:  # noqa: FBT001  a parameter
    assert were_loaded(access) is were


@pytest.mark.parametrize(
    ("access", "codes"),
    [
        (reading(NAME), ["await session.refresh(boat)"]),
        (reading(LOG), ['await session.refresh(boat, ["log"])']),
        (reading(NAME, LOG), ['await session.refresh(boat, ["name", "log"])']),
        (reading(NAME, OARS), ['await session.refresh(boat, ["name", "oars"])']),
        (reading(NAME, OF_OAR), []),
        (reading(NAME, is_complete=False), []),
        (reading(), []),
        (replace(reading(NAME), session=None), []),
    ],
)
def test_a_refresh_names_what_does_not_come_with_the_row(access: Access, codes: list[str]) -> None:
    assert [remedy.code for remedy in refreshing(access)] == codes


@pytest.mark.parametrize(
    ("access", "codes"),
    [
        (reading(OARS), ["select(Boat).options(selectinload(Boat.oars))"]),
        (reading(OARS, is_complete=False), []),
        (reading(), []),
    ],
)
def test_options_are_told_where_all_that_is_read_is_known(access: Access, codes: list[str]) -> None:
    assert [remedy.code for remedy in loading_with(access)] == codes


@pytest.mark.parametrize(
    ("instance", "code"),
    [
        (Canoe(), "relationship(repr=False)"),
        (Kayak(), 'def __repr__(self) -> str: return f"Kayak {inspect(self).identity}"'),
        (Oar(), 'def __repr__(self) -> str: return f"Oar {inspect(self).identity}"'),
    ],
)
def test_a_repr_is_written_anew_unless_it_was_generated(instance: Base, code: str) -> None:
    evidence = Evidence.of(MissingGreenlet(), Access.of(instance, "repr()"))
    read = replace(evidence, read=Target.of(inspect(instance), "boat"))
    assert another_repr(read).code == code
