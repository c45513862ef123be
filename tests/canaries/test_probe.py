"""What the probe knows of SQLAlchemy, its drivers, asyncio and FastAPI that is not public."""

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import FrameType
from typing import Any

import asyncmy.connection
import asyncpg.connection
import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Connection,
    Dialect,
    FetchedValue,
    ForeignKey,
    create_engine,
    event,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects.mysql.asyncmy import AsyncAdapt_asyncmy_connection
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.exc import (
    DBAPIError,
    HasDescriptionCode,
    IllegalStateChangeError,
    IntegrityError,
    InvalidRequestError,
    MissingGreenlet,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    InstanceState,
    Mapped,
    Session,
    SessionTransactionOrigin,
    loading,
    mapped_column,
    relationship,
    selectinload,
)
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlalchemy.util import greenlet_spawn

from pirate_tui.orm.errors import forget
from pirate_tui.probe.awaiting import AWAITED, STEPS
from pirate_tui.probe.connections import BOUND, DIFFERENT_LOOP
from pirate_tui.probe.places import STARTERS
from pirate_tui.probe.raising import BUSY, CONCURRENT, FLUSHING
from tests.canaries.page import canary


class Base(DeclarativeBase):
    """Of these tests alone."""


class Port(Base):
    """The parent; one of its boats is the best."""

    __tablename__ = "ports"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    changed: Mapped[str | None] = mapped_column(server_onupdate=FetchedValue())
    best_id: Mapped[int | None] = mapped_column(ForeignKey("boats.id", use_alter=True))
    boats: Mapped[list["Boat"]] = relationship(back_populates="port", foreign_keys="Boat.port_id")
    best: Mapped["Boat | None"] = relationship(foreign_keys=[best_id], post_update=True)


class Boat(Base):
    """The child."""

    __tablename__ = "boats"

    id: Mapped[int] = mapped_column(primary_key=True)
    port_id: Mapped[int | None] = mapped_column(ForeignKey("ports.id"))
    port: Mapped[Port | None] = relationship(back_populates="boats", foreign_keys=[port_id])


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    """A database with two ports, of which the first has a boat."""
    made = create_async_engine("sqlite+aiosqlite://")
    async with made.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(made) as session, session.begin():
        session.add_all([Port(id=1, name="Tortuga", boats=[Boat(id=1)]), Port(id=2, name="Nassau")])
    yield made
    await made.dispose()


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session on it."""
    async with AsyncSession(engine) as made:
        yield made


def state_of(instance: object) -> Any:
    """The state of an instance, with what is private of it."""
    return inspect(instance)


def frames_above() -> list[FrameType]:
    """Those of whoever calls the function that calls this one, innermost first."""
    frame, found = sys._getframe(2), list[FrameType]()
    while frame is not None:
        found.append(frame)
        frame = frame.f_back  # type: ignore[assignment]
    return found


def names_above() -> set[str]:
    """Their functions of SQLAlchemy."""
    return {frame.f_code.co_name for frame in frames_above() if "sqlalchemy" in frame.f_code.co_filename}


def watched(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[tuple[Any, ...]]:
    """The calls of a function, with the names of the functions that have called it as the last argument."""
    real, calls = getattr(owner, name), list[tuple[Any, ...]]()

    def watching(*given: Any, **named: Any) -> Any:
        calls.append((*given, names_above()))
        return real(*given, **named)

    monkeypatch.setattr(owner, name, watching)
    return calls


# Errors.


@canary("HasDescriptionCode.__init__")
def test_all_errors_are_constructed_by_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    constructed = watched(monkeypatch, HasDescriptionCode, "__init__")
    kinds = (MissingGreenlet, DetachedInstanceError, InvalidRequestError, IllegalStateChangeError)
    errors: list[SQLAlchemyError] = [kind("x", code="y") for kind in kinds]
    errors += [StatementError("x", "SELECT", {}, None), DBAPIError("x", None, ValueError())]
    assert [call[0] for call in constructed] == errors
    assert {error.code for error in errors[:4]} == {"y"}
    assert all(error.args == ("x",) for error in errors[:4])


@canary("isce", "Session is already flushing")
async def test_concurrent_use_is_told_by_code_and_message(session: AsyncSession) -> None:
    def flush_again(sync: Session, *_: object) -> None:
        with pytest.raises(InvalidRequestError) as raised:
            sync.flush()
        assert (raised.value.args, raised.value.code) == ((FLUSHING,), None)

    event.listen(session.sync_session, "before_flush", flush_again)
    session.add(Boat())
    await session.flush()

    def close(sync: Session, _transaction: object, _connection: Connection) -> None:
        with pytest.raises(IllegalStateChangeError) as raised:
            sync.close()
        assert raised.value.code == CONCURRENT

    await session.rollback()
    event.listen(session.sync_session, "after_begin", close)
    await session.get(Port, 1)


# Loads.


@canary("loading.instances", "loading._new_runid", "InstanceState.runid")
async def test_loads_are_numbered(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = watched(monkeypatch, loading, "instances")
    first = loading._new_runid()
    port = await session.get_one(Port, 1)
    second = loading._new_runid()
    other = (await session.scalars(select(Port).where(Port.id == 2).options(selectinload(Port.boats)))).one()
    assert first < state_of(port).runid < second < state_of(other).runid < loading._new_runid()
    assert len(loads) == 3, "of the relationship too"
    assert {call[1].session for call in loads} == {session.sync_session}
    new = Port(id=3, name="Oran")
    session.add(new)
    await session.flush()
    assert state_of(new).runid is None


@canary("QueryContext.refresh_state", "load_options._lazy_loaded_from")
async def test_a_load_knows_what_it_is_for(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    port = await session.get_one(Port, 1)
    loads = watched(monkeypatch, loading, "instances")
    await session.refresh(port)
    await session.run_sync(lambda _: port.boats)
    await session.scalars(select(Port))
    state = state_of(port)
    assert [call[1].refresh_state for call in loads] == [state, None, None]
    assert [call[1].load_options._lazy_loaded_from for call in loads] == [None, state, None]


@canary("InstanceState._load_expired")
async def test_an_expired_instance_is_loaded_in_a_frame_of_its_own(session: AsyncSession) -> None:
    boat = await session.get_one(Boat, 1)
    port = await session.get_one(Port, 1)
    session.expire(port)
    with pytest.raises(SQLAlchemyError) as raised:
        assert boat.port
    trace, held = raised.value.__traceback__, list[object]()
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "_load_expired":
            held.append(trace.tb_frame.f_locals["self"])
        trace = trace.tb_next
    assert held == [state_of(port)]
    forget(raised.value)


# Sessions.


@canary("InstanceState._instance_dict", "identity_map._wr")
async def test_a_detached_instance_refers_to_its_identity_map(session: AsyncSession) -> None:
    port, boat = await session.get_one(Port, 1), await session.get_one(Boat, 1)
    held: Any = session.sync_session.identity_map
    reference = held._wr
    states = [state_of(port), state_of(boat)]
    assert all(state._instance_dict is reference for state in states)
    session.expunge(boat)
    del held
    await session.close()
    gc.collect()
    assert states[0]._instance_dict is reference, "though it is gone"
    assert states[1]._instance_dict is not reference
    assert session.sync_session.identity_map._wr is not reference


@canary("Session.hash_key")
def test_sessions_are_numbered() -> None:
    assert len({Session().hash_key for _ in range(10)}) == 10


@canary("Session.expire_all", "Session._conditional_expire")
async def test_expiring_goes_through_functions_of_the_session(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything, one = watched(monkeypatch, Session, "expire_all"), watched(monkeypatch, Session, "_conditional_expire")
    port = await session.get_one(Port, 1)
    await session.commit()
    await session.refresh(port)
    session.expire(port)
    await session.refresh(port, ["name"])
    session.expire_all()
    assert [call[0] for call in everything] == [session.sync_session]
    state = state_of(port)
    assert [call[1] for call in one] == [state, state], "not of single attributes, nor at a commit"
    assert ["refresh" in call[-1] for call in one] == [True, False]
    assert "expire" in one[1][-1]


@canary("Session._expunge_states", "Session.expunge_all", "Session._close_impl")
async def test_a_session_lets_go_through_its_functions(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    some, everything = watched(monkeypatch, Session, "_expunge_states"), watched(monkeypatch, Session, "expunge_all")
    port = await session.get_one(Port, 1)
    session.expunge(port)
    assert [list(call[1]) for call in some] == [[state_of(port)]]
    assert "expunge" in some[0][-1]
    session.expunge_all()
    await session.close()
    await session.reset()
    assert ["_close_impl" in call[-1] for call in everything] == [False, True, True]


@canary("SessionTransactionOrigin.SUBTRANSACTION")
async def test_a_flush_that_fails_rolls_back_a_transaction_of_its_own(session: AsyncSession) -> None:
    origins = list[SessionTransactionOrigin]()
    event.listen(session.sync_session, "after_soft_rollback", lambda _, one: origins.append(one.origin))
    session.add(Port(id=1, name="Tortuga"))
    with pytest.raises(IntegrityError):
        await session.flush()
    await session.rollback()
    assert origins == [SessionTransactionOrigin.SUBTRANSACTION, SessionTransactionOrigin.AUTOBEGIN]


@canary("persistence._finalize_insert_update_commands", "persistence._postfetch", "persistence._postfetch_post_update")
async def test_a_flush_expires_in_functions_of_its_own(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    port, boat = await session.get_one(Port, 1), await session.get_one(Boat, 1)
    assert port.changed is None
    expired = watched(monkeypatch, InstanceState, "_expire_attributes")
    port.name = func.lower("OTHER")
    await session.flush()
    await session.refresh(port, ["best", "changed"])
    port.best = boat
    await session.flush()
    found = set().union(*(call[-1] for call in expired))
    assert {"_postfetch", "_postfetch_post_update"} <= found
    module = sys.modules["sqlalchemy.orm.persistence"]
    assert "_expire_attributes" in module._finalize_insert_update_commands.__code__.co_names


@canary(
    "BulkORMUpdate._do_post_synchronize_evaluate",
    "BulkORMUpdate._do_post_synchronize_fetch",
    "BulkORMUpdate._apply_update_set_values_to_objects",
)
async def test_an_update_expires_in_functions_of_its_own(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = await session.get_one(Port, 1)
    some = watched(monkeypatch, InstanceState, "_expire_attributes")
    change = update(Port).where(Port.id == 1).values(name=func.lower("OTHER"))
    for way in ("evaluate", "fetch"):
        await session.execute(change.execution_options(synchronize_session=way))
        await session.refresh(port)
    found = set().union(*(call[-1] for call in some))
    assert {
        "_apply_update_set_values_to_objects",
        "_do_post_synchronize_evaluate",
        "_do_post_synchronize_fetch",
    } <= found


# Engines.


@canary("AsyncEngine._retrieve_proxy_for_target")
async def test_an_engine_knows_its_async_engine(engine: AsyncEngine) -> None:
    retrieve = AsyncEngine._retrieve_proxy_for_target
    assert retrieve(engine.sync_engine, regenerate=False) is engine
    alone = create_engine("sqlite+aiosqlite://")
    assert retrieve(alone, regenerate=False) is None


@canary("Dialect.engine_created")
def test_a_dialect_is_told_of_its_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[object]()
    monkeypatch.setattr(Dialect, "engine_created", classmethod(lambda _, engine: told.append(engine)))
    first, second = create_engine("sqlite://"), create_async_engine("sqlite+aiosqlite://")
    assert told == [first, second.sync_engine]
    assert told[0] is not first.execution_options(a=1)
    assert len(told) == 2, "an engine with options is not created anew"
    with pytest.raises(TypeError, match="'no_option' sent to create_engine"):
        create_engine("sqlite://", no_option=1)


@canary("greenlet_spawn.context")
async def test_greenlet_spawn_holds_its_greenlet(session: AsyncSession) -> None:
    asked = asyncio.Event()

    async def ask() -> None:
        await session.get(Port, 1)
        asked.set()

    task = asyncio.create_task(ask())
    await asyncio.sleep(0)
    coroutine: Any = task.get_coro()
    frames = list[FrameType]()
    while type(coroutine) in AWAITED:
        frame, inner = (getattr(coroutine, name) for name in AWAITED[type(coroutine)])
        frames.append(frame)
        coroutine = inner
    spawned = next(frame for frame in frames if frame.f_code.co_name == "greenlet_spawn")
    frame, held = spawned.f_locals["context"].gr_frame, list[object]()
    while frame is not None:
        held.append(frame.f_locals.get("self"))
        frame = frame.f_back
    assert session.sync_session in held
    await task
    assert asked.is_set()
    assert await greenlet_spawn(int) == 0


# Drivers.


@canary("another operation is in progress")
def test_asyncpg_says_that_it_is_busy() -> None:
    atomic: Any = asyncpg.connection._Atomic()
    with atomic, pytest.raises(asyncpg.InterfaceError, match=BUSY[0]), atomic:
        pass


@canary("Command Out of Sync")
def test_asyncmy_says_that_it_is_busy() -> None:
    source = Path(asyncmy.connection.__file__).with_name("connection.pyx")
    assert f'"{BUSY[1]}"' in source.read_text(), "from which it is compiled"


@canary("AsyncAdapt_asyncpg_connection.__module__")
def test_an_adapted_connection_names_its_driver() -> None:
    adapters = (AsyncAdapt_asyncpg_connection, AsyncAdapt_asyncmy_connection)
    assert {one.__module__.rpartition(".")[2] for one in adapters} == BOUND


# asyncio.


@canary("Task._callbacks")
async def test_a_task_knows_who_awaits_it() -> None:
    async def wait() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    inner: Any = asyncio.create_task(wait())

    async def outer() -> None:
        await inner

    async def shielded() -> None:
        await asyncio.shield(inner)

    tasks = asyncio.create_task(outer()), asyncio.create_task(shielded())
    await asyncio.sleep(0)
    (first, _), (second, _) = inner._callbacks
    assert first.__self__ is tasks[0]
    (future,) = (cell.cell_contents for cell in second.__closure__ if asyncio.isfuture(cell.cell_contents))
    assert tasks[1] in [getattr(callback, "__self__", None) for callback, _ in future._callbacks]
    await asyncio.gather(*tasks)


@canary("asyncio._get_running_loop")
async def test_a_thread_has_a_running_loop_or_none() -> None:
    assert asyncio._get_running_loop() is asyncio.get_running_loop()
    assert await asyncio.to_thread(asyncio._get_running_loop) is None


@canary("attached to a different loop")
def test_a_future_of_another_loop_is_told_by_its_message() -> None:
    loop = asyncio.new_event_loop()
    future = loop.create_future()

    async def wait() -> None:
        await future

    with asyncio.Runner() as runner, pytest.raises(RuntimeError, match=DIFFERENT_LOOP) as raised:
        runner.run(wait())
    assert type(raised.value) is RuntimeError
    loop.close()


@canary("base_events.create_task")
async def test_an_eager_task_begins_in_a_frame_of_the_loop() -> None:
    if sys.version_info < (3, 12):
        return
    names = list[str]()

    async def begin() -> None:
        names.extend(frame.f_code.co_name for frame in frames_above() if "base_events" in frame.f_code.co_filename)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    try:
        await loop.create_task(begin())
    finally:
        loop.set_task_factory(None)
    assert names[0] in STARTERS


@canary("async_generator_asend", "coroutine_wrapper")
async def test_what_is_awaited_leads_to_frames() -> None:
    found = dict[str, str]()

    def look(awaited: Any) -> None:
        leads = next(one for one in gc.get_referents(awaited) if type(one) in AWAITED)
        found[type(awaited).__name__] = getattr(leads, AWAITED[type(leads)][0]).f_code.co_name

    async def generate() -> AsyncIterator[int]:
        yield 1

    async def wait() -> None:
        await asyncio.sleep(0)

    generator: Any = generate()
    step = anext(generator)
    look(step)
    with pytest.raises(StopIteration):
        step.send(None)
    last = generator.aclose()
    look(last)
    await last
    coroutine = wait()
    wrapper = coroutine.__await__()
    look(wrapper)
    wrapper.close()
    assert found == {
        "async_generator_asend": "generate",
        "async_generator_athrow": "generate",
        "coroutine_wrapper": "wait",
    }
    assert set(found) == STEPS


# FastAPI.


class Out(BaseModel):
    """A response model, which reads an attribute."""

    model_config = ConfigDict(from_attributes=True)
    name: str


class Read:
    """What an endpoint returns: it looks at the frames that read it."""

    def __init__(self) -> None:
        self.frames: list[FrameType] = []
        self.thread = ""

    @property
    def name(self) -> str:
        """Look around."""
        self.frames, self.thread = frames_above(), threading.current_thread().name
        self.locals = {
            frame.f_globals.get("__name__", ""): dict(frame.f_locals)
            for frame in self.frames
            if {"dependant", "future"} & set(frame.f_locals)
        }
        return "x"


@canary("fastapi.routing.dependant", "anyio.future")
async def test_fastapi_serializes_under_its_endpoint() -> None:
    app, made = FastAPI(), Read()

    @app.get("/a", response_model=Out)
    async def of_loop() -> Any:
        return made

    @app.get("/b", response_model=Out)
    def of_thread() -> Any:
        return made

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/a")).json() == {"name": "x"}
        assert made.locals["fastapi.routing"]["dependant"].call is of_loop
        assert (await client.get("/b")).json() == {"name": "x"}
        future: Any = next(held["future"] for name, held in made.locals.items() if name.startswith("anyio."))
    assert isinstance(future, asyncio.Future)
