"""Models that mix sync and async at import: told by their author's line; each fix that is printed is carried out."""

import gc
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import inspect, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.user_models.loader import load_models
from pirate_tui.orm.user_models.sync_engines import SYNC_DRIVERS
from tests.orm.writing import BASE, Refused, Write


pytestmark = pytest.mark.usefixtures("shop")

SHIP = f"""{BASE}
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

class Ship(Base):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)

"""

SQLITE = "sqlite+aiosqlite:///made.db"

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database")  # by the models, which do not dispose of engines

USES = {
    "create_all": "Base.metadata.create_all({})",
    "connect": "with {}.connect() as connection: connection.execute(text('SELECT 1'))",
    "session": "with Session({}) as session: session.execute(text('SELECT 1'))",
    "automap": "import sqlalchemy.ext.automap\nsqlalchemy.ext.automap.automap_base().prepare(autoload_with={})",
    "wrapped": "try: Base.metadata.create_all({})\nexcept Exception as error: raise RuntimeError('no shop') from error",
}
"""What is done at import with an engine that never awaits."""

DRIVER = re.compile(
    r"use create_engine\(\) with (\S+) instead of (\S+) in the URL; or create_async_engine\(\), awaited"
)


class Told(NamedTuple):
    """What is said of models that cannot be imported."""

    what: str
    line: str
    remedy: str
    code: list[str]

    @classmethod
    def of(cls, lines: list[str]) -> "Told":
        """Of the lines that are told."""
        what, line, remedy, *code = lines
        return cls(what, line.strip(), remedy, [one.removeprefix("    ") for one in code])

    def with_sync_driver(self, text: str) -> str:
        """The models, with the driver of the first fix."""
        found = DRIVER.match(self.remedy)
        assert found is not None, self.remedy
        assert found[2] in text
        return text.replace(found[2], found[1])

    def awaited(self, url: str, work: str) -> str:
        """The models, with the lines of code of the second fix."""
        lines = textwrap.indent("\n".join(self.code), "    ")
        return (
            f"{SHIP}import asyncio\ndef work(connection):\n    {work}\nasync def main():\n"
            f"    engine = create_async_engine({url!r})\n{lines}\n    await engine.dispose()\nasyncio.run(main())\n"
        )


@pytest.mark.parametrize("use", USES)
def test_a_sync_engine_on_an_async_driver_is_explained_and_each_fix_helps(
    write: Write, refused: Refused, use: str
) -> None:
    text = SHIP + USES[use].format(f"create_engine({SQLITE!r})") + "\n"
    write("models.py", text)
    told = Told.of(refused("models.py"))
    number = 1 + next(n for n, line in enumerate(text.lstrip().splitlines()) if SQLITE in line)
    what = (
        "a sync engine (create_engine(), or sync_engine) on an async driver, sqlite+aiosqlite, which can only connect"
    )
    assert told.what == f"models.py, line {number}: MissingGreenlet: {what} when awaited"
    assert SQLITE in told.line
    assert told.remedy.endswith(":")
    is_named = "create_all" in USES[use]
    assert told.code[-1] == f"    await connection.run_sync({'Base.metadata.create_all' if is_named else 'work'})"
    assert ("where work(connection) does what this line does" in told.remedy) is not is_named
    write("models.py", told.with_sync_driver(text))
    assert [one.__name__ for one in load_models("models.py").classes] == ["Ship"]
    Path("made.db").unlink(missing_ok=True)
    write("models.py", told.awaited(SQLITE, "Base.metadata.create_all(connection)"))
    assert [one.__name__ for one in load_models("models.py").classes] == ["Ship"]
    assert Path("made.db").stat().st_size > 0


async def _tables(server: Server) -> list[str]:
    engine = create_async_engine(server.url)
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda one: inspect(one).get_table_names())
    await engine.dispose()
    return found


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # of the drivers, at import: kept from the screen
@pytest.mark.parametrize("server", ["asyncpg", "asyncmy"], indirect=True)
async def test_the_driver_that_is_named_for_a_server_helps(write: Write, refused: Refused, server: Server) -> None:
    url = server.url.render_as_string(hide_password=False)
    text = f"{SHIP}Base.metadata.create_all(create_engine({url!r}, poolclass=NullPool))\n"
    write("models.py", text)
    told = Told.of(refused("models.py"))
    assert await _tables(server) == []
    write("models.py", told.with_sync_driver(text))
    load_models("models.py")
    assert await _tables(server) == ["ships"]


def test_every_driver_that_is_named_is_a_sync_one_of_its_database() -> None:
    for database, driver in SYNC_DRIVERS.items():
        dialect = make_url(f"{driver}://").get_dialect()
        assert (make_url(f"{driver}://").get_backend_name(), dialect.is_async) == (database, False)


SYNC_ENGINE = "Base.metadata.create_all(create_async_engine({!r}).sync_engine)"
ASYNC_ENGINE = "Base.metadata.create_all(create_async_engine({!r}))"


def test_the_sync_side_of_an_async_engine_is_no_other_case(write: Write, refused: Refused) -> None:
    write("models.py", SHIP + SYNC_ENGINE.format(SQLITE))
    told = Told.of(refused("models.py"))
    assert "a sync engine (create_engine(), or sync_engine) on an async driver" in told.what
    write("models.py", told.awaited(SQLITE, "pass"))
    load_models("models.py")


def test_an_async_engine_that_is_given_to_sync_code_is_explained_too(write: Write, refused: Refused) -> None:
    write("models.py", SHIP + ASYNC_ENGINE.format(SQLITE))
    told = Told.of(refused("models.py"))
    assert told.what.endswith(": an AsyncEngine is used in sync code")
    assert told.remedy == "await it:"
    write("models.py", told.awaited(SQLITE, "pass"))
    load_models("models.py")
    assert Path("made.db").stat().st_size > 0


SCRIPT = f"""{SHIP}import asyncio
async def main():
    engine = create_async_engine({SQLITE!r})
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add(ship := Ship())
        await session.commit()
        try:
            print(ship.id)
        finally:
            await session.rollback()
            await engine.dispose()

asyncio.run(main())
"""


def test_a_script_that_reads_without_await_is_told_to_be_opened_without_running(write: Write, refused: Refused) -> None:
    write("script.py", SCRIPT)
    what, line, remedy = refused("script.py")
    gc.collect()  # where a coroutine had been left behind, it would be warned of now
    assert what.endswith(": MissingGreenlet: this line accesses an attribute that is not loaded, without await")
    assert line.strip() == "print(ship.id)"
    guard = 'if __name__ == "__main__":'
    assert remedy.startswith(f"put the code that runs it under `{guard}`, then open the models")
    write("script.py", SCRIPT.replace("asyncio.run(main())", f"{guard}\n    asyncio.run(main())"))
    assert [one.__name__ for one in load_models("script.py").classes] == ["Ship"]
