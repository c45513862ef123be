"""Convert selected rows outside any greenlet, and see what is still loaded."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, inspect, or_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from pirate_tui.domain.rows import RowKey
from pirate_tui.domain.text import clean, redact
from pirate_tui.orm.connection.recorder import OverBudget, StatementRecorder
from pirate_tui.orm.errors import DATABASE_ERRORS, ERROR_LIMIT, constructed, forget
from pirate_tui.orm.inspection.needs import Need
from pirate_tui.orm.inspection.reading import needs_of_row
from pirate_tui.orm.inspection.verdicts import WouldBlock, no_database_access
from pirate_tui.orm.live.fix_applier import MOST_STATEMENTS, FixApplier
from pirate_tui.orm.live.selecting import end_transaction
from pirate_tui.orm.reads.readers import code_reading, reader_now
from pirate_tui.orm.reads.schemas import Schema
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, described, reraise_ours
from pirate_tui.orm.user_code.time_limit import end_copy, put_off_alarm


PYDANTIC_DETAIL = re.compile(r"\[type=[^\n]*|For further information visit [^\n]*")
"""The parts of a ValidationError that quote the value, or link to a page."""


class Conversion(NamedTuple):
    """What came of converting rows that a statement has selected."""

    instances: int
    statements: int
    rows: int
    missed: tuple[Need, ...] = ()
    """What was read and not loaded."""
    queries: tuple[str, ...] = ()
    """Code that needed a statement though nothing that it reads was missing: it sends queries of its own."""
    problems: tuple[str, ...] = ()
    """Errors of the conversion that are not about loading, or why the rows were not selected."""
    is_complete: bool = True
    """Whether all rows were selected, and converted to the end."""
    is_too_much: bool = False
    """Whether the rows, with what the statement loads for them, are more than may be loaded."""


class Prover:
    """Selects rows by a statement, and converts each of them by a schema.

    A relationship counts as loaded only where the instance itself holds it: what else the session has may be there by
    chance. `raiseload("*")` would see to that, too, but switches off what the mapping loads.
    """

    def __init__(
        self, recorder: StatementRecorder, applier: FixApplier, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        self._recorder = recorder
        self._applier = applier
        self._sessions = sessions

    async def convert(
        self, schema: Schema, build: Callable[[], Select[Any]], entity: Any, keys: Sequence[RowKey]
    ) -> Conversion:
        """Return what is read and not loaded. A statement along a cycle of rows, or that loads too much, is ended.

        `build` returns the statement, or raises what SQLAlchemy has against its options.
        """
        async with self._sessions() as session:
            self._recorder.watch(session)
            try:
                statement = build().where(_is_one_of(entity, keys))
                with (
                    self._applier.budget(session),
                    self._recorder.attribute_to(f"options for {schema.name}", limit=MOST_STATEMENTS) as tally,
                ):
                    found = await session.execute(statement)
                    instances = found.unique().scalars().all()
                converted = _converted(schema, instances)
                return converted._replace(statements=tally.sent, rows=tally.rows)
            except OverBudget as over:
                return Conversion(0, 0, 0, problems=(str(over),), is_complete=False, is_too_much=True)
            except FOREIGN_ERRORS as error:  # an option that SQLAlchemy refuses, or code that runs on loading
                if isinstance(error, DATABASE_ERRORS):
                    raise
                reraise_ours(error)
                return Conversion(0, 0, 0, problems=(_short(error),), is_complete=False)
            finally:
                await end_transaction(session)


def _is_one_of(entity: Any, keys: Sequence[RowKey]) -> ColumnElement[bool]:
    """Return the condition that a mapped class, or an alias of it, has one of these keys."""
    mapper = inspect(entity).mapper
    names = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    return or_(
        *(and_(*(getattr(entity, name) == value for name, value in zip(names, key, strict=True))) for key in keys)
    )


def _converted(schema: Schema, instances: Sequence[Any]) -> Conversion:
    """Convert the instances, none of which may load anything."""
    missed, queries, problems, is_complete = dict[Need, None](), dict[str, None](), dict[str, None](), True
    for instance in instances:
        needs = needs_of_row(inspect(instance), schema.read, schema.depth, reader_now(schema.fields))
        missed.update(dict.fromkeys(needs.reads))
        loading, problem = _read(schema, instance)
        if loading and not needs.reads:
            queries.update(dict.fromkeys(loading))
        elif problem is not None and not (loading or needs.reads):
            problems[_short(problem)] = None
            is_complete &= _goes_on(problem)
    return Conversion(len(instances), 0, 0, tuple(missed), tuple(queries), tuple(problems), is_complete)


def _read(schema: Schema, instance: Any) -> tuple[list[str], BaseException | None]:
    """Return the code that would load something, whether or not it catches the error, and what the schema raises."""
    problem: BaseException | None = None
    loading = list[str]()

    def note() -> None:
        loading.append(code_reading() or schema.name)

    put_off_alarm()
    with no_database_access(inspect(instance)), constructed(WouldBlock, meanwhile=note) as loads:
        try:
            schema.read(instance)
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            problem = error
        finally:
            end_copy()
    for raised in (*loads, *filter(None, [problem])):
        forget(raised)
    return loading, problem


def _goes_on(error: BaseException) -> bool:
    """Whether the error was raised after everything had been read: pydantic collects those of all fields."""
    return type(error).__module__.partition(".")[0] in {"pydantic", "pydantic_core"}


def _short(error: BaseException) -> str:
    """Return an error in one line, without what pydantic says of the value."""
    words = PYDANTIC_DETAIL.sub("", described(error)).split()
    return clean(redact(" ".join(words)).removeprefix("pydantic_core._pydantic_core."), ERROR_LIMIT)
