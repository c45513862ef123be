"""The composition root: settings -> database -> browser."""

import gc
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from pirate_tui.bootstrap import Composition
from pirate_tui.cli.command_line import check_terminal, parse, report_bug
from pirate_tui.domain.failure import CannotStart
from pirate_tui.shutdown import run


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The command `pirate-tui`: never returns, ends with its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] == "seed":
        from pirate_tui.cli.seed import main as seed

        seed(given[1:])
    if given and given[0] == "check":
        from pirate_tui.cli.check import main as check

        check(given[1:])
    settings = parse(given)
    sys.excepthook = report_bug
    try:
        check_terminal()
        composition = Composition(settings)
        composition.prepare()
        gc.disable()  # what the start makes, stays; see `Composition.connect`
        sys.exit(run(lambda: browse(composition), composition.close, composition.ends_within))
    except CannotStart as reason:
        sys.stderr.write(f"pirate-tui: {reason.message}\n")
        sys.exit(reason.exit_code)
    except KeyboardInterrupt:  # before the screen is there; from then on the app hears signals itself
        sys.exit(128 + signal.SIGINT)


async def browse(composition: Composition) -> int:
    """Run the browser; its exit code."""
    from pirate_tui.ui.app import PirateApp, Start

    app = PirateApp(composition.connect, composition.label, Start(composition.printed, composition.remember))
    await app.run_async()
    return app.return_code or 0


if __name__ == "__main__":
    main()
