"""Errors of the database and its file -> `Trouble`: what, why, and the way out."""

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pirate_tui.domain.failure import Busy, Trouble
from pirate_tui.domain.text import clean


ERROR_LIMIT = 300
"""Characters of a driver's message that are shown; it may quote data."""

READ_ERRORS = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What SQLAlchemy's types raise, bare, on a value that they cannot read (JSON and Unicode errors are ValueErrors)."""

WAYS_OUT: dict[int | None, str] = {
    sqlite3.SQLITE_NOTADB: "give another file: this one is not a SQLite database, or it is encrypted",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; try `sqlite3 FILE .recover`, or a copy from before",
    sqlite3.SQLITE_IOERR: "the disk does not answer as it should; check it, then press r",
    sqlite3.SQLITE_CANTOPEN: "the file was removed or may not be read; put it back, then press r",
    sqlite3.SQLITE_READONLY: "it needs recovery by a program that may write; open it once with `sqlite3`, then press r",
    sqlite3.SQLITE_ERROR: "its tables are not as the models say; press r when that is mended",
}
"""What a person can do about each primary result code (https://www.sqlite.org/rescode.html)."""


DATABASE_ERRORS = (DBAPIError, PoolTimeout, OSError)
"""What the database can do to us, in all its classes: some drivers raise their OSErrors (time-outs too) bare."""


def primary_code(error: BaseException) -> int | None:
    """SQLite's primary result code of what its driver raised; None of anything else."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the rest is detail: the extended result code


def was_interrupted(error: BaseException) -> bool:
    """Did we stop the statement? Nobody else can."""
    return primary_code(error) == sqlite3.SQLITE_INTERRUPT


def is_undecodable(error: Exception) -> bool:
    """Is it text in the database that is not UTF-8?"""
    return "Could not decode to UTF-8" in str(error)


def trouble(error: Exception, time_limit: float) -> Trouble:
    """The error in the words of the screen; `time_limit` in seconds, for a statement that took longer."""
    cause = getattr(error, "orig", None) or error
    primary = primary_code(cause)
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return Busy("the database is locked by another program", "wait for it to finish, then press r")
    if was_interrupted(cause):
        return Trouble(f"stopped after {time_limit:g} s", "start with a longer --timeout SECONDS")
    reason = clean(str(cause) or type(cause).__name__, ERROR_LIMIT)
    return Trouble(reason, WAYS_OUT.get(primary, "press r to try again"))
