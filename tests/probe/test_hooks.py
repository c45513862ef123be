"""Whatever fails in the probe, the program goes on as if there was no probe."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from pirate_tui import probe as installed
from pirate_tui.probe import connections, explaining, raising, recording
from tests.canaries.page import REPOSITORY
from tests.probe.conftest import note_of
from tests.probe.parcels import Raised, a_day, detached_error
from tests.programs import run


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


class BrokenError(Exception):
    """What no hook expects."""


class Listed:
    """Takes the place of the real hooks, and lists them."""

    def __init__(self) -> None:
        self.hooks: list[Callable[..., None]] = []
        for part in (recording, connections, raising):
            part.install(self)

    def listen(self, _target: Any, _name: str, hook: Callable[..., None], **_options: Any) -> None:
        """List a listener."""
        self.hooks.append(hook)

    def before(self, _owner: Any, _name: str, hook: Callable[..., None]) -> None:
        """List a hook of a function."""
        self.hooks.append(hook)

    after = before


HOOKS = Listed().hooks


@pytest.fixture
def uninstalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The probe may be installed by the test, and is taken out after it."""
    monkeypatch.setenv(installed.ANNOUNCED, "1")
    yield
    installed.uninstall()


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of failures of the probe itself."""
    return [text for text in caplog.messages if "of the probe" in text or "the probe failed" in text]


def breaks(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, error: BaseException) -> list[str]:
    """Let a function of the probe raise, and return a list of its calls."""
    calls = list[str]()

    def broken(*_: Any, **__: Any) -> NoReturn:
        calls.append(name)
        raise error

    broken.__name__ = name
    monkeypatch.setattr(module, name, broken)
    return calls


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What comes of a day without the probe."""
    return asyncio.run(a_day(tmp_path_factory.mktemp("without") / "1.db"))


@pytest.mark.usefixtures("uninstalled")
async def test_a_day_is_the_same_with_the_probe(
    without: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    installed.install()
    assert await a_day(tmp_path / "1.db") == without
    assert sum(isinstance(one, Raised) for one in without.values()) == 13
    assert failures(caplog) == []


def test_there_are_hooks() -> None:
    assert len({hook.__name__ for hook in HOOKS}) == len(HOOKS) >= 16


@pytest.mark.usefixtures("uninstalled")
@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
async def test_a_hook_that_fails(
    hook: Any,
    without: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls = breaks(monkeypatch, sys.modules[hook.__module__], hook.__name__, BrokenError("token=abc \x1b[2J"))
    installed.install()
    assert await a_day(tmp_path / "1.db") == without
    assert len(calls) == 1, "not called again"
    (told,) = failures(caplog)
    assert told.startswith(f"pirate-tui: {hook.__name__}() of the probe failed, and is not called again")
    assert told.endswith("BrokenError: token=*** \u241b[2J")
    assert all(record.exc_info is None for record in caplog.records), "which would keep frames alive"


@pytest.mark.usefixtures("uninstalled")
@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
async def test_a_hook_at_a_limit_of_the_program(
    hook: Any,
    without: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls = breaks(monkeypatch, sys.modules[hook.__module__], hook.__name__, RecursionError())
    installed.install()
    assert await a_day(tmp_path / "1.db") == without
    assert await a_day(tmp_path / "2.db") == without
    assert len(calls) > 1, "called again: the next time it may work"
    assert failures(caplog) == []


@pytest.mark.usefixtures("uninstalled")
@pytest.mark.parametrize("limit", [RecursionError, MemoryError])
def test_an_explanation_at_a_limit_of_the_program(
    limit: type[Exception], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    installed.install()
    with monkeypatch.context() as patched:
        breaks(patched, explaining, "report_of", limit())
        assert note_of(detached_error()) == ""
    assert note_of(detached_error()).startswith("pirate-tui: Sender.parcels")
    assert failures(caplog) == []


@pytest.mark.usefixtures("uninstalled")
def test_an_error_that_cannot_be_explained(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    as_ever = Raised.by(detached_error())
    installed.install()
    with monkeypatch.context() as patched:
        calls = breaks(patched, explaining, "report_of", BrokenError("token=abc"))
        errors = [detached_error(), detached_error()]
    assert len(calls) == 2, "tried again: another one may be explained"
    assert [Raised.by(error) for error in errors] == [as_ever, as_ever]
    assert not any(hasattr(error, "__notes__") for error in errors)
    (told,) = failures(caplog)
    assert told.startswith("pirate-tui: a DetachedInstanceError could not be explained, since the probe failed")
    assert told.endswith("BrokenError: token=***")
    assert note_of(detached_error()).startswith("pirate-tui: Sender.parcels of Sender 1 was accessed")


@pytest.mark.usefixtures("uninstalled")
def test_another_failure_of_the_explanation_is_told_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    installed.install()
    for error in (BrokenError("1"), KeyError("2"), BrokenError("3")):
        with monkeypatch.context() as patched:
            breaks(patched, explaining, "report_of", error)
            detached_error()
    assert [told.rpartition("\n")[2].rpartition(".")[2] for told in failures(caplog)] == [
        "BrokenError: 1",
        "KeyError: '2'",
    ]


class Hostile(logging.Handler):
    """A handler of the log that raises, as those do that fail tests at any warning."""

    def emit(self, record: logging.LogRecord) -> None:
        """Raise it."""
        raise BrokenError(record.getMessage())


@pytest.fixture
def hostile() -> Iterator[None]:
    """The log has such a handler."""
    logger, handler = logging.getLogger("pirate_tui.probe"), Hostile()
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)


@pytest.mark.usefixtures("uninstalled", "hostile")
def test_a_handler_of_the_log_that_raises() -> None:
    as_ever = Raised.by(detached_error())
    installed.install()
    for error in (detached_error(), detached_error()):
        assert Raised.by(error) == as_ever
        assert note_of(error).startswith("pirate-tui: Sender.parcels of Sender 1 was accessed")


@pytest.mark.usefixtures("uninstalled", "hostile")
@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
async def test_a_hook_that_fails_where_the_log_fails_too(
    hook: Any, without: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = breaks(monkeypatch, sys.modules[hook.__module__], hook.__name__, BrokenError("x"))
    installed.install()
    assert await a_day(tmp_path / "1.db") == without
    assert len(calls) == 1


class Curious(logging.Handler):
    """A handler whose text lazy-loads, and so constructs an error while one is explained."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Read what is not loaded."""
        if len(self.errors) < 3:
            self.errors.append(detached_error())
        assert record.levelno == logging.WARNING


@pytest.mark.usefixtures("uninstalled")
def test_an_error_amid_an_explanation_is_let_pass() -> None:
    logger, handler = logging.getLogger("pirate_tui.probe"), Curious()
    installed.install()
    logger.addHandler(handler)
    try:
        assert note_of(detached_error()) != ""
    finally:
        logger.removeHandler(handler)
    (amid,) = handler.errors
    assert note_of(amid) == ""
    assert note_of(detached_error()) != "", "and the next one is explained"


@pytest.mark.usefixtures("uninstalled")
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_ends_the_program_is_not_held_back(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    calls = breaks(monkeypatch, recording, "_expire_all", error())
    installed.install()
    with Session() as session:
        for _ in range(2):
            with pytest.raises(error):
                session.expire_all()
    assert len(calls) == 2, "it is no failure of the hook"


OPTIONS: dict[str, Any] = {
    "echo": False,
    "echo_pool": False,
    "execution_options": {"a": 1},
    "future": True,
    "hide_parameters": True,
    "logging_name": "shop",
    "pool_logging_name": "shop",
    "pool_pre_ping": True,
    "query_cache_size": 7,
}


@pytest.mark.usefixtures("probe")
def test_an_engine_takes_all_its_options() -> None:
    for engine in (create_engine("sqlite://", **OPTIONS), create_async_engine("sqlite+aiosqlite://", **OPTIONS)):
        assert (engine.dialect.name, engine.get_execution_options()) == ("sqlite", {"a": 1})
    with pytest.raises(TypeError, match="'no_option' sent to create_engine"):
        create_engine("sqlite://", no_option=1)


@pytest.mark.usefixtures("uninstalled")
def test_an_event_that_a_version_lacks(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    listen = event.listen

    def without_commit(target: Any, name: str, *rest: Any, **options: Any) -> None:
        listen(target, "no_" + name if name == "after_commit" else name, *rest, **options)

    monkeypatch.setattr(event, "listen", without_commit)
    installed.install()
    assert [told.partition("\n")[0] for told in failures(caplog)] == [
        "pirate-tui: _committed of the probe could not be installed, and nothing is known of it"
    ]
    assert note_of(detached_error()) != "", "the others work"


@pytest.mark.usefixtures("uninstalled")
def test_a_part_that_cannot_be_installed(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    breaks(monkeypatch, recording, "install", BrokenError("x"))
    installed.install()
    assert failures(caplog)[0].startswith("pirate-tui: pirate_tui.probe.recording of the probe could not be installed")
    assert installed.is_installed()
    assert note_of(detached_error()) != ""


@pytest.mark.usefixtures("uninstalled")
def test_a_listener_that_somebody_else_has_removed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own, removed = vars(Session)["expire_all"], list[str]()
    remove = event.remove

    def remove_twice(target: Any, name: str, listener: Any) -> None:
        removed.append(name)
        remove(target, name, listener)
        if name == "after_commit":
            remove(target, name, listener)

    installed.install()
    monkeypatch.setattr(event, "remove", remove_twice)
    installed.uninstall()
    assert len(removed) == 11, "the others are removed all the same"
    assert vars(Session)["expire_all"] is own
    assert failures(caplog)[0].startswith("pirate-tui: after_commit() of the probe could not be removed")


DIVING = """
import asyncio, warnings
warnings.simplefilter("ignore")
import pirate_tui.probe
pirate_tui.probe.install()
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import async_sessionmaker
from tests.probe.conftest import note_of
from tests.probe.parcels import opened, Parcel

def dive(parcel, depth):
    return parcel.note if depth == 0 else dive(parcel, depth - 1)

def outcome(parcel, depth):
    try:
        dive(parcel, depth)
    except RecursionError:
        return "too deep"
    except SQLAlchemyError as error:
        return "explained" if note_of(error) else "unexplained"

async def main():
    async with opened(":memory:") as engine, async_sessionmaker(engine)() as session:
        parcel = await session.get_one(Parcel, 1)
        session.expire(parcel)
        outcomes = [outcome(parcel, depth) for depth in range(990, 500, -7)]
        print(*dict.fromkeys(outcomes), sep=", ")

asyncio.run(main())
"""


def test_a_program_that_is_near_the_limit_of_recursion() -> None:
    done = run(sys.executable, "-c", DIVING, given={"PYTHONPATH": str(REPOSITORY), installed.ANNOUNCED: "1"})
    assert (done.code, done.out) == (0, "too deep, unexplained, explained\n"), done.err
    assert done.err.startswith("pirate-tui: Parcel.note of Parcel 1 was accessed")
    assert "of the probe" not in done.err
