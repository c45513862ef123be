"""Wherever a program runs its sessions: in threads, forks, other event loops, greenlets and tasks of its own kind."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import greenlet  # type: ignore[import-untyped]  # it has no hints
import pytest
import uvloop
from sqlalchemy import create_engine, exc, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only, greenlet_spawn

from pirate_tui import probe as installed
from pirate_tui.orm.errors import forget
from pirate_tui.probe.places import place_of
from tests.canaries.page import REPOSITORY
from tests.probe.conftest import note_of
from tests.probe.parcels import Base, Parcel, Sender, opened
from tests.programs import run


pytestmark = [
    pytest.mark.usefixtures("probe"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]


Sessions: TypeAlias = async_sessionmaker[AsyncSession]


@pytest.fixture(autouse=True)
def no_hook_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """In none of these may a hook fail."""
    yield
    assert not [text for text in caplog.messages if "of the probe" in text or "the probe failed" in text]


def lines_of(error: BaseException, file: str = "tests/probe/test_runtimes.py") -> dict[str, str]:
    """The lines of the note that name a line of this file, by their labels: the source of each."""
    lines = [line.split(maxsplit=1) for line in note_of(error).splitlines()[1:]]
    return {label: text.split("`")[1] for label, text in lines if text.startswith(file)}


FIRST: dict[str, Callable[[AsyncSession, Parcel], Awaitable[Any]]] = {
    "expunge_all": lambda session, _: greenlet_spawn(session.sync_session.expunge_all),
    "expunge_all by run_sync": lambda session, _: session.run_sync(Session.expunge_all),
    "expunge": lambda session, parcel: greenlet_spawn(session.expunge, parcel),
    "expire_all": lambda session, _: greenlet_spawn(session.expire_all),
    "expire_all by run_sync": lambda session, _: session.run_sync(Session.expire_all),
    "expire": lambda session, parcel: greenlet_spawn(session.expire, parcel),
    "expire by name": lambda session, parcel: greenlet_spawn(session.sync_session.expire, parcel, ["note"]),
    "refresh": lambda session, parcel: greenlet_spawn(session.sync_session.refresh, parcel),
    "commit": lambda session, _: session.run_sync(Session.commit),
    "rollback": lambda session, _: session.run_sync(Session.rollback),
    "flush": lambda session, _: session.run_sync(Session.flush),
    "close": lambda session, _: session.run_sync(Session.close),
    "reset": lambda session, _: session.run_sync(Session.reset),
    "add": lambda session, _: greenlet_spawn(session.sync_session.add, Parcel(note="c")),
    "merge": lambda session, _: greenlet_spawn(session.sync_session.merge, Parcel(id=2, note="b")),
    "create_engine": lambda _session, _: greenlet_spawn(create_engine, "sqlite://"),
    "an error": lambda _session, _: greenlet_spawn(exc.MissingGreenlet, "x"),
}
"""Calls of which a function that the probe has wrapped is the first in its greenlet, or nearly so."""


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
async def test_a_hook_at_the_bottom_of_a_greenlet(
    first: Callable[[AsyncSession, Parcel], Awaitable[Any]], tmp_path: Path
) -> None:
    async with opened(tmp_path / "parcels.db") as engine, async_sessionmaker(engine)() as session:
        parcel = await session.get_one(Parcel, 1)
        session.add(Parcel(note="a"))
        with session.no_autoflush:
            await first(session, parcel)
            assert not [one for one in session.sync_session.identity_map.values() if one is None]
            await session.rollback()
        assert len((await session.scalars(select(Parcel))).all()) >= 4


AT_EXIT = """
import asyncio
import pirate_tui.probe
pirate_tui.probe.install()
from sqlalchemy.ext.asyncio import async_sessionmaker
from tests.probe.parcels import opened
from tests.probe.test_runtimes import FIRST, Parcel

async def main():
    for name, first in FIRST.items():
        async with opened(":memory:") as engine, async_sessionmaker(engine)() as session:
            await first(session, await session.get_one(Parcel, 1))
        print(name)

asyncio.run(main())
"""


@pytest.mark.thorough
def test_a_program_ends_that_has_hooks_at_the_bottom_of_greenlets() -> None:
    done = run(sys.executable, "-c", AT_EXIT, given={"PYTHONPATH": str(REPOSITORY), installed.ANNOUNCED: "1"})
    assert (done.code, done.out.splitlines(), done.err) == (0, [*FIRST], "")


def test_a_greenlet_of_the_users_own(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'parcels.db'}")
    Base.metadata.create_all(engine)

    def work() -> BaseException:
        with Session(engine) as session:
            session.add(Parcel(note="a"))
            session.commit()
            parcel = session.get_one(Parcel, 1)
            greenlet.getcurrent().parent.switch()
        return raised_by(lambda: parcel.sender)

    worker = greenlet.greenlet(work)
    worker.switch()
    error = worker.switch()
    assert lines_of(error)["loaded"] == "parcel = session.get_one(Parcel, 1)"
    engine.dispose()


def raised_by(read: Callable[[], object]) -> BaseException:
    """The error of a read."""
    with pytest.raises(exc.SQLAlchemyError) as raised:
        read()
    forget(raised.value)
    return raised.value


@pytest.mark.parametrize("is_started", [True, False])
def test_a_greenlet_whose_parent_does_not_run(is_started: bool) -> None:  # noqa: FBT001
    """It has ended before its child runs, or never begun: both are false."""
    in_library = compile("found = place_of(sys._getframe())", f"{sys.prefix}/lib/site-packages/x.py", "exec")
    names: dict[str, Any] = {"place_of": place_of, "sys": sys}
    parent = greenlet.greenlet(lambda *_: None)
    child = greenlet.greenlet(lambda: exec(in_library, names), parent)  # noqa: S102
    if is_started:
        parent.switch()
    child.switch()
    assert str(names["found"]).startswith("tests/probe/test_runtimes.py:")


LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


def eager_loop() -> asyncio.AbstractEventLoop:
    """A loop whose tasks begin to run where they are made."""
    loop = asyncio.new_event_loop()
    loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined]
    return loop


if sys.version_info >= (3, 12):
    LOOPS["eager tasks"] = eager_loop


async def in_block(sessions: Sessions) -> BaseException:
    async with sessions() as session:
        sender = await session.get_one(Sender, 1)
    return raised_by(lambda: sender.parcels)


async def in_begin(sessions: Sessions) -> BaseException:
    async with sessions.begin() as session:
        sender = await session.get_one(Sender, 1)
    return raised_by(lambda: sender.parcels)


async def after_commit(sessions: Sessions) -> BaseException:
    async with sessions() as session:
        sender = await session.get_one(Sender, 1)
        await session.commit()
        return raised_by(lambda: sender.name)


async def in_run_sync(sessions: Sessions) -> BaseException:
    def work(sync: Session) -> Sender:
        sender = sync.get_one(Sender, 1)
        sync.commit()
        return sender

    async with sessions() as session:
        sender = await session.run_sync(work)
        return raised_by(lambda: sender.name)


async def in_nested_run_sync(sessions: Sessions) -> BaseException:
    def work(sync: Session) -> Sender:
        sender = sync.get_one(Sender, 1)
        await_only(other.run_sync(lambda one: one.get_one(Sender, 1)))
        sync.expire(sender)
        return sender

    async with sessions() as session, sessions() as other:
        sender = await session.run_sync(work)
        return raised_by(lambda: sender.name)


async def in_tasks(sessions: Sessions) -> BaseException:
    errors = await asyncio.gather(*(after_commit(sessions) for _ in range(10)))
    assert len({note_of(error) for error in errors}) == 1
    return errors[0]


async def in_generator(sessions: Sessions) -> BaseException:
    async def opened_session() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            yield session

    generator = opened_session()
    sender = await (await anext(generator)).get_one(Sender, 1)
    await generator.aclose()  # type: ignore[attr-defined]
    return raised_by(lambda: sender.parcels)


async def in_thread(sessions: Sessions) -> BaseException:
    async with sessions() as session:
        sender = await session.get_one(Sender, 1)
        return await asyncio.to_thread(raised_by, lambda: sender.parcels)


WHEN: dict[Callable[[Sessions], Awaitable[BaseException]], dict[str, str]] = {
    in_block: {"closed": "async with sessions() as session:"},
    in_begin: dict.fromkeys(("closed", "expired"), "async with sessions.begin() as session:"),
    after_commit: {"expired": "await session.commit()"},
    in_run_sync: {"expired": "sync.commit()", "loaded": "sender = sync.get_one(Sender, 1)"},
    in_nested_run_sync: {"expired": "sync.expire(sender)", "loaded": "sender = sync.get_one(Sender, 1)"},
    in_tasks: {"expired": "await session.commit()"},
    in_generator: {
        "closed": "async with sessions() as session:",
        "loaded": "sender = await (await anext(generator)).get_one(Sender, 1)",
    },
    in_thread: {},
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
@pytest.mark.parametrize(("when", "lines"), WHEN.items(), ids=[one.__name__ for one in WHEN])
def test_an_event_loop(
    when: Callable[[Sessions], Awaitable[BaseException]],
    lines: dict[str, str],
    loop: Callable[[], asyncio.AbstractEventLoop],
    tmp_path: Path,
) -> None:
    async def main() -> BaseException:
        async with opened(tmp_path / "parcels.db") as engine:
            return await when(async_sessionmaker(engine))

    with asyncio.Runner(loop_factory=loop) as runner:
        error = runner.run(main())
    found = lines_of(error)
    assert found.pop("read").startswith("return ")
    assert found == {"loaded": "sender = await session.get_one(Sender, 1)", **lines}, note_of(error)


def parcels_error(sender: Sender) -> BaseException:
    return raised_by(lambda: sender.parcels)


def test_threads(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'parcels.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Sender(name=str(number), parcels=[Parcel(note=str(number))]) for number in range(8))
        session.commit()

    def work(number: int) -> set[tuple[str, ...]]:
        seen = set()
        for _ in range(20):
            with Session(engine) as session:
                sender = session.get_one(Sender, number + 1)
                session.commit()
                parcels = sender.parcels
                assert [parcel.note for parcel in parcels] == [str(number)] == [sender.name]
                session.expire(sender)
            seen.add(tuple(note_of(parcels_error(sender)).splitlines()[1:]))
        return seen

    with ThreadPoolExecutor(8) as executor:
        found = list(executor.map(work, range(8)))
    engine.dispose()
    assert {len(seen) for seen in found} == {1}, "the same each time"
    for number, ((read, closed, *_),) in enumerate(found):
        assert read.startswith("  read      tests/probe/test_runtimes.py")
        assert closed.startswith("  closed    tests/probe/test_runtimes.py")
        assert number < 8


def test_it_comes_and_goes_in_a_thread_while_others_work(tmp_path: Path) -> None:
    engine, is_over = create_engine(f"sqlite:///{tmp_path / 'parcels.db'}"), threading.Event()
    Base.metadata.create_all(engine)

    def work() -> int:
        count = 0
        while not is_over.is_set():
            with Session(engine) as session:
                assert session.get(Parcel, 1) is None
                session.commit()
                session.expire_all()
            count += 1
        return count

    def install_and_uninstall() -> None:
        for _ in range(30):
            installed.install()
            installed.uninstall()
        is_over.set()

    with ThreadPoolExecutor(6) as executor:
        working = [executor.submit(work) for _ in range(4)]
        installing = [executor.submit(install_and_uninstall) for _ in range(2)]
        assert [one.result() for one in installing] == [None, None]
        assert all(one.result() for one in working)
    engine.dispose()
    assert not installed.is_installed()


FORKED = """
import os
import pirate_tui.probe
pirate_tui.probe.install()
from tests.probe.conftest import note_of
from tests.probe.parcels import detached_error

print(note_of(detached_error()).partition(",")[0], flush=True)
child = os.fork()
if child == 0:
    print(note_of(detached_error()).partition(",")[0], flush=True)
    pirate_tui.probe.uninstall()
    print(repr(note_of(detached_error())), flush=True)
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), pirate_tui.probe.is_installed())
"""


@pytest.mark.thorough
def test_a_fork() -> None:
    done = run(sys.executable, "-c", FORKED, given={"PYTHONPATH": str(REPOSITORY), installed.ANNOUNCED: "1"})
    read = "pirate-tui: Sender.parcels of Sender 1 was accessed without await"
    assert (done.code, done.out.splitlines()) == (0, [read, read, "''", "7 True"]), done.err


AT_SHUTDOWN = """
import atexit, gc
import pirate_tui.probe
pirate_tui.probe.install()
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.probe.parcels import detached_error

class Late:
    def __del__(self):
        with Session(create_engine("sqlite://")) as session:
            session.commit()
            session.expire_all()
        try:
            detached_error()
        finally:
            print("late", flush=True)

late = Late()
late.itself = late
atexit.register(lambda: print("at exit", bool(detached_error())))
"""


@pytest.mark.thorough
def test_the_end_of_the_interpreter() -> None:
    done = run(sys.executable, "-c", AT_SHUTDOWN, given={"PYTHONPATH": str(REPOSITORY), installed.ANNOUNCED: "1"})
    assert (done.code, done.out.splitlines()[0]) == (0, "at exit True"), done.err
    assert "of the probe" not in done.err
    assert "probe failed" not in done.err
