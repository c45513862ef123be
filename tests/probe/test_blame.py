"""Wrong blame is worse than none: lines that prototypes blamed wrongly, many sessions at once, and one log for each."""

import asyncio
import sysconfig
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import uvloop
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.orm.errors import forget, without_warnings
from tests.probe.models import Order
from tests.probe.situations import Note, Places, Shop, collected, marked, note_of


RUNNERS = [pytest.param(asyncio.run, id="asyncio"), pytest.param(uvloop.run, id="uvloop")]
"""A loop whose frames are on the stack, and one that is written in C, which has none."""


def library(name: str, code: str) -> dict[str, Any]:
    """The names of a module that pip has installed, as far as its frames tell."""
    names: dict[str, Any] = {"__name__": name}
    folder = sysconfig.get_path("scripts" if name == "serve" else "purelib")
    exec(compile(code, str(Path(folder) / f"{name}.py"), "exec"), names)  # noqa: S102  it is ours
    return names


serve = library("serve", "def serve(run, coroutine):\n    return run(coroutine)\n")["serve"]
"""A script that pip has put into `bin`, as uvicorn is: it starts the event loop."""

serialize = library("serializer", "async def serialize(order):\n    return order.customer\n")["serialize"]
"""A library that reads what it was given, in a task of its own."""


async def close_at_the_end(engine: AsyncEngine) -> Order:
    async with async_sessionmaker(engine)() as session:  # <closed>
        return await session.get_one(Order, 2)  # <loaded>


async def begin_and_end(engine: AsyncEngine) -> Order:
    async with async_sessionmaker(engine, expire_on_commit=False).begin() as session:  # <closed>
        return await session.get_one(Order, 2)  # <loaded>


@pytest.mark.parametrize("run", RUNNERS)
@pytest.mark.parametrize("work", [close_at_the_end, begin_and_end])
@pytest.mark.usefixtures("probe")
def test_a_close_is_not_blamed_on_what_started_the_loop(
    run: Callable[[Any], Any], work: Callable[[AsyncEngine], Coroutine[Any, Any, Order]], made_shop: Path
) -> None:
    async def main() -> Order:
        engine = create_async_engine(f"sqlite+aiosqlite:///{made_shop}")
        try:
            return await work(engine)
        finally:
            await engine.dispose()

    def read() -> None:
        assert order.customer  # <read>

    order = serve(run, main())
    with pytest.raises(DetachedInstanceError) as caught:
        read()
    assert Note(note_of(caught.value)).places == {**marked(work, read), "thread": set()}


@pytest.mark.parametrize("run", RUNNERS)
@pytest.mark.usefixtures("probe")
def test_a_read_is_not_blamed_on_what_started_the_loop(run: Callable[[Any], Any], made_shop: Path) -> None:
    async def main() -> SQLAlchemyError:
        engine = create_async_engine(f"sqlite+aiosqlite:///{made_shop}")
        async with async_sessionmaker(engine)() as session:
            order = await session.get_one(Order, 2)  # <loaded>
            task, done = asyncio.create_task(serialize(order)), asyncio.Event()
            task.add_done_callback(lambda _: done.set())
            await done.wait()
            error = task.exception()
            assert isinstance(error, SQLAlchemyError)
        await engine.dispose()
        return error

    with without_warnings():
        error = serve(run, main())
    note = Note(note_of(error))
    assert note.of("read").startswith("unknown")
    assert note.places == {**marked(main), "read": set()}
    forget(error)


async def test_many_sessions_at_once_are_blamed_for_their_own_lines(shop: Shop, tmp_path: Path) -> None:
    """Each of them awaits, and so lets the others go on, between any two of its lines."""
    lines = [
        "async def work_{0}(session):",
        "    order = await session.get_one(Order, {1})  # <loaded>",
        "    await asyncio.sleep(0)",
        "    await session.{2}()  # <expired>",
        "    await asyncio.sleep(0)",
        "    await session.get(Item, 1)",
        "    await session.commit()",
        "    assert order.note  # <read>",
    ]
    works = [line.format(n, 1 + n % 6, ("commit", "rollback")[n % 2]) for n in range(20) for line in lines]
    names = written(tmp_path / "works.py", works)

    async def work(number: int) -> tuple[Note, Places]:
        async with async_sessionmaker(engine)() as session:
            with pytest.raises(SQLAlchemyError) as caught:
                await names[f"work_{number}"](session)
        note = Note(note_of(caught.value))
        forget(caught.value)
        assert note.headline.startswith(f"Order.note of Order {1 + number % 6} was ")
        return note, marked(names[f"work_{number}"])

    async with shop.open() as engine:
        with without_warnings(), collected():
            found = await asyncio.gather(*map(work, range(20)))
    for note, marks in found:
        expired = note.places.pop("expired")
        assert {**note.places, "expired": marks["expired"]} == marks
        assert marks["expired"] <= expired, "the SELECT of another class may have filled it, as far as is known"


@pytest.mark.usefixtures("probe")
def test_synchronous_sessions_in_threads(made_shop: Path, tmp_path: Path) -> None:
    """They load lazily without an error; once detached, nothing is told that only awaited code can do."""
    lines = [
        "def work_{0}(engine):",
        "    with Session(engine) as session:  # <closed>",
        "        order = session.get_one(Order, {1})  # <loaded>",
        "        assert order.note",
        "        session.get(Item, 1)",
        "    assert order.customer  # <read>",
    ]
    works = [line.format(n, 1 + n % 6) for n in range(20) for line in lines]
    names = written(tmp_path / "works.py", works)
    engine = create_engine(f"sqlite:///{made_shop}")

    def work(number: int) -> None:
        with pytest.raises(DetachedInstanceError) as caught:
            names[f"work_{number}"](engine)
        note = Note(note_of(caught.value))
        assert note.headline == (
            f"Order.customer of Order {1 + number % 6} was accessed, but it is not loaded, "
            f"and Order {1 + number % 6} is detached: no session can load it."
        )
        assert note.places == marked(names[f"work_{number}"])
        assert "await" not in note.text
        assert [fix.code for fix in note.fixes] == [
            "options=[joinedload(Order.customer)]",
            "session.add(order)",
            "order = session.merge(order, options=[joinedload(Order.customer)])",
        ]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(20)))
    engine.dispose()


IMPORTS = (
    "import asyncio",
    "from sqlalchemy.orm import Session",
    "from tests.probe.models import Item, Order",
)


def written(path: Path, lines: list[str]) -> dict[str, Any]:
    """The names of a module that a user has written."""
    path.write_text("\n".join((*IMPORTS, *lines)), encoding="utf-8")
    names: dict[str, Any] = {"__name__": path.stem}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)  # noqa: S102  it is ours
    return names


async def read_fifty(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)
        for _ in range(50):
            with suppress(SQLAlchemyError):
                assert order.customer
        for _ in range(50):
            with suppress(SQLAlchemyError):
                assert order.customer
            with suppress(SQLAlchemyError):
                assert order.items


async def test_there_is_one_log_for_each_attribute_and_line(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    notes = await shop.explained(read_fifty, caplog)
    first = read_fifty.__code__.co_firstlineno
    assert [(note.headline.partition(" ")[0], min(note.places["read"])[1] - first) for note in notes] == [
        ("Order.customer", 5),
        ("Order.customer", 8),
        ("Order.items", 10),
    ]
