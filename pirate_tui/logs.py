"""Write the log file, and the report of a bug: both without secrets."""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import TextIO

from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean, clean_lines, reason_of, redact
from pirate_tui.own_files import open_for_appending


def start_logging(file: Path | None) -> None:
    """Send logs and warnings to the file, or nowhere: never onto the screen."""
    handler: logging.Handler = logging.NullHandler()
    level = logging.WARNING  # at INFO, SQLAlchemy formats each statement, even without a handler
    if file is not None:
        level = logging.INFO
        try:
            handler = OwnFileHandler(file)
        except (OSError, ValueError) as error:  # a name with a NUL is no name
            hint = "choose a file that you own, or a new one"
            message = f"cannot log to {clean(str(file))}: {reason_of(error)}; {hint}"
            raise StartupError(WRONG_USE, message) from error
        handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)


class OwnFileHandler(logging.FileHandler):
    """Appends to a file that only its owner may read, and never to one of another user."""

    def _open(self) -> TextIO:  # type: ignore[override]  # what is opened is text
        """Open the file safely; called by FileHandler."""
        return open_for_appending(Path(self.baseFilename))


class DiscreetFormatter(logging.Formatter):
    """Formats a record, its traceback included, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the formatted record without secrets."""
        return redact(super().format(record))


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback without secrets: a `sys.excepthook`."""
    message = redact("".join(traceback.format_exception(kind, error, trace)))
    sys.stderr.write("\n".join(clean_lines(message)))
