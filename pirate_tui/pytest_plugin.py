"""Explain errors of async SQLAlchemy in failed tests: a plugin for pytest, which does nothing until it is asked to.

`--sqla-explain`, or `sqla_explain = true` in the configuration, adds a section to each failed test in which such an
error was raised, also where it was swallowed. The mark `no_lazy_io` and the fixture `sqla_statements` ask for what
they need by themselves. docs/in-your-app.md shows them.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from pluggy import Result

    from pirate_tui.probe.report import Report
    from pirate_tui.probe.statements import SentStatement


OPTION = "--sqla-explain"

INI = "sqla_explain"

MARK = "no_lazy_io"

SECTION = "pirate-tui"
"""The title of the section in a failed test."""

MOST_LOADS = 20
"""The most lazy loads that a failure lists."""

reports = pytest.StashKey[list["Report"]]()
"""What was explained while a test ran."""

loads = pytest.StashKey[str]()
"""The attributes that a test with the mark has loaded lazily, where it has failed of something else."""

installed = pytest.StashKey[ExitStack]()
"""What takes the probe out again."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and its setting."""
    text = "explain MissingGreenlet, DetachedInstanceError and their kin in failed tests, where they are raised"
    parser.getgroup("pirate-tui").addoption(OPTION, action="store_true", help=text)
    parser.addini(INI, text, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, and install the probe where it is asked for."""
    mark = f"{MARK}: fail where an attribute is loaded lazily, even where that is awaited or runs in run_sync"
    config.addinivalue_line("markers", mark)
    config.stash[installed] = ExitStack()
    if config.getoption(OPTION) or config.getini(INI):
        _install(config.stash[installed])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the probe out again, unless the program has installed it itself."""
    if installed in config.stash:
        config.stash[installed].close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Result[object], None]:
    """Collect what is explained while the test runs, where there is a probe."""
    item.stash[reports] = []
    with ExitStack() as stack:
        if item.get_closest_marker(MARK) is not None:
            _install(stack)
        if "pirate_tui.probe.observers" in sys.modules:
            from pirate_tui.probe.observers import observing

            stack.enter_context(observing(item.stash[reports].append))
        yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Result[object], None]:
    """Fail a test with the mark that has loaded an attribute lazily.

    It is around the hooks of other plugins: of a test that they fail, for too many statements, both is told.
    """
    if item.get_closest_marker(MARK) is None:
        yield
        return
    from pirate_tui.probe.statements import watching

    sent: list[SentStatement] = []
    with watching(sent.append):
        outcome = yield
    lazy = [f"  {one.place or 'unknown'}  {one.cause}  {one.sql}" for one in sent if one.cause is not None]
    if not lazy:
        return
    more = [f"  ... and {len(lazy) - MOST_LOADS} more"] if len(lazy) > MOST_LOADS else []
    message = "\n".join((f"{MARK}: attributes were loaded lazily", *lazy[:MOST_LOADS], *more))
    if outcome.excinfo is None:
        outcome.force_exception(pytest.fail.Exception(message, pytrace=False))
    else:
        item.stash[loads] = message


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Result[pytest.TestReport], None]:
    """Add the section to a failed test, instead of the notes in its traceback."""
    explained = list(dict.fromkeys(report.text for report in item.stash.get(reports, [])))
    if call.excinfo is not None and explained:
        _remove_notes(call.excinfo.value, explained)
    outcome = yield
    report = outcome.get_result()
    if report.failed and (told := [*explained, *([item.stash[loads]] if loads in item.stash else [])]):
        report.sections.append((SECTION, "\n".join(told)))


@pytest.fixture
def sqla_statements() -> Iterator[list[SentStatement]]:
    """Give a list of the statements that were sent since the fixture was set up, by any engine in any thread.

    Each has `sql`, `parameters`, `place` (file and line of the code that had it sent), `cause` (the attribute whose
    access had it sent, as `Order.items`, else None) and `rows`.
    """
    from pirate_tui.probe.statements import watching

    sent: list[SentStatement] = []
    with watching(sent.append):
        yield sent


def _install(stack: ExitStack) -> None:
    """Install the probe until the stack is closed; where it is installed already, it stays."""
    from pirate_tui import probe

    if not probe.is_installed():
        probe.install(announces=False)
        stack.callback(probe.uninstall)


def _remove_notes(error: BaseException, explained: list[str]) -> None:
    """Take off the notes that the section repeats: of an error, and of what it came from or consists of."""
    seen, pending = set[int](), [error]
    while pending:
        link = pending.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        notes = getattr(link, "__notes__", None)
        if isinstance(notes, list):
            notes[:] = [note for note in notes if note not in explained]
        others = (link.__cause__, link.__context__, *getattr(link, "exceptions", ()))
        pending += [one for one in others if isinstance(one, BaseException)]
