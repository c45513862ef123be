"""A failure as Markdown for an issue: everything that is known of it, and nothing that breaks out of its place."""

import platform

import sqlalchemy

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.finding import finding, versions
from pirate_tui.domain.loading import Cost, FailedAccess
from pirate_tui.domain.remedy import Remedy
from tests.domain.failures import RAW, failure


SHIP = Entity("Ship", "ships", (), ())


def written(returned: str | None = None) -> str:
    shown = failure("ship.sailors", ())._replace(
        instance="Ship `1`",
        summary="ship.sailors needs IO",
        cause="<your code> did not await it",
        where="it ends in aiosqlite",
        statement=("SELECT *", "FROM sailors"),
        link="https://sqlalche.me/e/20/xd2s",
        remedies=(Remedy("await ship.awaitable_attrs.sailors", "it is awaited"),),
        ineffective=(Remedy("await ship.sailors", "a list cannot be awaited"),),
        returned=returned,
    )
    failed = FailedAccess(shown, SHIP, (1,), "sailors", AccessMode.UNSAFE, Cost(1, 1, 0.0))
    return finding(failed, {"Python": "3.11", "SQLAlchemy": "2.1"})


def test_everything_is_in_it() -> None:
    text = written()
    assert text.startswith("### MissingGreenlet at `ship.sailors`\n\n- Attribute: `Ship.sailors`\n")
    for part in (
        "- Instance: `` Ship `1` ``",
        "- Access: `plain access`\n- Loader strategy: `as mapped`\n- State: `fresh`",
        "```text\nError: ship.sailors\n```",
        "**Cause.** ship.sailors needs IO \\<your code\\> did not await it",
        "**Fixes**\n\n- `await ship.awaitable_attrs.sailors`: it is awaited\n",
        "**What won't fix it**\n\n- `await ship.sailors`: a list cannot be awaited\n",
        "**Where the traceback misleads.** it ends in aiosqlite",
        "```sql\nSELECT *\nFROM sailors\n```",
        "```pytb\n" + "\n".join(RAW) + "\n```",
        "**Versions.** Python 3.11, SQLAlchemy 2.1",
        "https://sqlalche.me/e/20/xd2s",
    ):
        assert part in text, part
    assert "returned" not in text


def test_what_a_caught_error_left_is_in_it() -> None:
    assert "The access returned `0`: code of the model has caught the error." in written("0")


def test_the_versions_are_those_that_run() -> None:
    found = versions("sqlite+aiosqlite")
    assert found["Python"] == platform.python_version()
    assert found["SQLAlchemy"] == sqlalchemy.__version__
    assert found["aiosqlite"][0].isdigit()
    assert versions("x+no_such_driver")["no_such_driver"] == "(unknown version)"
