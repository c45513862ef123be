"""Represent statements as the log shows them."""

import re
from enum import Enum
from typing import NamedTuple

from pirate_tui.domain.rows import RowKey


class StatementStatus(Enum):
    """The status of a statement."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "cancelled"
    """Cancelled by the browser: the cursor moved on, esc was pressed, or it timed out."""
    NEVER_SENT = "never sent"


class StatementOrigin(NamedTuple):
    """The row, and the attribute of it, whose access has sent a statement."""

    root: tuple[str, RowKey]
    """The row of the table at which its walk begins: the name of its entity, and its key."""
    entity: str
    key: RowKey
    attribute: str = ""
    """Empty where the row itself was selected."""


class Statement(NamedTuple):
    """One statement: what was sent, at what cost, and whose access caused it."""

    number: int
    """Its place in the log; when it ends, it is reported again under the same number."""
    text: str
    parameters: str
    cause: str
    """What caused it: `rows of PirateCrew`, `PirateCrew 1`, `PirateCrew 1.members`."""
    outcome: StatementStatus
    seconds: float | None = None
    rows: int | None = None
    times: int = 1
    """How often it was sent, where one line stands for many; time and rows are their sums."""
    option: str = ""
    """The loader option that would avoid them, where it is the N of an N+1."""
    parents: int = 0
    """How many parents were read along with it, where known: those may share what is loaded."""
    is_browsers: bool = False
    """Whether the browser has sent it for its own ends: rows, counts, tables. All others are of the models."""
    origin: StatementOrigin | None = None
    """Where it came from, if that is shown in the table; of many, the first."""

    def after(self, earlier: "Statement") -> "Statement":
        """Return this statement merged with the equal ones of an earlier line."""
        seconds = None if self.seconds is None else self.seconds + (earlier.seconds or 0.0)
        rows = None if self.rows is None else self.rows + (earlier.rows or 0)
        times, origin = earlier.times + self.times, earlier.origin
        return self._replace(number=earlier.number, seconds=seconds, rows=rows, times=times, origin=origin)

    @property
    def summary(self) -> str:
        """Its text on one line: the list of columns in short, `orders.*`, and of one table its columns' bare names."""
        line = " ".join(self.text.split())
        start = _from(line) if line.startswith("SELECT ") else None
        if start is None:
            return line
        return f"SELECT {_columns(line[len('SELECT ') : start])} {_unqualified(line[start:])}"


TOKEN = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|[()]|\bDISTINCT FROM\b|\bFROM\b""")
"""Tokens that matter for where a list of columns ends; quoted text is skipped."""


MOST_TABLES = 3
"""The most tables whose columns are listed in short."""

AGGREGATE = re.compile(r"count\([^()]*\)( AS \w+)?", re.IGNORECASE)
"""A list of columns that is a count and nothing else."""

QUALIFIED = re.compile(r"""((?:"[^"]*"|`[^`]*`|\w+)\.)+(?:"[^"]*"|`[^`]*`|\w+)( AS (?:"[^"]*"|`[^`]*`|\w+))?""")
"""A column with its table, and perhaps a label."""


def _columns(listed: str) -> str:
    """Return a list of columns in short: the tables whose columns they are, a count, or an ellipsis."""
    listed = listed.strip()
    if AGGREGATE.fullmatch(listed):
        return "count(*)"
    columns = [QUALIFIED.fullmatch(column) for column in listed.split(", ")]
    tables = dict.fromkeys(f"{column[1]}*" if column else "…" for column in columns)
    return ", ".join(tables) if len(tables) <= MOST_TABLES else "…"


ONE_TABLE = re.compile(r"""FROM ((?:"[^"]*"|`[^`]*`|[\w.])+)(?= WHERE | ORDER | LIMIT |$)""")
"""A FROM with one table, without an alias."""


def _unqualified(line: str) -> str:
    """Return the part from FROM on without the table before its columns, where it is the only one."""
    table = ONE_TABLE.match(line)
    if table is None or "SELECT " in line or " JOIN " in line:
        return line
    qualifier = re.compile(rf"""'[^']*'|(?<![\w."`]){re.escape(table[1])}\.""")
    return table[0] + qualifier.sub(lambda found: found[0] if found[0][0] == "'" else "", line[table.end() :])


def _from(line: str) -> int | None:
    """Return where the statement's own FROM stands, not that of a subquery or a function among its columns."""
    depth = 0
    for token in TOKEN.finditer(line):
        if token[0] == "FROM" and not depth:
            return token.start()
        depth += {"(": 1, ")": -1}.get(token[0], 0)
    return None
