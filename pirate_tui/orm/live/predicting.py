"""Predict what plain accesses would send first, and what helps."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import ORMExecuteState

from pirate_tui.domain.access import Expiry, Prediction
from pirate_tui.orm.connection.recorder import StatementRecorder, UnsentStatement
from pirate_tui.orm.errors import forget
from pirate_tui.orm.explanation import remedies
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.inspection.verdicts import DryRun, dry_run


class Predictor:
    """Predicts accesses to an instance, from dry runs of them."""

    def __init__(self, recorder: StatementRecorder) -> None:
        self._recorder = recorder

    def predict(self, instance: Any, name: str, expiry: Expiry | None) -> Prediction:
        """Return the prediction for one attribute of the instance, which is accessed in a dry run."""
        access = Access.of(instance, name, expiry=expiry)
        outcome = dry_run(instance, access.attribute)
        if outcome.raised is None:
            return Prediction()
        unsent = self._unsent(outcome)
        helping = remedies(outcome.raised, access.with_unsent(unsent))
        forget(outcome.raised)
        return Prediction(() if unsent is None else unsent.lines, helping)

    def predict_all(
        self,
        instance: Any,
        names: Sequence[str],
        outcomes: Sequence[DryRun],
        expiry: Expiry | None,
        *,
        with_statements: bool,
    ) -> tuple[Prediction, ...]:
        """Return the predictions for attributes, of which the outcomes of the dry runs are known already.

        Attributes may share an outcome, whose statement is then compiled once; or none are, to save time.
        """
        failed = [outcome for outcome in outcomes if outcome.raised is not None and with_statements]
        different = {id(outcome): outcome for outcome in failed}
        compiled = dict[object, UnsentStatement | None]()
        unsent = {number: self._unsent_once(outcome, compiled) for number, outcome in different.items()}
        return tuple(self._predictions(instance, names, outcomes, unsent, expiry))

    def _predictions(
        self,
        instance: Any,
        names: Sequence[str],
        outcomes: Sequence[DryRun],
        unsent: dict[int, UnsentStatement | None],
        expiry: Expiry | None,
    ) -> Iterator[Prediction]:
        for name, outcome in zip(names, outcomes, strict=True):
            if outcome.raised is None:
                yield Prediction()
                continue
            statement = unsent.get(id(outcome))
            access = Access.of(instance, name, expiry=expiry).with_unsent(statement)
            yield Prediction(() if statement is None else statement.lines, remedies(outcome.raised, access))
        for outcome in outcomes:
            if outcome.raised is not None:
                forget(outcome.raised)

    def _unsent_once(self, outcome: DryRun, compiled: dict[object, UnsentStatement | None]) -> UnsentStatement | None:
        """Return the statement that an outcome could not send, compiled only where no other outcome has had it."""
        key = None if outcome.execution is None else _column_load(outcome.execution)
        if key is None:
            return self._unsent(outcome)
        if key not in compiled:
            compiled[key] = self._unsent(outcome)
        return compiled[key]

    def _unsent(self, outcome: DryRun) -> UnsentStatement | None:
        return None if outcome.execution is None else self._recorder.unsent(outcome.execution)


def _column_load(execution: ORMExecuteState) -> object:
    """Return what a statement that loads columns of an instance is equal by; None for any other.

    All that an expired instance is read for begins with one and the same.
    """
    if not execution.is_column_load or not isinstance(execution.statement, Select):
        return None
    key, bound = execution.statement._generate_cache_key(), execution.parameters  # noqa: SLF001
    if key is None or not isinstance(bound, Mapping):
        return None
    values = tuple(bound.items())
    return (key.key, values) if all(isinstance(value, Hashable) for _, value in values) else None
