"""Run the sub-command `check`: predict plain accesses to every attribute, without a screen; for users and CI."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import aclosing, redirect_stdout
from functools import partial
from typing import NoReturn

from pirate_tui.bootstrap import Bootstrap, pause_garbage_collection, resume_garbage_collection
from pirate_tui.cli.check_options import IGNORABLE, CheckOptions, parse
from pirate_tui.cli.checking import checked
from pirate_tui.cli.concluding import conclude
from pirate_tui.cli.linting import linted
from pirate_tui.cli.reads import Wanted, load_wanted, report_reads
from pirate_tui.cli.report.formats import WRITERS, Format, report_of
from pirate_tui.cli.report.judging import Judge, Scope
from pirate_tui.cli.report.lints import lints_as_text
from pirate_tui.cli.report.paper import Paper
from pirate_tui.cli.report.person import as_text
from pirate_tui.cli.report.results import CheckResult
from pirate_tui.cli.report.table import as_table
from pirate_tui.cli.streams import Silent, escape_unencodable, open_streams, tell
from pirate_tui.domain.access import AttributeKind
from pirate_tui.domain.failure import NO_DATABASE, WRONG_USE, BrowserError, StartupError
from pirate_tui.logs import report_bug
from pirate_tui.shutdown import run_with_exit_deadline


def main(arguments: Sequence[str]) -> NoReturn:
    """Run `pirate-tui check`; never returns, ends with its exit code."""
    open_streams()
    order = parse(arguments)
    sys.excepthook = report_bug
    escape_unencodable()
    try:
        judge = Judge(order.rules, IGNORABLE)
        pause_garbage_collection()  # until the database is open
        bootstrap = Bootstrap(order.settings)
        bootstrap.before_screen()
        wanted = load_wanted(order.reads) if order.reads else ()
        work = partial(report, order, bootstrap, judge, wanted)
        sys.exit(run_with_exit_deadline(work, bootstrap.close, bootstrap.ends_within))
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
    finally:
        resume_garbage_collection()  # where no database was opened


async def report(order: CheckOptions, bootstrap: Bootstrap, judge: Judge, wanted: Sequence[Wanted] = ()) -> int:
    """Check, or find what the schemas read, write the report, and return the exit code."""
    results, out = list[CheckResult](), sys.stdout
    try:
        with redirect_stdout(sys.stderr):  # output of the models does not belong into the report
            database = await bootstrap.connect(Silent())
            if wanted:
                return await report_reads(wanted, database, out, is_json=order.format is Format.JSONL)
            async with aclosing((linted if order.lints else checked)(order, database)) as found:
                async for result in found:
                    results.append(judge.judged(result))
                    if order.format is Format.JSONL and not result.is_linted_class:
                        out.write(results[-1].as_json(proves=order.proves) + "\n")
                        out.flush()  # so that an early end loses no result
        if order.format is not Format.JSONL:
            out.writelines(f"{line}\n" for line in _text(order, results, Paper.of(out)))
        out.flush()
        names = [choice.name for choice in database.models.choices]
        has_all_kinds = len(order.kinds) == len(AttributeKind)
        scope = Scope.of(results, names, has_all_models=not order.models, has_all_kinds=has_all_kinds)
        return conclude(order, judge, results, scope)
    except StartupError as reason:
        tell(reason.message)
        return reason.exit_code
    except BrowserError as error:  # without its hint, which is for the screen
        tell(error.message)
        return NO_DATABASE


def _text(order: CheckOptions, results: Sequence[CheckResult], paper: Paper) -> Iterator[str]:
    """Return the lines of the report."""
    has_baseline = order.rules.accepted is not None
    if (writer := WRITERS.get(order.format)) is not None:
        return writer(report_of(results, has_baseline=has_baseline, must_know=order.must_know))
    if order.lints:
        return lints_as_text(results, paper, has_baseline=has_baseline)
    if order.shows_all:
        return as_table(results, proves=order.proves)
    return as_text(results, paper, has_baseline=has_baseline)
