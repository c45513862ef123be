"""Plays with the browser at random for as long as one likes: `python -m tests.monkey --seconds 600 --seed 7`.

In turns the installed command in a terminal, over one world after the other, and the app over a database that is made
up and fails at random. The first failure ends it, and tells its seed and all that was done.
"""

import argparse
import asyncio
import sys
import time
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.homes import live_in
from tests.pty import monkey
from tests.pty.conftest import Launcher
from tests.ui import typist


TIMES = 300
"""Things that are done in a session."""


def main() -> None:
    """Play until the time is over, or something fails: exit code 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="how long; without it, until it is stopped")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        live_in(folder)
        places = monkey.places(Path(folder))
        until = time.monotonic() + given.seconds
        for seed, (name, place) in zip(count(given.seed), cycle(places.items()), strict=False):
            if time.monotonic() > until:
                break
            try:
                _play(place, seed)
            except (AssertionError, pytest.fail.Exception) as error:
                sys.exit(f"seed {seed}, {name}: {error}")
            sys.stdout.write(f"seed {seed}, {name}: survived\n")
            sys.stdout.flush()


def _play(place: monkey.Place, seed: int) -> None:
    launcher = Launcher()
    try:
        monkey.survive(launcher, place, seed, TIMES)
    finally:
        launcher.close()
    asyncio.run(typist.survive(seed, TIMES))


if __name__ == "__main__":
    main()
