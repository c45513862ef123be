"""The wheel: what travels in it, and that it works where nothing else of ours is."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pirate_tui.probe import PURPOSE
from tests.programs import run


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.packaging

REPOSITORY = Path(__file__).parents[2]


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", folder, REPOSITORY)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that has the wheel, and borrows what it depends on from ours.

    A folder named in a .pth file is searched, but the .pth files in it are not read: not the one of our checkout.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    return python.parent


PROBED = """
import sqlalchemy.orm, sys
module = sys.modules.get("pirate_tui.probe")
print(module is not None and module.is_installed(), sqlalchemy.__version__, sqlalchemy.__file__)
"""


def environment_with(folder: Path, *requirements: str) -> Path:
    """The Python of an environment that has nothing but these packages, from the registry."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip("--python", python, "install", *requirements)
    return python


def test_the_wheel_holds_the_data_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "pirate_tui/data/pirates.json" in names
    assert "pirate_tui/ui/screens/browse.tcss" in names
    assert [name for name in names if "/startup/" in name] == ["pirate_tui/probe/startup/sitecustomize.py"]
    assert any(name.endswith("/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"pirate_tui"}


def test_the_installed_wheel_shows_the_crews_from_any_folder(start: "Launcher", installed: Path) -> None:
    ask = [str(installed / "python"), "-c", "import pirate_tui; print(pirate_tui.__file__)"]
    home = subprocess.run(ask, capture_output=True, text=True, check=True, cwd="/").stdout
    assert home.startswith(str(installed.parent)), "it is our checkout that was started"
    terminal = start(command=[str(installed / "pirate-tui")], folder=Path("/"))
    terminal.wait_for("Straw Hats", "40 rows")
    terminal.send("<enter>")
    terminal.wait_for("Roronoa Zoro")
    terminal.quit()


def test_the_installed_wheel_brings_its_probe_into_another_environment(installed: Path, tmp_path: Path) -> None:
    python = environment_with(tmp_path / "app", "sqlalchemy[asyncio]>=2.0.46,<2.1", "aiosqlite")
    done = run(installed / "pirate-tui", "run", python, "-c", PROBED)
    assert done.code == 0, done.err
    has_probe, version, file = done.out.split()
    assert (has_probe, version[:3]) == ("True", "2.0")
    assert file.startswith(str(tmp_path / "app"))


def test_the_installed_wheel_leaves_an_old_sqlalchemy_alone(installed: Path, tmp_path: Path) -> None:
    python = environment_with(tmp_path / "app", "sqlalchemy<2")
    done = run(installed / "pirate-tui", "run", python, "-W", "ignore", "-c", PROBED)
    assert done.out.startswith("False 1.4.")
    said = f"the probe needs SQLAlchemy 2.0 or newer, and this is {done.out.split()[1]}; this program runs without it"
    assert (done.code, done.err) == (0, f"{PURPOSE}\npirate-tui: {said}\n")
