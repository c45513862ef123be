"""Texts that are kept in files and compared with what is made now; `--update-snapshots` writes them again."""

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest


UPDATE = "--update-snapshots"

CHANGED = "snapshot"
"""The property of a test's report that has the difference of a file that was written."""

ROOT = Path(__file__).parent.parent

Snapshot: TypeAlias = Callable[[str, Path], None]
"""Compares a text with a file."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes the files."""
    parser.addoption(UPDATE, action="store_true", help="write the kept texts again, and show what has changed in them")


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """Compare a text with a file, or write the file where that is asked for; the summary then has the difference."""

    def compare(text: str, path: Path) -> None:
        if not request.config.getoption(UPDATE):
            assert_unchanged(text, path, f"pytest {UPDATE} {request.path.relative_to(ROOT)}")
        elif difference := difference_between(text, path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            request.node.user_properties.append((CHANGED, difference))

    return compare


def assert_unchanged(text: str, path: Path, command: str) -> None:
    """Fail with the difference where the text is not the one in the file, and with the command that writes it."""
    if difference := difference_between(text, path):
        pytest.fail(f"{difference}\n\nif the new text is right: {command}", pytrace=False)


def difference_between(text: str, path: Path) -> str:
    """The unified diff from the file to the text; empty where they are the same. A file that is missing is empty."""
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    return "\n".join(difflib.unified_diff(kept.splitlines(), text.splitlines(), name, "now", lineterm=""))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what has changed in the files that were written."""
    for report in terminalreporter.stats.get("passed", []):
        for name, difference in report.user_properties:
            if name == CHANGED:
                terminalreporter.write_line(difference)
