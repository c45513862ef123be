"""Run the sub-command `explain`: explain the errors of async SQLAlchemy in the text of a traceback."""

import os
import signal
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

from pirate_tui.bootstrap import import_models
from pirate_tui.cli.arguments import CleanParser
from pirate_tui.cli.streams import escape_unencodable, tell
from pirate_tui.domain.failure import NOTHING_FOUND, WRONG_USE, StartupError
from pirate_tui.domain.pasted import TEXT_LIMIT, TextExplanation, explain_text
from pirate_tui.domain.text import clean, reason_of
from pirate_tui.logs import report_bug
from pirate_tui.settings import TIME_LIMIT, Settings


STDIN = "-"
"""What stands for stdin in place of a file."""

BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
"""How a text begins that Windows has written: by its first bytes."""

DESCRIPTION = """\
Explain MissingGreenlet, DetachedInstanceError and their relatives from the text of a traceback: which line and which
attribute it was, how sure that is, what fixes it, and what the text alone cannot tell.
"""

EPILOG = """\
examples:
  pirate-tui explain error.txt
  pytest | pirate-tui explain --models shop.models
  docker compose logs web | pirate-tui explain

Where a response model raised it, pirate-tui check --reads finds the loader options that reading it needs.

It reads tracebacks as Python 3.8 and newer, pytest, rich, IPython, logging, structlog (also as JSON) and loguru write
them, with the prefixes of uvicorn, docker and the like, quoted in a mail, or on one line. Nothing is executed, but for
the import of --models, with which attributes are looked up in your mapped classes. Where the line can be run again,
`pirate-tui run` explains more.

Exit codes: 0 explained, 2 usage error or no such file, 4 the models cannot be loaded, 6 nothing to explain was found.
"""

OF_PYTEST = "\nE   "
"""How pytest begins a line of a failure."""

HOW_TO_PASTE = "paste a traceback, and press enter, then ctrl+d"
NOTHING = "nothing to explain: the text names no MissingGreenlet, DetachedInstanceError or relative of theirs"
HINT = "give all of a traceback, from its first line to the error's own text below it"
TEST_HINT = "a test whose code has swallowed the error does not show it; this explains it: pirate-tui run -- pytest"


class ExplainOptions(NamedTuple):
    """The options of the command line."""

    file: Path | None
    """The file to read; None for stdin."""
    models: str | None = None
    """The module or file with the user's mapped classes, as typed."""


def main(arguments: Sequence[str]) -> NoReturn:
    """Run `pirate-tui explain`; never returns, ends with its exit code."""
    options = parse(arguments)
    sys.excepthook = report_bug
    escape_unencodable()
    try:
        sys.exit(report(options))
    except StartupError as reason:
        tell(reason.message)
        sys.exit(reason.exit_code)
    except BrokenPipeError:  # the reader has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(128 + signal.SIGPIPE)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def parse(arguments: Sequence[str]) -> ExplainOptions:
    """Return the options of a command line; end with exit code 2 where it is invalid."""
    parser = CleanParser(
        prog="pirate-tui explain",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", nargs="?", default=STDIN, help="the text; stdin without it, or for -")
    models = "your mapped classes, in which attributes are looked up: a module or a file, which is imported"
    parser.add_argument("--models", metavar="MODULE_OR_FILE[:BASE]", help=models)
    args = parser.parse_args(arguments)
    return ExplainOptions(None if args.file == STDIN else Path(args.file), args.models)


def report(options: ExplainOptions) -> int:
    """Write the explanations, and return the exit code. Raises `StartupError`."""
    if sys.stdout is None:
        raise StartupError(WRONG_USE, "stdout is closed; redirect it to a file or a pipe")
    text = read_text(options.file)
    explanations = explain_text(text)
    if not explanations:
        where = "stdin" if options.file is None else clean(str(options.file))
        what = f"{where} is empty" if not text.strip() else f"{where}: {NOTHING}"
        raise StartupError(NOTHING_FOUND, f"{what}\n{TEST_HINT if OF_PYTEST in text else HINT}")
    if options.models is not None:
        explanations = _resolved(explanations, options.models)
    sys.stdout.write("\n\n".join(one.text for one in explanations) + "\n")
    sys.stdout.flush()
    return 0


def read_text(file: Path | None) -> str:
    """Return the text of a file, or of stdin for None; raises `StartupError` where there is none, or too much."""
    try:
        if file is None:
            return _decoded(_standard_input(), "stdin")
        with file.open("rb") as stream:
            return _decoded(stream, clean(str(file)))
    except (OSError, ValueError) as error:
        where = "stdin" if file is None else clean(str(file))
        raise StartupError(WRONG_USE, f"{where}: {reason_of(error)}; give the file with the traceback") from error


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise StartupError(WRONG_USE, "stdin is closed; give the file with the traceback")
    if sys.stdin.isatty():
        tell(HOW_TO_PASTE)
    return sys.stdin.buffer


def _decoded(stream: BinaryIO, where: str) -> str:
    """Return the text of a stream; bytes that are no text are shown as what they are."""
    data = stream.read(TEXT_LIMIT + 1)
    if len(data) > TEXT_LIMIT:
        message = f"{where} has more than {TEXT_LIMIT // 1_000_000} MB; cut out the traceback"
        raise StartupError(
            WRONG_USE, f"{message}, or give the end: tail -c {TEXT_LIMIT // 2} FILE | pirate-tui explain"
        )
    encoding = next((name for mark, name in BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
    return data.decode(encoding, errors="backslashreplace" if encoding == "utf-8" else "replace")


def _resolved(explanations: Sequence[TextExplanation], models: str) -> tuple[TextExplanation, ...]:
    """Return the explanations with what the mapped classes show of the attributes. Raises `StartupError`."""
    imported = import_models(Settings(None, reset=False, time_limit=TIME_LIMIT, log=None, models=models))
    if imported is None:
        return tuple(explanations)
    from pirate_tui.orm.explanation.pasted import resolved  # takes SQLAlchemy

    for line in imported.printed:
        tell(line)
    return tuple(resolved(one, imported.classes) for one in explanations)
