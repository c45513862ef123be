"""The probe keeps nothing of a program's alive, and does not grow, however long that runs."""

import asyncio
import gc
import os
import sys
import threading
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from itertools import cycle
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakSet, ref

import pytest
from sqlalchemy import NullPool, event, exc, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import InstanceState, Session, raiseload, selectinload

from pirate_tui.orm.errors import forget
from pirate_tui.probe import connections, hooks, journal, owners, places, raising
from tests.probe.conftest import note_of
from tests.probe.parcels import Parcel, Sender, detached_error, opened


pytestmark = [
    pytest.mark.usefixtures("probe"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]


class Local:
    """Something of the user's in a local variable."""


class Program:
    """Counts what is alive of a program's objects."""

    def __init__(self) -> None:
        self.alive: WeakSet[Any] = WeakSet()
        self.errors = 0

    async def request(self, session: AsyncSession, read: Callable[[AsyncSession], Awaitable[Any]]) -> None:
        """Handle a request, in which something fails."""
        local = Local()
        self.alive |= {local, session, session.sync_session}
        try:
            found = await read(session)
            self.alive |= set(found)
            assert not found
        except exc.SQLAlchemyError as error:
            self.errors += bool(note_of(error))
            forget(error)


async def lazily(session: AsyncSession) -> Any:
    return (await session.get_one(Sender, 1)).parcels


async def after_commit(session: AsyncSession) -> Any:
    sender = (await session.scalars(select(Sender).options(selectinload(Sender.parcels)).limit(1))).one()
    sender.name += "!"
    await session.commit()
    return [sender.name]


async def detached(session: AsyncSession) -> Any:
    parcel = await session.get_one(Parcel, 1)
    session.expunge(parcel)
    return parcel.sender


async def refused(session: AsyncSession) -> Any:
    parcel = (await session.scalars(select(Parcel).options(raiseload("*")).limit(1))).one()
    return parcel.sender


async def rolled_back(session: AsyncSession) -> Any:
    session.add(Parcel(note="Ann's 1"))
    with pytest.raises(exc.IntegrityError) as raised:
        await session.flush()
    forget(raised.value)
    await session.rollback()
    parcel = await session.get_one(Parcel, 1)
    async with session.begin_nested() as savepoint:
        session.expire(parcel, ["note"])
        await session.refresh(parcel)
        await savepoint.rollback()
    session.expire_all()
    return parcel.note


def descriptors() -> list[str]:
    """What this process has open; empty where that cannot be told."""
    return sorted(os.listdir("/proc/self/fd")) if sys.platform == "linux" else []  # noqa: PTH208


def remembered() -> dict[str, int]:
    """The sizes of all that the probe remembers of sessions, instances and engines."""
    kinds = (dict, WeakKeyDictionary, deque, raising.LastReports)
    held = {name: value for module in (journal, connections, raising) for name, value in vars(module).items()}
    found = {
        name: len(value)
        for name, value in held.items()
        if isinstance(value, kinds) and name.islower() and name[:2] != "__"
    }
    assert {"journals", "births", "expiries", "ended", "engines", "_loops", "reports"} <= set(found)
    return found


def counted() -> Counter[type]:
    """How many there are in this process of what a request makes."""
    return Counter(type(one) for one in gc.get_objects() if type(one) in {Local, InstanceState, Session, AsyncSession})


SIZES = [pytest.param(10, 10, id="quick"), pytest.param(50, 200, id="thorough", marks=pytest.mark.thorough)]


@pytest.mark.parametrize(("sessions", "requests"), SIZES)
async def test_nothing_of_many_requests_is_alive(sessions: int, requests: int, tmp_path: Path) -> None:
    detached_error()  # imports what explains it
    gc.collect()
    program, before = Program(), (threading.active_count(), descriptors(), remembered())
    others = counted()  # what earlier tests have left
    ways = (lazily, after_commit, detached, refused, rolled_back)

    @event.listens_for(Session, "loaded_as_persistent")
    def loaded(_session: Session, instance: object) -> None:
        program.alive.add(instance)

    async def serve(make: async_sessionmaker[AsyncSession], number: int) -> None:
        following = cycle(ways[number % len(ways) :] + ways[: number % len(ways)])
        for _ in range(requests):
            async with make() as session:
                await program.request(session, next(following))

    async def work() -> None:
        async with opened(tmp_path / "parcels.db", connect_args={"timeout": 60}) as engine:
            program.alive.add(engine)
            program.alive.add(engine.sync_engine)
            make = async_sessionmaker(engine)
            await asyncio.gather(*(serve(make, number) for number in range(sessions)))

    try:
        await asyncio.create_task(work())
    finally:
        event.remove(Session, "loaded_as_persistent", loaded)
    gc.collect()
    assert program.errors == sessions * requests
    assert [*program.alive] == []
    left = counted()
    assert left <= others, left - others
    sizes = remembered()
    assert sizes.pop("ended") <= journal.REMEMBERED
    assert not any(sizes.values()), sizes
    assert len(raising._logged._seen) <= len(ways) + 1  # noqa: SLF001
    assert (threading.active_count(), descriptors()) == before[:2]


async def test_a_local_variable_ends_with_its_function(tmp_path: Path) -> None:
    """Asking a frame for its locals would keep them as long as the frame."""

    def read(sender: Sender) -> None:
        local = Local()
        locals_alive.add(local)
        with pytest.raises(exc.SQLAlchemyError) as raised:
            assert not sender.parcels
        assert note_of(raised.value) != ""
        forget(raised.value)
        del local, raised
        gc.collect()
        assert not locals_alive, "while its function still runs"

    locals_alive: WeakSet[Local] = WeakSet()
    async with opened(tmp_path / "parcels.db") as engine, async_sessionmaker(engine)() as session:
        read(await session.get_one(Sender, 1))
        local = Local()
        locals_alive.add(local)
        session.sync_session.expire_all()
        read_error = await error_of(session)
        assert note_of(read_error) != ""
        del local, read_error
        gc.collect()
        assert not locals_alive


async def error_of(session: AsyncSession) -> BaseException:
    """The error of a read, cut off from its frames."""
    with pytest.raises(exc.SQLAlchemyError) as raised:
        session.sync_session.execute(text("SELECT 1"))
    forget(raised.value)
    return raised.value.with_traceback(None)


async def test_a_local_variable_of_another_task(tmp_path: Path) -> None:
    """Who else uses the session is read from the stacks of other tasks, which go on."""

    def work(sync: Session) -> str:
        local = Local()
        alive = ref(local)
        sync.execute(text("SELECT 1"))
        del local
        gc.collect()
        return "alive" if alive() is not None else "gone"

    async with opened(tmp_path / "parcels.db", poolclass=NullPool) as engine, async_sessionmaker(engine)() as session:
        task = asyncio.create_task(session.run_sync(work))
        await asyncio.sleep(0)
        with pytest.raises(exc.InvalidRequestError) as raised:
            await session.execute(text("SELECT 2"))
        assert "meanwhile tests/probe/test_leaks.py" in note_of(raised.value)
        assert await task == "gone"


@pytest.mark.parametrize("times", [300, pytest.param(10_000, marks=pytest.mark.thorough)])
async def test_what_is_remembered_of_one_instance_is_bounded(times: int, tmp_path: Path) -> None:
    async with opened(tmp_path / "parcels.db") as engine, async_sessionmaker(engine)() as session:
        parcel, new = await session.get_one(Parcel, 1), Parcel(note="new")
        session.add(new)
        for number in range(times):
            parcel.note, new.note = (func.lower(f"{who} {number}") for who in ("old", "new"))
            await session.flush()
            session.expire(parcel, ["sender_id"])
            await session.refresh(parcel)
        found = journal.journals[session.sync_session.hash_key]
        assert len(found.records) <= journal.REMEMBERED
        assert len(found.flushes) <= journal.REMEMBERED
        assert len(journal.births) == 1
        assert len(journal.first_runs) <= 1
        assert {len(one) for one in journal.expiries.values()} <= {1, 2, 3}
        session.expunge_all()
        del parcel, new
        gc.collect()
        assert not {
            name
            for name, size in remembered().items()
            if size and name not in {"journals", "ended", "engines", "_loops"}
        }


async def test_sessions_that_are_kept_open(tmp_path: Path) -> None:
    async with opened(tmp_path / "parcels.db") as engine:
        kept = [async_sessionmaker(engine)() for _ in range(journal.REMEMBERED + 20)]
        for session in kept:
            await session.get(Parcel, 1)
            await session.close()
        assert len(journal.ended) == journal.REMEMBERED
        assert len(journal.journals) >= len(kept)
        del kept, session
        gc.collect()
        assert len(journal.journals) <= 1


def test_files_that_are_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """As notebooks and template engines do, for each piece of code."""
    monkeypatch.setattr(owners, "REMEMBERED", 50)
    for number in range(200):
        code = compile("found = place_of(sys._getframe())", f"/tmp/cell_{number}.py", "exec")  # noqa: S108
        names: dict[str, Any] = {"place_of": places.place_of, "sys": sys}
        exec(code, names)  # noqa: S102  as a notebook does it
        assert str(names["found"]).endswith(f"cell_{number}.py:1")
        assert len(owners.known) <= 50


def test_lines_that_are_made_up(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(hooks, "REMEMBERED", 20)
    codes = []
    for number in range(100):
        code = compile("detached_error()", f"/tmp/cell_{number}.py", "exec")  # noqa: S108
        codes.append(ref(code))
        exec(code, {"detached_error": detached_error})  # noqa: S102
        del code
    gc.collect()
    assert len(raising._logged._seen) <= 20  # noqa: SLF001
    assert sum(code() is not None for code in codes) <= 20
    assert len(caplog.messages) == 1, "the line is that of the function that they call"
