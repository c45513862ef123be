"""The sub-command `check`: what a plain access to every attribute would do, without a screen; for people and CI."""

import argparse
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing, redirect_stdout
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from pirate_tui.bootstrap import Composition
from pirate_tui.cli.command_line import CleanParser, add_database, check_models, report_bug, rows, settings_of
from pirate_tui.domain.access import (
    BLOCKING,
    AccessMode,
    AttributeKind,
    AttributeRequest,
    AttributeSnapshot,
    Situation,
    TrialRequest,
    Verdict,
)
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.failure import (
    BUG,
    FAILED_ON,
    NO_DATABASE,
    WRONG_USE,
    CannotStart,
    Trouble,
    Unreachable,
    no_such_class,
)
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.query import Query
from pirate_tui.domain.remedy import Outcome, Remedy, Trial
from pirate_tui.domain.rows import RowKey, Seek
from pirate_tui.domain.text import clean, clean_lines
from pirate_tui.settings import COLLECTION_LIMIT, Settings
from pirate_tui.shutdown import run


if TYPE_CHECKING:
    from pirate_tui.domain.ports import Database

SITUATIONS = {one.name.lower(): one for one in Situation}
KINDS = {one.name.lower(): one for one in AttributeKind}
VERDICTS = {one.name.lower(): one for one in Verdict}

ALWAYS = (Situation.FRESH, Situation.AFTER_COMMIT)
"""The states that are checked unless others are asked for."""


MOST_TRIED = 20
"""Rows of a class that are tried until one can be loaded as an instance."""

EXIT_CODES = (
    "Exit codes: 0 success, 1 a verdict is wrong or a fix does not help (--prove), 2 usage error, 3 no database, or "
    "nothing can be checked, or not every class (--prove, --fail-on), 4 the models cannot be loaded, 5 a verdict "
    "matched --fail-on."
)


class Silent(Listener):
    """Hears what is sent, and tells nobody."""


class Order(NamedTuple):
    """What the command line asks for."""

    settings: Settings
    models: tuple[str, ...] = ()
    """Only these mapped classes; all when empty."""
    situations: tuple[Situation, ...] = ALWAYS
    kinds: frozenset[AttributeKind] = frozenset(AttributeKind)
    fail_on: Verdict | None = None
    is_json: bool = False
    proves: bool = False
    """Make every access for real, and try every fix?"""


class Line(NamedTuple):
    """One attribute of one instance in one state; of a class that cannot be checked, why not."""

    model: str
    key: RowKey | None = None
    state: str | None = None
    attribute: str | None = None
    kind: str | None = None
    verdict: str | None = None
    statement: str | None = None
    """What a plain access would send first, on one line."""
    error: str | None = None
    """What it would raise by itself."""
    remedy: str | None = None
    note: str | None = None
    proved: str | None = None
    """What the access really did."""
    remedies: tuple[Remedy, ...] = ()
    """All that would help, best first."""
    fixes: tuple[Trial, ...] = ()
    """What came of those that were tried."""
    is_checked: bool = True
    """False for a class that could not be checked at all."""

    @property
    def is_wrong(self) -> bool:
        """Did the access do something else than was said? IO that blocks, of an engine without asyncio, just works."""
        does_what_was_said = {self.verdict, "none"} if BLOCKING in (self.note or "") else {self.verdict}
        return self.proved is not None and self.proved not in does_what_was_said

    def as_json(self, *, proves: bool) -> str:
        """The line of JSON."""
        told = self._asdict()
        for name in ("is_checked", "remedies", *(() if proves else ("proved", "fixes"))):
            del told[name]
        if proves:
            told["fixes"] = [{"code": one.code, "outcome": one.outcome.value} for one in self.fixes]
        return json.dumps(told, ensure_ascii=False, default=str)


def main(arguments: Sequence[str]) -> NoReturn:
    """The command `pirate-tui check`: never returns, ends with its exit code."""
    _open_streams()
    order = parse(arguments)
    sys.excepthook = report_bug
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        composition = Composition(order.settings)
        composition.prepare()
        sys.exit(run(lambda: report(order, composition), composition.close, composition.ends_within))
    except CannotStart as reason:
        _say(reason.message)
        sys.exit(reason.exit_code)
    except BrokenPipeError:  # whoever read it has seen enough
        sys.stderr.close()
        sys.exit(128 + signal.SIGPIPE)
    except OSError as error:
        _say(f"cannot write the report: {error.strerror}")
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _open_streams() -> None:
    """Without stdout there is nobody to report to; what stderr would say is dropped where that is closed.

    No file of ours may get the number of a stream that is closed.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  for as long as the process lives
    if sys.stdout is None:
        _say("stdout is closed; redirect it to a file or a pipe")
        sys.exit(WRONG_USE)


def parse(arguments: Sequence[str]) -> Order:
    """What is asked for; ends with exit code 2 where it is wrong."""
    parser = CleanParser(
        prog="pirate-tui check",
        description="Predict what accessing each attribute without await does, for an instance of each mapped class.",
        epilog=EXIT_CODES,
    )
    add_database(parser)
    parser.add_argument(
        "--model", metavar="NAME", nargs="+", action="extend", default=[], help="check only these classes"
    )
    states = f"check in these states: {', '.join(SITUATIONS)} (default: fresh,after_commit)"
    parser.add_argument("--state", metavar="STATE", type=_some(SITUATIONS), default=ALWAYS, help=states)
    kinds = f"check only attributes of these kinds: {', '.join(KINDS)}"
    parser.add_argument("--only", metavar="KIND", nargs="+", action="extend", type=_some(KINDS), default=[], help=kinds)
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per line, for each attribute and state"
    )
    proving = "really perform each access and compare, and try every fix on the same row, each in its own session"
    parser.add_argument("--prove", action="store_true", help=proving)
    most = f"maximum number of instances that a tried fix may load (default: {COLLECTION_LIMIT:,})"
    parser.add_argument("--limit", metavar="ROWS", type=rows, default=COLLECTION_LIMIT, help=most)
    fails = f"exit 5 if any verdict is this one: {', '.join(VERDICTS)}"
    parser.add_argument("--fail-on", metavar="VERDICT", choices=VERDICTS, help=fails)
    given = parser.parse_args(arguments)
    check_models(parser, given)
    kinds_given = frozenset(kind for some in given.only for kind in some) or frozenset(AttributeKind)
    fail_on = VERDICTS.get(given.fail_on)
    settings = settings_of(given)._replace(collection_limit=given.limit)
    return Order(settings, tuple(given.model), given.state, kinds_given, fail_on, given.json, given.prove)


async def report(order: Order, composition: Composition) -> int:
    """Check, and write what is found; the exit code."""
    lines, out = list[Line](), sys.stdout
    try:
        with redirect_stdout(sys.stderr):  # where whatever the models print belongs
            database = await composition.connect(Silent())
            async with aclosing(checked(order, database)) as found:
                async for line in found:
                    lines.append(line)
                    if order.is_json:
                        out.write(line.as_json(proves=order.proves) + "\n")
                        out.flush()  # whatever ends this early, what was found is not lost
    except CannotStart as reason:
        _say(reason.message)
        return reason.exit_code
    except Trouble as trouble:  # nobody presses a key: what the screen would offer is left out
        _say(trouble.reason)
        return NO_DATABASE
    if not order.is_json:
        out.writelines(as_table(lines, proves=order.proves))
    out.flush()
    return _exit_code(order, lines)


async def checked(order: Order, database: "Database") -> AsyncGenerator[Line]:
    """The lines, class by class. Raises `CannotStart` for a class that there is not."""
    names = [choice.name for choice in database.models.choices]
    for name in order.models:
        if name not in names:
            raise no_such_class(name, database.models.choices)
    for name in order.models or names:
        _progress(name)
        try:
            async with aclosing(_of_class(order, database, name)) as found:
                async for line in found:
                    yield line
        except Trouble as trouble:
            yield Line(name, note=trouble.reason.removeprefix(f"{clean(name)}: "), is_checked=False)
    _progress("")


async def _of_class(order: Order, database: "Database", name: str) -> AsyncGenerator[Line]:
    """The instance of the first row that can be loaded, in each state."""
    entity = await database.models.entity(name)
    rows = (await database.rows.page(Query(entity), Seek(limit=MOST_TRIED))).rows
    keys = [row.key for row in rows if row.key is not None]
    if not keys:
        yield Line(name, note="no primary key: its rows cannot be loaded as instances" if rows else "no rows")
        return
    key = await _loadable(database, entity, keys)
    for situation in order.situations:
        snapshot = await database.instances.put(entity, key, situation)
        said = [
            await _line(database, Line(name, key, situation.name.lower()), attribute)
            for attribute in snapshot.attributes
            if attribute.kind in order.kinds
        ]
        for line in said:
            is_proved = order.proves and line.verdict != Verdict.UNKNOWN.name.lower()
            yield await _proved(database, entity, line, situation) if is_proved else line


async def _loadable(database: "Database", entity: Entity, keys: Sequence[RowKey]) -> RowKey:
    """The first of these keys whose instance can be loaded. Raises the `Trouble` of the last one where none can."""
    *others, last = keys
    for key in others:
        try:
            await database.instances.rest(entity, key)
        except Unreachable:
            raise
        except Trouble:
            continue
        return key
    await database.instances.rest(entity, last)
    return last


async def _line(database: "Database", line: Line, attribute: AttributeSnapshot) -> Line:
    """What is said of one attribute of the live instance."""
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


async def _proved(database: "Database", entity: Entity, line: Line, situation: Situation) -> Line:
    """The line with what the plain access really did, to an instance that nothing else was done with.

    And with what came of each remedy, heeded on another instance of the same row.
    """
    assert line.key is not None, "only an instance has attributes"  # noqa: S101
    assert line.attribute is not None, "each line tells of one"  # noqa: S101
    await database.instances.put(entity, line.key, situation)
    accessed = await database.instances.access(AttributeRequest(entity, line.attribute, AccessMode.UNSAFE))
    asked = [TrialRequest(entity, line.key, situation, line.attribute, one) for one in line.remedies]
    fixes = [await database.benchmarks.try_out(one) for one in asked]
    return line._replace(proved=accessed.verdict.name.lower(), fixes=tuple(fixes))


def as_table(lines: Sequence[Line], *, proves: bool) -> Iterable[str]:
    """The lines as a table for people."""
    heads = ("model", "key", "state", "attribute", "kind", "verdict", *(("proved",) if proves else ()), "instead")
    rows = [heads, *(_cells(line, proves=proves) for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip() + "\n"


def _cells(line: Line, *, proves: bool) -> tuple[str, ...]:
    key = "" if line.key is None else clean(", ".join(map(str, line.key)))
    told = " ".join(filter(None, (line.verdict, line.error if line.verdict == "raises" else "")))
    proved = ((line.proved or "") + (" WRONG" if line.is_wrong else ""),) if proves else ()
    behind = line.remedy or line.note or ""
    return (line.model, key, line.state or "", line.attribute or "", line.kind or "", told, *proved, behind)


def _exit_code(order: Order, lines: Sequence[Line]) -> int:
    """What came of it, and its words on stderr."""
    if order.proves:
        _say(_tried(lines))
    if _has_bugs(lines):
        return BUG
    fatal = [line for line in lines if order.fail_on is not None and line.verdict == order.fail_on.name.lower()]
    if fatal and order.fail_on is not None:
        _say(f"{len(fatal)} plain accesses: {order.fail_on.value}: {_named(fatal)}")
    unchecked = [line for line in lines if not line.is_checked]
    must_know = order.proves or order.fail_on is not None
    if unchecked and (must_know or len(unchecked) == len(lines)):
        _say("not checked: " + "; ".join(f"{line.model}: {line.note}" for line in unchecked))
        return NO_DATABASE
    unknown = [line for line in lines if line.verdict == Verdict.UNKNOWN.name.lower()]
    if unknown:
        _say(f"unknown, since model code did not finish and was interrupted: {_named(unknown)}")
        return NO_DATABASE if must_know else 0
    return FAILED_ON if fatal else 0


def _has_bugs(lines: Sequence[Line]) -> bool:
    """Say what was foretold wrong, and which fixes do not help."""
    wrong = [line for line in lines if line.is_wrong]
    if wrong:
        _say(f"{len(wrong)} wrong: {_named(wrong)}; this is a bug in pirate-tui, please report it")
    failing = [(line, one) for line in lines for one in line.fixes if one.outcome is Outcome.FAILS]
    if failing:
        named = "; ".join(f"{_named([line])}: {one.code} ({one.reason})" for line, one in failing)
        many = "1 fix does" if len(failing) == 1 else f"{len(failing)} fixes do"
        _say(f"{many} not help: {named}; this is a bug in pirate-tui, please report it")
    return bool(wrong or failing)


def _tried(lines: Sequence[Line]) -> str:
    """What came of all fixes that were tried."""
    counted = Counter(one.outcome for line in lines for one in line.fixes)
    told = ", ".join(f"{counted[outcome]:,} {outcome.value}" for outcome in Outcome if counted[outcome])
    return f"fixes tried: {told or 'none'}"


def _named(lines: Sequence[Line]) -> str:
    return ", ".join(f"{line.model}.{line.attribute} ({line.state})" for line in lines)


def _some(known: dict[str, Any]) -> Callable[[str], tuple[Any, ...]]:
    """A type for argparse: names with commas between them."""

    def read(text: str) -> tuple[Any, ...]:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(known)}")
        return tuple(known[name] for name in names)

    return read


def _progress(name: str) -> None:
    """Tell a person who waits which class is being checked; a file that takes stderr is told nothing."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2Kchecking {clean(name)} …" if name else "\r\x1b[2K")
        sys.stderr.flush()


def _say(message: str) -> None:
    sys.stderr.write("\n".join(clean_lines(f"pirate-tui: {message}")) + "\n")
