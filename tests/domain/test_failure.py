"""Failures and troubles: where the user's own line stands, and how a trouble reads."""

from pirate_tui.domain.failure import Busy, CannotStart, Failure, Trouble


def failure(raw: tuple[str, ...], code: str) -> Failure:
    return Failure(
        name="MissingGreenlet",
        headline=raw[-1:],
        raw=raw,
        code=code,
        attribute="Ship.sailors",
        instance="Ship 1",
        cause="",
        kind="",
        statement=(),
        link="",
        remedies=(),
    )


def test_the_own_line_is_the_one_that_holds_the_code() -> None:
    raw = (
        "Traceback (most recent call last):",
        '  File "<your code>", line 1',
        "    ship.sailors",
        "Error: ship.sailors",
    )
    assert failure(raw, "ship.sailors").own_line == 2


def test_a_trouble_says_why_and_the_way_out() -> None:
    assert str(Trouble("the disk is full", "make room")) == "the disk is full: make room"


def test_busy_is_a_trouble() -> None:
    assert isinstance(Busy("locked", "wait"), Trouble)


def test_cannot_start_carries_its_exit_code() -> None:
    reason = CannotStart(3, "no such table")
    assert (reason.exit_code, reason.message) == (3, "no such table")
