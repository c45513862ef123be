"""Hold the results of `check`: one for each attribute, in each state, of each instance."""

import json
from typing import Any, NamedTuple

from pirate_tui.domain.access import BLOCKING, Verdict
from pirate_tui.domain.lints import LINT_RULES
from pirate_tui.domain.remedy import Remedy, Trial
from pirate_tui.domain.rows import RowKey


JSON_VERSION = 1
"""The version of the JSON; it goes up when a key is taken away, or means something else."""

NO_IO, IO, RAISES, DETACHED, UNKNOWN = (
    verdict.name.lower() for verdict in (Verdict.NONE, Verdict.IO, Verdict.RAISES, Verdict.DETACHED, Verdict.UNKNOWN)
)
"""Verdicts as they are typed and written."""

NEW, KNOWN = "new", "known"
"""Whether a baseline has an access that goes wrong."""

LINT = "lint"
"""The state of a lint: its verdict is the name of its rule, its note the reason, its remedy the fix."""

NOT_IN_JSON = ("is_checked", "remedies", "proved", "fixes")
"""Fields that are not written, or only by `--prove`."""


class CheckResult(NamedTuple):
    """One attribute of one instance in one state; of a class that cannot be checked, why not."""

    model: str
    key: RowKey | None = None
    row: int | None = None
    """Which of the instances of its class it is, counted from 1."""
    state: str | None = None
    attribute: str | None = None
    kind: str | None = None
    verdict: str | None = None
    statement: str | None = None
    """The statement that a plain access would send first, on one line."""
    error: str | None = None
    """The error that it would raise without a statement."""
    remedy: str | None = None
    note: str | None = None
    file: str | None = None
    """Where the attribute is defined, relative to the current folder where it is below it."""
    line: int | None = None
    baseline: str | None = None
    """Whether a baseline has it: `new` or `known`; None without one, and where nothing goes wrong."""
    ignored: str | None = None
    """Why the project ignores it; None where it does not."""
    fails: bool = False
    """Whether it makes the exit code 5."""
    proved: str | None = None
    """What the access did."""
    remedies: tuple[Remedy, ...] = ()
    """All remedies, best first."""
    fixes: tuple[Trial, ...] = ()
    """The outcomes of the remedies that were tried."""
    is_checked: bool = True
    """False for a class that could not be checked at all."""

    @property
    def is_problem(self) -> bool:
        """Whether the access goes wrong on an async engine, or is not known to go well."""
        return self.verdict not in {None, NO_IO}

    @property
    def is_linted_class(self) -> bool:
        """Whether it says of a class that it was linted; its lints are results of their own."""
        return self.state == LINT and self.attribute is None and self.is_checked

    @property
    def is_open(self) -> bool:
        """Whether it is a problem that the project has neither accepted nor ignored."""
        return self.is_problem and self.ignored is None and self.baseline != KNOWN

    @property
    def is_wrong(self) -> bool:
        """Whether the access did something else than predicted. Blocking IO of a synchronous engine just works."""
        expected = {self.verdict, NO_IO} if BLOCKING in (self.note or "") else {self.verdict}
        return self.proved is not None and self.proved not in expected

    def as_json(self, *, proves: bool) -> str:
        """Return the result as one line of JSON."""
        if self.state == LINT:
            return json.dumps({"version": JSON_VERSION, **self._lint()}, ensure_ascii=False)
        fields = {"version": JSON_VERSION, **self._asdict()}
        for name in NOT_IN_JSON:
            del fields[name]
        if proves:
            fields["proved"] = self.proved
            fields["fixes"] = [{"code": fix.code, "outcome": fix.outcome.value} for fix in self.fixes]
        return json.dumps(fields, ensure_ascii=False, default=str)

    def _lint(self) -> dict[str, Any]:
        """Return the fields of a lint."""
        return {
            "model": self.model,
            "attribute": self.attribute,
            "lint": self.verdict,
            "reason": self.note,
            "fix": self.remedy,
            "link": LINT_RULES[self.verdict or ""].link,
            **{name: getattr(self, name) for name in ("file", "line", "baseline", "ignored", "fails")},
        }
