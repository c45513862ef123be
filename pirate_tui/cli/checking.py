"""Find the results of `check`: one for each attribute, in each state, of an instance of each mapped class."""

import json
import sys
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

from pirate_tui.domain.access import (
    BLOCKING,
    AccessMode,
    AttributeKind,
    AttributeRequest,
    AttributeSnapshot,
    Scenario,
    TrialRequest,
    Verdict,
)
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import BrowserError, DatabaseUnreachableError, no_such_class
from pirate_tui.domain.query import Query
from pirate_tui.domain.remedy import Remedy, Trial
from pirate_tui.domain.rows import RowKey, Seek
from pirate_tui.domain.text import clean
from pirate_tui.settings import Settings


if TYPE_CHECKING:
    from pirate_tui.domain.ports import Database


MOST_TRIED = 20
"""Rows of a class that are tried until one can be loaded as an instance."""

ALWAYS = (Scenario.FRESH, Scenario.AFTER_COMMIT)
"""The states that are checked by default."""


class CheckOptions(NamedTuple):
    """The options of the command line."""

    settings: Settings
    models: tuple[str, ...] = ()
    """Check only these mapped classes; all when empty."""
    scenarios: tuple[Scenario, ...] = ALWAYS
    kinds: frozenset[AttributeKind] = frozenset(AttributeKind)
    fail_on: Verdict | None = None
    is_json: bool = False
    proves: bool = False
    """Whether to make every access, and try every fix."""
    reads: tuple[str, ...] = ()
    """Find what these schemas read, instead; as typed."""


class CheckResult(NamedTuple):
    """One attribute of one instance in one state; of a class that cannot be checked, why not."""

    model: str
    key: RowKey | None = None
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
    proved: str | None = None
    """What the access did."""
    remedies: tuple[Remedy, ...] = ()
    """All remedies, best first."""
    fixes: tuple[Trial, ...] = ()
    """The outcomes of the remedies that were tried."""
    is_checked: bool = True
    """False for a class that could not be checked at all."""

    @property
    def is_wrong(self) -> bool:
        """Whether the access did something else than predicted. Blocking IO of a synchronous engine just works."""
        expected = {self.verdict, "none"} if BLOCKING in (self.note or "") else {self.verdict}
        return self.proved is not None and self.proved not in expected

    def as_json(self, *, proves: bool) -> str:
        """Return the result as one line of JSON."""
        fields = self._asdict()
        for name in ("is_checked", "remedies", *(() if proves else ("proved", "fixes"))):
            del fields[name]
        if proves:
            fields["fixes"] = [{"code": fix.code, "outcome": fix.outcome.value} for fix in self.fixes]
        return json.dumps(fields, ensure_ascii=False, default=str)


async def checked(order: CheckOptions, database: "Database") -> AsyncGenerator[CheckResult]:
    """Yield the results, class by class. Raises `StartupError` for a class that does not exist."""
    names = [choice.name for choice in database.models.choices]
    for name in order.models:
        if name not in names:
            raise no_such_class(name, database.models.choices)
    for name in order.models or names:
        progress(name)
        try:
            async with aclosing(_of_class(order, database, name)) as results:
                async for line in results:
                    yield line
        except BrowserError as error:
            yield CheckResult(name, note=error.message.removeprefix(f"{clean(name)}: "), is_checked=False)
    progress("")


async def _of_class(order: CheckOptions, database: "Database", name: str) -> AsyncGenerator[CheckResult]:
    """Yield the results of the first row that can be loaded, in each state."""
    entity = await database.models.entity(name)
    rows = (await database.rows.page(Query(entity), Seek(limit=MOST_TRIED))).rows
    keys = [row.key for row in rows if row.key is not None]
    if not keys:
        yield CheckResult(name, note="no primary key: its rows cannot be loaded as instances" if rows else "no rows")
        return
    key = await _loadable(database, entity, keys)
    for scenario in order.scenarios:
        snapshot = await database.instances.apply_scenario(entity, key, scenario)
        predicted = [
            await _line(database, CheckResult(name, key, scenario.name.lower()), attribute)
            for attribute in snapshot.attributes
            if attribute.kind in order.kinds
        ]
        for line in predicted:
            is_proved = order.proves and line.verdict != Verdict.UNKNOWN.name.lower()
            yield await _proved(database, entity, line, scenario) if is_proved else line


async def _loadable(database: "Database", entity: Entity, keys: Sequence[RowKey]) -> RowKey:
    """Return the first key whose instance can be loaded. Raises the `BrowserError` of the last where none can."""
    *others, last = keys
    for key in others:
        try:
            await database.instances.load_instance(entity, key)
        except DatabaseUnreachableError:
            raise
        except BrowserError:
            continue
        return key
    await database.instances.load_instance(entity, last)
    return last


async def _line(database: "Database", line: CheckResult, attribute: AttributeSnapshot) -> CheckResult:
    """Return the result with the prediction for one attribute of the live instance."""
    line = line._replace(
        attribute=attribute.name,
        kind=attribute.kind.name.lower(),
        verdict=attribute.verdict.name.lower(),
        error=attribute.error or None,
        note=attribute.note or None,
    )
    if attribute.verdict is Verdict.NONE:
        return line
    predicted = await database.instances.predict(attribute.name)
    statement = " ".join(" ".join(predicted.statement[:-1]).split())
    return line._replace(statement=statement or None, remedy=predicted.remedy or None, remedies=predicted.remedies)


async def _proved(database: "Database", entity: Entity, line: CheckResult, scenario: Scenario) -> CheckResult:
    """Return the result with what the access did, to a fresh instance, and the outcomes of its remedies.

    Each remedy is tried on another instance of the same row.
    """
    assert line.key is not None, "only an instance has attributes"  # noqa: S101
    assert line.attribute is not None, "each result is of an attribute"  # noqa: S101
    await database.instances.apply_scenario(entity, line.key, scenario)
    accessed = await database.instances.access(AttributeRequest(entity, line.attribute, AccessMode.UNSAFE))
    trials = [TrialRequest(entity, line.key, scenario, line.attribute, remedy) for remedy in line.remedies]
    fixes = [await database.benchmarks.try_out(trial) for trial in trials]
    return line._replace(proved=accessed.verdict.name.lower(), fixes=tuple(fixes))


def as_table(lines: Sequence[CheckResult], *, proves: bool) -> Iterable[str]:
    """Yield the results as the lines of a table."""
    header = ("model", "key", "state", "attribute", "kind", "verdict", *(("proved",) if proves else ()), "instead")
    rows = [header, *(_cells(line, proves=proves) for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip() + "\n"


def _cells(line: CheckResult, *, proves: bool) -> tuple[str, ...]:
    key = "" if line.key is None else clean(", ".join(map(str, line.key)))
    verdict = " ".join(filter(None, (line.verdict, line.error if line.verdict == "raises" else "")))
    proved = ((line.proved or "") + (" WRONG" if line.is_wrong else ""),) if proves else ()
    behind = line.remedy or line.note or ""
    return (line.model, key, line.state or "", line.attribute or "", line.kind or "", verdict, *proved, behind)


def progress(name: str) -> None:
    """Show on a terminal which class is being checked; nothing where stderr is redirected."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2Kchecking {clean(name)} …" if name else "\r\x1b[2K")
        sys.stderr.flush()
