"""Errors of databases: which there are, and what their codes say."""

import asyncio
import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


ERROR_LIMIT = 300
"""Characters of a driver's message that are shown; it may quote data."""

DATABASE_ERRORS = (DBAPIError, PoolTimeout, OSError)
"""What the database can do to us, in all its classes: some drivers raise their OSErrors (time-outs too) bare."""

QUERY_CANCELED = "57014"
"""PostgreSQL's SQLSTATE of a statement that was stopped (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

KILLED, TOO_LONG = 1317, 1969
"""MariaDB's numbers of a statement that was stopped, by KILL QUERY or by its time limit
(https://mariadb.com/kb/en/mariadb-error-codes/)."""

TOO_LONG_IN_MYSQL = 3024
"""MySQL's own (https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html)."""


TOO_MANY_COLUMNS = frozenset({"54011", 1117, "too many columns in result set"})
"""What PostgreSQL, MariaDB and SQLite say of a statement that selects more columns than they give."""

FEWER_COLUMNS = "no statement can select so many; press s for another loader strategy, or defer some in the mapping"
"""What can be done about that."""


def unwrapped(error: BaseException) -> BaseException:
    """What the driver raised, where SQLAlchemy has wrapped it; else the error itself."""
    found: BaseException = getattr(error, "orig", None) or error
    return found


def primary_code(error: BaseException) -> int | None:
    """SQLite's primary result code of what its driver raised; None of anything else."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the rest is detail: the extended result code


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code of what one of its drivers raised; None of anything else."""
    return getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)


def mysql_code(error: BaseException) -> int | None:
    """MariaDB's or MySQL's number of what their driver raised; None of anything else."""
    is_theirs = type(error).__module__.partition(".")[0] == "asyncmy"
    return error.args[0] if is_theirs and error.args and isinstance(error.args[0], int) else None


def was_interrupted(error: BaseException) -> bool:
    """Did we stop the statement, by a cancel or by its time limit?"""
    return (
        isinstance(error, asyncio.CancelledError)
        or primary_code(error) == sqlite3.SQLITE_INTERRUPT
        or sqlstate(error) == QUERY_CANCELED
        or mysql_code(error) in {KILLED, TOO_LONG, TOO_LONG_IN_MYSQL}
    )
