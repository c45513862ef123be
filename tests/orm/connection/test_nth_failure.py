"""The Nth call of the driver fails, for every N of a scripted run: trouble each time, and never a bug or a leak."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, StartupError
from pirate_tui.domain.loading import LoaderStrategy, OpenRequest
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import Seek
from pirate_tui.orm.database import Limits, OrmDatabase, open_database


Settled: TypeAlias = Callable[[OrmDatabase], Awaitable[None]]

ERRORS: dict[str, Callable[[], Exception]] = {
    "OperationalError": lambda: sqlite3.OperationalError("disk I/O error"),
    "DatabaseError": lambda: sqlite3.DatabaseError("database disk image is malformed"),
    "OSError": lambda: OSError(5, "Input/output error"),
    "TimeoutError": lambda: TimeoutError("no answer"),
}


class Saboteur:
    """Lets the Nth call fail, counted from when it is told."""

    def __init__(self) -> None:
        self.left = -1
        self.error: Callable[[], Exception] = RuntimeError

    def __call__(self, *_: Any) -> None:
        """One call of the driver."""
        self.left -= 1
        if self.left == 0:
            self.fail()

    def fail(self) -> NoReturn:
        """Raise what was ordered."""
        raise self.error()


@pytest.fixture(params=["do_execute", "do_connect"])
def saboteur(request: pytest.FixtureRequest) -> Iterator[Saboteur]:
    """Hears each statement, or each new connection, of every engine that this test makes."""
    made = Saboteur()
    event.listen(Engine, request.param, made)
    yield made
    event.remove(Engine, request.param, made)


def script(entity: Entity) -> list[Callable[[OrmDatabase], Awaitable[object]]]:
    """What a person does in a minute, one question after another."""

    def request(mode: AccessMode, strategy: LoaderStrategy) -> OpenRequest:
        return OpenRequest(entity, (1,), entity.relationships[0], mode, strategy)

    opens = [(AccessMode.SAFE, strategy) for strategy in LoaderStrategy]
    return [
        lambda database: database.check(),
        lambda database: database.rows.page(Query(entity), Seek()),
        lambda database: database.rows.count(Query(entity)),
        lambda database: database.instances.load_instance(entity, (1,)),
        *(lambda database, how=how: database.instances.open(request(*how)) for how in opens),
    ]


async def new_connections(database: OrmDatabase) -> None:
    """Let each question of the script connect anew."""
    await database._connections.engine.dispose()  # noqa: SLF001


@pytest.mark.parametrize("error", ERRORS)
async def test_every_failure_of_the_driver_is_trouble_in_its_place(
    saboteur: Saboteur, fleet_file: Path, fleet: tuple[type, type], listener: Listener, settled: Settled, error: str
) -> None:
    database = await open_database(fleet_file, fleet, Limits(30), listener)
    surprises = list[str]()
    for number, question in enumerate(script(database.models.catalog.entities[0])):
        for n in range(1, 4):
            await new_connections(database)
            saboteur.left, saboteur.error = n, ERRORS[error]
            try:
                await question(database)
            except (BrowserError, StartupError):
                pass
            except Exception as surprise:  # noqa: BLE001  all of them are to be listed
                surprises.append(f"question {number}, call {n}: {surprise!r}")
            reached, saboteur.left = saboteur.left <= 0, -1
            await settled(database)
            assert await database.rows.count(Query(database.models.catalog.entities[0])) == 2
            if not reached:
                break
    await database.close()
    assert not surprises


@pytest.mark.parametrize("error", ERRORS)
async def test_a_failure_at_the_start_is_a_reason_to_end(
    saboteur: Saboteur, fleet_file: Path, fleet: tuple[type, type], listener: Listener, error: str
) -> None:
    saboteur.left, saboteur.error = 1, ERRORS[error]
    with pytest.raises(StartupError) as caught:
        await open_database(fleet_file, fleet, Limits(30), listener)
    assert caught.value.exit_code == 3
    assert str(fleet_file) in caught.value.message
