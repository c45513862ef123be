"""A line run as if its user had written it."""

import gc
import inspect
import traceback
import warnings
from types import SimpleNamespace

import pytest

from pirate_tui.orm.errors import forget
from pirate_tui.orm.inspection.snippet import FILE_NAME, evaluate, format_raw


async def test_a_plain_line_has_a_value_and_an_awaiting_one_a_coroutine() -> None:
    async def value() -> int:
        return 7

    assert evaluate("ship.size", {"ship": SimpleNamespace(size=7)}) == 7
    coroutine = evaluate("await ship.size()", {"ship": SimpleNamespace(size=value)})
    assert inspect.iscoroutine(coroutine)
    assert await coroutine == 7


def test_the_traceback_begins_at_the_line_and_shows_it() -> None:
    with pytest.raises(AttributeError) as caught:
        evaluate("ship.sails", {"ship": SimpleNamespace()})
    assert format_raw(caught.value)[0].splitlines()[:3] == [
        "Traceback (most recent call last):",
        f'  File "{FILE_NAME}", line 1, in <module>',
        "    ship.sails",
    ]
    assert __file__ not in format_raw(caught.value)[0]


def test_another_error_keeps_its_whole_traceback() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    assert format_raw(caught.value) == (
        "".join(traceback.format_exception(caught.value)),
        "".join(traceback.format_exception_only(caught.value)),
    )


def test_a_coroutine_in_a_failed_frame_is_closed_without_a_warning() -> None:
    async def never() -> None:
        """Nobody awaits it."""

    def fail() -> None:
        kept = never()
        raise ValueError(str(kept))

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            try:
                fail()
            except ValueError as inner:
                raise RuntimeError("outer") from inner
        except RuntimeError as error:
            forget(error)
        gc.collect()
    assert not warned
