"""Programs that are started as users start them, with the probe and without it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pirate_tui.probe import ANNOUNCED, PURPOSE, SWITCH


COMMAND = Path(sys.executable).with_name("pirate-tui")
"""The installed command."""

PATIENCE = 60.0
"""Seconds that a program may take, on a machine that has other things to do as well."""

NOWHERE = Path("/")
"""A folder with no modules in it, which `python -c` searches first."""

SHOP = """
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str]

async def note_of_new_order():
    engine = create_async_engine("sqlite+aiosqlite://")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with AsyncSession(engine) as session:
            order = Order(note="two left shoes")
            session.add(order)
            await session.commit()
            return order.note
    finally:
        await engine.dispose()
"""
"""A module of a user's, whose function reads an attribute that a commit has expired."""

OURS = ("PYTHONPATH", "PYTHONWARNINGS", SWITCH, ANNOUNCED)
"""Variables that whoever runs the tests may have set for himself."""


class Ended(NamedTuple):
    """What came of a program."""

    code: int
    out: str
    err: str


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of this process without what concerns the probe, and with what is given."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**kept, **(given or {})}


def run(*command: str | Path, given: Mapping[str, str] | None = None, folder: Path = NOWHERE, typed: str = "") -> Ended:
    """Start a program with these variables in addition, and wait until it has ended."""
    done = subprocess.run(
        list(map(str, command)),
        env=environment(given),
        cwd=folder,
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_probed(
    *command: str | Path, given: Mapping[str, str] | None = None, folder: Path = NOWHERE, typed: str = ""
) -> Ended:
    """The same by `pirate-tui run`; what that says itself is checked, and left out."""
    done = run(COMMAND, "run", *command, given=given, folder=folder, typed=typed)
    purpose = "" if (given or {}).get(SWITCH) == "0" else f"{PURPOSE}\n"
    assert done.err.startswith(purpose)
    return done._replace(err=done.err.removeprefix(purpose))
