"""What all tests share: a home of their own, and a copy of the world that ships."""

# ruff: noqa: ASYNC110  a thread does not tell when it is done

import asyncio
import logging
import os
import shutil
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pirate_tui.domain import text as domain_text
from pirate_tui.pirates.seed import make_world
from tests.homes import homes_at
from tests.servers import pytest_terminal_summary, server, target


settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("all", deadline=None)
settings.load_profile("all" if "PIRATE_TUI_TEST_ALL" in os.environ else "quick")

pytest_plugins = ["tests.snapshots"]

__all__ = ["pytest_terminal_summary", "server", "target"]  # pytest finds them here


@pytest.fixture(scope="session", autouse=True)
def _signals_are_heard() -> None:
    """Programs that tests start hear signals, also where the tests run in the background of a shell, or by nohup."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:  # which programs inherit
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees, or leaves anything in, the home of whoever runs it."""
    home = tmp_path / "home"
    home.mkdir()
    for name, folder in homes_at(home).items():
        monkeypatch.setenv(name, folder)
    return home


@pytest.fixture(autouse=True)
def _no_secret_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password of a test is redacted in no text of another."""
    monkeypatch.setattr(domain_text, "_secrets", set())


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world that ships, made once; tests get copies."""
    path = tmp_path_factory.mktemp("world") / "pirates.db"
    asyncio.run(make_world(path))
    return path


@pytest.fixture
def world(made_world: Path, tmp_path: Path) -> Path:
    """A copy of the world that ships, for this test alone."""
    return Path(shutil.copy(made_world, tmp_path / "pirates.db"))


@pytest.fixture(autouse=True)
async def _no_thread_is_left() -> AsyncIterator[None]:
    """Every connection's thread has ended before the loop does, also after a connect that failed or was cancelled."""
    before = set(threading.enumerate())
    yield
    async with asyncio.timeout(5):
        while any("_connection_worker_thread" in left.name for left in set(threading.enumerate()) - before):
            await asyncio.sleep(0)


@pytest.fixture
def quiet_logging() -> Iterator[None]:
    """Puts the root logger back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)
