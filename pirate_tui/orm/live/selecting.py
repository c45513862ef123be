"""Select instances of a mapped class by their keys."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.sql.base import ExecutableOption

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.text import clean, redact
from pirate_tui.orm.errors import DATABASE_ERRORS
from pirate_tui.orm.rows.cells import label_of
from pirate_tui.orm.rows.filters import is_one_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, described, reraise_ours


async def select_one(
    session: AsyncSession,
    mapper: Mapper[Any],
    name: str,
    key: RowKey,
    options: Sequence[ExecutableOption] = (),
    *,
    is_afresh: bool = False,
) -> Any:
    """Return the instance of that key; raise `BrowserError` where there is none, or where it cannot be loaded.

    One that the session has already is populated anew only where it is selected `afresh`.
    """
    statement = select(mapper).options(*options)
    if is_afresh:
        statement = statement.execution_options(populate_existing=True)
    with loadable(label_of(name, key)):
        return await select_by(session, statement, mapper, name, key)


async def select_by(session: AsyncSession, statement: Select[Any], mapper: Mapper[Any], name: str, key: RowKey) -> Any:
    """Return the instance of that key by a statement; raise `BrowserError` where there is none."""
    instance = (await session.execute(with_key(statement, mapper, key))).unique().scalar_one_or_none()
    if instance is None:
        raise BrowserError(f"{label_of(name, key)} is no longer in the database", "press r to reload")
    return instance


async def select_all(
    session: AsyncSession,
    mapper: Mapper[Any],
    name: str,
    keys: Sequence[RowKey],
    options: Sequence[ExecutableOption] = (),
) -> dict[RowKey, Any]:
    """Return the instances of these keys, by their identity; raise `BrowserError` where they cannot be loaded."""
    statement = select(mapper).options(*options).where(is_one_of(mapper, keys))
    with loadable(name):
        instances = (await session.execute(statement)).unique().scalars().all()
    return {tuple(inspect(instance).identity or ()): instance for instance in instances if instance is not None}


def with_key(statement: Select[Any], mapper: Mapper[Any], key: RowKey) -> Select[Any]:
    """Return the statement with a condition for the instance of that key.

    A column of the key is taken as an attribute of the class: it is one of whatever a polymorphic class is selected
    from.
    """
    for column, value in zip(mapper.primary_key, key, strict=True):
        attribute = getattr(mapper.class_, mapper.get_property_by_column(column).key)
        statement = statement.where(attribute == value)
    return statement


async def end_transaction(session: AsyncSession) -> None:
    """Return the connection without a flush, whatever code of the models has changed, and without expiring anything.

    `commit()` would flush, and `rollback()` would expire.
    """

    def end(sync_session: Session) -> None:
        while (transaction := sync_session.get_transaction()) is not None:
            held = {connection for connection, *_ in transaction._connections.values()}  # noqa: SLF001  no public way
            try:
                transaction.close()
            except BaseException:  # a cancel in its midst: the session has forgotten them already
                for connection in held:
                    connection.invalidate()
                raise

    await session.run_sync(end)


@contextmanager
def loadable(what: str) -> Iterator[None]:
    """Raise `BrowserError` for whatever a column's type, a listener or a reconstructor raises in the block."""
    try:
        yield
    except DATABASE_ERRORS:
        raise
    except FOREIGN_ERRORS as error:
        reraise_ours(error)
        reason = clean(redact(f"{what} cannot be loaded: {described(error)}"))
        raise BrowserError(reason, "the table shows the stored values") from error
