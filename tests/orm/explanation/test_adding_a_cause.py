"""How a cause is added, as docs/adding-a-cause.md says it."""

import inspect
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import with_parent

from pirate_tui.domain.failure import Failure
from pirate_tui.orm.errors import forget
from pirate_tui.orm.explanation import failure
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.explanation.cause import Cause
from pirate_tui.orm.explanation.causes import CAUSES
from tests.orm.explanation.catalogue import Sea, Ship, fill, sea_on
from tests.orm.explanation.new_cause import LazyCollection, lazy_collection


__all__ = ["lazy_collection"]  # pytest finds it here

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "adding-a-cause.md").read_text(encoding="utf-8")


@pytest.fixture
async def sea(tmp_path: Path) -> AsyncIterator[Sea]:
    fill(tmp_path / "sea.db")
    async with sea_on(f"sqlite+aiosqlite:///{tmp_path / 'sea.db'}") as sea:
        yield sea


def failing(ship: Any, name: str) -> Failure:
    """The explanation of a plain access."""
    access = Access.of(ship, name)
    with pytest.raises(SQLAlchemyError) as caught:
        getattr(ship, name)
    explained = failure(caught.value, access)
    forget(caught.value)
    return explained


@pytest.mark.usefixtures("lazy_collection")
async def test_a_new_cause_says_everything_about_what_it_matches(sea: Sea) -> None:
    ship = await sea.get(Ship)
    explained = failing(ship, "members")
    start = "Ship.members of Ship 1 was accessed without await, but "
    assert explained.summary == f"{start}Ship.members is a collection that nothing has loaded."
    assert explained.cause == "Ship.members takes a SELECT of its own, which somebody must await."
    assert explained.kind == "A MissingGreenlet: the SELECT was due in a plain line."
    assert explained.link.endswith("/xd2s")
    assert [fix.code for fix in explained.remedies] == [
        "await session.scalar(select(func.count()).where(with_parent(ship, Ship.members)))",
        "await ship.awaitable_attrs.members",
        "select(Ship).options(selectinload(Ship.members))",
        'await session.refresh(ship, ["members"])',
    ]
    assert [fix.code for fix in explained.ineffective] == ["await asyncio.to_thread(lambda: ship.members)"]


@pytest.mark.usefixtures("lazy_collection")
async def test_its_fix_helps(sea: Sea) -> None:
    ship, session = await sea.get(Ship), sea.session
    code = failing(ship, "members").remedies[0].code
    names = {"select": select, "func": func, "with_parent": with_parent, "Ship": Ship}
    exec(f"async def heed(ship, session):\n    return {code}\n", names)  # noqa: S102  it is to be copied
    heed: Any = names["heed"]
    assert await heed(ship, session) == 2


@pytest.mark.usefixtures("lazy_collection")
async def test_what_it_does_not_match_is_left_to_the_others(sea: Sea) -> None:
    explained = failing(await sea.get(Ship), "captaincy")
    assert "captaincy is mapped with lazy='select'" in explained.cause


def test_each_cause_is_listed_once() -> None:
    written = [kind.__name__ for kind in set(_complete(Cause.__subclasses__())) if _is_ours(kind)]
    assert sorted(type(cause).__name__ for cause in CAUSES) == sorted(written)


def _complete(kinds: Iterable[type[Cause]]) -> Iterator[type[Cause]]:
    """Those that say all that there is to be said, and their subclasses."""
    for kind in kinds:
        if not inspect.isabstract(kind):
            yield kind
        yield from _complete(kind.__subclasses__())


def _is_ours(kind: type[Cause]) -> bool:
    return kind.__module__.startswith("pirate_tui.")


class Incomplete(Cause):
    """A cause that says nothing."""


def test_mypy_and_python_notice_a_cause_that_is_incomplete() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Incomplete()  # type: ignore[abstract]  # mypy reports an ignore that it does not need


def test_the_page_shows_the_cause_that_is_added_here() -> None:
    assert f"```python\n{inspect.getsource(LazyCollection)}```" in PAGE


def test_the_files_that_the_page_names_are_there() -> None:
    named = re.findall(r"`((?:pirate_tui|tests)/[^`]+)`", PAGE)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_page_names_each_method() -> None:
    assert [name for name in Cause.__abstractmethods__ if f"`{name}`" not in PAGE] == []
