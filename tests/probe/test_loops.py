"""Use an engine in two event loops: it is foretold where the driver does not support that, and there alone."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeAlias

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.errors import forget
from tests.probe.situations import Note, marked, note_of
from tests.servers import Target, url_of


Run: TypeAlias = Callable[[Coroutine[Any, Any, object]], object]


@pytest.fixture
def loops() -> Iterator[tuple[Run, Run]]:
    """What runs coroutines in two event loops, by turns."""
    with asyncio.Runner() as one, asyncio.Runner() as other:
        yield one.run, other.run


async def use(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:  # <opened>
        await connection.execute(text("SELECT 1"))


async def use_again(engine: AsyncEngine) -> None:
    connection = await engine.connect()  # <here>
    try:
        await connection.execute(text("SELECT 1"))  # <sent>
    finally:
        await connection.close()  # <sent>


def notes(caplog: pytest.LogCaptureFixture) -> list[Note]:
    return [Note(record.getMessage()) for record in caplog.records if record.name == "pirate_tui.probe"]


@pytest.mark.usefixtures("probe")
@pytest.mark.filterwarnings("ignore:The garbage collector is trying to clean up:sqlalchemy.exc.SAWarning")
def test_an_engine_in_two_event_loops(target: Target, loops: tuple[Run, Run], caplog: pytest.LogCaptureFixture) -> None:
    engine = create_async_engine(url_of(target))
    one, other = loops
    one(use(engine))
    if engine.dialect.driver not in {"asyncpg", "asyncmy"}:
        other(use_again(engine))
        one(engine.dispose())
        assert not notes(caplog)
        return
    with pytest.raises(RuntimeError, match="attached to a different loop") as caught:
        other(use_again(engine))
    (foretold,) = notes(caplog)
    assert foretold.headline.startswith("a connection of another event loop is used in this one")
    marks = marked(use, use_again)
    sent = marks.pop("sent")
    assert foretold.places == marks
    told = Note(note_of(caught.value))
    assert (told.headline, told.of("opened")) == (foretold.headline, foretold.of("opened"))
    assert told.places == {**marks, "here": told.places["here"] & sent}  # asyncmy raises at the close, too
    assert len(told.places["here"]) == 1
    forget(caught.value)
    one(engine.dispose())


@pytest.mark.usefixtures("probe")
def test_each_fix_of_it_helps(server: Server, loops: tuple[Run, Run], caplog: pytest.LogCaptureFixture) -> None:
    one, other = loops
    engine = create_async_engine(server.url)
    for run in (one, other):
        run(use(engine))
        run(engine.dispose())
    engine = create_async_engine(server.url, poolclass=NullPool)
    for run in (one, other):
        run(use(engine))
    assert not notes(caplog)
