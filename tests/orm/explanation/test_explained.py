"""All that is said of each failure of the catalogue, word by word, is what is kept in `explained/`.

Read a difference as the person would who meets the error: is it true, and does it help?
"""

import shutil
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from pirate_tui.domain.failure import Failure
from pirate_tui.domain.remedy import Remedy
from pirate_tui.orm.explanation.cause import DOCUMENTATION, ERROR_PAGES
from tests.orm.explanation.catalogue import fill, sea_on
from tests.orm.explanation.catalogue_rows import ROWS
from tests.orm.explanation.test_catalogue import explained
from tests.snapshots import Snapshot


KEPT = Path(__file__).parent / "explained"


def theme_of(name: str) -> str:
    """`2.1` of `2.1 ship.members`."""
    return name.partition(" ")[0]


THEMES = {theme: tuple(names) for theme, names in groupby(sorted(ROWS, key=theme_of), key=theme_of)}


@pytest.fixture(scope="module")
def made_sea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file; tests write to copies."""
    path = tmp_path_factory.mktemp("sea") / "sea.db"
    fill(path)
    return path


@pytest.mark.parametrize("theme", THEMES)
async def test_what_is_said_of_a_failure_is_what_is_kept(
    theme: str, made_sea: Path, tmp_path: Path, snapshot: Snapshot
) -> None:
    lines: list[str] = []
    for name in THEMES[theme]:
        row = ROWS[name]
        url = f"sqlite+aiosqlite:///{shutil.copy(made_sea, tmp_path / 'sea.db')}"
        async with sea_on(url, **row.options) as sea:
            lines += [f"# {name}", *written(await explained(row, sea)), ""]
    snapshot("\n".join(lines), KEPT / f"{theme}.txt")


def written(failure: Failure) -> Iterator[str]:
    """All that is said, but for what differs between versions of SQLAlchemy: names of errors, folders of its site."""
    yield f"{failure.code}: {failure.verdict.value}"
    yield failure.summary
    yield failure.cause
    yield from filter(None, (failure.where, failure.link.replace(DOCUMENTATION, "…/").replace(ERROR_PAGES, "…/")))
    yield from fixes("helps", failure.remedies)
    yield from fixes("does not help", failure.ineffective)


def fixes(head: str, remedies: Iterable[Remedy]) -> Iterator[str]:
    """Each with where it belongs, and its reason."""
    for remedy in remedies:
        yield f"{head}, {remedy.applies.value}: {remedy.code}"
        yield f"    {remedy.reason}"
