"""Settings -> an open database: the models that it is opened with, and the crews that ship."""

import asyncio
import gc
import re
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pirate_tui.domain.entity import ONLY_SCHEMA
from pirate_tui.domain.failure import NO_DATABASE, WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of
from pirate_tui.logs import start_logging
from pirate_tui.own_files import check_own
from pirate_tui.settings import Settings, TypedUrl, remember, remembered, world_path


if TYPE_CHECKING:
    from pirate_tui.domain.ports import Listener
    from pirate_tui.orm.connection.url import Server
    from pirate_tui.orm.database import OrmDatabase


ENDING_LIMIT = 0.6
"""Seconds: what can be closed over a network takes at most 0.5, and quitting altogether may take one."""


MAGIC = b"SQLite format 3\0"
"""How every SQLite file begins (https://www.sqlite.org/fileformat.html)."""

PASSWORD = re.compile(r":[^:@]*@")
"""What looks like one, in a path that was meant to be a URL."""


class UserModels(NamedTuple):
    """The developer's own models, imported before there is a loop or a screen."""

    classes: tuple[type, ...]
    printed: tuple[str, ...]
    """What they wrote meanwhile, and what was left out of them."""


def import_models(settings: Settings) -> UserModels | None:
    """Import the models that the settings name; None where they name none. Raises `StartupError`."""
    if settings.models is None:
        return None
    from pirate_tui.orm.user_models.loader import load_models

    sys.stderr.write(f"pirate-tui: importing {clean(settings.models)}\n")
    models = load_models(settings.models)
    return UserModels(models.classes, (*models.notes, *models.output))


def resolve_target(settings: Settings) -> "Path | Server | None":
    """The file or the server that the settings name; None where they name nothing. Raises `StartupError`."""
    if not isinstance(settings.database, TypedUrl):
        return settings.database
    from pirate_tui.orm.connection.url import named  # takes SQLAlchemy, for which a file need not wait

    target = named(settings.database)
    if isinstance(target, Path) and (problem := schema_problem(settings.schema)):
        raise StartupError(WRONG_USE, clean(problem))
    return target


class Bootstrap:
    """Opens the database that the settings name; its `connect` is what the browser is given.

    Raises `StartupError` where they name one that there cannot be.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._target = resolve_target(settings)
        self._schema = None if isinstance(self._target, Path) else settings.schema
        self._given: UserModels | None = None
        self._database: OrmDatabase | None = None

    @property
    def label(self) -> str:
        """What to call the database before it is open."""
        return clean((self._target or world_path()).name)

    @property
    def ends_within(self) -> float | None:
        """Seconds that closing it may take; None for a file, with which there is nothing that it could wait for."""
        return None if self._target is None or isinstance(self._target, Path) else ENDING_LIMIT

    @property
    def printed(self) -> tuple[str, ...]:
        """What the developer's own models wrote when they were imported."""
        return () if self._given is None else self._given.printed

    def before_screen(self) -> None:
        """Do what is done before there is a loop or a screen; it may ask for a password. Raises `StartupError`."""
        if isinstance(self._target, Path):
            check_file(self._target)
        start_logging(self._settings.log)
        if self._target is None or isinstance(self._target, Path):
            self._given = import_models(self._settings)
            return
        from pirate_tui.cli.passwords import with_asked_password, with_known_password

        for note in self._target.notes:
            sys.stderr.write(f"pirate-tui: {note}\n")
        known = with_known_password(self._target)
        self._given = import_models(self._settings)
        self._target = with_asked_password(known)

    async def connect(self, listener: "Listener") -> "OrmDatabase":
        """The open database. SQLAlchemy is imported here, in a thread, when the frame is on the screen."""
        await asyncio.to_thread(__import__, "pirate_tui.orm.database")
        target = self._target or await self._sample_database()
        try:
            if isinstance(target, Path):
                check_file(target)
            await self.close()  # one that came too late for whoever asked for it
            self._database = await self._open(target, listener)
            self._database.models.set_initial_model(self._settings.model, remembered(_name(target)))
        except StartupError as reason:
            if self._target is not None:
                raise
            hint = f"{reason.message}\npirate-tui --reset recreates it"
            raise StartupError(reason.exit_code, hint) from reason
        finally:
            resume_garbage_collection()
        return self._database

    def remember(self, model: str) -> None:
        """The next launch on this database begins with that mapped class."""
        remember(_name(self._target or world_path()), model)

    async def close(self) -> None:
        """Give the database back, if it was opened."""
        if self._database is not None:
            await self._database.close()

    async def _open(self, target: "Path | Server", listener: "Listener") -> "OrmDatabase":
        """With the models that were given; else with those that ship, where it has their tables; else with its own."""
        from pirate_tui.pirates.models import MODELS

        if self._given is not None:
            return await self._open_with(target, self._given.classes, listener)
        if self._schema is not None:
            return await self._open_with(target, None, listener)
        try:
            return await self._open_with(target, MODELS, listener, complete=True)
        except StartupError as reason:
            if reason.exit_code != NO_DATABASE or self._target is None:
                raise
            return await self._open_with(target, None, listener)

    async def _open_with(
        self, target: "Path | Server", classes: Sequence[type] | None, listener: "Listener", *, complete: bool = False
    ) -> "OrmDatabase":
        """With these classes; if it is to be `complete`, only where it has the tables of all of them."""
        from pirate_tui.orm.database import Limits, open_database

        limits = Limits(self._settings.time_limit, self._settings.collection_limit, self._settings.blocking_limit)
        database = await open_database(target, classes, limits, listener, self._schema)
        problems = [choice.problem for choice in database.models.choices if choice.problem]
        if complete and problems:
            await database.close()
            where = str(target) if isinstance(target, Path) else target.name
            raise StartupError(NO_DATABASE, f"{clean(where)}: {', '.join(problems)}")
        return database

    async def _sample_database(self) -> Path:
        """The pirates' database, made if it is not there yet."""
        from pirate_tui.pirates.seed import make_world

        path = world_path()
        try:
            if self._settings.reset or not path.exists():
                await make_world(path, replaces=self._settings.reset)
        except OSError as error:
            hint = "free some space, or set XDG_DATA_HOME to a writable folder"
            told = f"cannot create {clean(str(path))}: {reason_of(error)}; {hint}"
            raise StartupError(NO_DATABASE, told) from error
        try:
            check_own(path)
        except OSError as error:
            hint = "pirate-tui --reset replaces it with a new one"
            raise StartupError(WRONG_USE, f"{clean(str(path))}: {reason_of(error)}; {hint}") from error
        return path


def _name(target: "Path | Server") -> Path | str:
    """What a database is remembered by."""
    return target if isinstance(target, Path) else target.key


def check_file(path: Path) -> None:
    """Is it a file, may it be read, and does it begin as SQLite does? Never blocks, not even on a fifo."""
    shown = clean(PASSWORD.sub(":***@", str(path)))
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise StartupError(WRONG_USE, f"{shown} is {kind}; give a SQLite file")
        with path.open("rb") as file:
            beginning = file.read(len(MAGIC))
    except (OSError, ValueError) as error:
        raise StartupError(WRONG_USE, f"{shown}: {reason_of(error)}") from error
    if not beginning:
        raise StartupError(
            NO_DATABASE, f"{shown} is empty; give a database with tables, or omit it for the sample database"
        )
    if beginning != MAGIC:
        raise StartupError(NO_DATABASE, f"{shown} is not a SQLite database, or is encrypted")


def schema_problem(schema: str | None) -> str:
    """Why a SQLite file cannot have this schema; empty where it has."""
    return "" if schema in {None, ONLY_SCHEMA} else f"no such schema: {schema}; a SQLite file has only {ONLY_SCHEMA}"


def pause_garbage_collection() -> None:
    """Collect nothing while the program starts: what is made then stays, and there is a lot of it."""
    gc.disable()


def resume_garbage_collection() -> None:
    """Collect again, if it was paused, without ever looking at what the start has made: that took 36 ms each time."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
