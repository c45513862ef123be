"""The wheel: what travels in it, and that it works where nothing else of ours is."""

import json
import subprocess
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pirate_tui.probe import PURPOSE
from tests.environments import environment_with, pip
from tests.programs import SHOP, Ended, run


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.packaging

REPOSITORY = Path(__file__).parents[2]


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


TESTS = """
import pytest, shop

@pytest.mark.asyncio
async def test_note():
    assert await shop.note_of_new_order() == "two left shoes"
"""

NAMES = "import json, sys\ndef test_names(): print('MODULES', json.dumps(sorted(sys.modules)))\n"
"""A test that tells which modules were imported."""

EXPLAINED = "pirate-tui: Order.note of Order 1 was accessed without await, but a commit has expired its value"


@pytest.fixture(scope="module")
def tested(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that has the wheel with what it depends on, pytest, and nothing else."""
    folder = tmp_path_factory.mktemp("tested")
    return environment_with(folder, str(wheel), "pytest>=9,<10", "pytest-asyncio>=1.5,<2").parent


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a shop, and its test, which fails."""
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "test_shop.py").write_text(TESTS)
    return tmp_path


def explained_once(done: Ended) -> bool:
    """Whether a failed test tells the attribute and the lines, once in its section and nowhere else."""
    lines = SHOP.splitlines()
    read, expired = (lines.index(" " * 12 + code) + 1 for code in ("return order.note", "await session.commit()"))
    section = done.out.partition(" pirate-tui ---")[2]
    assert "1 failed" in done.out, done.out + done.err
    assert f"  read      shop.py:{read}   `return order.note`\n" in section
    assert f"  expired   shop.py:{expired}   `await session.commit()`\n" in section
    return done.out.count("pirate-tui:") == done.out.count(EXPLAINED) == 1


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


def test_the_plugin_explains_in_an_environment_of_its_own(tested: Path, shop: Path) -> None:
    assert explained_once(run(tested / "pytest", "--sqla-explain", folder=shop))
    assert "pirate-tui:" not in run(tested / "pytest", folder=shop).out, "it was not asked for"


@pytest.mark.parametrize("options", [(), ("--sqla-explain",)])
def test_run_and_the_plugin_explain_once_together(tested: Path, shop: Path, options: tuple[str, ...]) -> None:
    assert explained_once(run(tested / "pirate-tui", "run", "--", tested / "pytest", *options, folder=shop))


def test_run_explains_tests_of_an_environment_that_has_nothing_of_ours(installed: Path, shop: Path) -> None:
    needs = ("sqlalchemy[asyncio]>=2.0.46,<2.2", "aiosqlite", "pytest>=9,<10", "pytest-asyncio>=1.5,<2")
    python = environment_with(shop / "environment", *needs)
    command = (installed / "pirate-tui", "run", "--", python.with_name("pytest"), "test_shop.py")
    assert explained_once(run(*command, folder=shop))


def test_the_plugin_imports_pytest_and_nothing_else_until_it_is_asked_to(tested: Path, tmp_path: Path) -> None:
    (tmp_path / "test_names.py").write_text(NAMES)
    with_it, without_it = (
        set(
            json.loads(run(tested / "pytest", "-s", *options, folder=tmp_path).out.split("MODULES ")[1].splitlines()[0])
        )
        for options in ((), ("-p", "no:pirate_tui.pytest_plugin"))
    )
    assert with_it - without_it == {"pirate_tui", "pirate_tui.pytest_plugin"}
    assert not {"sqlalchemy", "textual", "rich"} & with_it
