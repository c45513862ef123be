"""Try remedies on a real row: each is applied as it is shown, and the access without await follows."""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from pirate_tui.domain.access import TrialRequest
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError
from pirate_tui.domain.remedy import Applies, Remedy, Trial, TrialOutcome
from pirate_tui.domain.text import clean
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.recorder import OverBudget, StatementRecorder
from pirate_tui.orm.errors import DATABASE_ERRORS, constructed, forget, is_missing_greenlet, without_warnings
from pirate_tui.orm.explanation.access import Target
from pirate_tui.orm.inspection.attributes import Attribute
from pirate_tui.orm.live.fix_applier import MOST_STATEMENTS, FixApplier
from pirate_tui.orm.live.selecting import end_transaction
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, error_name, reraise_ours


class FixTester:
    """Tries remedies, each in a session of its own; the live instance stays as it is."""

    def __init__(self, connections: Connections, recorder: StatementRecorder, applier: FixApplier) -> None:
        self._connections = connections
        self._recorder = recorder
        self._applier = applier

    async def try_out(self, request: TrialRequest) -> Trial:
        """Try whether a remedy helps; raises `DatabaseUnreachableError`, any other failure is the trial's outcome."""
        remedy = request.remedy
        if not remedy.applies.can_be_tried:
            return not_proved(remedy)
        try:
            return await self._connections.run(lambda: self._try_out(request))
        except DatabaseUnreachableError:
            raise
        except BrowserError as error:
            return Trial(remedy.code, TrialOutcome.SKIPPED, error.message)

    async def _try_out(self, request: TrialRequest) -> Trial:
        code = request.remedy.code
        async with self._connections.sessions() as session:
            with self._recorder.attribute_to(f"try {code}", limit=MOST_STATEMENTS):
                try:
                    failed = await self._outcome(session, request)
                except FOREIGN_ERRORS as error:
                    return unfinished(request.remedy, error)
                finally:
                    await end_transaction(session)
        return Trial(code, TrialOutcome.FAILS, failed) if failed else Trial(code, TrialOutcome.HELPS)

    async def _outcome(self, session: AsyncSession, request: TrialRequest) -> str:
        """Return what the access still raises after the remedy; empty where it does no IO."""
        instance = await self._applier.apply(session, request)
        attribute = Target.of(inspect(instance), request.attribute).attribute
        return "" if is_replaced(request.remedy, attribute) else _raised_without_await(instance, attribute)


def is_replaced(remedy: Remedy, attribute: Attribute) -> bool:
    """Whether the remedy takes the place of the access, which may go on querying the database."""
    is_other = attribute.kind.runs_code or remedy.code.endswith(".identity")
    return remedy.applies is Applies.INSTEAD and is_other


def not_proved(remedy: Remedy) -> Trial:
    """Return the outcome of a remedy that changes the models or the engine."""
    return Trial(remedy.code, TrialOutcome.NOT_PROVED, f"it belongs {remedy.applies.value}")


def unfinished(remedy: Remedy, error: BaseException) -> Trial:
    """Return the outcome of a remedy that has raised; raise the error again where the database is at fault."""
    if isinstance(error, OverBudget):
        return Trial(remedy.code, TrialOutcome.SKIPPED, str(error))
    if isinstance(error, DATABASE_ERRORS) and not is_missing_greenlet(error):
        raise error
    reraise_ours(error)
    failed = _name_and_forget(error)
    if not isinstance(error, SQLAlchemyError):
        return Trial(remedy.code, TrialOutcome.NOT_PROVED, f"model code raised {failed}")
    return Trial(remedy.code, TrialOutcome.FAILS, failed)


def _raised_without_await(instance: Any, attribute: Attribute) -> str:
    """Return the name of the load error that the access raises, or that its code catches; empty without one."""
    with without_warnings(), constructed() as loads:
        try:
            attribute.read(instance)
        except FOREIGN_ERRORS as error:
            reraise_ours(error)
            forget(error)
    return _name_and_forget(loads[0]) if loads else ""


def _name_and_forget(error: BaseException) -> str:
    forget(error)
    return clean(error_name(error))
