"""Run the command `pirate-tui`: the first word selects the sub-command."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from pirate_tui.cli.signals import end_at_signals


def run() -> NoReturn:
    """Run the command as a program of its own: once it has its exit code, a signal ends it at once with that code."""
    try:
        main()
    except SystemExit as ended:
        end_at_signals(ended.code)
        raise


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the sub-command; never returns, ends with its exit code."""
    args = sys.argv[1:] if arguments is None else arguments
    if args and args[0] == "seed":
        from pirate_tui.cli.seed import main as seed

        seed(args[1:])
    if args and args[0] == "check":
        from pirate_tui.cli.check import main as check

        check(args[1:])
    if args and args[0] == "run":
        from pirate_tui.cli.run import main as run_program

        run_program(args[1:])
    if args and args[0] == "explain":
        from pirate_tui.cli.explain import main as explain

        explain(args[1:])
    if args and args[0] == "export":
        from pirate_tui.cli.export import main as export

        export(args[1:])
    if args and args[0] == "config":
        from pirate_tui.cli.config import main as config

        config(args[1:])
    from pirate_tui.cli.browse import main as browse

    browse(args)


if __name__ == "__main__":
    run()
