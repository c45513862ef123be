"""The composition root: settings -> database -> browser."""

import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from pirate_tui.command_line import check_file, check_terminal, parse, start_logging
from pirate_tui.domain.failure import CannotStart
from pirate_tui.domain.text import clean
from pirate_tui.opening import Composition, Given, given_models
from pirate_tui.settings import Settings, world_path


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The command `pirate-tui`: never returns, ends with its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] == "seed":
        from pirate_tui.seeding import main as seed

        seed(given[1:])
    if given and given[0] == "check":
        from pirate_tui.check import main as check

        check(given[1:])
    settings = parse(given)
    try:
        check_terminal()
        if settings.database is not None:
            check_file(settings.database)
        start_logging(settings.log)
        models = given_models(settings)
    except CannotStart as reason:
        sys.stderr.write(f"pirate-tui: {reason.message}\n")
        sys.exit(reason.exit_code)
    gc.disable()  # what the start makes, stays; see `Composition.connect`
    try:
        sys.exit(asyncio.run(browse(settings, models)))
    except KeyboardInterrupt:  # before the screen is there; from then on the app hears signals itself
        sys.exit(128 + signal.SIGINT)


async def browse(settings: Settings, models: Given | None) -> int:
    """Run the browser; its exit code."""
    from pirate_tui.ui.app import PirateApp, Start

    composition = Composition(settings, models)
    start = Start(() if models is None else models.printed, composition.remember)
    app = PirateApp(composition.connect, _label(settings), start)
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
