"""An explanation calls no code of models, whatever that would do, and shows no more of it than is safe to show."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey, Integer, LargeBinary, String, TypeDecorator, create_engine, exc, select
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, make_transient_to_detached, mapped_column, relationship
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui import probe as installed
from pirate_tui.orm.errors import forget
from pirate_tui.probe import raising
from tests.probe import parcels
from tests.probe.conftest import note_of
from tests.probe.parcels import STEPS, opened, outcome_of


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

CALLS: list[str] = []
"""What has been called of the models' own code, in order."""


@pytest.fixture
def uninstalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The probe may be installed by the test, and is taken out after it."""
    monkeypatch.setenv(installed.ANNOUNCED, "1")
    CALLS.clear()
    yield
    installed.uninstall()


class Base(DeclarativeBase):
    """Of these tests alone."""


class Raising:
    """Notes each call of what Python calls by itself, and lets most of them fail."""

    def __getattribute__(self, name: str) -> Any:
        CALLS.append(name)
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> Any:
        CALLS.append(f"no {name}")
        raise ZeroDivisionError

    def __setattr__(self, name: str, value: object) -> None:
        CALLS.append(f"set {name}")
        super().__setattr__(name, value)

    def _fail(self, *_: object) -> Any:
        CALLS.append("called")
        raise ZeroDivisionError

    __eq__ = __ne__ = __lt__ = __hash__ = __bool__ = __len__ = __iter__ = __contains__ = _fail
    __repr__ = __str__ = __format__ = __reduce__ = __sizeof__ = __dir__ = __call__ = _fail


class Colour:
    """A value of a column."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        CALLS.append("compared")
        return isinstance(other, Colour) and other.number == self.number

    def __hash__(self) -> int:
        CALLS.append("hashed")
        return hash(self.number)

    def __str__(self) -> str:
        CALLS.append("shown")
        raise ZeroDivisionError

    __repr__ = __str__


class ColourType(TypeDecorator[Colour]):
    """The type of such a column."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Colour | None, dialect: object) -> int | None:  # noqa: ARG002
        """As the database has it."""
        return None if value is None else value.number

    def process_result_value(self, value: int | None, dialect: object) -> Colour | None:  # noqa: ARG002
        """As the program has it."""
        return None if value is None else Colour(value)


class Ship(Raising, Base):
    """Whose own code fails, or does what an explanation must not do."""

    __tablename__ = "ships"

    id: Mapped[int] = mapped_column(primary_key=True)
    colour: Mapped[Colour | None] = mapped_column(ColourType)
    name: Mapped[str] = mapped_column(deferred=True)
    boats: Mapped[list["Boat"]] = relationship(lazy="select", back_populates="ship")

    @property
    def crew(self) -> int:
        """Do IO."""
        CALLS.append("property")
        return len(self.boats)


class Boat(Raising, Base):
    """On a ship."""

    __tablename__ = "boats"

    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int | None] = mapped_column(ForeignKey("ships.id"))
    ship: Mapped[Ship | None] = relationship(back_populates="boats")


ASKED = {"_sa_instance_state", "__dict__"}
"""What SQLAlchemy itself asks every instance for, at every access."""

READS: dict[str, Callable[[Any], object]] = {
    "collection": lambda ship: ship.boats,
    "deferred": lambda ship: ship.name,
    "write": lambda ship: setattr(ship, "boats", []),
    "expired": lambda ship: ship.colour,
}


async def calls_of(read: Callable[[Any], object], engine: AsyncEngine, *, autoflush: bool) -> tuple[list[str], str]:
    """What a read that fails calls of the models' code, and its note."""
    async with async_sessionmaker(engine, autoflush=autoflush)() as session:
        ship, other = (await session.scalars(select(Ship).order_by(Ship.id))).all()
        other.colour = Colour(3)  # a change, which a comparison would find
        session.sync_session.expire(ship, ["colour"])
        CALLS.clear()
        with pytest.raises(exc.SQLAlchemyError) as raised:
            read(ship)
        calls, note = [one for one in CALLS if one not in ASKED], note_of(raised.value)
        forget(raised.value)
        await session.rollback()
        return calls, note


@pytest.mark.usefixtures("uninstalled")
@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("autoflush", [False, True])
async def test_no_code_of_models_is_called(
    read: Callable[[Any], object],
    autoflush: bool,  # noqa: FBT001
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'ships.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with engine.begin() as connection:
        await connection.execute(Ship.__table__.insert(), [{"id": n, "colour": Colour(n), "name": "a"} for n in (1, 2)])  # type: ignore[attr-defined]
    without, _ = await calls_of(read, engine, autoflush=autoflush)
    installed.install()
    with_probe, note = await calls_of(read, engine, autoflush=autoflush)
    await engine.dispose()
    assert note.startswith("pirate-tui: Ship.")
    assert ("had to flush" in note) == autoflush
    if autoflush:  # what the session has just compared, to know what to flush, is compared once more to name it
        with_probe = [one for one in with_probe if one != "compared"]
        without = [one for one in without if one != "compared"]
    assert with_probe == without
    assert not [text for text in caplog.messages if "probe failed" in text or "of the probe" in text]


KEYS: dict[str, tuple[Any, str]] = {
    "bytes": (b"\x00\x1b[2J", r"Thing b'\x00\x1b[2J'"),
    "control characters": ("a\x1b[2J\nb\u202e", "Thing a\u241b[2J\u240ab\\u{202e}"),
    "huge": ("x" * 100_000, f"Thing {'x' * 194}…"),
    "secret": ("postgresql://ann:s3cret@host", "Thing postgresql://ann:***@host"),
    "raises": (Colour(1), "Thing <Colour>"),
    "several": ((1, "a"), "Thing (1, 'a')"),
    "None": (None, "Thing None"),
}


@pytest.mark.usefixtures("probe")
@pytest.mark.parametrize(("key", "label"), KEYS.values(), ids=KEYS)
def test_a_key_of_any_kind(key: Any, label: str, caplog: pytest.LogCaptureFixture) -> None:
    class Things(DeclarativeBase):
        """Of this test alone."""

    class Thing(Things):
        """With a key that nobody expects."""

        __tablename__ = "things"

        id: Mapped[Any] = mapped_column(LargeBinary if isinstance(key, bytes) else String, primary_key=True)
        owner_id: Mapped[str] = mapped_column(ForeignKey("things.id"))
        owned: Mapped[list["Thing"]] = relationship()

    thing = Thing(id=key)
    make_transient_to_detached(thing)
    error = error_of(lambda: thing.owned)
    assert note_of(error).startswith(f"pirate-tui: Thing.owned of {label} was accessed without await")
    assert all(ord(char) >= 32 or char == "\n" for char in note_of(error))
    assert max(map(len, note_of(error).splitlines())) <= 1_001
    assert "probe failed" not in caplog.text


def error_of(read: Callable[[], object]) -> BaseException:
    """The error of a read of a detached instance."""
    with pytest.raises(DetachedInstanceError) as raised:
        read()
    return raised.value


@pytest.mark.usefixtures("probe")
def test_names_with_control_characters(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(raising, "wants_message", lambda: True)

    class Things(DeclarativeBase):
        """Of this test alone."""

    columns = {"id": mapped_column(Integer, primary_key=True), "owner_id": mapped_column(ForeignKey("things.id"))}
    name = "Ship\x1b[2Jment"
    kind: Any = type(name, (Things,), {"__tablename__": "things", **columns, "own\x1bed": relationship(name)})
    thing = kind(id=1)
    make_transient_to_detached(thing)
    error = error_of(lambda: getattr(thing, "own\x1bed"))
    assert note_of(error).startswith("pirate-tui: ")
    for text in (note_of(error), str(error).partition("[pirate-tui: ")[2], caplog.text):
        assert "Ship\u241b[2Jment" in text
        assert "\x1b" not in text


class OddSession(Session):
    """A session of a user's own, with oddities."""

    __slots__ = ("odd",)

    def __eq__(self, other: object) -> bool:
        if type(other) is OddSession:
            return self is other
        raise ZeroDivisionError

    __hash__ = Session.__hash__

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError(name)

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        raise ZeroDivisionError

    @property
    def info(self) -> Any:
        """Something else than SQLAlchemy's."""
        raise ZeroDivisionError


@pytest.mark.usefixtures("uninstalled")
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_a_session_of_the_users_own(step: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = []
    for name in ("without", "with"):
        async with opened(tmp_path / name) as engine:
            if name == "with":
                installed.install()
            found.append(await outcome_of(step, engine, sync_session_class=OddSession))
    assert found[0] == found[1]
    assert not [text for text in caplog.messages if "probe failed" in text or "of the probe" in text]


class UnhashableSession(Session):
    """A session that is equal to any other."""

    def __eq__(self, _other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.usefixtures("probe")
def test_a_session_that_has_no_hash(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'parcels.db'}")
    parcels.Base.metadata.create_all(engine)
    with UnhashableSession(engine) as session, UnhashableSession(engine) as other:
        session.add(parcels.Sender(name="Ann"))
        session.commit()
        sender = session.get_one(parcels.Sender, 1)
        session.expire(sender)
        other.expire_all()
        session.expunge(sender)
    error = error_of(lambda: sender.parcels)
    assert "  expunged  tests/probe/test_hostile_models.py" in note_of(error)
    assert "  expired   tests/probe/test_hostile_models.py" in note_of(error)
    engine.dispose()
    assert not [text for text in caplog.messages if "probe failed" in text or "of the probe" in text]
