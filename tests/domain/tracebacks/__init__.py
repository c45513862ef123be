"""Tracebacks made by the tools that write them, of errors that really were raised, and what each of them is about."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from pirate_tui.domain.pasted.errors import TextCause


HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SHOP = HERE / "shop.py"

Made = dict[str, dict[str, str]]
"""Tracebacks by format, and by case."""


class About(NamedTuple):
    """What an error of the shop is about."""

    cause: TextCause
    attribute: str = ""
    function: str = ""
    """The function of the line that raised, where it is not the case's own."""


CASES = {
    "append": About(TextCause.LAZY, "items"),
    "autoflush": About(TextCause.AUTOFLUSH, "items"),
    "bare": About(TextCause.LAZY, "items"),
    "by_getattr": About(TextCause.LAZY, "items"),
    "by_getter": About(TextCause.LAZY, "items"),
    "by_hybrid": About(TextCause.LAZY, "items", "is_large"),
    "by_name": About(TextCause.LAZY, "items"),
    "by_property": About(TextCause.LAZY, "items", "size"),
    "by_proxy": About(TextCause.LAZY, "titles"),
    "by_proxy_again": About(TextCause.EXPIRED, "titles"),
    "by_proxy_to_one": About(TextCause.LAZY, "buyer"),
    "by_repr": About(TextCause.EXPIRED, "note", "__repr__"),
    "chain": About(TextCause.LAZY, "customer"),
    "comprehension": About(TextCause.LAZY, "items"),
    "concurrent": About(TextCause.CONCURRENT),
    "deferred": About(TextCause.DEFERRED, "receipt"),
    "detached": About(TextCause.DETACHED_LAZY, "items"),
    "detached_deferred": About(TextCause.DETACHED_DEFERRED, "receipt"),
    "detached_expired": About(TextCause.DETACHED_EXPIRED, "note"),
    "expired": About(TextCause.EXPIRED, "note"),
    "expired_collection": About(TextCause.EXPIRED, "items"),
    "expired_relationship": About(TextCause.EXPIRED, "customer"),
    "expired_target": About(TextCause.EXPIRED_TARGET, "customer"),
    "formatted": About(TextCause.EXPIRED, "note"),
    "handled": About(TextCause.LAZY, "items"),
    "in_a_group": About(TextCause.LAZY, "items", "to_many"),
    "left_out": About(TextCause.DEFERRED, "note"),
    "loop": About(TextCause.LAZY, "items"),
    "pending_rollback": About(TextCause.PENDING_ROLLBACK),
    "query": About(TextCause.QUERY, "history"),
    "refused": About(TextCause.RAISELOAD, "items"),
    "replaced": About(TextCause.LAZY, "items"),
    "serialized": About(TextCause.UNLOADED, "items"),
    "several_lines": About(TextCause.LAZY, "items"),
    "sync_built_query": About(TextCause.SYNC_SESSION),
    "sync_connection": About(TextCause.SYNC_CONNECTION),
    "sync_create_all": About(TextCause.SYNC_ENGINE),
    "sync_engine": About(TextCause.SYNC_ENGINE),
    "sync_execute": About(TextCause.SYNC_SESSION),
    "sync_only": About(TextCause.SYNC_SESSION),
    "sync_query": About(TextCause.SYNC_SESSION),
    "to_many": About(TextCause.LAZY, "items"),
    "to_one": About(TextCause.LAZY, "customer"),
    "two_reads": About(TextCause.LAZY, "items"),
}
"""What the error of each case of the shop is about."""

ALL = [*CASES]
NO_GROUP = [name for name in CASES if name != "in_a_group"]
"""The cases that IPython shows: of a group it shows none of its errors."""

SHORT = ["detached_expired"]
"""A case with few frames: rich takes half a second for each."""

WANTED = {
    "native": ALL,
    "logged": ["two_reads", "expired", "in_a_group"],
    "rich": ["detached", "two_reads"],
    "rich_narrow": SHORT,
    "rich_coloured": SHORT,
    "rich_ascii": SHORT,
    "structlog_json": ALL,
    "structlog_frames": ALL,
    "structlog_console": ["two_reads", "expired", "in_a_group"],
    "structlog_logfmt": ["two_reads", "expired", "detached"],
    "loguru": ALL,
    "loguru_ascii": ["two_reads", "by_getter"],
    "loguru_plain": ["two_reads", "expired", "in_a_group"],
    "loguru_json": ["two_reads", "expired"],
    "ipython_plain": NO_GROUP,
    "ipython_context": ["by_hybrid", "detached_expired", "handled", "several_lines", "sync_create_all", "two_reads"],
    "ipython_coloured": ["expired"],
    "ipython_verbose": NO_GROUP,
}
"""The cases of which each format is made."""

SERVED = ["native", "structlog_json", "loguru", "rich", "ipython_plain", "ipython_context"]
"""The formats in which the error of a web application is made."""

IPYTHON_MODES = ("Plain", "Context", "Verbose")

PYTEST_STYLES = ("auto", "long", "short", "native", "line")


def make(*options: str, **wanted: list[str]) -> Made:
    """Tracebacks by format and case, made in a process of its own with these options of the interpreter."""
    command = [sys.executable, *options, "-m", f"{__name__}.making", json.dumps(wanted or WANTED)]
    made: Made = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)
    return made


NATIVE = """
import asyncio, json, sys, traceback, warnings

import shop

warnings.simplefilter("ignore")
made = {}
for name in json.loads(sys.argv[1]):
    try:
        asyncio.run(shop.run(name))
    except Exception as error:
        made[name] = "".join(traceback.format_exception(type(error), error, error.__traceback__))
print(json.dumps(made))
"""


def native_of(python: Path, names: list[str]) -> dict[str, str]:
    """What a Python that has none of our tools prints of the errors of these cases."""
    command = [str(python), "-c", NATIVE, json.dumps(names)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HERE)
    made: dict[str, str] = json.loads(done.stdout)
    return made


def notebook(mode: str) -> list[str]:
    """What a notebook of IPython shows below two cells that fail, the first for `items`, the second for `note`."""
    command = [sys.executable, "-m", f"{__name__}.making", json.dumps(mode)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT)
    shown: list[str] = json.loads(done.stdout)
    assert shown[0] == shown[-1] == "", shown
    return shown[1:-1]


def test_file(folder: Path, names: list[str]) -> Path:
    """A file of tests, each of which fails with a case's error."""
    tests = (f"def test_{name}():\n    asyncio.run(shop.run({name!r}))\n" for name in names)
    file = folder / "test_shop.py"
    start = f"import asyncio, sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom {__name__} import shop\n"
    file.write_text("\n\n".join((start, *tests)), encoding="utf-8")
    return file


def pytest_output(folder: Path, style: str, names: list[str]) -> str:
    """What pytest prints of failing tests in that style, in an empty folder of their own."""
    file = test_file(folder, names)
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore", f"--tb={style}", "--rootdir", str(folder)]
    command = [sys.executable, "-m", "pytest", *options, str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout
