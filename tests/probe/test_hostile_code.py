"""Code of any origin, in files of any kind: what is shown of it is safe to print, and nothing waits or fails."""

import asyncio
import linecache
import sys
from collections.abc import Awaitable, Callable, Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import exc
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui import probe as installed
from pirate_tui.orm.errors import forget
from pirate_tui.probe import raising
from pirate_tui.probe.awaiting import coroutine_frames
from tests.canaries.page import REPOSITORY
from tests.probe.conftest import note_of
from tests.probe.parcels import Sender, detached, opened
from tests.programs import run


pytestmark = [
    pytest.mark.usefixtures("probe"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]


@pytest.fixture(autouse=True)
def no_hook_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """In none of these may a hook fail, or an explanation."""
    yield
    assert not [text for text in caplog.messages if "of the probe" in text or "probe failed" in text]


@pytest.fixture(autouse=True)
def _messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors are explained in their messages too."""
    monkeypatch.setattr(raising, "wants_message", lambda: True)


def error_in(source: str | bytes, file: str, **names: Any) -> BaseException:
    """The error of code that reads `sender.parcels`, and stands in a file of that name."""
    with pytest.raises(DetachedInstanceError) as raised:
        exec(compile(source, "x", "exec").replace(co_filename=file), {"sender": detached(), **names})  # noqa: S102  as programs do it
    return raised.value


def read_line(error: BaseException) -> str:
    """The line of the note that says where it was read."""
    return note_of(error).splitlines()[1].removeprefix("  read      ")


SECRET = "s3cretly"  # noqa: S105  of nothing

SECRETS = {
    "url": f'x = sender.parcels, "postgresql+asyncpg://ann:{SECRET}@host/shop"',
    "cut url": f'x = sender.parcels, "{"x" * 34}", "postgresql+asyncpg://ann:{SECRET}ever@host/shop"',
    "argument": f'x = dict(a=sender.parcels, password="{SECRET}")',
    "cut argument": f'x = dict(a=sender.parcels, b="{"x" * 47}", password="{SECRET}and more")',
    "f-string": f'x = sender.parcels, f"https://bot:{SECRET}@host"',
}


@pytest.mark.parametrize("source", SECRETS.values(), ids=SECRETS)
def test_a_secret_in_the_source(source: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "app.py"
    file.write_text(source)
    error = error_in(source, str(file))
    assert "***" in read_line(error) or read_line(error).endswith("…`")
    for text in (note_of(error), str(error), caplog.text):
        assert "pirate-tui" in text
        assert SECRET[:3] not in text


@pytest.mark.parametrize("name", ["postgresql:__ann:s3cret@host", "a token=s3cret b.py"])
def test_a_secret_in_the_name_of_a_file(name: str, caplog: pytest.LogCaptureFixture) -> None:
    error = error_in("sender.parcels", "/nowhere/" + name.replace("__", "//"))
    for text in (note_of(error), str(error), caplog.text):
        assert "s3cret" not in text


HOSTILE_NAMES = {
    "control": "/nowhere/a\x1b[2J\nb\x07.py",
    "bidi": "/nowhere/a\u202eb.py",
    "surrogate": "/nowhere/a\udc80b.py",
    "empty": "",
    "huge": "/nowhere/" + "x" * 100_000 + ".py",
    "brackets": "/nowhere/%s{0}[red]%(a)s.py",
    "newlines": "\n" * 50,
}


NUL = pytest.param("/nowhere/a\0b.py", id="NUL", marks=pytest.mark.thorough)
"""A name that coverage cannot stand, which make test may measure."""


@pytest.mark.parametrize("file", [*(pytest.param(name, id=kind) for kind, name in HOSTILE_NAMES.items()), NUL])
def test_a_name_of_a_file(file: str, caplog: pytest.LogCaptureFixture) -> None:
    error = error_in("sender.parcels", file)
    for text in (*note_of(error).splitlines(), str(error), *caplog.text.splitlines()):
        assert text.isprintable()
        assert len(text) < 1_500
        text.encode()
    assert read_line(error).endswith(":1")


SOURCES: dict[str, bytes] = {
    "control": b"sender.parcels  # \x1b[2J \x07\x7f",
    "bidi": "sender.parcels  # \u202e\u2066\u200b".encode(),
    "huge": b"x = sender.parcels, " + b"9, " * 50_000,
    "many lines": b"x = (sender.parcels,\n" + b"  9,\n" * 50_000 + b")\n",
    "slow for a pattern": b"x = sender.parcels, '" + b"://:" * 50_000 + b"'",
    "encoded": "# -*- coding: latin-1 -*-\nsender.parcels  # \xe9".encode("latin-1"),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_source(source: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "app.py"
    file.write_bytes(source)
    error = error_in(source, str(file))
    assert "`" in read_line(error)
    for text in (*note_of(error).splitlines(), str(error), *caplog.text.splitlines()):
        assert text.isprintable()
        assert len(text) < 1_500


def is_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def is_circle(file: Path) -> None:
    file.unlink()
    file.symlink_to(file)


CHANGED: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "shorter": lambda file: file.write_text("\n"),
    "not UTF-8": lambda file: file.write_bytes(b"\n\n\xff\xfe sender"),
    "a folder": is_folder,
    "not readable": is_circle,
    "empty": lambda file: file.write_text(""),
    "NUL": lambda file: file.write_bytes(b"\0" * 10),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_file_that_has_changed(change: Callable[[Path], object], tmp_path: Path) -> None:
    file, source = tmp_path / "app.py", "\n\nsender.parcels\n"
    file.write_text(source)
    change(file)
    linecache.clearcache()
    assert read_line(error_in(source, str(file))) == f"{file}:3", "without a source"


PIPE = """
import os, sys
import pirate_tui.probe
pirate_tui.probe.install()
from tests.probe.test_hostile_code import error_in, read_line

os.mkfifo("pipe")
for name in ("pipe", os.path.abspath("pipe"), "/dev/stdin", "/dev/zero", "/dev/tty"):
    print(read_line(error_in("sender.parcels", name)))
print(sys.stdin.read())
"""


def test_a_source_that_is_no_file(tmp_path: Path) -> None:
    """Opened, a pipe would wait for ever, and the program's input would be gone."""
    done = run(sys.executable, "-c", PIPE, given=GIVEN, folder=tmp_path, typed="for the program")
    expected = ["pipe:1", "pipe:1", "/dev/stdin:1", "/dev/zero:1", "/dev/tty:1", "for the program"]
    assert (done.code, done.out.splitlines()) == (0, expected), done.err


GIVEN = {"PYTHONPATH": str(REPOSITORY), installed.ANNOUNCED: "1"}

GONE = """
import os
import pirate_tui.probe
pirate_tui.probe.install()
from sqlalchemy.orm import Session
from tests.probe.test_hostile_code import error_in, read_line

os.mkdir("gone")
os.chdir("gone")
os.rmdir("../gone")
source = "with Session() as session: session.expire_all()\\nsender.parcels"
print(read_line(error_in(source, "app.py", Session=Session)))
"""


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    done = run(sys.executable, "-c", GONE, given=GIVEN, folder=tmp_path)
    assert (done.code, done.out) == (0, "app.py:2\n"), done.err
    assert "of the probe" not in done.err


@pytest.mark.parametrize("name", ["app", None, 7, "missing"])
def test_code_in_no_module(name: Any) -> None:
    names = {} if name == "missing" else {"__name__": name}
    source = "with Session() as session: session.add(sender); session.expunge_all()\nsender.parcels"
    error = error_in(source, "/nowhere/app.py", Session=Session, **names)
    assert read_line(error) == "/nowhere/app.py:2"
    assert "  expunged  /nowhere/app.py:1" in note_of(error)


class Answering:
    """An object that is awaited, and has every attribute that it is asked for."""

    def __init__(self) -> None:
        self.asked = list[str]()

    def __getattr__(self, name: str) -> Any:
        if len(self.asked) > 1_000:
            raise ZeroDivisionError
        self.asked.append(name)
        return self

    def __await__(self) -> Any:
        return self

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> None:
        """Wait for ever."""


class Refusing:
    """An object that can be asked for nothing, as a proxy outside of its request."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise ZeroDivisionError

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError(name)

    def __call__(self, _task: object) -> None:
        """As what is called when a task is done."""


async def test_an_object_that_is_awaited() -> None:
    awaited = Answering()

    async def wait() -> None:
        await awaited

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    frames = list[FrameType](coroutine_frames(task))
    assert [frame.f_code.co_name for frame in frames] == ["wait"]
    assert set(awaited.asked) <= {"send", "throw", "close"}
    task.cancel()
    await asyncio.wait([task])
    assert isinstance(task.exception(), TypeError), "it answers, but cannot be called"


class Wrapped:
    """An object whose `__await__` is that of a coroutine."""

    def __init__(self, made: Awaitable[None]) -> None:
        self.made = made

    def __await__(self) -> Generator[Any, Any, None]:
        return self.made.__await__()


async def test_a_coroutine_behind_an_object_is_found() -> None:
    async def inner() -> None:
        await asyncio.Event().wait()

    async def outer() -> None:
        await Wrapped(inner())

    task = asyncio.create_task(outer())
    await asyncio.sleep(0)
    assert [frame.f_code.co_name for frame in coroutine_frames(task)] == ["outer", "inner", "wait"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_callbacks_of_a_task(tmp_path: Path) -> None:
    """Who awaits a task is found by what is called when it is done: that may be anything."""
    proxy = Refusing()

    def with_proxy(_task: object) -> None:
        assert type(proxy) is Refusing

    def with_empty_cell(task: object) -> None:
        assert task is not None or later  # which has no value before the task is done

    async with opened(tmp_path / "parcels.db") as engine:
        session = async_sessionmaker(engine)()
        sender = await session.get_one(Sender, 1)
        task = asyncio.create_task(session.close())
        for callback in (proxy, with_proxy, with_empty_cell):
            task.add_done_callback(callback)
        await task
        later = True
        with pytest.raises(exc.SQLAlchemyError) as raised:
            assert sender.parcels
        assert "`await task`" in note_of(raised.value)
        forget(raised.value)
