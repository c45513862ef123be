"""Open the database that the settings name, with the user's models or the bundled ones."""

import asyncio
import gc
import re
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pirate_tui.domain.entity import ALL_SCHEMAS, ONLY_SCHEMA
from pirate_tui.domain.failure import NO_DATABASE, WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of
from pirate_tui.logs import start_logging
from pirate_tui.own_files import check_own
from pirate_tui.settings import Settings, TypedUrl, world_path
from pirate_tui.settings.remembered import remember, remembered


if TYPE_CHECKING:
    from pirate_tui.domain.ports import Listener
    from pirate_tui.orm.connection.url import Server
    from pirate_tui.orm.database import OrmDatabase


ENDING_LIMIT = 0.6
"""Seconds that closing may take: a network connection takes at most 0.5, and quitting altogether may take one."""


MAGIC = b"SQLite format 3\0"
"""The first bytes of every SQLite file (https://www.sqlite.org/fileformat.html)."""

PASSWORD = re.compile(r":[^:@]*@")
"""The part of a path that looks like a password, where a URL was meant."""


class UserModels(NamedTuple):
    """The user's own models, imported before there is an event loop or a screen."""

    classes: tuple[type, ...]
    printed: tuple[str, ...]
    """What they printed, and notes on classes that were left out."""


def import_models(settings: Settings) -> UserModels | None:
    """Import the models that the settings name; None where they name none. Raises `StartupError`."""
    if settings.models is None:
        return None
    from pirate_tui.orm.user_models.loader import load_models

    sys.stderr.write(f"pirate-tui: importing {clean(settings.models)}\n")
    models = load_models(settings.models, with_current_folder=settings.are_models_typed)
    return UserModels(models.classes, (*models.notes, *models.output))


def resolve_target(settings: Settings) -> "Path | Server | None":
    """Return the file or the server that the settings name; None where they name none. Raises `StartupError`."""
    if not isinstance(settings.database, TypedUrl):
        return settings.database
    from pirate_tui.orm.connection.url import named  # takes SQLAlchemy, for which a file need not wait

    target = named(settings.database)
    if isinstance(target, Path) and (problem := schema_problem(settings.schemas)):
        raise StartupError(WRONG_USE, clean(problem))
    return target


class Bootstrap:
    """Opens the database that the settings name; the browser is given its `connect`.

    Raises `StartupError` where the settings name none that can be.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._target = resolve_target(settings)
        self._schemas = () if isinstance(self._target, Path) else settings.schemas
        if settings.models is not None and self._target is not None and not isinstance(self._target, Path):
            self._target = self._target._replace(schema=next(iter(self._schemas), None))
        self._user_models: UserModels | None = None
        self._database: OrmDatabase | None = None
        self._making: asyncio.Future[None] | None = None
        """The sample database as it is made."""

    @property
    def label(self) -> str:
        """The name of the database before it is open."""
        return clean((self._target or world_path()).name)

    @property
    def ends_within(self) -> float | None:
        """Seconds that closing it may take; None for a file, which has nothing to wait for."""
        return None if self._target is None or isinstance(self._target, Path) else ENDING_LIMIT

    @property
    def printed(self) -> tuple[str, ...]:
        """What the user's models printed when they were imported."""
        return () if self._user_models is None else self._user_models.printed

    def before_screen(self) -> None:
        """Do the part that needs no event loop or screen; may prompt for a password. Raises `StartupError`."""
        if isinstance(self._target, Path):
            check_file(self._target)
        start_logging(self._settings.log)
        if self._target is None or isinstance(self._target, Path):
            self._user_models = import_models(self._settings)
            return
        from pirate_tui.cli.passwords import with_commanded_password, with_known_password, with_prompted_password

        for note in self._target.notes:
            sys.stderr.write(f"pirate-tui: {note}\n")
        settings, known = self._settings, with_known_password(self._target)
        known = with_commanded_password(known, settings.password_command, settings.connection)
        self._user_models = import_models(self._settings)
        self._target = with_prompted_password(known)

    async def connect(self, listener: "Listener") -> "OrmDatabase":
        """Return the open database. SQLAlchemy is imported here, in a thread, after the first paint."""
        await asyncio.to_thread(__import__, "pirate_tui.orm.database")
        target = self._target or await self._sample_database()
        try:
            if isinstance(target, Path):
                check_file(target)
            await self.close()  # one that came after its request was cancelled
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
        """Remember the mapped class to show first at the next launch on this database."""
        remember(_name(self._target or world_path()), model)

    async def close(self) -> None:
        """Close the database, if it was opened."""
        if self._database is not None:
            await self._database.close()

    async def _open(self, target: "Path | Server", listener: "Listener") -> "OrmDatabase":
        """Open with the user's models; else with the bundled ones, where it has their tables; else reflected."""
        from pirate_tui.orm.database import Limits, open_database
        from pirate_tui.pirates.models import MODELS

        settings, is_sample = self._settings, self._target is None
        limits = Limits(settings.time_limit, settings.collection_limit, settings.blocking_limit)
        classes = MODELS if is_sample else None if self._user_models is None else self._user_models.classes
        sample = None if self._schemas else MODELS
        database = await open_database(target, classes, limits, listener, self._schemas, sample=sample)
        problems = [choice.problem for choice in database.models.choices if choice.problem]
        if is_sample and problems:
            await database.close()
            raise StartupError(NO_DATABASE, f"{clean(str(target))}: {', '.join(problems)}")
        return database

    async def _sample_database(self) -> Path:
        """Return the path of the sample database, which is made if it does not exist yet."""
        from pirate_tui.pirates.seed import make_world

        path = world_path()
        try:
            if self._settings.reset or not path.exists():
                if self._making is None or self._making.done():
                    self._making = asyncio.ensure_future(make_world(path, replaces=self._settings.reset))
                await asyncio.shield(self._making)  # a request that is cancelled leaves it to the next one
        except OSError as error:
            hint = "free some space, or set XDG_DATA_HOME to a writable folder"
            message = f"cannot create {clean(str(path))}: {reason_of(error)}; {hint}"
            raise StartupError(NO_DATABASE, message) from error
        try:
            check_own(path)
        except OSError as error:
            hint = "pirate-tui --reset replaces it with a new one"
            raise StartupError(WRONG_USE, f"{clean(str(path))}: {reason_of(error)}; {hint}") from error
        return path


def _name(target: "Path | Server") -> Path | str:
    """Return what a database is remembered by."""
    return target if isinstance(target, Path) else target.key


def check_file(path: Path) -> None:
    """Raise `StartupError` unless it is a readable SQLite file. Never blocks, not even on a fifo."""
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


def schema_problem(schemas: Iterable[str]) -> str:
    """Return why a SQLite file cannot have these schemas; empty where it has."""
    others = ", ".join(schema for schema in schemas if schema not in {ONLY_SCHEMA, ALL_SCHEMAS})
    return others and f"no such schema: {others}; a SQLite file has only {ONLY_SCHEMA}"


def pause_garbage_collection() -> None:
    """Disable garbage collection during the start, whose many objects stay anyway."""
    gc.disable()


def resume_garbage_collection() -> None:
    """Enable garbage collection again, without the objects of the start: traversing them takes 36 ms each time."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
