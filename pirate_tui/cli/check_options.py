"""Parse the command line of `check`."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pirate_tui.cli.arguments import CleanParser, add_database, add_limit, settings_of
from pirate_tui.cli.reads import FORMS
from pirate_tui.cli.report.formats import Format
from pirate_tui.cli.report.ignoring import TABLE, Ignorable
from pirate_tui.cli.report.judging import Rules
from pirate_tui.cli.report.results import LINT, NO_IO
from pirate_tui.domain.access import AttributeKind, Scenario, Verdict
from pirate_tui.domain.lints import LINT_RULES
from pirate_tui.settings import COLLECTION_LIMIT, Settings
from pirate_tui.settings.values import InvalidValueError, rows


SCENARIOS = {scenario.name.lower(): scenario for scenario in Scenario}
KINDS = {kind.name.lower(): kind for kind in AttributeKind}
VERDICTS = {verdict.name.lower(): verdict.name.lower() for verdict in Verdict}

FAILING = {**VERDICTS, LINT: LINT}
"""What `--fail-on` takes."""

IGNORABLE = Ignorable((*SCENARIOS, LINT), (*(name for name in VERDICTS if name != NO_IO), *LINT_RULES))
"""The states and verdicts that can be ignored; of a lint that is the name of its rule."""

ALWAYS = (Scenario.FRESH, Scenario.AFTER_COMMIT)
"""The states that are checked by default."""

OF_ACCESSES = ("state", "rows", "only", "prove", "all")
"""The options about accesses alone."""

OF_RESULTS = ("model", "fail_on", "baseline", "update_baseline", "config", "lint")
"""The options about accesses and lints."""

MOST_ROWS = 1_000
"""The most instances of a class that are checked."""

DESCRIPTION = (
    "Predict what accessing each attribute without await does, for an instance of each mapped class, and show the "
    "accesses that go wrong."
)

EXIT_CODES = (
    "Exit codes: 0 success, 1 a verdict is wrong or a fix does not help (--prove), 2 usage error, 3 no database, or "
    "nothing can be checked, or not every class (--prove, --fail-on, --baseline, --update-baseline), 4 the models "
    "cannot be loaded, 5 a verdict matched --fail-on, or is not in the --baseline, or (--reads) something is not "
    "loaded by an option."
)


class CheckOptions(NamedTuple):
    """The options of the command line."""

    settings: Settings
    models: tuple[str, ...] = ()
    """Check only these mapped classes; all when empty."""
    scenarios: tuple[Scenario, ...] = ALWAYS
    kinds: frozenset[AttributeKind] = frozenset(AttributeKind)
    rules: Rules = Rules()
    format: Format = Format.TABLE
    proves: bool = False
    """Whether to make every access, and try every fix."""
    reads: tuple[str, ...] = ()
    """Find what these schemas read, instead; as typed."""
    rows: int = 1
    """How many instances of each class are checked."""
    lints: bool = False
    """Find what will hurt in the mappings, instead."""
    shows_all: bool = False
    """Whether to write every result, and not only what goes wrong."""

    @property
    def must_know(self) -> bool:
        """Whether what could not be checked has not passed."""
        return self.proves or self.rules.must_know


def parse(arguments: Sequence[str]) -> CheckOptions:
    """Return the options of a command line; end with exit code 2 where it is invalid."""
    parser = CleanParser(prog="pirate-tui check", description=DESCRIPTION, epilog=EXIT_CODES)
    add_database(parser)
    _add_scope(parser)
    _add_output(parser)
    args = parser.parse_args(arguments)
    _check_combination(parser, args)
    return CheckOptions(
        settings_of(parser, args),
        tuple(args.model),
        tuple(dict.fromkeys(args.state)),
        frozenset(kind for listed in args.only for kind in listed) or frozenset(AttributeKind),
        Rules(frozenset(args.fail_on), args.baseline, args.update_baseline, args.config),
        format=Format.JSONL if args.json else Format(args.format or Format.TABLE.value),
        proves=args.prove,
        reads=tuple(args.reads),
        rows=args.rows,
        shows_all=args.all,
        lints=args.lint,
    )


def _add_scope(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is checked."""
    parser.add_argument(
        "--model", metavar="NAME", nargs="+", action="extend", default=[], help="check only these classes"
    )
    states = f"check in these states: {', '.join(SCENARIOS)} (default: fresh,after_commit)"
    parser.add_argument("--state", metavar="STATE", type=_list_of(SCENARIOS), default=ALWAYS, help=states)
    instances = f"check this many instances of each class, at most {MOST_ROWS:,} (default: 1)"
    parser.add_argument("--rows", metavar="N", type=_instances, default=1, help=instances)
    kinds = f"check only attributes of these kinds: {', '.join(KINDS)}"
    parser.add_argument(
        "--only", metavar="KIND", nargs="+", action="extend", type=_list_of(KINDS), default=[], help=kinds
    )
    proving = "really perform each access and compare, and try every fix on the same row, each in its own session"
    parser.add_argument("--prove", action="store_true", help=proving)
    most = f"maximum number of instances that a tried fix may load (default: {COLLECTION_LIMIT:,})"
    add_limit(parser, most)
    reading = (
        "instead, find every load that reading a mapped class through a schema makes, and the one select that avoids "
        f"them all, proved on rows; give {FORMS}; a function may stand for the schema; exit 5 if a query lacks "
        "something, or no option loads it; may be given several times"
    )
    parser.add_argument("--reads", metavar="SCHEMA=CLASS", action="append", default=[], help=reading)
    linting = "instead, find what will hurt in the mappings: each with its reason, its fix and a link"
    parser.add_argument("--lint", action="store_true", help=linting)


def _add_output(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is written, and when the build fails."""
    parser.add_argument("--all", action="store_true", help="show every attribute in every state, as a table")
    names = ", ".join(one.value for one in Format)
    shape = (
        f"{names}: for people (the default), one JSON object per line for each attribute and state, annotations of "
        "GitHub Actions, SARIF 2.1.0, JUnit XML, a table in Markdown"
    )
    parser.add_argument("--format", metavar="FORMAT", choices=[one.value for one in Format], help=shape)
    parser.add_argument("--json", action="store_true", help="the same as --format jsonl")
    fails = (
        f"exit 5 if any verdict is this one, or one of these, separated by commas: {', '.join(VERDICTS)}; or, with "
        f"--lint: {LINT}"
    )
    parser.add_argument("--fail-on", metavar="VERDICT", type=_list_of(FAILING), default=(), help=fails)
    baselines = parser.add_mutually_exclusive_group()
    baseline = "exit 5 if an access does IO or raises, or a lint is found, that is not in this file; show only those"
    baselines.add_argument("--baseline", metavar="FILE", type=Path, help=baseline)
    updating = "write what goes wrong today to this file, for --baseline; what is not checked stays in it"
    baselines.add_argument("--update-baseline", metavar="FILE", type=Path, help=updating)
    ignoring = f"ignore what [{TABLE}] in this pyproject.toml names, each with a reason"
    parser.add_argument("--config", metavar="PYPROJECT", type=Path, help=ignoring)


def _check_combination(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """End with exit code 2 where options do not go together."""
    shape = args.format
    is_for_programs = shape not in {None, Format.TABLE.value, Format.JSONL.value}
    wrong = (
        (args.json and shape not in {None, Format.JSONL.value}, f"--json is --format jsonl, and not {shape}"),
        (args.all and is_for_programs, f"--all is for the table; {shape} has what goes wrong, and jsonl everything"),
        (args.reads and is_for_programs, f"--reads is written as table or jsonl, and not as {shape}"),
        (args.reads, _excluded("--reads", _given(parser, args, OF_ACCESSES + OF_RESULTS))),
        (args.lint, _excluded("--lint", _given(parser, args, OF_ACCESSES))),
        (args.lint and {*args.fail_on} - {LINT}, f"--lint makes no access: it goes with --fail-on {LINT}"),
        (LINT in args.fail_on and not args.lint, f"--fail-on {LINT} needs --lint"),
        (
            args.update_baseline is not None and args.fail_on,
            "--update-baseline accepts what --fail-on would fail on: give one of them",
        ),
    )
    for is_wrong, message in wrong:
        if is_wrong and message:
            parser.error(message)


def _excluded(option: str, given: Sequence[str]) -> str:
    return f"{option} does not go with {', '.join(given)}" if given else ""


def _given(parser: argparse.ArgumentParser, args: argparse.Namespace, names: Sequence[str]) -> list[str]:
    """Return the options among these that are given, as they are typed."""
    return [f"--{name.replace('_', '-')}" for name in names if getattr(args, name) != parser.get_default(name)]


def _instances(text: str) -> int:
    """Parse the number of instances for argparse."""
    try:
        number = rows(text)
    except InvalidValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error}") from None
    if number > MOST_ROWS:
        raise argparse.ArgumentTypeError(f"{text} is more than {MOST_ROWS:,}")
    return number


def _list_of(known: dict[str, Any]) -> Callable[[str], tuple[Any, ...]]:
    """Return a type for argparse: names separated by commas."""

    def read(text: str) -> tuple[Any, ...]:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(known)}")
        return tuple(known[name] for name in names)

    return read
