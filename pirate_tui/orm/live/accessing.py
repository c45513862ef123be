"""Make an access, awaited or without await, and explain what it raised."""

from inspect import iscoroutine
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from pirate_tui.domain.failure import Failure
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.recorder import StatementCounter, StatementRecorder
from pirate_tui.orm.errors import DATABASE_ERRORS, constructed, forget, is_missing_greenlet, outermost, without_warnings
from pirate_tui.orm.explanation import failure
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.inspection.snippet import evaluate
from pirate_tui.orm.inspection.verdicts import dry_run
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, repr_of, reraise_ours
from pirate_tui.orm.user_code.time_limit import end_copy


class Accessor:
    """Makes accesses, and explains those that raise."""

    def __init__(self, recorder: StatementRecorder) -> None:
        self._recorder = recorder

    async def access(
        self, instance: Any, session: AsyncSession, access: Access, tally: StatementCounter
    ) -> Failure | None:
        """Make the access, and return what it raised, or what code of the model caught; None if nothing."""
        names = {access.variable: instance, "session": session}
        try:
            with constructed() as hidden:
                if access.mode.awaits:
                    value = await evaluate(access.code, names)
                else:
                    value = _evaluate_without_await(access, names)
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            # A failed rollback makes a DBAPIError of a MissingGreenlet.
            if isinstance(error, DATABASE_ERRORS) and not is_missing_greenlet(error):
                raise
            return self._failed(error, access, tally)
        finally:
            end_copy()
        _drop(value)
        return self._failed(outermost(hidden), access, tally, returned=repr_of(value)) if hidden else None

    @staticmethod
    async def connect(instance: Any, session: AsyncSession, access: Access) -> None:
        """Connect where an access without await would send something outside the transaction of a select.

        Otherwise a ping of the pool, which is not shown, would fail first.
        """
        if not access.mode.awaits and dry_run(instance, access.attribute).execution is not None:
            await session.connection()

    def _failed(
        self, error: BaseException, access: Access, tally: StatementCounter, returned: str | None = None
    ) -> Failure:
        """Return the explanation of what an access raised; no reference to the error is kept."""
        self._recorder.never_sent(tally)
        raised = failure(error, access.with_unsent(tally.unsent), None if returned is None else clean(returned))
        forget(error)
        return raised


def _evaluate_without_await(access: Access, names: dict[str, Any]) -> Any:
    """Evaluate the access on the event loop, outside any greenlet: the mistake itself."""
    with without_warnings():
        return evaluate(access.code, names)


def _drop(value: object) -> None:
    """Close the coroutine that an `async` property returned: Python would warn that it was never awaited."""
    if iscoroutine(value):
        value.close()
