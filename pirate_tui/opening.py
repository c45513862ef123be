"""Settings -> an open database: the models that it is opened with, and the crews that ship."""

import asyncio
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pirate_tui.command_line import check_file
from pirate_tui.domain.failure import NO_DATABASE, CannotStart
from pirate_tui.domain.text import clean
from pirate_tui.settings import Settings, remember, remembered, world_path


if TYPE_CHECKING:
    from pirate_tui.domain.ports import Listener
    from pirate_tui.orm.database import OrmDatabase


class Given(NamedTuple):
    """The developer's own models, imported before there is a loop or a screen."""

    classes: tuple[type, ...]
    printed: tuple[str, ...]
    """What they wrote meanwhile, and what was left out of them."""


def given_models(settings: Settings) -> Given | None:
    """Import the models that the settings name; None where they name none. Raises `CannotStart`."""
    if settings.models is None:
        return None
    from pirate_tui.orm.modules import load_models

    sys.stderr.write(f"pirate-tui: running the code of {clean(settings.models)}\n")
    models = load_models(settings.models)
    return Given(models.classes, (*models.notes, *models.output))


class Composition:
    """Opens the database that the settings name; its `connect` is what the browser is given."""

    def __init__(self, settings: Settings, given: Given | None = None) -> None:
        self._settings = settings
        self._given = given
        self._database: OrmDatabase | None = None

    async def connect(self, listener: "Listener") -> "OrmDatabase":
        """The open database. SQLAlchemy is imported here, in a thread, when the frame is on the screen."""
        await asyncio.to_thread(__import__, "pirate_tui.orm.database")
        path = self._settings.database or await self._world()
        try:
            check_file(path)
            self._database = await self._open(path, listener)
            self._database.begin_with(self._settings.model, remembered(path))
        except CannotStart as reason:
            if self._settings.database is not None:
                raise
            way_out = f"{reason.message}\npirate-tui --reset makes it anew"
            raise CannotStart(reason.exit_code, way_out) from reason
        finally:
            if not gc.isenabled():
                # What the start has made stays: no later collection need look at it again, for 36 ms each.
                gc.freeze()
                gc.enable()
        return self._database

    def remember(self, model: str) -> None:
        """The next launch on this database begins with that mapped class."""
        remember(self._settings.database or world_path(), model)

    async def close(self) -> None:
        """Give the database back, if it was opened."""
        if self._database is not None:
            await self._database.close()

    async def _open(self, path: Path, listener: "Listener") -> "OrmDatabase":
        """With the models that were given; else with those that ship, where it has their tables; else with its own."""
        from pirate_tui.pirates.models import MODELS

        if self._given is not None:
            return await self._open_with(path, self._given.classes, listener)
        try:
            return await self._open_with(path, MODELS, listener, complete=True)
        except CannotStart as reason:
            if reason.exit_code != NO_DATABASE or self._settings.database is None:
                raise
            return await self._open_with(path, None, listener)

    async def _open_with(
        self, path: Path, classes: Sequence[type] | None, listener: "Listener", *, complete: bool = False
    ) -> "OrmDatabase":
        """With these classes; if it is to be `complete`, only where the file has the tables of all of them."""
        from pirate_tui.orm.database import Limits, open_database

        limits = Limits(self._settings.time_limit, self._settings.collection_limit)
        database = await open_database(path, classes, limits, listener)
        problems = [choice.problem for choice in database.choices if choice.problem]
        if complete and problems:
            await database.close()
            raise CannotStart(NO_DATABASE, f"{clean(str(path))}: {', '.join(problems)}")
        return database

    async def _world(self) -> Path:
        """The pirates' database, made if it is not there yet."""
        from pirate_tui.pirates.seed import make_world

        path = world_path()
        try:
            if self._settings.reset or not path.exists():
                await make_world(path, replaces=self._settings.reset)
        except OSError as error:
            reason = clean(error.strerror or str(error))
            way_out = "make room, or set XDG_DATA_HOME to a folder that can be written"
            raise CannotStart(NO_DATABASE, f"cannot make {clean(str(path))}: {reason}; {way_out}") from error
        return path
