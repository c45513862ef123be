"""Statements as the log shows them."""

import re
from enum import Enum
from typing import NamedTuple


class StatementStatus(Enum):
    """What became of a statement."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "cancelled"
    """By us: somebody went on, pressed esc, or the time limit came."""
    NEVER_SENT = "never sent"


class Statement(NamedTuple):
    """One statement: what was sent, at what cost, and whose access caused it."""

    number: int
    """Its place in the log; it is told again under the same number when it has ended."""
    text: str
    parameters: str
    cause: str
    """rows of PirateCrew; PirateCrew 1; PirateCrew 1.members."""
    outcome: StatementStatus
    seconds: float | None = None
    rows: int | None = None
    times: int = 1
    """How often it was sent, where one line tells of many; time and rows are their sums."""
    option: str = ""
    """The loader option that would spare them, where it is the N of an N+1."""
    parents: int = 0
    """Of how many parents the same was read with them, where that is known: those may share what is loaded."""

    def after(self, earlier: "Statement") -> "Statement":
        """This statement told in one line with those that an earlier line tells of."""
        seconds = None if self.seconds is None else self.seconds + (earlier.seconds or 0.0)
        rows = None if self.rows is None else self.rows + (earlier.rows or 0)
        return self._replace(number=earlier.number, seconds=seconds, rows=rows, times=earlier.times + self.times)

    @property
    def summary(self) -> str:
        """Its text on one line, the list of columns left out."""
        line = " ".join(self.text.split())
        start = _from(line) if line.startswith("SELECT ") else None
        return line if start is None else f"SELECT … {line[start:]}"


TOKEN = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|[()]|\bDISTINCT FROM\b|\bFROM\b""")
"""What has to do with where a list of columns ends; what stands in quotes has not."""


def _from(line: str) -> int | None:
    """Where the FROM of the statement itself stands, not that of a subquery or a function among its columns."""
    depth = 0
    for token in TOKEN.finditer(line):
        if token[0] == "FROM" and not depth:
            return token.start()
        depth += {"(": 1, ")": -1}.get(token[0], 0)
    return None
