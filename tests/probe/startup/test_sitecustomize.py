"""The file that lets the probe in: it waits for sqlalchemy.orm, disturbs nothing, and hands on to another one."""

import ast
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pirate_tui.cli.run import STARTUP
from tests.environments import found_pythons
from tests.probe.startup.conftest import Start
from tests.programs import Ended, run, run_probed


SOURCE = (STARTUP / "sitecustomize.py").read_text(encoding="utf-8")

NEW_SYNTAX = (
    ast.AnnAssign,
    ast.JoinedStr,
    ast.NamedExpr,
    ast.Nonlocal,
    ast.AsyncFunctionDef,
    ast.YieldFrom,
    ast.Starred,
)
"""What Python 2.7 cannot parse."""


OLD_PYTHONS = found_pythons("3.6", "3.7", "3.8", "3.9", "3.10")


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """A folder of the program's own modules."""
    (tmp_path / "modules").mkdir()
    return tmp_path / "modules"


def same_without_us(start: Start, code: str, *folders: Path) -> Ended:
    """Run a program with our file and without it: it must not be able to tell."""
    without = run(sys.executable, "-c", code, given={"PYTHONPATH": os.pathsep.join(map(str, folders))})
    assert start(code, *folders) == without
    return without


# Any Python.


def test_any_python_can_parse_it() -> None:
    tree = ast.parse(SOURCE, feature_version=(3, 6))
    assert SOURCE.isascii(), "Python 2.7 wants a declaration of the encoding"
    for node in ast.walk(tree):
        assert not isinstance(node, NEW_SYNTAX), ast.unparse(node)
        if isinstance(node, ast.arguments):
            assert not node.kwonlyargs
            assert not node.posonlyargs
        if isinstance(node, ast.arg):
            assert node.annotation is None
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None


def test_nothing_else_becomes_importable() -> None:
    assert [path.name for path in STARTUP.iterdir() if path.name != "__pycache__"] == ["sitecustomize.py"]


@pytest.mark.parametrize("python", OLD_PYTHONS, ids=lambda path: path.split("/versions/")[-1].split("/")[0])
def test_an_old_python_is_reported_once(
    python: str, start: Start, fake_sqlalchemy: Callable[[str], Path], libraries: Path
) -> None:
    (libraries / "sitecustomize.py").write_text("print('theirs')\n")
    program = """
import sqlalchemy.orm, sys, importlib.util
importlib.reload(sqlalchemy.orm)
print(importlib.util.find_spec("pirate_tui"), *sys.meta_path)
"""
    done = start(
        program,
        fake_sqlalchemy("2.0.50"),
        libraries,
        python=python,
        options=("-W", "error"),
    )
    assert done.code == 0
    assert done.out.startswith("theirs\nimported\nimported\nNone ")
    assert "ModuleFinder" not in done.out
    version = run(python, "-c", "import platform; print(platform.python_version())").out.strip()
    assert done.err == (
        f"pirate-tui: the probe needs Python 3.11 or newer, and this is {version}; this program runs without it\n"
    )


@pytest.mark.parametrize("python", [*found_pythons("2.7"), *OLD_PYTHONS, sys.executable])
def test_a_program_without_sqlalchemy_notices_nothing(python: str, start: Start, libraries: Path) -> None:
    (libraries / "sitecustomize.py").write_text("print('theirs')\n")
    program = "import json, sys; print(bool({'pirate_tui', 'sqlalchemy'}.intersection(sys.modules)))"
    assert start(program, libraries, python=python, options=("-W", "error")) == (0, "theirs\nFalse\n", "")


# When it installs the probe, and when it does not.


@pytest.mark.parametrize(
    "imports",
    ["sqlalchemy.orm", "sqlalchemy.ext.asyncio", "sqlalchemy.orm.attributes", "sqlalchemy.ext.asyncio.session"],
)
def test_the_probe_is_installed_after_the_import(imports: str, start: Start) -> None:
    program = f"import sqlalchemy; print('begin'); import {imports}; print('end')"
    assert start(program, options=("-W", "error")) == (0, "begin\ninstalled\nend\n", "")


def test_the_probe_finds_finished_modules_whichever_is_imported_first(start: Start, package: Path) -> None:
    """sqlalchemy.ext.asyncio imports sqlalchemy.orm before it has a class of its own."""
    (package / "probe" / "__init__.py").write_text(
        "def install():\n"
        "    import sqlalchemy.orm, sqlalchemy.ext.asyncio\n"
        "    print(sqlalchemy.orm.Session.__name__, sqlalchemy.ext.asyncio.AsyncSession.__name__)\n"
    )
    for imports in ("sqlalchemy.orm", "sqlalchemy.ext.asyncio", "sqlalchemy.ext.asyncio.session"):
        assert start(f"import {imports}") == (0, "Session AsyncSession\n", "")


def test_the_real_probe_is_installed() -> None:
    program = "import sqlalchemy.ext.asyncio, pirate_tui.probe; print(pirate_tui.probe.is_installed())"
    assert run_probed(sys.executable, "-c", program)[:2] == (0, "True\n")


def test_it_is_installed_once(start: Start) -> None:
    program = "import sqlalchemy.ext.asyncio, importlib; importlib.reload(sqlalchemy.orm)"
    assert start(program) == (0, "installed\n", "")


def test_looking_for_sqlalchemy_is_no_import(start: Start) -> None:
    program = """
import copy, importlib.util
spec = importlib.util.find_spec("sqlalchemy.orm")
print(spec.origin == copy.copy(spec.loader).path, spec.loader.is_package("sqlalchemy.orm"))
import sqlalchemy.orm
"""
    assert start(program).out == "True True\ninstalled\n"


def test_the_probe_is_kept_out_by_the_environment(start: Start) -> None:
    program = "import sqlalchemy.orm, sys; print([type(finder).__module__ for finder in sys.meta_path])"
    done = start(program, given={"PIRATE_TUI_PROBE": "0"})
    assert "installed" not in done.out
    assert "sitecustomize" not in done.out
    assert start(program, given={"PIRATE_TUI_PROBE": "no-message"}).out.startswith("installed\n")


def test_sqlalchemy_imported_by_a_pth_file_is_not_missed(start: Start, bare: Path) -> None:
    (packages,) = bare.parents[1].glob("lib/python*/site-packages")
    early = packages / "early.pth"
    early.write_text("import sqlalchemy.orm\n")
    try:
        assert start("print('begin')", python=bare) == (0, "installed\nbegin\n", "")
    finally:
        early.unlink()


@pytest.mark.parametrize("options", [("-I",), ("-E",), ("-S",)])
def test_what_python_keeps_out_is_not_reached(options: tuple[str, ...], start: Start) -> None:
    """As documented; should it ever be reached, the documentation is wrong."""
    assert (
        start("import sys; print('sitecustomize' in sys.modules, len(sys.meta_path))", options=options).out[:5]
        == "False"
    )
    packages = Path(pytest.__file__).parents[1]
    program = f"import sys; sys.path.append({str(packages)!r}); import sqlalchemy.orm; print('end')"
    assert start(program, options=options).out == "end\n"


# What it leaves alone.


@pytest.mark.parametrize("version", ["1.4.54", "0.9.10"])
def test_an_old_sqlalchemy_is_reported_once(version: str, start: Start, fake_sqlalchemy: Callable[[str], Path]) -> None:
    done = start("import sqlalchemy.orm, sqlalchemy.orm; print('end')", fake_sqlalchemy(version))
    assert done == (
        0,
        "imported\nend\n",
        f"pirate-tui: the probe needs SQLAlchemy 2.0 or newer, and this is {version}; this program runs without it\n",
    )


@pytest.mark.parametrize("version", ["2.0.46", "2.3.0b1", "3.0", "unknown", ""])
def test_any_other_sqlalchemy_is_tried(version: str, start: Start, fake_sqlalchemy: Callable[[str], Path]) -> None:
    assert start("import sqlalchemy.orm", fake_sqlalchemy(version)) == (0, "imported\ninstalled\n", "")


def test_a_missing_greenlet_is_reported(start: Start, fake_sqlalchemy: Callable[[str], Path], libraries: Path) -> None:
    (libraries / "greenlet.py").write_text("raise ImportError('wrong\\nplatform')\n")
    done = start("import sqlalchemy.orm", fake_sqlalchemy("2.0.50"), libraries)
    said = (
        "the probe needs greenlet, which cannot be imported: ImportError: wrong platform; this program runs without it"
    )
    assert done == (0, "imported\n", f"pirate-tui: {said}\n")


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("raise ImportError('no\\nsuch\\tname')", "ImportError: no such name"),
        ("def install(): raise RuntimeError", "RuntimeError: "),
        ("class Dumb(Exception):\n def __str__(self): 1 / 0\ndef install(): raise Dumb", "Dumb"),
        ("def install(: ", "SyntaxError: "),
    ],
)
def test_a_probe_that_fails_is_reported_in_one_line(probe: str, words: str, start: Start, package: Path) -> None:
    (package / "probe" / "__init__.py").write_text(probe)
    done = start("import sqlalchemy.orm; print(sqlalchemy.orm.Session.__name__)")
    assert done[:2] == (0, "Session\n")
    assert done.err.startswith(f"pirate-tui: the probe could not be installed: {words}")
    assert done.err.endswith("; this program runs without it\n")
    assert done.err.count("\n") == 1


def test_a_report_needs_no_stderr(fake_sqlalchemy: Callable[[str], Path], package: Path) -> None:
    path = f"{package / 'probe' / 'startup'}{os.pathsep}{fake_sqlalchemy('1.4.54')}"
    program = "import sqlalchemy.orm, sys; print(sys.stderr)"
    done = run("sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, program, given={"PYTHONPATH": path})
    assert done[:2] == (0, "imported\nNone\n")


# Other people's imports.


def test_module_spec_and_loader_are_as_without_us(start: Start) -> None:
    program = """
import importlib, inspect, sys
import sqlalchemy.orm as orm
own = importlib.util.find_spec("sqlalchemy.orm")
for module in (orm, importlib.reload(orm)):
    loader = module.__spec__.loader
    print(type(loader).__name__, loader is module.__loader__, own == module.__spec__, len(inspect.getsource(orm)) > 99)
print([type(finder).__name__ for finder in sys.meta_path if "sitecustomize" in type(finder).__module__])
"""
    line = "SourceFileLoader True True True\n"
    assert start(program).out == f"installed\n{line}{line}['ModuleFinder', 'PackageFinder']\n", "that of pytest stays"


def test_an_import_that_fails_is_the_program_s_own_affair(start: Start, fake_sqlalchemy: Callable[[str], Path]) -> None:
    folder = fake_sqlalchemy("2.0.50")
    (folder / "sqlalchemy" / "orm" / "__init__.py").write_text("import os\nif 'OK' not in os.environ: 1 / 0\n")
    program = """
import os, sys
for _ in range(2):
    try:
        import sqlalchemy.orm
    except ZeroDivisionError as error:
        print("theirs", "sqlalchemy.orm" in sys.modules)
os.environ["OK"] = "1"
import sqlalchemy.orm
"""
    assert start(program, folder) == (0, "theirs False\ntheirs False\ninstalled\n", "")


def test_a_failure_of_one_module_does_not_hide_the_other(start: Start, fake_sqlalchemy: Callable[[str], Path]) -> None:
    folder = fake_sqlalchemy("2.0.50")
    (folder / "sqlalchemy" / "ext" / "asyncio").mkdir(parents=True)
    (folder / "sqlalchemy" / "ext" / "asyncio" / "__init__.py").write_text("import sqlalchemy.orm\n1 / 0\n")
    program = "try:\n import sqlalchemy.ext.asyncio\nexcept ZeroDivisionError:\n print('theirs')"
    assert start(program, folder) == (0, "imported\ninstalled\ntheirs\n", "")


def test_a_missing_sqlalchemy_is_the_program_s_own_affair(start: Start, fake_sqlalchemy: Callable[[str], Path]) -> None:
    folder = fake_sqlalchemy("2.0.50")
    (folder / "sqlalchemy" / "orm" / "__init__.py").unlink()
    (folder / "sqlalchemy" / "orm").rmdir()
    done = start("import sqlalchemy.orm", folder)
    assert done.code == 1
    assert done.err.endswith("ModuleNotFoundError: No module named 'sqlalchemy.orm'\n")
    assert "sitecustomize" not in done.err


def test_sqlalchemy_in_a_zip_file(start: Start, fake_sqlalchemy: Callable[[str], Path], tmp_path: Path) -> None:
    folder = fake_sqlalchemy("2.0.50")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in folder.rglob("*.py"):
            archive.write(path, path.relative_to(folder))
    program = (
        "import sqlalchemy.orm as orm; print(type(orm.__loader__).__name__, orm.__loader__ is orm.__spec__.loader)"
    )
    done = start(program, tmp_path / "all.zip", options=("-W", "error"))
    assert done == (0, "imported\ninstalled\nzipimporter True\n", "")


def test_a_lazy_import(start: Start) -> None:
    program = """
import importlib.util, sys

class Lazy:
    def find_spec(self, name, path=None, target=None):
        if name not in ("sqlalchemy.orm", "sqlalchemy.ext.asyncio"):
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path, target)):
                spec.loader = importlib.util.LazyLoader(spec.loader)
                return spec

sys.meta_path.insert(0, Lazy())
import sqlalchemy, sqlalchemy.orm
print("lazy")
print(sqlalchemy.orm.Session.__name__, type(sqlalchemy.orm.__loader__).__name__)
"""
    assert start(program) == (0, "lazy\ninstalled\nSession SourceFileLoader\n", "")


def test_a_loader_that_is_a_class_and_knows_nothing_else(start: Start) -> None:
    program = """
import importlib.machinery, sys

class Loader:
    @staticmethod
    def create_module(spec): return None
    @staticmethod
    def exec_module(module): print(module.__name__, module.__loader__ is module.__spec__.loader is Loader)

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "sqlalchemy.orm":
            return importlib.machinery.ModuleSpec(name, Loader, is_package=True)

sys.meta_path.insert(2, Finder)  # behind our two
import sqlalchemy.orm
"""
    assert start(program) == (0, "sqlalchemy.orm True\ninstalled\n", "")


def test_a_finder_that_asks_the_others(start: Start) -> None:
    """As hooks of tracers do: they are asked, ask everybody but themselves, and wrap what they get."""
    program = """
import importlib.util, sys

class Chained:
    def __init__(self, loader): self.loader = loader
    def create_module(self, spec): return self.loader.create_module(spec)
    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        print("traced", type(module.__loader__).__name__)

class Tracer:
    busy = False
    def find_spec(self, name, path=None, target=None):
        if self.busy or name != "sqlalchemy.orm":
            return None
        self.busy = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.busy = False
        spec.loader = Chained(spec.loader)
        return spec

sys.meta_path.insert(0, Tracer())
import sqlalchemy.orm
"""
    assert start(program) == (0, "installed\ntraced SourceFileLoader\n", "")


def test_pytest_goes_on_rewriting_assertions(tmp_path: Path) -> None:
    test = tmp_path / "test_shop.py"
    test.write_text(
        "def test_probe():\n    import sqlalchemy.orm, pirate_tui.probe as probe\n    assert probe.is_installed()\n"
        "def test_rewriting():\n    numbers = [1]\n    assert numbers == [2]\n"
    )
    done = run_probed(
        sys.executable,
        "-m",
        "pytest",
        *("-W", "error", "-p", "no:cacheprovider", "-p", "no:asyncio"),
        test,
        folder=tmp_path,
    )
    assert "1 failed, 1 passed" in done.out
    assert "assert [1] == [2]" in done.out


# Another sitecustomize.


def test_another_sitecustomize_is_imported_in_its_place(start: Start, libraries: Path) -> None:
    (libraries / "sitecustomize.py").write_text("import sys\nprint('theirs', __name__, sys.path)\n")
    program = "import sys, sitecustomize; print(sitecustomize.__file__, sys.modules['sitecustomize'].__spec__.origin)"
    done = same_without_us(start, program, libraries)
    assert done.out.endswith(f"{libraries / 'sitecustomize.py'} {libraries / 'sitecustomize.py'}\n")


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('theirs')",
        "import no_such_module",
        "raise ImportError('theirs')",
        "raise ImportError('theirs', name='sitecustomize')",
        "def broken(",
        "import sys; sys.path.insert(0, '/added'); sys.modules.pop('sitecustomize', None)",
    ],
)
def test_what_it_raises_is_told_as_without_us(code: str, start: Start, libraries: Path) -> None:
    (libraries / "sitecustomize.py").write_text(code)
    same_without_us(start, "import sys; print(sys.path, 'sitecustomize' in sys.modules)", libraries)


def test_it_may_end_the_program(start: Start, libraries: Path) -> None:
    """Python prints a traceback then, with a frame of ours."""
    (libraries / "sitecustomize.py").write_text("raise SystemExit(3)")
    without = run(sys.executable, "-c", "print('begin')", given={"PYTHONPATH": str(libraries)})
    done = start("print('begin')", libraries)
    assert done[:2] == without[:2]
    assert done.err.splitlines()[-1] == without.err.splitlines()[-1]


def test_the_probe_is_inside_whatever_it_does(start: Start, libraries: Path) -> None:
    (libraries / "sitecustomize.py").write_text("import sqlalchemy.orm\nraise ValueError('theirs')\n")
    done = start("print('begin')", libraries)
    assert done.out == "installed\nbegin\n"
    assert "ValueError: theirs" in done.err


def test_without_another_one_there_is_none(start: Start, libraries: Path) -> None:
    """Not even ours: the program may have a module of that name."""
    program = "import sys; print('sitecustomize' in sys.modules, sys.path)"
    assert same_without_us(start, program).out.startswith("False")
    (libraries / "sitecustomize.py").write_text("print('late')")
    late = f"import sys; sys.path.insert(0, {str(libraries)!r}); import sitecustomize"
    assert start(late) == (0, "late\n", "")


def test_a_tracer_in_front_of_us(start: Start, libraries: Path) -> None:
    """It takes itself out of sys.path and imports the next one, as we do."""
    (libraries / "sitecustomize.py").write_text(
        "import os, sys\nsys.path.remove(os.path.dirname(__file__))\nown = sys.modules.pop('sitecustomize')\n"
        "try:\n    import sitecustomize\nexcept ImportError:\n    sys.modules['sitecustomize'] = own\n"
        "print('tracer')\n"
    )
    done = start(
        "import sqlalchemy.orm",
        given={"PYTHONPATH": os.pathsep.join([str(libraries), str(start_folder(start))])},
    )
    assert done == (0, "tracer\ninstalled\n", "")


def start_folder(start: Start) -> Path:
    """The folder that a program of this kind gets first."""
    return Path(start("import os; print(os.environ['PYTHONPATH'])").out.strip())


def test_a_second_pirate_tui_leaves_it_to_the_first(start: Start) -> None:
    program = "import sqlalchemy.orm, sys; print([type(finder).__name__ for finder in sys.meta_path][:2])"
    assert start(program, STARTUP).out.startswith("installed\n['ModuleFinder', 'PackageFinder']")
    assert start(program, STARTUP).out.count("PackageFinder") == 1


# An environment without pirate-tui.


def test_our_package_alone_comes_into_an_environment_without_it(bare: Path) -> None:
    program = """
import importlib.util, sys
import sqlalchemy.ext.asyncio, pirate_tui.probe
print(pirate_tui.probe.is_installed(), pirate_tui.__file__)
print(sqlalchemy.__file__)
print(importlib.util.find_spec("textual"), sys.path)
"""
    done = run_probed(bare, "-c", program)
    assert done.code == 0, done.err
    ours, theirs, rest = done.out.splitlines()
    assert ours == f"True {STARTUP.parents[1] / '__init__.py'}"
    assert theirs.startswith(str(bare.parents[1]))
    path = run(bare, "-c", "import sys; print(sys.path)").out.strip()
    assert rest == f"None {path}"


def test_it_is_there_for_a_program_that_asks_for_it_itself(bare: Path) -> None:
    program = "import pirate_tui.probe; pirate_tui.probe.install(); print(pirate_tui.probe.is_installed())"
    assert run_probed(bare, "-c", program)[:2] == (0, "True\n")
    assert run(bare, "-c", program).err.endswith("ModuleNotFoundError: No module named 'pirate_tui'\n")


def test_ours_is_found_before_that_of_the_environment(start: Start, package: Path, libraries: Path) -> None:
    """An older one may have no probe."""
    (libraries / "pirate_tui").mkdir()
    (libraries / "pirate_tui" / "__init__.py").write_text("print('older')\n")
    program = "import sqlalchemy.orm, pirate_tui; print(pirate_tui.__file__)"
    assert start(program, libraries) == (0, f"installed\n{package / '__init__.py'}\n", "")
