"""Run the sub-command `check`: predict plain accesses to every attribute, without a screen; for users and CI."""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing, redirect_stdout
from io import TextIOWrapper
from typing import Any, NoReturn

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.cli.arguments import CleanParser, add_database, check_models, rows, settings_of
from pirate_tui.cli.checking import ALWAYS, CheckOptions, CheckResult, as_table, checked
from pirate_tui.cli.reads import FORMS, Wanted, load_wanted, report_reads
from pirate_tui.cli.streams import Silent, open_streams, tell
from pirate_tui.domain.access import (
    AttributeKind,
    Scenario,
    Verdict,
)
from pirate_tui.domain.failure import (
    BUG,
    FAILED_ON,
    NO_DATABASE,
    WRONG_USE,
    BrowserError,
    StartupError,
)
from pirate_tui.domain.remedy import TrialOutcome
from pirate_tui.logs import report_bug
from pirate_tui.settings import COLLECTION_LIMIT
from pirate_tui.shutdown import run_with_exit_deadline


SCENARIOS = {scenario.name.lower(): scenario for scenario in Scenario}
KINDS = {kind.name.lower(): kind for kind in AttributeKind}
VERDICTS = {verdict.name.lower(): verdict for verdict in Verdict}


EXIT_CODES = (
    "Exit codes: 0 success, 1 a verdict is wrong or a fix does not help (--prove), 2 usage error, 3 no database, or "
    "nothing can be checked, or not every class (--prove, --fail-on), 4 the models cannot be loaded, 5 a verdict "
    "matched --fail-on, or (--reads) something is not loaded by an option."
)


def main(arguments: Sequence[str]) -> NoReturn:
    """Run `pirate-tui check`; never returns, ends with its exit code."""
    open_streams()
    order = parse(arguments)
    sys.excepthook = report_bug
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        bootstrap = Bootstrap(order.settings)
        bootstrap.before_screen()
        wanted = load_wanted(order.reads) if order.reads else ()
        sys.exit(
            run_with_exit_deadline(lambda: report(order, bootstrap, wanted), bootstrap.close, bootstrap.ends_within)
        )
    except StartupError as reason:
        tell(reason.message)
        sys.exit(reason.exit_code)
    except BrokenPipeError:  # the reader has closed the pipe
        sys.stderr.close()
        sys.exit(128 + signal.SIGPIPE)
    except OSError as error:
        tell(f"cannot write the report: {error.strerror}")
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def parse(arguments: Sequence[str]) -> CheckOptions:
    """Return the options of a command line; end with exit code 2 where it is invalid."""
    parser = CleanParser(
        prog="pirate-tui check",
        description="Predict what accessing each attribute without await does, for an instance of each mapped class.",
        epilog=EXIT_CODES,
    )
    add_database(parser)
    parser.add_argument(
        "--model", metavar="NAME", nargs="+", action="extend", default=[], help="check only these classes"
    )
    states = f"check in these states: {', '.join(SCENARIOS)} (default: fresh,after_commit)"
    parser.add_argument("--state", metavar="STATE", type=_list_of(SCENARIOS), default=ALWAYS, help=states)
    kinds = f"check only attributes of these kinds: {', '.join(KINDS)}"
    parser.add_argument(
        "--only", metavar="KIND", nargs="+", action="extend", type=_list_of(KINDS), default=[], help=kinds
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per line, for each attribute and state"
    )
    proving = "really perform each access and compare, and try every fix on the same row, each in its own session"
    parser.add_argument("--prove", action="store_true", help=proving)
    most = f"maximum number of instances that a tried fix may load (default: {COLLECTION_LIMIT:,})"
    parser.add_argument("--limit", metavar="ROWS", type=rows, default=COLLECTION_LIMIT, help=most)
    reading = (
        "instead, find every load that reading a mapped class through a schema makes, and the one select that avoids "
        f"them all, proved on rows; give {FORMS}; a function may stand for the schema; exit 5 if a query lacks "
        "something, or no option loads it; may be given several times"
    )
    parser.add_argument("--reads", metavar="SCHEMA=CLASS", action="append", default=[], help=reading)
    fails = f"exit 5 if any verdict is this one: {', '.join(VERDICTS)}"
    parser.add_argument("--fail-on", metavar="VERDICT", choices=VERDICTS, help=fails)
    args = parser.parse_args(arguments)
    check_models(parser, args)
    others = ("model", "state", "only", "prove", "fail_on")
    given = [f"--{name.replace('_', '-')}" for name in others if getattr(args, name) != parser.get_default(name)]
    if args.reads and given:
        parser.error(f"--reads does not go with {', '.join(given)}")
    kinds_checked = frozenset(kind for listed in args.only for kind in listed) or frozenset(AttributeKind)
    fail_on = VERDICTS.get(args.fail_on)
    settings = settings_of(args)._replace(collection_limit=args.limit)
    order = CheckOptions(settings, tuple(args.model), args.state, kinds_checked, fail_on, args.json, args.prove)
    return order._replace(reads=tuple(args.reads))


async def report(order: CheckOptions, bootstrap: Bootstrap, wanted: Sequence[Wanted] = ()) -> int:
    """Check, or find what the schemas read, write the report, and return the exit code."""
    lines, out = list[CheckResult](), sys.stdout
    try:
        with redirect_stdout(sys.stderr):  # output of the models does not belong into the report
            database = await bootstrap.connect(Silent())
            if wanted:
                return await report_reads(wanted, database, out, is_json=order.is_json)
            async with aclosing(checked(order, database)) as results:
                async for line in results:
                    lines.append(line)
                    if order.is_json:
                        out.write(line.as_json(proves=order.proves) + "\n")
                        out.flush()  # so that an early end loses no result
    except StartupError as reason:
        tell(reason.message)
        return reason.exit_code
    except BrowserError as error:  # without its hint, which is for the screen
        tell(error.message)
        return NO_DATABASE
    if not order.is_json:
        out.writelines(as_table(lines, proves=order.proves))
    out.flush()
    return _exit_code(order, lines)


def _exit_code(order: CheckOptions, lines: Sequence[CheckResult]) -> int:
    """Return the exit code of the results, and write their summary to stderr."""
    if order.proves:
        tell(_tried(lines))
    if _has_bugs(lines):
        return BUG
    fatal = [line for line in lines if order.fail_on is not None and line.verdict == order.fail_on.name.lower()]
    if fatal and order.fail_on is not None:
        tell(f"{len(fatal)} plain accesses: {order.fail_on.value}: {_named(fatal)}")
    unchecked = [line for line in lines if not line.is_checked]
    must_know = order.proves or order.fail_on is not None
    if unchecked and (must_know or len(unchecked) == len(lines)):
        tell("not checked: " + "; ".join(f"{line.model}: {line.note}" for line in unchecked))
        return NO_DATABASE
    unknown = [line for line in lines if line.verdict == Verdict.UNKNOWN.name.lower()]
    if unknown:
        tell(f"unknown, since model code did not finish and was interrupted: {_named(unknown)}")
        return NO_DATABASE if must_know else 0
    return FAILED_ON if fatal else 0


def _has_bugs(lines: Sequence[CheckResult]) -> bool:
    """Write wrong predictions and failing fixes to stderr, and return whether there are any."""
    wrong = [line for line in lines if line.is_wrong]
    if wrong:
        tell(f"{len(wrong)} wrong: {_named(wrong)}; this is a bug in pirate-tui, please report it")
    failing = [(line, fix) for line in lines for fix in line.fixes if fix.outcome is TrialOutcome.FAILS]
    if failing:
        named = "; ".join(f"{_named([line])}: {fix.code} ({fix.reason})" for line, fix in failing)
        count = "1 fix does" if len(failing) == 1 else f"{len(failing)} fixes do"
        tell(f"{count} not help: {named}; this is a bug in pirate-tui, please report it")
    return bool(wrong or failing)


def _tried(lines: Sequence[CheckResult]) -> str:
    """Return the outcomes of all fixes that were tried, counted."""
    counted = Counter(fix.outcome for line in lines for fix in line.fixes)
    outcomes = ", ".join(f"{counted[outcome]:,} {outcome.value}" for outcome in TrialOutcome if counted[outcome])
    return f"fixes tried: {outcomes or 'none'}"


def _named(lines: Sequence[CheckResult]) -> str:
    return ", ".join(f"{line.model}.{line.attribute} ({line.state})" for line in lines)


def _list_of(known: dict[str, Any]) -> Callable[[str], tuple[Any, ...]]:
    """Return a type for argparse: names separated by commas."""

    def read(text: str) -> tuple[Any, ...]:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(known)}")
        return tuple(known[name] for name in names)

    return read
