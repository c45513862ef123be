"""docs/check.md says what `check` writes."""

import json
import re
from pathlib import Path

import pytest

from pirate_tui.cli.check_options import IGNORABLE
from pirate_tui.cli.report.baseline import BaselineEntry, read_baseline
from pirate_tui.cli.report.ignoring import read_ignores
from tests.cli.checking import check


PAGE = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")

ROW = re.compile(r"^\| (.+?) \| (.+?) \|", re.MULTILINE)


def section(heading: str) -> str:
    """The text below a heading of the page."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_output_is_that_of_the_bundled_database(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = check([], capsys)
    assert f"```\n{out}```" in section("Output")


@pytest.mark.parametrize("options", [[], ["--prove"]])
def test_every_key_of_the_json_is_documented(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = section("JSON")
    table = text.partition("With `--prove`")[0]
    documented = {name for names, _ in ROW.findall(table) for name in re.findall(r"`(\w+)`", names)}
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    _, out, _ = check(["--json", "--only", "relationship", *options], capsys)
    for line in (json.loads(line) for line in out.splitlines()):
        proving = {"proved", "fixes"} if options else set()
        assert line.keys() == documented | proving
        assert line.keys() == json.loads(example).keys() | proving
        assert all(f"`{name}`" in text for name in proving)


def test_baseline_and_ignores_of_the_page_can_be_read(tmp_path: Path) -> None:
    baseline, config = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    for name, text in (("baseline.toml", baseline), ("pyproject.toml", config)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert BaselineEntry("Order", "customer", "fresh", "io") in read_baseline(tmp_path / "baseline.toml")
    assert len(read_ignores(tmp_path / "pyproject.toml", IGNORABLE)) == 2
