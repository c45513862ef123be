"""docs/in-your-app.md: its example is run as it stands there, and says what the page says."""

import re
import sys
from pathlib import Path

import pytest

from tests.programs import run, run_probed


PAGE = (Path(__file__).parents[2] / "docs/in-your-app.md").read_text()

BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

EXAMPLE, INSIDE = (text for language, text in BLOCKS if language == "python")

REPORT = next(text for _, text in BLOCKS if text.startswith("pirate-tui: "))

BRACKET = next(iter(re.findall(r"`(\[pirate-tui: .*?\])`", PAGE)))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of the example."""
    (tmp_path / "shop.py").write_text(EXAMPLE)
    return tmp_path


def test_the_example_says_what_the_page_says(shop: Path) -> None:
    done = run_probed(sys.executable, "shop.py", folder=shop)
    assert done.code == 1
    assert done.err.startswith(REPORT), "in the log, before the traceback"
    assert done.err.count(REPORT) == 2, "and as a note"
    assert BRACKET in done.err


@pytest.mark.parametrize(("switch", "reports"), [("", 2), ("no-message", 2), ("0", 0)])
def test_the_example_from_inside(shop: Path, switch: str, reports: int) -> None:
    (shop / "inside.py").write_text(f"{INSIDE}\nimport shop\n")
    done = run(sys.executable, "inside.py", folder=shop, given={"PIRATE_TUI_PROBE": switch})
    assert done.code == 1
    assert done.err.count(REPORT) == reports
    assert (BRACKET in done.err) == (not switch)


def test_the_example_from_an_isolated_interpreter(shop: Path) -> None:
    done = run_probed(sys.executable, "-E", "shop.py", folder=shop)
    assert (done.code, done.err.count("pirate-tui")) == (1, 0)
