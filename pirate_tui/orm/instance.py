"""The live instance: selected, rested on, opened, and never let out of here."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ExecutableOption

from pirate_tui.domain.access import AccessMode, InstanceSnapshot
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import Failure, Trouble
from pirate_tui.domain.loading import Cost, Opening, OpenRequest
from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.text import clean
from pirate_tui.orm.breathing import breathe
from pirate_tui.orm.catalog import Catalog
from pirate_tui.orm.engine import Connections
from pirate_tui.orm.failures import Access, failure
from pirate_tui.orm.snapshots import child_rows, label_of, snapshot
from pirate_tui.orm.snippet import evaluate, forget
from pirate_tui.orm.statements import Recorder, Tally
from pirate_tui.orm.strategies import loader_options
from pirate_tui.orm.troubles import DATABASE_ERRORS, READ_ERRORS


class LiveInstance:
    """One instance, attached to one session, the way an application would hold it.

    Under one lock, since a session belongs to one task at a time (https://sqlalche.me/e/21/isce).
    """

    def __init__(self, connections: Connections, recorder: Recorder, catalog: Catalog) -> None:
        self._connections = connections
        self._recorder = recorder
        self._catalog = catalog
        self._lock = asyncio.Lock()
        self._session: AsyncSession | None = None
        self._instance: Any = None

    async def rest(self, entity: Entity, key: RowKey) -> InstanceSnapshot:
        """Select the instance of that key and keep it."""
        async with self._lock:
            return await self._connections.ask(lambda: self._rest(entity, key))

    async def open(self, request: OpenRequest) -> Opening:
        """Select the instance anew, access its relationship, and keep it in the state that this leaves."""
        async with self._lock:
            return await self._connections.ask(lambda: self._open(request))

    async def close(self) -> None:
        """Let go of the instance and its session."""
        async with self._lock:
            await self._let_go()

    async def _rest(self, entity: Entity, key: RowKey) -> InstanceSnapshot:
        async with self._fresh_session() as session:
            with self._recorder.step(label_of(entity.name, key)):
                self._instance = await self._select(session, entity, key)
            await session.commit()
            return snapshot(entity, self._instance)

    async def _open(self, request: OpenRequest) -> Opening:
        mapper = self._catalog.mapper(request.entity)
        name = request.relationship.name
        label = label_of(request.entity.name, request.key)
        async with self._fresh_session() as session:
            began = time.perf_counter()
            if request.in_full:
                breathe(session, self._connections.told_loaded)
            with self._recorder.step(label) as selecting:
                options = loader_options(mapper, name, request.strategy)
                self._instance = await self._select(session, request.entity, request.key, options)
            with self._recorder.step(f"{label}.{name}", plain=request.mode is AccessMode.UNSAFE) as accessing:
                failed = await self._access(session, Access(mapper, request, label), accessing)
            cost = Cost(selecting.sent, accessing.sent, time.perf_counter() - began)
            # Never rollback, which expires the instance; a failed plain access has left its connection checked out.
            await session.commit()
            return Opening(
                request=request,
                target=self._catalog.entity(mapper.relationships[name].mapper),
                cost=cost,
                instance=snapshot(request.entity, self._instance),
                rows=() if failed or request.in_full else child_rows(self._instance, name),
                failure=failed,
            )

    async def _access(self, session: AsyncSession, access: Access, tally: Tally) -> Failure | None:
        """Make the access, awaited or plainly; what it raised, if it raised."""
        names = {access.variable: self._instance, "session": session}
        try:
            if access.request.mode is AccessMode.UNSAFE:
                evaluate(access.code, names)  # on the event loop, outside any greenlet: the mistake itself
            else:
                with _readable(f"{access.label}.{access.relationship.name}"):
                    await evaluate(access.code, names)
        except DATABASE_ERRORS:
            raise
        except SQLAlchemyError as error:
            self._recorder.never_sent(tally)
            raised = failure(error, access.with_unsent(tally.unsent))
            forget(error)
            return raised
        return None

    async def _select(
        self, session: AsyncSession, entity: Entity, key: RowKey, options: tuple[ExecutableOption, ...] = ()
    ) -> Any:
        mapper = self._catalog.mapper(entity)
        statement = select(mapper).options(*options)
        for column, value in zip(mapper.primary_key, key, strict=True):
            statement = statement.where(column == value)
        with _readable(label_of(entity.name, key)):
            result = await session.execute(statement)
            instance = result.unique().scalar_one_or_none()
        if instance is None:
            raise Trouble(f"{label_of(entity.name, key)} is not in the database any more", "press r to read again")
        return instance

    @asynccontextmanager
    async def _fresh_session(self) -> AsyncIterator[AsyncSession]:
        """A session of its own for the next live instance; if that comes to nothing, there is none."""
        await self._let_go()
        self._session = session = self._connections.sessions()
        self._recorder.watch(session)
        try:
            yield session
        except BaseException:
            await self._let_go()
            raise

    async def _let_go(self) -> None:
        session, self._session, self._instance = self._session, None, None
        if session is not None:
            await session.close()


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """A value in the database that its column's type cannot read is trouble, and no bug."""
    try:
        yield
    except READ_ERRORS as error:
        reason = clean(f"{what} cannot be loaded: {type(error).__name__}: {error}")
        raise Trouble(reason, "the table shows its values as they are stored") from error
