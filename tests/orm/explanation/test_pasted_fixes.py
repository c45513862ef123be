"""Each fix that the text of a traceback is answered with, with mapped classes and without, is run on its case."""

import asyncio
import gc
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy
from sqlalchemy import NullPool, create_engine, orm, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from pirate_tui.domain.pasted import explain_text
from pirate_tui.domain.pasted.errors import TextCause
from pirate_tui.domain.pasted.words import FIXES, OF_CONNECTION, OF_SESSION
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.errors import forget
from pirate_tui.orm.explanation.pasted import resolved
from tests.domain.tracebacks import CASES, Made, make, shop


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

MODELS = (shop.Customer, shop.Item, shop.Order)

LABELS = {"fix", "or"}

UNNAMED = {"by_getter", "by_name"}
"""The cases in which the text does not tell the attribute, and has no fix."""

READ = [name for name, about in CASES.items() if about.attribute and name not in UNNAMED]
"""The cases about an attribute."""

OTHERS = [name for name, about in CASES.items() if not about.attribute]

EXPIRING = {TextCause.EXPIRED, TextCause.DETACHED_EXPIRED}
DETACHED = {TextCause.DETACHED_LAZY, TextCause.DETACHED_DEFERRED, TextCause.DETACHED_EXPIRED}


class TextFix(NamedTuple):
    """A fix of an explanation."""

    code: str = ""
    """Empty for none: the case as it is."""

    @property
    def keeps(self) -> bool:
        """Whether it is about commits, which then expire nothing."""
        return self.code.startswith("async_sessionmaker(")

    @property
    def is_option(self) -> bool:
        """Whether it is about the SELECT of the instance."""
        return self.code.startswith((".options(", "select("))

    @property
    def attaches(self) -> bool:
        """Whether it attaches a detached instance to a session."""
        return self.code.startswith("session.add(") or ".merge(" in self.code


@pytest.fixture(scope="module")
def made() -> Made:
    """The shop's errors as Python writes them."""
    return make(native=[*CASES])


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A database that is empty."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'shop.db'}")
    yield engine
    await engine.dispose()
    await asyncio.sleep(0)


def fixes_of(traceback: str, *, with_models: bool) -> list[TextFix]:
    """The fixes of the only error in a text."""
    (one,) = explain_text(traceback)
    one = resolved(one, MODELS) if with_models else one
    return [TextFix(text.partition("   # ")[0]) for label, text in one.lines if label in LABELS]


@pytest.mark.parametrize("case", READ)
async def test_each_fix_of_an_attribute_helps(made: Made, engine: AsyncEngine, case: str) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        await _try(engine, case, TextFix())
    forget(caught.value)
    fixes = dict.fromkeys(fix for models in (False, True) for fix in fixes_of(made["native"][case], with_models=models))
    assert fixes
    for fix in fixes:
        await _try(engine, case, fix)
    gc.collect()


async def _try(engine: AsyncEngine, case: str, fix: TextFix) -> None:
    """Run a case's way to the error with a fix; the access then raises nothing."""
    async with engine.begin() as connection:
        await connection.run_sync(shop.Base.metadata.drop_all)
    names = {**vars(sqlalchemy), **vars(orm), **vars(shop), "Model": shop.Order, "engine": engine}
    sessions = await shop.filled(engine)
    sessions = eval(fix.code, names) if fix.keeps else sessions  # noqa: S307  a fix of ours
    is_detached = CASES[case].cause in DETACHED
    async with sessions() as session:
        order = (await session.scalars(_statement(case, fix, names))).one()
        await _prepare(session, order, case, fix)
        if not fix.attaches:
            order = await _followed(fix, session, order, names)
        if not is_detached:
            _access(case, fix, order)
    if is_detached and fix.attaches:
        async with sessions() as session:
            order = await _followed(fix, session, order, names)
            _access(case, fix, order)
    elif is_detached:
        _access(case, fix, order)


def _statement(case: str, fix: TextFix, names: dict[str, Any]) -> Any:
    """The SELECT of the case, with the fix's options."""
    if fix.code.startswith("select("):
        return eval(fix.code, names)  # noqa: S307  a fix of ours
    options = {"left_out": [orm.load_only(shop.Order.id)], "refused": [orm.raiseload("*")]}
    statement = select(shop.Order).options(*options.get(case, []))
    return eval(f"statement{fix.code}", {**names, "statement": statement}) if fix.is_option else statement  # noqa: S307


async def _prepare(session: AsyncSession, order: shop.Order, case: str, fix: TextFix) -> None:
    """Do what the case does before the access, and before its session is closed."""
    cause = CASES[case].cause
    if case == "by_proxy_again":
        await order.awaitable_attrs.titles
    if cause is TextCause.EXPIRED_TARGET:
        customer = await session.get_one(shop.Customer, 1)
        session.info["customer"] = customer  # or it is gone
        await session.commit() if fix.keeps else session.expire(customer)
    if cause is TextCause.UNLOADED and fix.keeps:
        await order.awaitable_attrs.items
    if cause in EXPIRING or (cause is TextCause.UNLOADED and fix.keeps):
        await session.commit()
    if cause is TextCause.AUTOFLUSH and not fix.is_option:
        session.add(shop.Customer(name="Ahab"))


async def _followed(fix: TextFix, session: AsyncSession, order: shop.Order, names: dict[str, Any]) -> Any:
    """The instance, after a fix that is a statement has been followed."""
    if not fix.code or fix.keeps or fix.is_option:
        return order
    every = "again = one = instance = order"
    variables = dict(names)
    exec(f"async def fixed(session, order):\n    {every}\n    {fix.code}\n    return order", variables)  # noqa: S102
    return await variables["fixed"](session, order)


def _access(case: str, fix: TextFix, order: Any) -> None:
    """Make the case's access, as plainly as it does."""
    if case == "query":
        if not fix.code:  # the fixes take its place
            list(order.history)
    elif case == "replaced":
        order.items = []
    else:
        found = getattr(order, CASES[case].attribute)
        str(list(found) if "titles" in CASES[case].attribute else found)


Follow = Callable[[AsyncEngine], Awaitable[None]]


async def _rolled_back(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        session.add(shop.Order(id=1, note="twice", customer_id=1))
        try:
            await session.flush()
        except IntegrityError:
            await session.rollback()
        assert (await session.scalars(select(shop.Order))).all()


async def _nested(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        with suppress(IntegrityError):
            async with session.begin_nested():
                session.add(shop.Order(id=1, note="twice", customer_id=1))
        assert (await session.scalars(select(shop.Order))).all()


async def _a_session_each(engine: AsyncEngine) -> None:
    async def work() -> None:
        async with async_sessionmaker(engine)() as session:
            assert await session.scalar(text("SELECT 1"))

    await asyncio.gather(work(), work())


async def _one_after_the_other(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        for _ in range(2):
            assert await session.scalar(text("SELECT 1"))


async def _async_engine(engine: AsyncEngine) -> None:
    other = create_async_engine(engine.url)
    async with other.begin() as connection:
        await connection.run_sync(shop.Base.metadata.create_all)
    await other.dispose()


async def _sync_driver(engine: AsyncEngine) -> None:
    other = create_engine(engine.url.set(drivername="sqlite"))
    shop.Base.metadata.create_all(other)
    with other.connect() as connection:
        assert connection.scalar(text("SELECT 1"))
    other.dispose()


async def _awaited_session(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        assert (await session.execute(select(shop.Order))).all()


async def _awaited_query(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        assert (await session.scalars(select(shop.Order))).all()


async def _sync_session(engine: AsyncEngine) -> None:
    def work(session: orm.Session) -> None:
        assert session.query(shop.Order).count() == 1
        session.bulk_save_objects([shop.Customer(name="Ahab")])

    async with AsyncSession(engine) as session:
        await session.run_sync(work)


async def _awaited_connection(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def _sync_connection(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: sync.execute(text("SELECT 1")))


FOLLOWED: dict[str, Follow] = {
    "await session.rollback()   where the error of that flush is caught": _rolled_back,
    "async with session.begin_nested(): ...   around what may fail": _nested,
    "async with sessionmaker() as session: ...   in each task, for a session of its own": _a_session_each,
    "await one after the other, instead of asyncio.gather()": _one_after_the_other,
    "create_async_engine(url), and   await connection.run_sync(function)   for synchronous code": _async_engine,
    "create_engine() with a synchronous driver in the URL": _sync_driver,
    "await session.execute(...)   of the AsyncSession, not of its sync_session": _awaited_session,
    "await session.execute(...)   of an AsyncSession, for what the line sends": _awaited_session,
    "(await session.scalars(select(Model))).all()": _awaited_query,
    "await session.run_sync(function)   for synchronous code, which gets the sync session": _sync_session,
    "await connection.execute(...)   of the AsyncConnection, not of its sync_connection": _awaited_connection,
    "await connection.run_sync(function)   for synchronous code, which gets the sync connection": _sync_connection,
}
"""Programs that follow each fix of an error that is about no attribute."""

IN_EACH_LOOP, KEEPING_NONE = FIXES[TextCause.OTHER_LOOP]


@pytest.mark.parametrize("fix", FOLLOWED)
async def test_each_fix_of_another_error_helps(engine: AsyncEngine, fix: str) -> None:
    await shop.filled(engine)
    await FOLLOWED[fix](engine)


def test_no_other_fix_is_given(made: Made) -> None:
    given = {fix.code for case in OTHERS for fix in fixes_of(made["native"][case], with_models=True)}
    given |= {fix for cause, fixes in FIXES.items() if cause is not TextCause.OTHER_LOOP for fix in fixes}
    assert given == set(FOLLOWED)
    assert not [fix for case in UNNAMED for fix in fixes_of(made["native"][case], with_models=True)]


@pytest.mark.parametrize("cls", [AsyncSession, AsyncConnection])
def test_what_is_to_be_awaited_can_be(cls: type) -> None:
    names, sync = (OF_SESSION, orm.Session) if cls is AsyncSession else (OF_CONNECTION, sqlalchemy.Connection)
    for name in names:
        assert inspect.iscoroutinefunction(getattr(cls, name)), name
        assert callable(getattr(sync, name)), name


def test_each_fix_of_another_event_loop_helps(server: Server) -> None:
    async def use(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    assert IN_EACH_LOOP.startswith("create_async_engine(url)   in each event loop, and   await engine.dispose()")
    assert KEEPING_NONE.startswith("create_async_engine(url, poolclass=NullPool)")
    with asyncio.Runner() as one, asyncio.Runner() as other:
        for loop in (one, other):
            engine = create_async_engine(server.url)
            loop.run(use(engine))
            loop.run(engine.dispose())
        engine = create_async_engine(server.url, poolclass=NullPool)
        for loop in (one, other, one):
            loop.run(use(engine))
