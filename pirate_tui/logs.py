"""The log file, and the report of a bug: secrets are in neither."""

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
    """Logs and warnings go to the file or nowhere: never onto the screen."""
    handler: logging.Handler = logging.NullHandler()
    level = logging.WARNING  # at INFO, SQLAlchemy words each statement, even for nobody
    if file is not None:
        level = logging.INFO
        try:
            handler = OwnFileHandler(file)
        except (OSError, ValueError) as error:  # a name with a NUL is no name
            hint = "choose a file that you own, or a new one"
            told = f"cannot log to {clean(str(file))}: {reason_of(error)}; {hint}"
            raise StartupError(WRONG_USE, told) from error
        handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)


class OwnFileHandler(logging.FileHandler):
    """Appends to a file that nobody but its owner may read, and never to one of somebody else."""

    def _open(self) -> TextIO:  # type: ignore[override]  # what is opened is text
        """Open the file, as FileHandler asks for it."""
        return open_for_appending(Path(self.baseFilename))


class DiscreetFormatter(logging.Formatter):
    """Words a record, its traceback included, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """The words."""
        return redact(super().format(record))


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A `sys.excepthook`: the traceback without secrets."""
    told = redact("".join(traceback.format_exception(kind, error, trace)))
    sys.stderr.write("\n".join(clean_lines(told)))
