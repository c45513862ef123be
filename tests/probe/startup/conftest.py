"""Programs whose Python imports a sitecustomize.py of ours at its start."""

import os
import shutil
import sys
import venv
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import pytest

from pirate_tui.cli.run import STARTUP
from tests.programs import Ended, run


FAKE_PROBE = """
import sys

def install():
    print("installed")
"""

Start: TypeAlias = Callable[..., Ended]
"""Starts a program: its Python, code, folders of PYTHONPATH, other variables."""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of our name, with our real sitecustomize.py and a probe that says when it is installed."""
    folder = tmp_path / "ours" / "pirate_tui"
    startup = folder / "probe" / "startup"
    startup.mkdir(parents=True)
    shutil.copy(STARTUP / "sitecustomize.py", startup)
    (folder / "__init__.py").touch()
    (folder / "probe" / "__init__.py").write_text(FAKE_PROBE)
    return folder


@pytest.fixture
def start(package: Path) -> Start:
    """Runs code with that package's folder on PYTHONPATH, and others behind it."""

    def begin(
        code: str,
        *folders: Path,
        python: Path | str = sys.executable,
        options: tuple[str, ...] = (),
        given: Mapping[str, str] | None = None,
    ) -> Ended:
        path = os.pathsep.join(map(str, (package / "probe" / "startup", *folders)))
        variables = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **(given or {})}
        return run(python, *options, "-c", code, given=variables)

    return begin


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with SQLAlchemy and aiosqlite, but neither pirate-tui nor Textual."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in ("sqlalchemy", "greenlet", "aiosqlite", "typing_extensions"):
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        place = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
        (packages / place.name).symlink_to(place)
    return folder / "bin" / "python"


@pytest.fixture
def fake_sqlalchemy(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a folder with a package that calls itself SQLAlchemy of that version."""

    def make(version: str) -> Path:
        folder = tmp_path / "libraries"
        (folder / "sqlalchemy" / "orm").mkdir(parents=True)
        (folder / "sqlalchemy" / "__init__.py").write_text(f"__version__ = {version!r}\n")
        (folder / "sqlalchemy" / "orm" / "__init__.py").write_text("print('imported')\n")
        return folder

    return make
