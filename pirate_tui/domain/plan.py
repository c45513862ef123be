"""Represent how a database would execute a statement, as it explains it. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pirate_tui.domain.statements import Statement
from pirate_tui.domain.text import plural


ALL_ROWS = "all rows of {table} are wanted"

HAS_INDEX = "{table} ({column}) has an index, which the database does not use here"

NOT_KNOWN = "not known which columns want an index"

PARAMETER = r"(?:%\(\w+\)s|%s|\$\d+|\?)(?:::\w+)?"
"""A parameter as the drivers write it."""

PARAMETERS = re.compile(rf"({PARAMETER})(?:, {PARAMETER})+")

ROW_OF_PARAMETERS = rf"\({PARAMETER}(?:, {PARAMETER})*\)"

ROWS_OF_PARAMETERS = re.compile(rf"({ROW_OF_PARAMETERS})(?:, {ROW_OF_PARAMETERS})+")
"""Those of composite keys."""


class PlanStep(NamedTuple):
    """One line of a plan, and what follows where it reads a whole table."""

    text: str
    """The database's own words, indented as it nests the steps."""
    is_full_scan: bool = False
    """Whether every row of a table is read."""
    table: str = ""
    """The table that wants an index, where it is read whole only for want of one; empty where it wants none."""
    columns: tuple[str, ...] = ()
    """The columns of that index."""
    note: str = ""
    """Why a full scan wants no index, or that this is not known."""

    @property
    def wants_index(self) -> bool:
        """Whether the scan would be none with an index."""
        return bool(self.columns)

    @property
    def is_known(self) -> bool:
        """Whether it is known that the step wants an index, or none."""
        return self.note != NOT_KNOWN

    @property
    def remark(self) -> str:
        """What to know about a full scan, in words; empty for any other step."""
        if not self.is_full_scan:
            return ""
        wanted = f"wants an index on {self.table} ({', '.join(self.columns)})"
        return f"full scan: {wanted if self.wants_index else self.note}"


class StatementPlan(NamedTuple):
    """A statement that was sent, and its plan."""

    statement: Statement
    steps: tuple[PlanStep, ...] = ()
    problem: str = ""
    """Why there is no plan; empty where there is one."""

    @property
    def title(self) -> str:
        """The statement on one line, with lists of columns and of parameters in short, and how often it was sent."""
        times = f" · sent {self.statement.times:,} times" if self.statement.times > 1 else ""
        summary, rows = ROWS_OF_PARAMETERS.subn(r"\1, …", self.statement.summary)
        return (summary if rows else PARAMETERS.sub(r"\1, …", summary)) + times

    @property
    def lines(self) -> tuple[str, ...]:
        """The statement and its plan as text, to be copied."""
        steps = [f"  {step.text}{f'  ← {step.remark}' if step.remark else ''}" for step in self.steps]
        return (self.statement.text, *steps, *([f"  {self.problem}"] if self.problem else []))


def summary(plans: Sequence[StatementPlan]) -> str:
    """Return what the plans have shown, in a few words."""
    steps = [step for plan in plans for step in plan.steps]
    if wanting := sum(step.wants_index for step in steps):
        return f"{plural(wanting, 'full scan')} without an index"
    is_known = all(step.is_known for step in steps) and not any(plan.problem for plan in plans)
    return "no index is missing" if is_known else "not known whether an index is missing"
