"""Code that is not ours raises what it likes: it is named, and nothing ends because of it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, Engine, ForeignKey, Sequence, String, TypeDecorator, event, func, insert, select
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, object_session, relationship

from pirate_tui.domain.access import AccessMode, AttributeRequest, Scenario, Verdict
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.domain.statements import Statement
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.user_code.foreign import (
    FOREIGN_ERRORS,
    Cancelled,
    described,
    error_name,
    is_foreign,
    message_of,
    repr_of,
    reraise_ours,
)
from tests.orm.conftest import OpenModels
from tests.orm.verdicts import named


class InvalidTokenError(Exception):
    """As a library for encryption raises it."""


class Mute(Exception):  # noqa: N818  it is about what it says
    """One whose own text raises."""

    def __str__(self) -> str:
        return str(1 // 0)


class Stop(BaseException):
    """As gevent's Timeout and trio's Cancelled are: no `Exception`."""


RAISED: list[BaseException] = [
    *(InvalidTokenError(), SystemExit(3), GeneratorExit(), asyncio.CancelledError(), Mute(), Stop()),
    BaseExceptionGroup("several", [Stop()]),
]


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Encrypted(TypeDecorator[str]):
    """Raises an error of its own on what was written with another key."""

    impl = String
    cache_ok = True
    raised: BaseException = InvalidTokenError()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's
        """Only what was written with this key."""
        if value is not None and not value.startswith("key1:"):
            raise Encrypted.raised
        return value


class Account(Base):
    """The secret of the first was written with another key."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str | None] = mapped_column(Encrypted())
    bank_id: Mapped[int | None] = mapped_column(ForeignKey("banks.id"))

    @property
    def numbered(self) -> Any:
        """Asks for something that is no clause."""
        session = object_session(self)
        assert session is not None
        return session.scalar(Sequence("numbers"))


class Bank(Base):
    """Whose accounts cannot all be read."""

    __tablename__ = "banks"
    id: Mapped[int] = mapped_column(primary_key=True)
    accounts: Mapped[list[Account]] = relationship()


@pytest.fixture(params=RAISED, ids=lambda error: type(error).__name__)
def raised(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> BaseException:
    """What the column type raises."""
    error: BaseException = request.param
    monkeypatch.setattr(Encrypted, "raised", error)
    return error


@pytest.fixture
async def database(tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    path = tmp_path / "accounts.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE banks (id INTEGER PRIMARY KEY);
            CREATE TABLE accounts (id INTEGER PRIMARY KEY, secret TEXT, bank_id INTEGER);
            INSERT INTO banks VALUES (1);
            INSERT INTO accounts VALUES (1, 'key2:abc', 1), (2, 'key1:ok', 1);
        """)
    return await open_models(path, [Account, Bank])


async def test_a_value_whose_type_raises_anything_is_marked_and_the_rest_of_its_row_is_shown(
    database: OrmDatabase, raised: BaseException
) -> None:
    rows = (await database.rows.page(Query(database.models.catalog.entities[0]), Seek())).rows
    assert [row.cells[1].text for row in rows] == ["key2:abc", "key1:ok"]
    assert [row.cells[1].is_type_mismatch for row in rows] == [True, False], raised


async def test_an_instance_whose_type_raises_anything_cannot_be_loaded_and_says_what_was_raised(
    database: OrmDatabase, raised: BaseException
) -> None:
    with pytest.raises(BrowserError, match="Account 1 cannot be loaded") as error:
        await database.instances.load_instance(database.models.catalog.entities[0], (1,))
    assert error_name(raised) in error.value.message
    assert (await database.instances.load_instance(database.models.catalog.entities[0], (2,))).label == "Account 2"


async def test_an_access_whose_type_raises_anything_is_a_failure(database: OrmDatabase, raised: BaseException) -> None:
    bank = database.models.catalog.entities[1]
    await database.instances.load_instance(bank, (1,))
    failure = (await database.instances.access(AttributeRequest(bank, "accounts", AccessMode.SAFE))).failure
    assert failure is not None
    assert (failure.name, failure.verdict) == (error_name(raised), Verdict.RAISES)
    assert (await database.instances.load_instance(database.models.catalog.entities[0], (2,))).label == "Account 2"


async def test_what_cannot_be_compiled_is_asked_for_all_the_same(database: OrmDatabase) -> None:
    account = database.models.catalog.entities[0]
    assert named(await database.instances.load_instance(account, (2,)), "numbered").verdict is Verdict.IO
    assert (await database.instances.predict("numbered")).remedy
    accessed = await database.instances.access(AttributeRequest(account, "numbered", AccessMode.UNSAFE))
    assert accessed.verdict in {Verdict.IO, Verdict.RAISES}  # SQLAlchemy 2.0 sees before any IO that SQLite has none


@contextmanager
def listening(target: Any, name: str, listener: Any) -> Iterator[None]:
    """Within the block the target has a listener more."""
    event.listen(target, name, listener)
    yield
    event.remove(target, name, listener)


@pytest.fixture
async def audited() -> AsyncIterator[None]:
    """Every session writes something before it commits, as audits do."""
    with listening(Session, "before_commit", lambda session: session.execute(insert(Bank))):
        yield


@pytest.mark.usefixtures("audited")
@pytest.mark.parametrize("scenario", Scenario)
async def test_models_that_write_at_each_commit_can_be_browsed(database: OrmDatabase, scenario: Scenario) -> None:
    snapshot = await database.instances.apply_scenario(database.models.catalog.entities[1], (1,), scenario)
    assert snapshot.scenario is scenario
    await database.instances.access(AttributeRequest(database.models.catalog.entities[1], "id", AccessMode.SAFE))


async def test_a_statement_outside_of_any_step_of_ours_has_a_cause_in_the_log(
    database: OrmDatabase, told: list[Statement]
) -> None:
    async with database._connections.engine.connect() as connection:  # noqa: SLF001  as a listener may
        await connection.execute(select(func.count(Bank.id)))
    assert told[-1].cause == "a listener of the models"


@pytest.mark.parametrize("raising", RAISED, ids=lambda error: type(error).__name__)
async def test_whatever_a_listener_of_the_engine_raises_is_trouble_and_no_end(
    database: OrmDatabase, raising: BaseException
) -> None:
    def refuse(*_: Any) -> None:
        raise raising

    with listening(Engine, "before_cursor_execute", refuse), pytest.raises(BrowserError) as trouble:
        await database.rows.count(Query(database.models.catalog.entities[0]))
    assert error_name(raising) in trouble.value.message
    assert await database.rows.count(Query(database.models.catalog.entities[0])) == 2


def test_an_error_is_named_with_its_module_unless_everybody_knows_it() -> None:
    assert error_name(InvalidTokenError()) == f"{__name__}.InvalidTokenError"
    assert error_name(ValueError()) == "ValueError"
    assert error_name(asyncio.CancelledError()) == "CancelledError"
    assert described(ValueError("no such colour")) == "ValueError: no such colour"
    assert described(InvalidTokenError()) == f"{__name__}.InvalidTokenError"


def test_an_error_that_cannot_say_anything_is_named_all_the_same() -> None:
    assert message_of(Mute()) == "<its __str__ raised ZeroDivisionError>"


def test_a_value_that_cannot_say_anything_is_named_by_its_class() -> None:
    class Secretive:
        def __repr__(self) -> str:
            raise SystemExit

    assert repr_of(Secretive()) == "<Secretive>"


async def test_a_cancel_that_somebody_asked_for_passes() -> None:
    async def work() -> str:
        try:
            await asyncio.Event().wait()
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
        return "taken for the models' own"

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_ours_is_not_taken_for_foreign() -> None:
    assert not is_foreign(BrowserError("a reason", "a way out"))
    assert not is_foreign(KeyboardInterrupt())
    assert not is_foreign(Cancelled())
    with pytest.raises(ZeroDivisionError) as raised:
        str(Mute())
    assert is_foreign(raised.value)  # raised by a line of this file


async def test_a_bug_of_ours_inside_a_question_is_not_hidden(database: OrmDatabase) -> None:
    async def question() -> None:
        database.models.catalog.named("nobody")  # raises KeyError, in a line of ours

    with pytest.raises(KeyError):
        await database._connections.run(question)  # noqa: SLF001
