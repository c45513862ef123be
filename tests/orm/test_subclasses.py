"""Subclasses in the list of models: what each is a subclass of, and no number of rows that is not its own."""

# ruff: noqa: RUF012  `__mapper_args__` as SQLAlchemy has it

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pirate_tui.domain.entity import Bound
from pirate_tui.domain.query import Query
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.orm.schemas import is_postgresql
from tests.servers import Target, load, run


class Base(DeclarativeBase):
    """The models of this file."""


class Payment(Base):
    """All payments, of whatever kind."""

    __tablename__ = "payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "payment"}


class CardPayment(Payment):
    """Joined: its table's keys are some of its parent's."""

    __tablename__ = "card_payment"

    id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    __mapper_args__ = {"polymorphic_identity": "card"}


class CashPayment(Payment):
    """In its parent's table."""

    __mapper_args__ = {"polymorphic_identity": "cash"}


class OldPayment(Payment):
    """Concrete: a table of its own, and none of its rows in its parent's."""

    __tablename__ = "old_payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    __mapper_args__ = {"concrete": True, "polymorphic_identity": "old"}


class Receipt(Base):
    """Another class for the same table, and of the same rows."""

    __table__ = Payment.__table__


MODELS = [CashPayment, Payment, CardPayment, OldPayment, Receipt]

COUNTS = {"Payment": 1_050, "CardPayment": 525, "OldPayment": 3, "Receipt": 1_050}


def rows() -> Iterator[dict[str, Any]]:
    """Every other payment by card."""
    return ({"id": n, "kind": ("card", "cash")[n % 2]} for n in range(1, COUNTS["Payment"] + 1))


@pytest.fixture
async def database(target: Target, open_models: OpenModels) -> OrmDatabase:
    given: dict[Any, Any] = {
        Payment: rows(),
        CardPayment: ({"id": row["id"]} for row in rows() if row["kind"] == "card"),
        OldPayment: [{"id": 10**6 * n, "kind": "old"} for n in (1, 2, 3)],
    }
    await load(target, Base.metadata, given)
    if isinstance(target, Server):
        keyword = "" if is_postgresql(target) else "TABLE "
        await run(target, *(f"ANALYZE {keyword}{table}" for table in Base.metadata.tables))
    return await open_models(target, MODELS)


async def test_a_size_is_never_that_of_other_rows(database: OrmDatabase) -> None:
    sizes = await database.models.sizes()
    assert sizes.keys() == COUNTS.keys(), "in its parent's table, nothing is known of a subclass's rows"
    for name, rows_there in COUNTS.items():
        told = sizes[name]
        is_true = {
            Bound.EXACT: told.rows == rows_there,
            Bound.ABOUT: told.rows == pytest.approx(rows_there, rel=0.3),
            Bound.AT_MOST: told.rows >= rows_there,
            Bound.MORE_THAN: told.rows < rows_there,
        }
        assert is_true[told.bound], (name, told)
        assert await database.rows.count(Query(await database.models.entity(name))) == rows_there


async def test_a_subclass_says_of_what(database: OrmDatabase) -> None:
    assert {choice.name: choice.base for choice in database.models.choices} == {
        "Payment": "",
        "CardPayment": "Payment",
        "CashPayment": "Payment",
        "OldPayment": "Payment",
        "Receipt": "",
    }
