"""Code of the models that writes when it is read, or listens, on every driver: nothing of it reaches the rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import pytest
from sqlalchemy import ColumnElement, Engine, String, TypeDecorator, delete, event, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column, object_session

from pirate_tui.domain.access import AccessMode, AttributeRequest, Scenario, Verdict
from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.connection.url import Server
from tests.orm.conftest import OpenModels
from tests.orm.verdicts import named
from tests.servers import Target, load, read


Act: TypeAlias = Callable[[Session], Any]


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Buoy(Base):
    """Its property does what a test tells it to."""

    __tablename__ = "buoys"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(20))

    act: Act = staticmethod(lambda _: None)

    @property
    def acts(self) -> Any:
        """Does it."""
        session = object_session(self)
        assert session is not None
        return type(self).act(session)


ROWS = [{"id": 1, "name": "bell"}, {"id": 2, "name": "light"}]


def flush(session: Session) -> None:
    session.add(Buoy(id=9, name="x"))
    session.flush()


def commit(session: Session) -> None:
    next(one for one in session if isinstance(one, Buoy)).name = "x"
    session.commit()


def in_a_session_of_its_own(session: Session) -> None:
    with Session(session.connection().engine) as another:
        another.execute(delete(Buoy))
        another.commit()


def by_the_engine(session: Session) -> None:
    with session.connection().engine.begin() as connection:
        connection.execute(text("DELETE FROM buoys"))


def hiding_the_error(session: Session) -> None:
    for _ in range(2):
        try:
            session.connection().exec_driver_sql("DELETE FROM buoys")
            session.commit()
        except Exception:  # noqa: BLE001  that is what it is about
            session.commit()


def expunge(session: Session) -> None:
    session.expunge(next(one for one in session if isinstance(one, Buoy)))


def assign_all(session: Session) -> None:
    for one in session:
        if isinstance(one, Buoy):
            one.name = "x"


NOT_WRITING: dict[str, Act] = {
    "assign": assign_all,
    "expunge": expunge,
    "close": lambda session: session.close(),
    "expire": lambda session: session.expire_all(),
    "add": lambda session: session.add(Buoy(id=9, name="x")),
}
"""What leaves something in the session, or takes it out, and sends nothing."""


ACTS: dict[str, Act] = {
    "text": lambda session: session.execute(text("UPDATE buoys SET name = 'x'")),
    "driver's SQL": lambda session: session.connection().exec_driver_sql("DELETE FROM buoys"),
    "update": lambda session: session.execute(update(Buoy).values(name="x")),
    "insert": lambda session: session.connection().execute(insert(Buoy).values(id=9, name="x")),
    "query": lambda session: session.query(Buoy).delete(),
    "bulk": lambda session: session.bulk_save_objects([Buoy(id=9, name="x")]),
    "flush": flush,
    "commit": commit,
    "another session": in_a_session_of_its_own,
    "engine": by_the_engine,
    "hidden": hiding_the_error,
}


@pytest.mark.parametrize("act", ACTS)
async def test_what_a_property_writes(
    target: Target, open_models: OpenModels, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    await load(target, Base.metadata, {Buoy: ROWS})
    monkeypatch.setattr(Buoy, "act", staticmethod(ACTS[act]))
    database = await open_models(target, [Buoy])
    buoy = await database.models.entity("Buoy")
    for _ in range(2):  # the class can be read afterwards, and it is tried once more
        await database.instances.load_instance(buoy, (1,))
        try:
            accessed = await database.instances.access(AttributeRequest(buoy, "acts", AccessMode.SAFE))
        except BrowserError as error:
            assert error.message  # noqa: PT017  one that hides the error gives none
        else:
            assert act == "hidden" or accessed.failure is not None
    assert await read(target, "SELECT id, name FROM buoys ORDER BY id") == [(1, "bell"), (2, "light")]


@pytest.mark.parametrize("act", NOT_WRITING)
async def test_what_a_property_does_to_its_session_is_taken_back(
    target: Target, open_models: OpenModels, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    await load(target, Base.metadata, {Buoy: ROWS})
    monkeypatch.setattr(Buoy, "act", staticmethod(NOT_WRITING[act]))
    database = await open_models(target, [Buoy])
    buoy = await database.models.entity("Buoy")
    for _ in range(2):
        snapshot = await database.instances.load_instance(buoy, (1,))
        assert named(snapshot, "acts").verdict is Verdict.NONE
        value = named(snapshot, "name").value
        assert value is not None
        assert value.text == "bell"
        accessed = await database.instances.access(AttributeRequest(buoy, "acts", AccessMode.UNSAFE))
        assert (accessed.verdict, accessed.failure) == (Verdict.NONE, None)
    assert await read(target, "SELECT id, name FROM buoys ORDER BY id") == [(1, "bell"), (2, "light")]


@contextmanager
def listening(owner: Any, name: str, listener: Callable[..., Any], **options: bool) -> Iterator[None]:
    event.listen(owner, name, listener, **options)
    try:
        yield
    finally:
        event.remove(owner, name, listener)


def delete_buoys(*given: Any, **_: Any) -> None:
    session = next(one for one in given if isinstance(one, Session))
    session.execute(text("DELETE FROM buoys"))


def delete_instead(state: ORMExecuteState) -> Any:
    return state.invoke_statement(delete(Buoy)) if state.is_select else None


def rewrite(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
    return (statement.replace("SELECT buoys.id", "DELETE FROM buoys; SELECT buoys.id"), parameters)


LISTENERS: dict[str, tuple[Any, str, Callable[..., Any], dict[str, bool]]] = {
    "after_begin": (Session, "after_begin", delete_buoys, {}),
    "do_orm_execute": (Session, "do_orm_execute", delete_instead, {}),
    "before_cursor_execute": (Engine, "before_cursor_execute", rewrite, {"retval": True}),
}


@pytest.mark.parametrize("name", LISTENERS)
async def test_what_a_listener_writes(target: Target, open_models: OpenModels, name: str) -> None:
    await load(target, Base.metadata, {Buoy: ROWS})
    database = await open_models(target, [Buoy])
    buoy = await database.models.entity("Buoy")
    owner, event_name, listener, options = LISTENERS[name]
    with listening(owner, event_name, listener, **options), pytest.raises(BrowserError):
        await database.instances.load_instance(buoy, (1,))
    await database.instances.load_instance(buoy, (1,))
    assert await read(target, "SELECT id, name FROM buoys ORDER BY id") == [(1, "bell"), (2, "light")]


def add(buoy: Buoy, *_: Any) -> None:
    session = object_session(buoy)
    if session is not None and all(one.id != 9 for one in session.new if isinstance(one, Buoy)):
        session.add(Buoy(id=9, name="x"))


def assign(buoy: Buoy, *_: Any) -> None:
    buoy.name = "x"


PASSED_OVER: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "load that adds": (Buoy, "load", add),
    "load that assigns": (Buoy, "load", assign),
    "refresh that assigns": (Buoy, "refresh", assign),
    "before_commit": (Session, "before_commit", delete_buoys),
    "after_commit": (Session, "after_commit", delete_buoys),
    "before_flush": (Session, "before_flush", delete_buoys),
    "before_update": (Buoy, "before_update", lambda _mapper, connection, _: connection.execute(delete(Buoy))),
}
"""Listeners that would write when an application commits, which a browser never does."""


@pytest.mark.parametrize("name", PASSED_OVER)
async def test_a_class_whose_listener_writes_is_read_all_the_same(
    target: Target, open_models: OpenModels, name: str
) -> None:
    await load(target, Base.metadata, {Buoy: ROWS})
    database = await open_models(target, [Buoy])
    buoy = await database.models.entity("Buoy")
    owner, event_name, listener = PASSED_OVER[name]
    with listening(owner, event_name, listener):
        for scenario in Scenario:
            assert (await database.instances.apply_scenario(buoy, (1,), scenario)).scenario is scenario
            for mode in AccessMode:
                assert (await database.instances.access(AttributeRequest(buoy, "name", mode))).request.mode is mode
    assert (await database.instances.load_instance(buoy, (2,))).label == "Buoy 2"
    assert await read(target, "SELECT id, name FROM buoys ORDER BY id") == [(1, "bell"), (2, "light")]


class Locked(TypeDecorator[str]):
    """Reading it takes a lock."""

    impl = String
    cache_ok = True

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Through a function that acts."""
        return func.coalesce(func.get_lock("x", 0), func.pg_advisory_lock(1), column)


class Chained(Base):
    """Selecting it calls what acts, though the SELECT itself says nothing of it."""

    __tablename__ = "chained"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Locked(20))


class Emptying(ColumnElement[int]):
    """A construct of the models' own."""

    inherit_cache = True


@compiles(Emptying)
def _compile(*_: Any, **__: Any) -> str:
    return "1; DELETE FROM buoys"


async def test_what_is_only_there_when_a_select_is_compiled_is_seen(
    server: Server, open_models: OpenModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(server, Base.metadata, {Buoy: ROWS, Chained: ROWS})
    monkeypatch.setattr(Buoy, "act", staticmethod(lambda session: session.execute(select(Emptying()))))
    database = await open_models(server, [Buoy, Chained])
    with pytest.raises(BrowserError, match=r"the statement calls (get_lock|pg_advisory_lock)\(\)"):
        await database.instances.load_instance(await database.models.entity("Chained"), (1,))
    buoy = await database.models.entity("Buoy")
    await database.instances.load_instance(buoy, (1,))
    with pytest.raises(BrowserError, match="there are several statements"):
        await database.instances.access(AttributeRequest(buoy, "acts", AccessMode.SAFE))
    assert len(await read(server, "SELECT id FROM buoys")) == 2
