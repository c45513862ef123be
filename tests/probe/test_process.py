"""The probe in a process of its own: what its import loads, what it says, and how it is switched off."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pirate_tui.probe import ANNOUNCED, PURPOSE, SWITCH
from tests.canaries.page import REPOSITORY
from tests.programs import run


SHARED = {"sqlalchemy", "greenlet", "typing_extensions"}
"""What the probe may load: SQLAlchemy, with what that imports; compiled modules of it have private names."""

FORBIDDEN = {
    *("textual", "rich", "platformdirs", "sqlglot", "pytest"),
    *(f"pirate_tui.{name}" for name in ("ui", "pirates", "settings", "cli", "bootstrap", "__main__", "own_files")),
}

MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, make_transient_to_detached, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class A(Base):
    __tablename__ = "a"
    id: Mapped[int] = mapped_column(primary_key=True)
    b_id: Mapped[int] = mapped_column(ForeignKey("a.id"))
    b: Mapped["A"] = relationship()

def error_of_read():
    a = A(id=1)
    make_transient_to_detached(a)
    try:
        a.b
    except Exception as error:
        return error
"""
"""A program without pytest, under which no message is touched."""

LOADS = f"""
import json, sys
before = set(sys.modules)
import pirate_tui.probe
imported = set(sys.modules) - before
pirate_tui.probe.install()
installed = set(sys.modules) - before
{MODELS}
notes = error_of_read().__notes__
print(json.dumps([sorted(imported), sorted(installed), sorted(set(sys.modules) - before), notes]))
"""


def tops(modules: list[str]) -> set[str]:
    """The packages that are not of the standard library, without those whose names are private."""
    found = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"cython_runtime"}
    return {name for name in found if not name.startswith("_")}


def test_what_is_loaded() -> None:
    done = run(sys.executable, "-c", LOADS, given={"PYTHONPATH": str(REPOSITORY)})
    assert done.code == 0, done.err
    imported, installed, explained, notes = json.loads(done.out)
    assert [name for name in imported if tops([name])] == ["pirate_tui", "pirate_tui.probe"]
    assert tops(installed) <= {*SHARED, "pirate_tui"}
    ours = {name for name in installed if name.startswith("pirate_tui.")}
    assert {name for name in ours if not name.startswith("pirate_tui.probe")} <= {
        *("pirate_tui.domain", "pirate_tui.domain.text")
    }
    assert notes[0].startswith("pirate-tui: A.b of A 1")
    assert "pirate_tui.orm.explanation" in explained
    assert not FORBIDDEN & set(explained)
    assert tops(explained) <= {*SHARED, "pirate_tui"}


SAYS = f"""
import os, subprocess, sys
import pirate_tui.probe
pirate_tui.probe.install()
print(pirate_tui.probe.is_installed(), "sqlalchemy" in sys.modules)
{MODELS}
error = error_of_read()
print(str(error).count("[pirate-tui: "), len(getattr(error, "__notes__", ())), error.code, len(error.args), flush=True)
pirate_tui.probe.uninstall()
pirate_tui.probe.install()
if len(sys.argv) == 1:
    subprocess.run([sys.executable, __file__, "child"], check=True)
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("given", "out", "err"),
    [
        ({}, ["True True", "1 1 bhk3 1"], {PURPOSE: 1, "pirate-tui: A.b": 2}),
        ({SWITCH: ""}, ["True True", "1 1 bhk3 1"], {PURPOSE: 1, "pirate-tui: A.b": 2}),
        ({SWITCH: "no-message"}, ["True True", "0 1 bhk3 1"], {PURPOSE: 1, "pirate-tui: A.b": 2}),
        ({SWITCH: "0"}, ["False False", "0 0 bhk3 1"], {"pirate-tui": 0}),
        ({ANNOUNCED: "1"}, ["True True", "1 1 bhk3 1"], {PURPOSE: 0, "pirate-tui: A.b": 2}),
    ],
    ids=["default", "empty", "no-message", "off", "announced"],
)
def test_the_switches(given: Mapping[str, str], out: list[str], err: Mapping[str, int], tmp_path: Path) -> None:
    """In a program and a child that inherits its environment: it says once what it is for."""
    program = tmp_path / "program.py"
    program.write_text(SAYS)
    done = run(sys.executable, program, given={"PYTHONPATH": str(REPOSITORY), **given}, folder=tmp_path)
    assert (done.code, done.out.splitlines()) == (0, [*out, *out]), done.err
    assert {text: done.err.count(text) for text in err} == err


@pytest.mark.thorough
def test_a_program_whose_stderr_is_closed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import pirate_tui.probe as p\np.install()\nprint(p.is_installed())\n")
    command = 'exec "$0" "$1" 2>&-'
    done = run("/bin/sh", "-c", command, sys.executable, program, given={"PYTHONPATH": str(REPOSITORY)})
    assert done == (0, "True\n", "")
