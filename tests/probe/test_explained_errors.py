"""An error that is explained is the same error: it is raised, printed, copied and sent elsewhere as before."""

import copy
import pickle
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import PickleType, create_engine, exc, literal, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlalchemy.util import greenlet_spawn

from pirate_tui.orm.errors import chain, forget
from pirate_tui.probe import raising
from tests.canaries.page import REPOSITORY
from tests.probe.conftest import note_of
from tests.probe.parcels import STEPS, Parcel, opened
from tests.programs import run


pytestmark = [
    pytest.mark.usefixtures("probe"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]

FAILING = {step.__name__: step for step in STEPS if step.__name__ not in {"_update", "_eager", "_awaited", "_twice"}}


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[AsyncSession]:
    """A session with something to read."""
    async with opened(tmp_path / "parcels.db") as engine, async_sessionmaker(engine)() as made:
        yield made


@pytest.fixture(params=FAILING)
async def error(
    request: pytest.FixtureRequest, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BaseException]:
    """An explained error: the one in the chain that has the note, with the bracket in its message."""
    monkeypatch.setattr(raising, "wants_message", lambda: True)
    with pytest.raises(exc.SQLAlchemyError) as raised:
        await FAILING[request.param](session)
    yield next(one for one in chain(raised.value) if note_of(one) and hasattr(one, "__notes__"))
    forget(raised.value)


def parts(error: BaseException) -> tuple[Any, ...]:
    """All that a program can see of an error."""
    return type(error), error.args, str(error), repr(error), getattr(error, "__notes__", None), vars(error)


def pickled(error: BaseException, protocol: int) -> BaseException:
    """The error, as another process gets it."""
    received: BaseException = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301  our own
    return received


WAYS: dict[str, Callable[[BaseException], BaseException]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {protocol}": partial(pickled, protocol=protocol) for protocol in range(6)},
    "twice": lambda one: pickled(pickled(copy.copy(one), 5), 2),
}


def test_it_comes_back_as_it_was(error: BaseException) -> None:
    before = parts(error)
    assert len(error.__notes__) == 1
    assert error.args[0].count("[pirate-tui: ") == 1
    for name, way in WAYS.items():
        assert parts(way(error)) == before, name
    assert parts(error) == before


def test_it_reads_as_before_with_one_bracket_more(error: BaseException) -> None:
    assert isinstance(error, exc.SQLAlchemyError)
    message, bracket = str(error.args[0]).rsplit(" [pirate-tui: ", 1)
    assert bracket.endswith("]")
    rest = str(type(error)(message, code=error.code)).removeprefix(message)
    assert str(error) == f"{message} [pirate-tui: {bracket}{rest}"
    assert ("Background on this error" in rest) == (error.code is not None)
    (note,) = error.__notes__
    assert "".join(traceback.format_exception_only(error)).endswith(f"{error}\n{note}\n")


def test_it_is_raised_again_without_another_note(error: BaseException) -> None:
    before = parts(error)
    for _ in range(2):
        with pytest.raises(type(error)):
            raise error
    assert parts(error) == before


CARRIED = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import pirate_tui.probe
from sqlalchemy.orm.exc import DetachedInstanceError
from tests.probe.parcels import read_detached

pirate_tui.probe.install()
with ProcessPoolExecutor(1, get_context("spawn"), initializer=pirate_tui.probe.install) as executor:
    error = executor.submit(read_detached).exception()
print(type(error) is DetachedInstanceError, error.code, len(error.__notes__), str(error).count("[pirate-tui:"))
print(error.__notes__[0].splitlines()[1])
"""


def test_it_comes_from_another_process() -> None:
    done = run(sys.executable, "-c", CARRIED, given={"PYTHONPATH": str(REPOSITORY)})
    assert (done.code, done.out.splitlines()[0]) == (0, "True bhk3 1 0"), done.err
    assert "tests/probe/parcels.py" in done.out
    assert done.err.count("it is for development") == 1, "the child has inherited that it was said"


class OwnError(exc.MissingGreenlet):
    """A user's own kind."""


class OwnDetachedError(DetachedInstanceError):
    """Another one."""

    def __init__(self, number: int) -> None:
        super().__init__(f"number {number}", code="bhk3")
        self.number = number


class Unspeakable:
    """What cannot be printed or compared."""

    def __str__(self) -> str:
        raise ZeroDivisionError

    def __eq__(self, _other: object) -> bool:
        raise ZeroDivisionError

    __hash__ = None  # type: ignore[assignment]
    __repr__ = __str__


class OfUserError(exc.InvalidRequestError):
    """One whose code has to be asked for."""

    @property
    def code(self) -> str:  # type: ignore[override]
        """Fail."""
        raise ZeroDivisionError


MADE: tuple[Callable[[], Exception], ...] = (
    lambda: exc.MissingGreenlet("x"),
    lambda: DetachedInstanceError("x", code="bhk3"),
    lambda: exc.InvalidRequestError("'A.b' is not available due to lazy='raise'"),
    lambda: exc.InvalidRequestError("Session is already flushing"),
    lambda: exc.InvalidRequestError("x", code="isce"),
    lambda: exc.PendingRollbackError("x", code="7s2a"),
    lambda: exc.DBAPIError("another operation is in progress", {}, ValueError()),
    lambda: OwnError("x"),
    lambda: OwnDetachedError(1),
    lambda: exc.InvalidRequestError(Unspeakable()),
    exc.InvalidRequestError,
    lambda: OfUserError("x"),
)


@pytest.mark.parametrize("make", MADE)
async def test_what_the_program_makes_itself_is_not_touched(
    make: Callable[[], Exception], session: AsyncSession, caplog: pytest.LogCaptureFixture
) -> None:
    in_library = compile("made = make()", f"{sys.prefix}/lib/site-packages/shop/errors.py", "exec")
    names: dict[str, Any] = {"make": make}
    exec(in_library, names)  # noqa: S102  as a library does it
    errors = [make(), names["made"], await session.run_sync(lambda _: make()), await greenlet_spawn(make)]
    for error in errors:
        assert type(error) is type(errors[0])
        assert not hasattr(error, "__notes__")
        assert not any(type(part) is str and "pirate-tui" in part for part in error.args)
    assert caplog.messages == []


async def test_an_error_in_a_database_is_not_touched(session: AsyncSession, caplog: pytest.LogCaptureFixture) -> None:
    stored = literal(exc.MissingGreenlet("x"), PickleType)
    loaded: Any = await session.scalar(select(stored))
    assert (type(loaded), loaded.args, vars(loaded)) == (exc.MissingGreenlet, ("x",), {})
    assert caplog.messages == []


def test_errors_of_other_kinds_are_not_touched(caplog: pytest.LogCaptureFixture) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        with pytest.raises(exc.OperationalError) as raised:
            connection.exec_driver_sql("no SQL")
        assert not hasattr(raised.value, "__notes__")
        with pytest.raises(exc.NoResultFound):
            connection.exec_driver_sql("SELECT 1 WHERE 0").one()
    engine.dispose()
    with Session() as unbound, pytest.raises(exc.UnboundExecutionError):
        unbound.get(Parcel, 1)
    assert caplog.messages == []
