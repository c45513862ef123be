"""Code of the models that does not end is stopped, named, and not run again; everything else goes on."""

import asyncio
import os
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, ForeignKey, String, TypeDecorator
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.domain.access import AccessMode, AttributeRequest, InstanceSnapshot, Scenario, Verdict
from pirate_tui.domain.failure import BrowserError
from pirate_tui.orm.database import Limits, OrmDatabase, open_database
from tests.orm.conftest import Remembering
from tests.orm.verdicts import named


pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="nothing can be interrupted here")

LIMIT = 0.2
"""Seconds until code is stopped."""

FORKED: list[int] = []
"""Copies of the process."""

RAN: list[str] = []
"""What was run, to see that it is not run again."""


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


def wait_for_ever() -> None:
    """As a lock that nobody gives back, or a request without a time-out."""
    while True:
        time.sleep(0.05)


class Waiting:
    """Its deletion does not end."""

    def __del__(self) -> None:
        wait_for_ever()


class Slow(TypeDecorator[str]):
    """A column type that does not end."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's
        """On one value."""
        if value == "slow":
            wait_for_ever()
        return value


class Box(Base):
    """Some of its code does not end."""

    __tablename__ = "boxes"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    things: Mapped[list["Thing"]] = relationship()

    @property
    def sleeps(self) -> int:
        """For ever."""
        RAN.append("sleeps")
        wait_for_ever()
        return 1

    @property
    def insists(self) -> int:
        """Catches what it can, and goes on."""
        for _ in range(10_000):
            with suppress(Exception):
                time.sleep(0.05)
        return 1

    @property
    def lets_go(self) -> int:
        """Interrupted in the deletion first, where Python only prints the error."""
        Waiting()
        wait_for_ever()
        return 1

    @property
    def sleeps_when_loaded(self) -> int:
        """Only once its things are there."""
        if self.things:
            wait_for_ever()
        return len(self.things)

    @property
    def forks(self) -> int:
        """The copy of the process goes on with whatever was going on."""
        FORKED.append(os.fork())
        return 1

    @property
    def size(self) -> int:
        """As it should be."""
        return len(self.things)


class Thing(Base):
    """In a box."""

    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    label: Mapped[str | None] = mapped_column(Slow())


@pytest.fixture
async def database(tmp_path: Path, listener: Remembering) -> Any:
    path = tmp_path / "boxes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE boxes (id INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE things (id INTEGER PRIMARY KEY, box_id INTEGER, label TEXT);
            INSERT INTO boxes VALUES (1, 'one');
            INSERT INTO things VALUES (1, 1, 'quick'), (2, 2, 'slow');
        """)
    RAN.clear()
    database = await open_database(path, [Box, Thing], Limits(30, blocking=LIMIT), listener)
    yield database
    await database.close()


async def rest(database: OrmDatabase) -> InstanceSnapshot:
    """The first box."""
    return await database.instances.load_instance(database.models.catalog.entities[0], (1,))


async def test_code_that_does_not_end_is_stopped_and_the_rest_is_known(database: OrmDatabase) -> None:
    snapshot = await rest(database)
    for name in ("sleeps", "insists", "lets_go"):
        said = named(snapshot, name)
        assert (said.verdict, said.value) == (Verdict.UNKNOWN, None)
        assert "did not finish" in said.note
    assert [named(snapshot, name).verdict for name in ("name", "things", "size")] == [
        Verdict.NONE,
        Verdict.IO,
        Verdict.IO,
    ]


async def test_it_is_not_run_again_to_be_found_out(database: OrmDatabase) -> None:
    await rest(database)
    for scenario in Scenario:
        await database.instances.apply_scenario(database.models.catalog.entities[0], (1,), scenario)
    assert (await database.instances.predict("sleeps")).remedies == ()
    assert RAN == ["sleeps"]


async def test_what_the_access_itself_does_can_be_seen(database: OrmDatabase) -> None:
    await rest(database)
    accessed = await database.instances.access(
        AttributeRequest(database.models.catalog.entities[0], "sleeps", AccessMode.UNSAFE)
    )
    assert accessed.failure is not None
    assert accessed.verdict is Verdict.UNKNOWN
    assert "did not finish" in accessed.failure.summary
    assert "holds up" in accessed.failure.cause or "no other task" in accessed.failure.cause


async def test_awaited_it_is_stopped_too(database: OrmDatabase) -> None:
    snapshot = await rest(database)
    assert named(snapshot, "sleeps_when_loaded").verdict is Verdict.IO
    accessed = await database.instances.access(
        AttributeRequest(database.models.catalog.entities[0], "sleeps_when_loaded", AccessMode.SAFE)
    )
    assert accessed.verdict is Verdict.UNKNOWN
    assert await database.instances.load_instance(database.models.catalog.entities[0], (1,))


async def test_a_column_type_that_does_not_end_spoils_one_instance(database: OrmDatabase) -> None:
    thing = database.models.catalog.entities[1]
    with pytest.raises(BrowserError, match="Thing 2 cannot be loaded: interrupted, since it did not finish"):
        await database.instances.load_instance(thing, (2,))
    assert (await database.instances.load_instance(thing, (1,))).label == "Thing 1"


async def test_a_copy_of_the_process_does_not_go_on_with_our_work(database: OrmDatabase) -> None:
    snapshot = await rest(database)
    assert named(snapshot, "forks").verdict is Verdict.NONE
    assert FORKED
    while FORKED:
        child = await asyncio.to_thread(os.waitpid, FORKED.pop(), 0)  # it has ended by itself
        assert child[1] == 0


async def test_no_alarm_is_left(database: OrmDatabase) -> None:
    await rest(database)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
