"""The composition root: settings -> database -> browser."""

import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pirate_tui.command_line import check_file, check_terminal, parse, start_logging
from pirate_tui.domain.failure import NO_DATABASE, CannotStart
from pirate_tui.domain.text import clean
from pirate_tui.settings import Settings, world_path


if TYPE_CHECKING:
    from pirate_tui.domain.ports import Database, Listener


class Composition:
    """Opens the database that the settings name; its `connect` is what the browser is given."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database: Database | None = None

    async def connect(self, listener: "Listener") -> "Database":
        """The open database. SQLAlchemy is imported here, in a thread, when the frame is on the screen."""
        await asyncio.to_thread(__import__, "pirate_tui.orm.database")
        from pirate_tui.orm.database import Limits, open_database
        from pirate_tui.pirates.models import MODELS

        path = self._settings.database or await self._world()
        try:
            check_file(path)
            limits = Limits(self._settings.time_limit, self._settings.collection_limit)
            self._database = await open_database(path, MODELS, limits, listener)
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

    async def close(self) -> None:
        """Give the database back, if it was opened."""
        if self._database is not None:
            await self._database.close()

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


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The command `pirate-tui`: never returns, ends with its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] == "seed":
        from pirate_tui.seeding import main as seed

        seed(given[1:])
    settings = parse(given)
    try:
        check_terminal()
        if settings.database is not None:
            check_file(settings.database)
        start_logging(settings.log)
    except CannotStart as reason:
        sys.stderr.write(f"pirate-tui: {reason.message}\n")
        sys.exit(reason.exit_code)
    gc.disable()  # what the start makes, stays; see `Composition.connect`
    try:
        sys.exit(asyncio.run(browse(settings)))
    except KeyboardInterrupt:  # before the screen is there; from then on the app hears signals itself
        sys.exit(128 + signal.SIGINT)


async def browse(settings: Settings) -> int:
    """Run the browser; its exit code."""
    from pirate_tui.ui.app import PirateApp

    composition = Composition(settings)
    app = PirateApp(composition.connect, _label(settings))
    try:
        await app.run_async()
    finally:
        await composition.close()
        app.forget_signals()
    return app.return_code or 0


def _label(settings: Settings) -> str:
    """What to call the database before it is open."""
    return clean((settings.database or world_path()).name)


if __name__ == "__main__":
    main()
