"""Failures and troubles: where the user's own line stands, and how a trouble reads."""

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.failure import BrowserError, DatabaseLockedError, Failure, StartupError


RAW = (
    "Traceback (most recent call last):",
    '  File "<your code>", line 1',
    "    ship.sailors",
    '  File "models.py", line 7',
    "    self.sailors",
    "Error: ship.sailors",
)


def failure(code: str, own: tuple[int, ...]) -> Failure:
    return Failure(
        name="MissingGreenlet",
        verdict=Verdict.IO,
        headline=RAW[-1:],
        raw=RAW,
        own=own,
        code=code,
        attribute="Ship.sailors",
        instance="Ship 1",
        summary="",
        cause="",
        where="",
        kind="",
        statement=(),
        link="",
        remedies=(),
        useless=(),
    )


def test_the_own_line_is_the_one_that_holds_the_code() -> None:
    assert failure("ship.sailors", (1, 2, 3, 4)).own_line == 2


def test_where_the_code_is_not_shown_the_own_line_is_the_users_innermost_one() -> None:
    assert failure("repr(ship)", (1, 2, 3, 4)).own_line == 4


def test_in_a_traceback_of_libraries_alone_the_own_line_is_the_error_itself() -> None:
    assert failure("repr(ship)", ()).own_line == 5


def test_a_trouble_says_why_and_the_way_out() -> None:
    assert str(BrowserError("the disk is full", "make room")) == "the disk is full: make room"


def test_busy_is_a_trouble() -> None:
    assert isinstance(DatabaseLockedError("locked", "wait"), BrowserError)


def test_cannot_start_carries_its_exit_code() -> None:
    reason = StartupError(3, "no such table")
    assert (reason.exit_code, reason.message) == (3, "no such table")
