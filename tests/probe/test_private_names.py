"""Where SQLAlchemy or asyncio lacks a private name, what it would tell is unknown, and the rest is as ever."""

import builtins
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import create_engine, exc
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import InstanceState, Session, loading
from sqlalchemy.orm.context import QueryContext
from sqlalchemy.orm.identity import IdentityMap

from pirate_tui import probe as installed
from pirate_tui.orm.errors import forget
from pirate_tui.probe import awaiting, journal, situations
from tests.probe.conftest import note_of
from tests.probe.parcels import Parcel, Sender, opened
from tests.probe.test_hooks import HOOKS, breaks, failures


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@pytest.fixture(autouse=True)
def uninstalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The probe may be installed by the test, and is taken out after it."""
    monkeypatch.setenv(installed.ANNOUNCED, "1")
    yield
    installed.uninstall()


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[AsyncSession]:
    """A session with something to read."""
    async with opened(tmp_path / "parcels.db") as engine:
        installed.install()
        async with async_sessionmaker(engine)() as made:
            yield made
    installed.uninstall()  # before the names are back


LABELS = ("read", "expired", "loaded", "added", "flushed", "closed", "expunged", "fix")


def lines_of(read: Callable[[], object]) -> dict[str, str]:
    """The source of each line of the note of a read that fails; "unknown" for what is not known."""
    with pytest.raises(exc.SQLAlchemyError) as raised:
        read()
    lines = [line.split(maxsplit=1) for line in note_of(raised.value).splitlines()[1:]]
    forget(raised.value)
    found = {label: text.split("`")[1] if "`" in text else text for label, text in lines if label in LABELS}
    assert found.pop("read").startswith("return lines_of(lambda: "), "that is always known"
    return found


async def by_commit(session: AsyncSession) -> dict[str, str]:
    parcel = await session.get_one(Parcel, 1)
    await session.commit()
    return lines_of(lambda: parcel.note)


async def by_expire(session: AsyncSession) -> dict[str, str]:
    parcel = await session.get_one(Parcel, 1)
    session.expire(parcel)
    return lines_of(lambda: parcel.note)


async def by_name(session: AsyncSession) -> dict[str, str]:
    parcel = await session.get_one(Parcel, 1)
    session.expire(parcel, ["note"])
    return lines_of(lambda: parcel.note)


async def by_expire_all(session: AsyncSession) -> dict[str, str]:
    parcel = await session.get_one(Parcel, 1)
    session.expire_all()
    return lines_of(lambda: parcel.note)


async def by_rollback(session: AsyncSession) -> dict[str, str]:
    parcel = await session.get_one(Parcel, 1)
    await session.rollback()
    return lines_of(lambda: parcel.note)


async def lazily(session: AsyncSession) -> dict[str, str]:
    sender = await session.get_one(Sender, 1)
    await session.get_one(Sender, 2)
    return lines_of(lambda: sender.parcels)


async def new(session: AsyncSession) -> dict[str, str]:
    sender = Sender(name="Eve")
    session.add(sender)
    await session.flush()
    return lines_of(lambda: sender.parcels)


async def added_again(session: AsyncSession) -> dict[str, str]:
    sender = await session.get_one(Sender, 1)
    await session.close()
    session.add(sender)
    return lines_of(lambda: sender.parcels)


async def closed(session: AsyncSession) -> dict[str, str]:
    sender = await session.get_one(Sender, 1)
    await session.close()
    return lines_of(lambda: sender.parcels)


async def expunged(session: AsyncSession) -> dict[str, str]:
    sender = await session.get_one(Sender, 1)
    session.expunge(sender)
    return lines_of(lambda: sender.parcels)


Step = Callable[[AsyncSession], Awaitable[dict[str, str]]]

GET_PARCEL = "parcel = await session.get_one(Parcel, 1)"
GET_SENDER = "sender = await session.get_one(Sender, 1)"

AS_EVER: dict[Step, dict[str, str]] = {
    by_commit: {"expired": "await session.commit()", "loaded": GET_PARCEL},
    by_expire: {"expired": "session.expire(parcel)", "loaded": GET_PARCEL},
    by_name: {"expired": 'session.expire(parcel, ["note"])', "loaded": GET_PARCEL},
    by_expire_all: {"expired": "session.expire_all()", "loaded": GET_PARCEL},
    by_rollback: {"expired": "await session.rollback()", "loaded": GET_PARCEL},
    lazily: {"loaded": GET_SENDER},
    new: {"added": "session.add(sender)", "flushed": "await session.flush()"},
    added_again: {"added": "session.add(sender)", "loaded": "unknown"},
    closed: {"closed": "await session.close()", "loaded": GET_SENDER},
    expunged: {"expunged": "session.expunge(sender)", "loaded": GET_SENDER},
}
"""What is known of each, with all names in place."""


async def found_in(session: AsyncSession) -> dict[Step, dict[str, str]]:
    """What is known of each step; that there is a fix is tested here."""
    found = {}
    for step in AS_EVER:
        found[step] = await step(session)
        assert found[step].pop("fix")
        await session.reset()
    return found


async def test_all_names_are_there(session: AsyncSession) -> None:
    assert await found_in(session) == AS_EVER
    assert not journal.lost


class Denied:
    """An attribute that code of the probe does not find, as it would be where it does not exist."""

    def __init__(self, owner: Any, name: str) -> None:
        self.real = owner.__dict__.get(name)
        self.name = name

    def __get__(self, one: Any, owner: Any = None) -> Any:
        if "pirate_tui.probe" in str(sys._getframe(1).f_globals["__name__"]):  # noqa: SLF001
            raise AttributeError(self.name)
        if hasattr(type(self.real), "__get__"):
            return self.real.__get__(one, owner)
        return one.__dict__.get(self.name, self.real)

    def __set__(self, one: Any, value: Any) -> None:
        if hasattr(type(self.real), "__set__"):
            self.real.__set__(one, value)
        else:
            one.__dict__[self.name] = value

    def __delete__(self, one: Any) -> None:
        one.__dict__.pop(self.name, None)


def deny(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let the probe not find an attribute of instances."""
    monkeypatch.setattr(owner, name, Denied(owner, name), raising=False)


def rename(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let the probe not find a method, which SQLAlchemy finds by another way."""
    method = vars(owner)[name]
    monkeypatch.delattr(owner, name)
    if isinstance(owner, type):
        monkeypatch.setattr(
            owner,
            "__getattr__",
            lambda self, asked: partial(method, self) if asked == name else object.__getattribute__(self, asked),
            raising=False,
        )
    else:
        monkeypatch.setattr(builtins, name, method, raising=False)  # for the module itself
        monkeypatch.setattr(owner, "__getattr__", {name: method}.__getitem__, raising=False)


class Missing(NamedTuple):
    """A private name, how it goes missing, and what is not known then, by the step."""

    name: str
    go: Callable[[pytest.MonkeyPatch], object]
    unknown: dict[Step, dict[str, str | None]]
    is_told: bool = False
    """Whether a hook fails without it."""


def without(*labels: str) -> dict[Step, dict[str, str | None]]:
    """These lines of each of the steps are unknown."""
    return {step: {label: "unknown" for label in lines if label in labels} for step, lines in AS_EVER.items()}


DETACHED: dict[Step, dict[str, str | None]] = {closed: {"closed": "unknown", "loaded": "unknown"}}
"""Where the session of a closed instance cannot be found again."""


EXPUNGED: dict[Step, dict[str, str | None]] = {
    expunged: {"expunged": None, "closed": "unknown", "loaded": "unknown"},
}
"""Nor that of one that was expunged; None is for a line that is not there."""


NO_LOADS = without("expired", "loaded")


def without_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A count of loads that has another name."""
    monkeypatch.setattr(journal, "COUNT", None)
    monkeypatch.setattr(journal, "next_mark", iter(int, 1).__next__)


MISSING = (
    Missing("_new_runid", without_count, without("expired", "loaded", "flushed")),
    Missing("instances", lambda patch: rename(patch, loading, "instances"), NO_LOADS),
    Missing(
        "refresh_state", lambda patch: deny(patch, QueryContext, "refresh_state"), without("expired", "loaded"), True
    ),
    Missing("runid", lambda patch: deny(patch, InstanceState, "runid"), NO_LOADS),
    Missing("_expire_attributes", lambda patch: rename(patch, InstanceState, "_expire_attributes"), without("expired")),
    Missing("_conditional_expire", lambda patch: rename(patch, Session, "_conditional_expire"), without("expired")),
    Missing("_expunge_states", lambda patch: rename(patch, Session, "_expunge_states"), EXPUNGED),
    Missing("_wr", lambda patch: deny(patch, IdentityMap, "_wr"), DETACHED),
    Missing("_instance_dict", lambda patch: deny(patch, InstanceState, "_instance_dict"), DETACHED),
)


@pytest.mark.parametrize("missing", MISSING, ids=lambda one: one.name)
async def test_a_name_is_missing(
    missing: Missing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        missing.go(patched)
        async with opened(tmp_path / "parcels.db") as engine:
            installed.install()
            async with async_sessionmaker(engine)() as session:
                found = await found_in(session)
        installed.uninstall()
    for step, lines in AS_EVER.items():
        expected = {**lines, **missing.unknown.get(step, {})}
        assert found[step] == {label: text for label, text in expected.items() if text is not None}, step.__name__
    assert len(failures(caplog)) == missing.is_told


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
async def test_nothing_wrong_is_said_where_a_hook_has_failed(
    hook: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    breaks(monkeypatch, sys.modules[hook.__module__], hook.__name__, ZeroDivisionError())
    async with opened(tmp_path / "parcels.db") as engine:
        installed.install()
        async with async_sessionmaker(engine)() as session:
            found = await found_in(session) if hook.__name__ != "_constructed" else AS_EVER
    for step, lines in found.items():
        for label, text in lines.items():
            assert text in {AS_EVER[step].get(label), "unknown"}, (step.__name__, label)


async def test_no_hook_is_there_for_a_flush_that_failed(session: AsyncSession) -> None:
    session.add(Parcel(note="Ann's 1"))
    with pytest.raises(exc.IntegrityError) as failed:
        await session.flush()
    journal.lost.add("_rolled_back")
    with pytest.raises(exc.PendingRollbackError) as raised:
        await session.get(Parcel, 1)
    assert "  failed    unknown" in note_of(raised.value)
    forget(failed.value)
    await session.rollback()


def test_proxies_of_engines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(situations, "AsyncEngine", object())
    installed.install()
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'parcels.db'}")
    with pytest.raises(exc.SQLAlchemyError) as raised:
        engine.connect()
    assert note_of(raised.value).startswith("pirate-tui: a statement was sent")
    assert "  here      tests/probe/test_private_names.py" in note_of(raised.value)
    forget(raised.value)


async def test_callbacks_of_tasks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(awaiting, "_done_callbacks", lambda _: ())
    async with opened(tmp_path / "parcels.db") as engine:
        installed.install()
        async with async_sessionmaker(engine)() as session:
            sender = await session.get_one(Sender, 1)

        def read() -> dict[str, str]:
            return lines_of(lambda: sender.parcels)

        found = read()
        assert (found["closed"], found["loaded"]) == ("unknown", GET_SENDER)


async def test_a_session_that_was_there_before(tmp_path: Path) -> None:
    """Only a part of what has happened in it was seen."""
    async with opened(tmp_path / "parcels.db") as engine, async_sessionmaker(engine)() as session:
        sender = await session.get_one(Sender, 1)
        await session.commit()  # which has expired it
        installed.install()
        await session.connection()
        await session.rollback()

        def read() -> dict[str, str]:
            return lines_of(lambda: sender.name)

        found = read()
        assert (found["expired"], found["loaded"]) == ("unknown", "unknown")
        await session.refresh(sender)
        await session.commit()
        assert read()["expired"] == "await session.commit()"


async def test_a_session_that_goes_on_for_long(session: AsyncSession) -> None:
    """Long after an instance was detached from it."""
    sender = await session.get_one(Sender, 1)
    await session.close()
    for number in range(journal.REMEMBERED + 1):
        await session.get(Sender, 2) if number % 2 else await session.get(Sender, 1)
        await session.commit()

    def read() -> dict[str, str]:
        return lines_of(lambda: sender.parcels)

    found = read()
    assert (found["closed"], found["loaded"]) == ("await session.close()", "unknown")
