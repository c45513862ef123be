"""What the package knows of SQLAlchemy that is not public."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from inspect import getattr_static
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import pytest
import sqlmodel
from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    Float,
    ForeignKey,
    NullPool,
    bindparam,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.exc import IntegrityError, InvalidRequestError, MissingGreenlet, SQLAlchemyError, StatementError
from sqlalchemy.ext.associationproxy import AssociationProxy, _AssociationCollection, association_proxy
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import (
    AppenderQuery,
    DeclarativeBase,
    DynamicMapped,
    InstanceState,
    InstrumentedAttribute,
    Mapped,
    MapperProperty,
    WriteOnlyCollection,
    WriteOnlyMapped,
    configure_mappers,
    mapped_column,
    raiseload,
    registry,
    relationship,
    selectin_polymorphic,
    selectinload,
    undefer,
    undefer_group,
)
from sqlalchemy.orm.collections import collection_adapter
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.util import greenlet_spawn

from pirate_tui.orm.errors import MISSING_GREENLET, REFUSED, forget
from tests.canaries.page import canary


class Base(DeclarativeBase):
    """Of these tests alone."""


class Port(Base):
    """The parent."""

    __tablename__ = "ports"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    boats: Mapped[list["Boat"]] = relationship(back_populates="port")
    refused: Mapped[list["Boat"]] = relationship(lazy="raise", viewonly=True)
    queried: DynamicMapped["Boat"] = relationship(viewonly=True)
    written: WriteOnlyMapped["Boat"] = relationship(viewonly=True)
    names: AssociationProxy[list[str]] = association_proxy("boats", "name")


class Boat(Base):
    """The child."""

    __tablename__ = "boats"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    port_id: Mapped[int] = mapped_column(ForeignKey("ports.id"))
    port: Mapped[Port] = relationship(back_populates="boats")


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    """A database with one port and its two boats."""
    made = create_async_engine("sqlite+aiosqlite://")
    async with made.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(made) as session:
        session.add(Port(id=1, name="Tortuga", boats=[Boat(id=1, name="Pearl"), Boat(id=2, name="Interceptor")]))
        await session.commit()
    yield made
    await made.dispose()


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session on it."""
    async with AsyncSession(engine) as made:
        yield made


@pytest.fixture
async def port(session: AsyncSession) -> Port:
    """The port, of which only columns are loaded."""
    return await session.get_one(Port, 1)


@contextmanager
def raised(access: Callable[[], object]) -> Iterator[SQLAlchemyError]:
    """The error of an access without await, until the end of the block."""
    with pytest.raises(SQLAlchemyError) as info:
        access()
    try:
        yield info.value
    finally:
        forget(info.value)  # else a coroutine that it has left behind is warned of


def code_of(access: Callable[[], object]) -> str | None:
    """The code of the error of an access without await."""
    with raised(access) as error:
        return error.code


def frames(error: BaseException) -> Iterator[FrameType]:
    """Those of its traceback."""
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def names_in(error: BaseException) -> set[str]:
    """The functions of SQLAlchemy in its traceback."""
    return {frame.f_code.co_name for frame in frames(error) if "sqlalchemy" in frame.f_code.co_filename}


def refuse(*_: object) -> NoReturn:
    """A listener, or the creator of a pool, that lets nothing through."""
    raise ZeroDivisionError


# Engines, pools and dialects.


@canary("cursor._rows")
async def test_an_adapted_cursor_holds_its_rows(engine: AsyncEngine) -> None:
    counts = list[int]()
    event.listen(engine.sync_engine, "after_cursor_execute", lambda *call: counts.append(len(call[1]._rows)))
    async with engine.connect() as connection:
        await connection.execute(select(Boat.id))
    assert counts == [2]
    for name in ("postgresql+psycopg", "postgresql+asyncpg", "mysql+asyncmy"):
        dialect = create_async_engine(f"{name}://host/base").dialect
        module = sys.modules[type(dialect).__module__]
        cursor = getattr(module, f"AsyncAdapt_{dialect.driver}_cursor")
        assert hasattr(cursor, "_rows"), name


@canary("dialect._send_false_to_ping")
def test_asyncmy_is_pinged_as_it_is_told() -> None:
    dialect = create_async_engine("mysql+asyncmy://host/base").dialect
    assert "_send_false_to_ping" in dir(dialect)
    dialect._send_false_to_ping = True  # type: ignore[attr-defined]
    assert vars(dialect)["_send_false_to_ping"] is True


@canary("dialect.do_ping")
async def test_a_ping_goes_through_the_dialect() -> None:
    engine = create_async_engine("sqlite+aiosqlite://", pool_pre_ping=True)
    async with engine.connect():
        pass
    with raised(engine.sync_engine.connect) as error:
        assert "do_ping" in names_in(error)
    async with engine.connect():
        pass  # the one before is lost
    ping = engine.dialect.do_ping
    engine.dialect.do_ping = refuse  # type: ignore[method-assign,assignment]
    with pytest.raises(ZeroDivisionError):
        async with engine.connect():
            pass
    engine.dialect.do_ping = ping  # type: ignore[method-assign]
    await engine.dispose()


@canary("dialect.do_terminate")
async def test_a_dialect_terminates_a_connection(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        held = await connection.get_raw_connection()
        raw = held.dbapi_connection
        await greenlet_spawn(engine.sync_engine.dialect.do_terminate, raw)
        assert raw is not None
        with pytest.raises(ValueError, match="no active connection"):
            await held.driver_connection.execute("SELECT 1")  # type: ignore[union-attr]
        await connection.invalidate()


@canary("dialect.set_readonly")
@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_dialects_of_postgresql_set_readonly(driver: str) -> None:
    class Adapted:
        """A connection as the dialect sees it: that of asyncpg is told by an attribute."""

        readonly = False

        def set_read_only(self, value: bool) -> None:  # noqa: FBT001  as psycopg has it
            """Tell the one of psycopg."""
            self.readonly = value

    dialect, connection = create_async_engine(f"postgresql+{driver}://host/base").dialect, Adapted()
    dialect.set_readonly(connection, True)  # type: ignore[attr-defined]
    assert connection.readonly


@canary("dialect.do_rollback")
async def test_a_connection_is_reset_through_the_dialect(engine: AsyncEngine) -> None:
    ended: list[Any] = []
    engine.dialect.do_rollback = ended.append  # type: ignore[method-assign,assignment]
    async with engine.connect():
        pass
    assert ended


@canary("dispatch.begin.parent_listeners")
def test_listeners_of_a_class_are_told_from_those_of_an_engine() -> None:
    engine = create_engine("sqlite://")
    event.listen(engine, "begin", refuse)
    assert not engine.dispatch.begin.parent_listeners
    event.listen(Engine, "begin", refuse)
    try:
        assert list(engine.dispatch.begin.parent_listeners) == [refuse]
    finally:
        event.remove(Engine, "begin", refuse)


@canary("_ClsLevelDispatch._clslevel")
def test_listeners_of_all_connections_are_found() -> None:
    event.listen(Connection, "begin", refuse)
    try:
        assert list(Connection.dispatch.begin._clslevel[Connection]) == [refuse]  # type: ignore[attr-defined]
    finally:
        event.remove(Connection, "begin", refuse)


@canary("engine.pool")
async def test_an_engine_takes_another_pool(engine: AsyncEngine) -> None:
    pool, engine.sync_engine.pool = engine.sync_engine.pool, NullPool(refuse)
    try:
        with pytest.raises(ZeroDivisionError):
            async with engine.connect():
                pass
    finally:
        engine.sync_engine.pool = pool


@canary("Engine.before_execute")
def test_listeners_of_all_engines_come_and_go() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        event.listen(Engine, "before_execute", refuse)
        event.listen(Engine, "do_connect", refuse)
        try:
            with pytest.raises(ZeroDivisionError):
                connection.execute(select(1))
            with pytest.raises(ZeroDivisionError):
                create_engine("sqlite://").connect()
        finally:
            event.remove(Engine, "do_connect", refuse)
            event.remove(Engine, "before_execute", refuse)
        assert connection.scalar(select(1)) == 1
    engine.dispose()


@canary("sqlalchemy.util.greenlet_spawn")
async def test_greenlet_spawn_awaits(engine: AsyncEngine) -> None:
    def connect() -> bool:
        with engine.sync_engine.connect() as connection:
            return connection.closed

    assert not await greenlet_spawn(connect)


# Sessions.


@canary("do_orm_execute")
async def test_the_event_comes_before_autoflush_and_connection(session: AsyncSession) -> None:
    session.add(Port(id=2, name="Nassau"))
    event.listen(session.sync_session, "do_orm_execute", refuse)
    with pytest.raises(ZeroDivisionError):
        await session.execute(select(Port))
    assert len(session.new) == 1
    transaction = session.sync_session.get_transaction()
    assert transaction is None or not transaction._connections


@canary("before_flush")
async def test_a_listener_stops_a_flush_before_its_transaction(session: AsyncSession) -> None:
    session.add(Port(id=2, name="Nassau"))
    event.listen(session.sync_session, "before_flush", refuse)
    with pytest.raises(ZeroDivisionError):
        await session.flush()
    assert session.is_active
    assert len(session.new) == 1


@canary("SessionTransaction._connections")
async def test_a_transaction_holds_its_connections(session: AsyncSession) -> None:
    connection = await session.connection()
    transaction = session.sync_session.get_transaction()
    assert transaction is not None
    held = {one for one, *_ in transaction._connections.values()}
    assert held == {connection.sync_connection}


@canary("identity_map._modified")
async def test_the_identity_map_holds_what_is_modified(session: AsyncSession, port: Port) -> None:
    port.name = "Nassau"
    session.sync_session.identity_map._modified.discard(inspect(port))
    assert not session.dirty


@canary("BindParameter.effective_value")
def test_a_parameter_asks_its_callable() -> None:
    parameter: BindParameter[int] = bindparam("one", callable_=lambda: 7)
    assert parameter.callable is not None
    assert parameter.effective_value == 7


# Instances and their state.


def watch(monkeypatch: pytest.MonkeyPatch, name: str) -> list[dict[str, Any]]:
    """What instances held when a method of their state was called."""
    held, method = list[dict[str, Any]](), getattr(InstanceState, name)

    def watched(state: InstanceState[Any], dict_: dict[str, Any], *more: Any, **named: Any) -> Any:
        held.append(dict(dict_))
        return method(state, dict_, *more, **named)

    monkeypatch.setattr(InstanceState, name, watched)
    return held


@canary("InstanceState._modified_event")
def test_a_change_goes_through_the_state(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    held = watch(monkeypatch, "_modified_event")
    port.name = "Nassau"
    assert [one["name"] for one in held] == ["Tortuga"]


@canary("InstanceState._expire", "InstanceState._expire_attributes")
def test_expiry_goes_through_the_state(session: AsyncSession, port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    all_of_it, some_of_it = watch(monkeypatch, "_expire"), watch(monkeypatch, "_expire_attributes")
    session.expire(port, ["name"])
    assert [one["name"] for one in some_of_it] == ["Tortuga"]
    assert inspect(port).expired_attributes == {"name"}
    session.expire_all()
    assert [one["id"] for one in all_of_it] == [1]
    other = Port(id=3, name="Nassau")
    inspect(other)._expire_attributes(vars(other), {"name"})
    assert "name" not in vars(other)


@canary("InstanceState.__dict__", "InstanceState.committed_state")
def test_a_state_is_a_plain_object(port: Port) -> None:
    state = inspect(port)
    before = dict(vars(state))
    port.name = "Nassau"
    assert state.committed_state == {"name": "Tortuga"}
    assert state.modified
    vars(state).clear()
    vars(state).update(before)
    assert not state.modified
    state.committed_state.clear()
    assert not state.attrs["name"].history.has_changes()


@canary("InstanceState.load_path", "InstanceState.load_options")
async def test_a_state_knows_how_it_was_loaded(session: AsyncSession) -> None:
    (port,) = await session.scalars(select(Port).options(selectinload(Port.boats)))
    assert inspect(Port.boats).property in inspect(port.boats[0]).load_path.path
    assert inspect(port).load_path.path[0] is inspect(Port)
    assert inspect(port).load_options


@canary("instance._sa_instance_state")
def test_an_instance_holds_its_state(port: Port) -> None:
    assert vars(port)["_sa_instance_state"] is inspect(port)
    assert "_sa_instance_state" not in inspect(Port).attrs


@canary(
    "collection._sa_adapter",
    "CollectionAdapter.invalidated",
    "CollectionAdapter.clear_without_event",
    "CollectionAdapter.append_multiple_without_event",
)
def test_a_collection_has_an_adapter() -> None:
    boat = Boat(id=1, name="Pearl")
    port = Port(id=1, name="Tortuga", boats=[boat])
    boats = port.boats
    adapter = collection_adapter(boats)
    assert adapter is not None
    assert boats._sa_adapter is adapter  # type: ignore[attr-defined]
    adapter.clear_without_event()
    assert boats == []
    assert boat.port is port
    adapter.append_multiple_without_event([boat])
    assert boats == [boat]
    inspect(port)._expire_attributes(vars(port), {"boats"})
    assert adapter.invalidated
    adapter.invalidated = False
    assert not adapter.invalidated


@canary("sqlalchemy.ext.associationproxy._AssociationCollection")
def test_an_association_proxy_gives_a_collection() -> None:
    port = Port(id=1, name="Tortuga", boats=[Boat(id=1, name="Pearl")])
    assert isinstance(port.names, _AssociationCollection)
    assert len(port.names) == 1


@canary("Base._sa_registry")
def test_a_base_holds_its_registry() -> None:
    assert isinstance(getattr_static(sqlmodel.SQLModel, "_sa_registry"), registry)
    assert isinstance(getattr_static(Base, "registry"), registry)
    made = registry()
    assert getattr_static(made.generate_base(), "registry") is made


@canary("ClassManager.new_instance")
def test_an_instance_is_made_without_its_constructor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Port, "__init__", refuse)
    made = inspect(Port).class_manager.new_instance()
    assert isinstance(made, Port)
    assert inspect(made).transient


@canary("AttributeImpl.get")
def test_a_query_relationship_is_given_by_its_impl(port: Port) -> None:
    state = inspect(port)
    assert isinstance(Port.queried.impl.get(state, state.dict), AppenderQuery)
    assert isinstance(Port.written.impl.get(state, state.dict), WriteOnlyCollection)


@canary("sqlalchemy.sql.base.ExecutableOption")
def test_loader_options_are_executable_options() -> None:
    assert isinstance(selectinload(Port.boats), ExecutableOption)


# Errors: what their frames, classes, codes and messages say.


@canary("InstrumentedAttribute.__get__")
async def test_a_read_has_a_frame_of_its_own(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    with raised(lambda: port.boats) as error:
        (found,) = (frame for frame in frames(error) if frame.f_code.co_name == "__get__")
        assert found.f_globals["__name__"] == "sqlalchemy.orm.attributes"
        assert found.f_code.co_filename.endswith("attributes.py")
        assert found.f_code.co_varnames[0] == "self"
        assert (found.f_locals["instance"], found.f_locals["self"].key) == (port, "boats")
    reads, get = list[str](), InstrumentedAttribute.__get__

    def watched(attribute: InstrumentedAttribute[Any], instance: Any, owner: Any) -> Any:
        reads.append(attribute.key)
        return get(attribute, instance, owner)

    monkeypatch.setattr(InstrumentedAttribute, "__get__", watched)
    assert port.name == "Tortuga"
    assert reads == ["name"]


@canary("AppenderQuery.attr")
async def test_a_query_has_frames_of_its_own(port: Port) -> None:
    accesses: dict[str, Callable[[], object]] = {
        "queried": lambda: list(port.queried),
        "written": lambda: list(port.written),
    }
    for name, access in accesses.items():
        with pytest.raises((SQLAlchemyError, TypeError)) as info:
            access()
        found = [
            frame.f_locals["self"]
            for frame in frames(info.value)
            if frame.f_code.co_filename.endswith(("dynamic.py", "writeonly.py"))
            and frame.f_code.co_varnames[0] == "self"
        ]
        forget(info.value)
        assert [(query.instance, query.attr.key) for query in found[-1:]] == [(port, name)]


@canary("pool._create_connection", "Engine.engine")
async def test_a_connect_has_a_frame_of_its_own(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'any.db'}")
    with raised(engine.sync_engine.connect) as error:
        assert "_create_connection" in names_in(error)
        held = [
            frame.f_locals.get("self")
            for frame in frames(error)
            if str(frame.f_globals.get("__name__")).startswith("sqlalchemy.")
        ]
    assert engine.url in [one.engine.url for one in held if isinstance(one, (Engine, Connection))]
    await engine.dispose()


@canary("Session._autoflush")
async def test_an_autoflush_has_a_frame_of_its_own(session: AsyncSession, port: Port) -> None:
    session.add(Port(id=2, name="Nassau"))
    with raised(lambda: port.boats) as error:
        assert "_autoflush" in names_in(error)


@canary("MapperProperty.parent")
def test_an_error_of_a_mapping_has_its_property_in_a_frame() -> None:
    class Other(DeclarativeBase):
        """With a mapping that is wrong."""

    class Wrong(Other):
        __tablename__ = "wrong"
        id: Mapped[int] = mapped_column(primary_key=True)
        nobody: Mapped[list["Nobody"]] = relationship()  # type: ignore[name-defined]  # noqa: F821

    with raised(Other.registry.configure) as error:
        held = [frame.f_locals.get(name) for frame in frames(error) for name in ("self", "prop", "mapper")]
    assert (Wrong, "nobody") in [(one.parent.class_, one.key) for one in held if isinstance(one, MapperProperty)]
    Other.registry.dispose()
    configure_mappers()


@canary("MissingGreenlet.__init__")
async def test_errors_are_constructed_by_their_class(
    session: AsyncSession, port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = list[type]()
    for kind in (MissingGreenlet, StatementError, DetachedInstanceError, InvalidRequestError):
        monkeypatch.setattr(kind, "__init__", noticing(kind, found))
    code_of(lambda: port.boats)
    code_of(lambda: port.refused)
    session.expunge_all()
    code_of(lambda: port.boats)
    assert {MissingGreenlet, InvalidRequestError, DetachedInstanceError} <= {*found}
    with pytest.raises(StatementError):
        await session.execute(select(Port.id).where(Port.id == bindparam("missing")))
    assert StatementError in found


def noticing(kind: type[Exception], found: list[type]) -> Callable[..., None]:
    """The constructor of that class, which also says that it was called."""
    construct = kind.__init__

    def construct_noticed(error: Exception, *given: Any, **named: Any) -> None:
        found.append(kind)
        construct(error, *given, **named)

    return construct_noticed


@canary("xd2s")
async def test_a_missing_greenlet_has_its_code(port: Port) -> None:
    assert code_of(lambda: port.boats) == MISSING_GREENLET


@canary("is not available due to")
async def test_a_refusal_is_told_by_its_message(port: Port) -> None:
    with raised(lambda: port.refused) as error:
        assert type(error) is InvalidRequestError
        assert REFUSED in str(error)


@canary("autoflush")
async def test_an_autoflush_is_told_by_its_message(session: AsyncSession) -> None:
    session.add(Boat(id=1, name="Pearl", port_id=1))
    with pytest.raises(IntegrityError, match="autoflush"):
        await session.execute(select(Port))


@canary("WriteOnly")
async def test_a_write_only_collection_is_told_by_its_message(port: Port) -> None:
    with pytest.raises(TypeError, match="WriteOnly"):
        list(port.written)


@canary("ClauseElement.__visit_name__")
def test_statements_and_types_have_a_visit_name() -> None:
    statements = (insert(Port), update(Port), delete(Port))
    assert [statement.__visit_name__ for statement in statements] == ["insert", "update", "delete"]
    inserts = (postgresql.insert(Port), mysql.insert(Port))
    assert [one.__visit_name__ for one in inserts] == ["insert", "insert"]
    dialect = create_async_engine("postgresql+psycopg://host/base").dialect
    kind = Float().dialect_impl(dialect)
    assert isinstance(kind, Float) or kind.__visit_name__ == "float"


@canary("Select._generate_cache_key")
def test_selects_of_the_same_text_have_the_same_cache_key() -> None:
    selects = (select(Boat).where(Boat.id == 1), select(Boat).where(Boat.id == 2), select(Boat.id).where(Boat.id == 1))
    first, second, other = (key.key for one in selects if (key := one._generate_cache_key()) is not None)
    assert first == second
    assert hash(first) == hash(second)
    assert first != other


@canary(
    "Select._with_options",
    "Load.context",
    "relationship:_sa_default",
    "undefer_group_",
    "selectinload_polymorphic",
)
def test_a_query_tells_its_options() -> None:
    boats = Port.boats.property
    options = (
        selectinload(Port.boats).options(undefer(Boat.name), undefer_group("papers")),
        selectin_polymorphic(Port, [Port]),
        raiseload("*"),
    )
    loading, classes, every = select(Port).options(*options)._with_options
    parts = [
        (part.path.path[-1], dict(part.strategy or ()), dict(part.local_opts).get("undefer_group_papers"))
        for part in loading.context  # type: ignore[attr-defined]
    ]
    assert parts == [
        (inspect(Boat), {"lazy": "selectin"}, None),
        (inspect(Boat).column_attrs["name"], {"deferred": False, "instrument": True}, None),
        ("column:*", {}, True),
    ]
    assert all(part.path.path[1] is boats for part in loading.context)  # type: ignore[attr-defined]
    (polymorphic,) = classes.context  # type: ignore[attr-defined]
    assert "selectinload_polymorphic" in dict(polymorphic.strategy)
    assert polymorphic.local_opts["entities"] == (inspect(Port),)
    assert (every.path, dict(every.strategy)) == (("relationship:_sa_default",), {"lazy": "raise"})  # type: ignore[attr-defined]
