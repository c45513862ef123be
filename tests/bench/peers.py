"""Other browsers of databases in the same terminal, where they are installed: launch to the first rows of one table."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.figures import Figure, Setting
from tests.bench.programs import ENTER, environment, open_ours
from tests.bench.terminal import Terminal


CREWS = 30

ROWS = "Straw Hats"
"""What is on the screen once the rows are."""

SELECT = "select * from pirate_crew limit 30"

DOWN, RUN, TO_EDITOR = "j", "\x0a", "\x1bOQ"


class Peer(NamedTuple):
    """A program, and how its user comes to the rows."""

    name: str
    command: Sequence[str]
    """The database's path is added."""
    steps: Sequence[tuple[str, str]]
    """What is waited for, and what is typed then."""


PEERS = (
    Peer("visidata", ("vd",), (("pirate_crew", ENTER),)),
    Peer("litecli", ("litecli",), (("Multiline", f"{SELECT};{ENTER}"),)),
    Peer(
        "sqlit",
        ("sqlit", "connect", "sqlite", "--file-path"),
        (("Tables", DOWN), ("Tables", ENTER), ("pirate_crew", DOWN), ("pirate_crew", "s")),
    ),
    Peer("harlequin", ("harlequin", "-a", "sqlite"), (("main", TO_EDITOR), ("main", SELECT), ("main", RUN))),
)


def peers(setting: Setting) -> list[Figure]:
    """Launch to the first rows and memory then, beside harlequin, sqlit, visidata and litecli, as far as installed."""
    path, installed = setting.world(CREWS), [peer for peer in PEERS if shutil.which(peer.command[0])]
    figures = []
    for peer in installed:
        ours, theirs = list[tuple[float, float]](), list[tuple[float, float]]()
        for _ in range(setting.runs + 1):
            ours.append(_first_rows(open_ours(setting, path), ()))
            theirs.append(_first_rows(_open(setting, peer, path), peer.steps))
        for number, (what, unit) in enumerate((("first rows visible", "ms"), ("peak memory with rows", "MiB"))):
            mine, others = ([pair[number] for pair in series[1:]] for series in (ours, theirs))
            figures.append(Figure(f"{what}, {CREWS} crews", mine, peer.name, others, unit=unit))
    return figures


def _open(setting: Setting, peer: Peer, path: Path) -> Terminal:
    command = [str(shutil.which(peer.command[0])), *peer.command[1:], str(path)]
    return Terminal(command, environment(setting.folder))


def _first_rows(terminal: Terminal, steps: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """The time from the start until the rows are there, and the memory needed by then."""
    with terminal:
        for text, keys in steps:
            if not terminal.shows(text):
                terminal.until(text)
            terminal.settle(0.05)
            terminal.press(keys)
        return terminal.until(ROWS), terminal.peak_memory()
