"""The probe comes and goes at any moment, and leaves nothing behind."""

import copy
import gc
import io
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, Engine, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import InstanceState, Session, make_transient_to_detached, sessionmaker
from sqlalchemy.pool import Pool

from pirate_tui import probe as installed
from pirate_tui.orm.errors import forget
from pirate_tui.probe import connections, journal
from tests.probe.conftest import note_of
from tests.probe.parcels import STEPS, Parcel, Sender, a_day, detached_error, opened, outcome_of


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@pytest.fixture(autouse=True)
def uninstalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The probe may be installed by the test, and is taken out after it."""
    monkeypatch.delenv(installed.ANNOUNCED, raising=False)
    monkeypatch.delenv(installed.SWITCH, raising=False)
    yield
    installed.uninstall()


def listeners(target: type) -> dict[str, list[Any]]:
    """Every listener of all sessions, pools or dialects, by its event."""
    dispatch: Any = target.dispatch  # type: ignore[attr-defined]
    events = {name: getattr(dispatch, name) for name in dispatch._event_names}  # noqa: SLF001
    return {name: [*one._clslevel.get(target, ())] for name, one in events.items()}  # noqa: SLF001


def of_sqlalchemy() -> dict[tuple[str, str], int]:
    """Every name of each module and class of SQLAlchemy's, by the identity of what it stands for."""
    modules = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "sqlalchemy"}
    classes = {one for module in modules.values() for one in vars(module).values() if isinstance(one, type)}
    places = [*modules.items(), *((one.__qualname__, one) for one in classes if one.__module__ in modules)]
    return {(place, name): id(value) for place, one in places for name, value in vars(one).items()}


def of_process() -> dict[str, Any]:
    """What else a process has that a probe might leave something in."""
    names = ("", "pirate_tui.probe", "sqlalchemy", "asyncio")
    return {
        "threads": threading.enumerate(),
        "environment": dict(os.environ),
        "finders": sys.meta_path[:],
        "path": sys.path[:],
        "path hooks": sys.path_hooks[:],
        "hooks": (sys.excepthook, sys.unraisablehook, threading.excepthook, sys.gettrace(), sys.getprofile()),
        "collector": (gc.callbacks[:], gc.get_threshold(), gc.isenabled()),
        "warnings": (warnings.filters[:], warnings.showwarning),
        "logging": [(logging.getLogger(name).handlers[:], logging.getLogger(name).level) for name in names],
        "limits": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "descriptors": sorted(os.listdir("/proc/self/fd")) if sys.platform == "linux" else (),  # noqa: PTH208
    }


def everything() -> list[Any]:
    """All that must be as before."""
    return [of_sqlalchemy(), *map(listeners, (Session, Pool, Engine, Dialect)), of_process()]


@pytest.fixture(autouse=True)
def _imported() -> None:
    """The parts of the probe are imported, and so is what its first explanation needs."""
    installed.install()
    assert note_of(detached_error()) != ""
    installed.uninstall()


def test_what_is_compared_shows_the_probe() -> None:
    before = everything()
    installed.install()
    after = everything()
    assert [was != now for was, now in zip(before, after, strict=True)] == [True, True, True, False, True, True]
    changed = {place for place in after[0] if after[0][place] != before[0].get(place)}
    assert {("Session", "expire_all"), ("InstanceState", "_expire_attributes"), ("Dialect", "engine_created")} < changed
    assert {name for name, found in after[1].items() if found != before[1][name]} == {
        *("after_commit", "after_rollback", "after_soft_rollback", "after_flush_postexec"),
        *("transient_to_pending", "detached_to_persistent", "persistent_to_deleted", "deleted_to_persistent"),
    }


def test_nothing_is_left(capfd: pytest.CaptureFixture[str]) -> None:
    gc.collect()  # of other tests: a connection that goes meanwhile takes its descriptor along
    before = everything()
    for _ in range(100):
        installed.install()
        installed.install()
        assert installed.is_installed()
        installed.uninstall()
        installed.uninstall()
        assert not installed.is_installed()
    assert everything() == before
    assert capfd.readouterr().err.count(installed.PURPOSE) <= 1, "said once in a process"


async def test_nothing_is_left_after_a_day(tmp_path: Path) -> None:
    await a_day(tmp_path / "before.db")  # SQLAlchemy itself remembers some things
    gc.collect()
    before = everything()
    installed.install()
    await a_day(tmp_path / "with.db")
    installed.uninstall()
    gc.collect()
    assert everything() == before


def test_the_environment_is_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    before = dict(os.environ)
    installed.install()
    assert dict(os.environ) == {**before, installed.ANNOUNCED: "1"}, "children need not say it again"
    installed.uninstall()
    assert dict(os.environ) == before
    assert capsys.readouterr().out == ""


def test_what_pirate_tui_run_has_set_stays(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(installed, "_said", [])
    monkeypatch.setenv(installed.ANNOUNCED, "1")
    installed.install()
    installed.uninstall()
    assert os.environ[installed.ANNOUNCED] == "1"
    assert capsys.readouterr() == ("", "")


class Closed(io.StringIO):
    """A stream that cannot be written to."""

    def write(self, _text: str) -> int:
        """Refuse it."""
        raise BrokenPipeError


@pytest.mark.parametrize("stream", [None, Closed()])
def test_a_program_without_stderr(
    stream: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installed, "_said", [])
    monkeypatch.setattr(sys, "stderr", stream)
    installed.install()
    assert installed.is_installed()
    assert capsys.readouterr() == ("", "")


def test_it_is_said_once_in_a_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(installed, "_said", [])
    for _ in range(3):
        installed.install()
        installed.uninstall()
    assert capsys.readouterr() == ("", f"{installed.PURPOSE}\n")


async def remembered(engine: AsyncEngine) -> list[Any]:
    """What a session, its instances and its connections hold after some work; explanations included."""
    held = list[Any]()
    async with async_sessionmaker(engine, info={"mine": 1})() as session:
        for step in STEPS:
            try:
                await step(session)
            except SQLAlchemyError as error:
                forget(error)
            await session.rollback()
        parcel = await session.get_one(Parcel, 2)
        session.expire(parcel, ["note"])
        with pytest.raises(SQLAlchemyError) as raised:
            len(parcel.note)
        forget(raised.value)
        state: Any = inspect(parcel)
        held += [sorted({*vars(state), "mapper"}), state.expired_attributes, state.load_options]
        held += [
            sorted(vars(session.sync_session)),
            session.info,
            sorted(vars(session)),
            sorted(vars(engine.sync_engine)),
        ]
        record = (await (await session.connection()).get_raw_connection())._connection_record  # noqa: SLF001
        held += [sorted(vars(record)), record.info]
    return held


async def test_objects_hold_nothing_of_the_probe(tmp_path: Path) -> None:
    async with opened(tmp_path / "without.db") as engine:
        without = await remembered(engine)
    installed.install()
    async with opened(tmp_path / "with.db") as engine:
        assert await remembered(engine) == without
    assert without[4] == {"mine": 1}


async def test_an_explanation_changes_nothing_of_an_instance(tmp_path: Path) -> None:
    installed.install()
    async with opened(tmp_path / "parcels.db") as engine, async_sessionmaker(engine, autoflush=False)() as session:
        parcel = await session.get_one(Parcel, 2)
        sender = await session.get_one(Sender, 1)
        await session.commit()
        await session.refresh(sender)
        sender.name = "Eve"
        state: Any = inspect(parcel)
        before = contents(state), contents(inspect(sender)), session.info
        with pytest.raises(SQLAlchemyError) as raised:
            len(parcel.note)
        assert note_of(raised.value) != ""
        assert (contents(state), contents(inspect(sender)), session.info) == before
        assert list(session.dirty) == [sender]
        forget(raised.value)


def contents(state: Any) -> dict[str, Any]:
    """All that the state of an instance holds, with copies of its collections; its mapper may be remembered."""
    held = {name: copy.copy(value) if isinstance(value, dict | set) else value for name, value in vars(state).items()}
    added = {"dict": dict(state.dict), "runid": state.runid, "load_options": state.load_options}
    return {**held, **added, "mapper": state.mapper}


@pytest.mark.parametrize("owner", [Session, InstanceState], ids=lambda one: one.__name__)
def test_somebody_else_wraps_the_same_method(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = {Session: "expire_all", InstanceState: "_expire_attributes"}[owner]
    own, calls = vars(owner)[name], list[str]()
    installed.install()
    ours = vars(owner)[name]

    def theirs(*given: Any, **named: Any) -> Any:
        calls.append("theirs")
        return ours(*given, **named)

    monkeypatch.setattr(owner, name, theirs)
    installed.uninstall()
    assert vars(owner)[name] is theirs
    journals = dict(journal.journals)
    sender = Sender(id=1)
    make_transient_to_detached(sender)
    with Session() as session:
        session.add(sender)
        session.expire(sender, ["name"])
        session.expire_all()
    assert calls
    assert journal.journals == journals, "ours does nothing"
    installed.install()
    assert note_of(detached_error()) != ""
    installed.uninstall()
    assert vars(owner)[name] is theirs
    monkeypatch.undo()
    assert vars(owner)[name] is ours, "as they remember it"
    setattr(owner, name, own)


async def test_it_comes_and_goes_in_the_midst(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(tmp_path / "parcels.db") as engine, async_sessionmaker(engine)() as session:
        early = await session.get_one(Parcel, 1)
        session.add(Parcel(note="pending"))
        installed.install()
        with pytest.raises(SQLAlchemyError) as first:
            len((await session.get_one(Sender, 1)).parcels)
        assert "loaded    tests/probe/test_uninstall.py" in note_of(first.value)
        await session.commit()
        with pytest.raises(SQLAlchemyError) as second:
            len(early.note)
        lines = note_of(second.value).splitlines()
        assert lines[3].split(maxsplit=1) == ["loaded", "unknown"], "it was before"
        installed.uninstall()
        with pytest.raises(SQLAlchemyError) as third:
            len(early.note)
        assert note_of(third.value) == ""
        assert not any(map(len, (journal.journals, journal.ended, journal.expiries, connections.engines)))
        await session.rollback()
        installed.install()
        await session.refresh(early)
        await session.commit()
        with pytest.raises(SQLAlchemyError) as fourth:
            len(early.note)
        assert "expired   tests/probe/test_uninstall.py" in note_of(fourth.value)
        for raised in (first, second, third, fourth):
            forget(raised.value)
    assert not [text for text in caplog.messages if "of the probe" in text]


async def test_a_subclass_of_the_time_between(tmp_path: Path) -> None:
    installed.install()
    maker = sessionmaker(class_=Session)  # a class of its own
    session = maker()
    assert [*session.dispatch.after_commit]
    installed.uninstall()
    assert not [*session.dispatch.after_commit]
    async with opened(tmp_path / "parcels.db") as engine:
        assert await outcome_of(STEPS[0], engine, sync_session_class=maker.class_)
