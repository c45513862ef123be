"""The command `pirate-tui`: the first word says which sub-command."""

import sys
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the sub-command; never returns, ends with its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] == "seed":
        from pirate_tui.cli.seed import main as seed

        seed(given[1:])
    if given and given[0] == "check":
        from pirate_tui.cli.check import main as check

        check(given[1:])
    from pirate_tui.cli.browse import main as browse

    browse(given)


if __name__ == "__main__":
    main()
