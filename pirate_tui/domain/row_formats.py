"""Write rows, with their values whole, as CSV, JSON Lines or a table in Markdown. Pure.

Values stay what the database holds; bytes become hexadecimal digits. NULL is told from an empty text: in CSV an empty
field without quotes, since all text is quoted; in JSON `null`; in Markdown an emphasized *NULL*.
"""

import csv
import json
import math
from collections.abc import Iterable, Sequence
from enum import Enum
from io import StringIO
from pathlib import PurePath
from typing import Any, Protocol, Self

from pirate_tui.domain.entity import Column
from pirate_tui.domain.markdown import escaped, table_row
from pirate_tui.domain.rows import WholeColumns


class RowFormat(Enum):
    """The formats, by the names that the command line has for them."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    MARKDOWN = "markdown"

    @property
    def suffix(self) -> str:
        """The suffix of a file of this format."""
        return ".md" if self is RowFormat.MARKDOWN else f".{self.value}"


SUFFIXES = {one.suffix: one for one in RowFormat}


def format_of(file: str) -> RowFormat:
    """Return the format of a file by its suffix; raise ValueError, with a message for the user, for any other."""
    suffix = PurePath(file).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError("the file's name must end in .csv, .jsonl or .md")
    return SUFFIXES[suffix]


class RowFormatter(Protocol):
    """Writes the rows of some columns in one format."""

    def header(self) -> str:
        """Return what comes before the rows."""

    def text(self, values: WholeColumns) -> str:
        """Return the lines of some rows."""


def formatter(row_format: RowFormat, columns: Sequence[Column], *, guards_formulas: bool = False) -> RowFormatter:
    """Return what writes rows of these columns; of CSV, with `guards_formulas`, so that no text is run as a formula."""
    names = [column.name for column in columns]
    if row_format is RowFormat.CSV:
        return CsvFormatter(names, guards_formulas=guards_formulas)
    return JsonFormatter(names) if row_format is RowFormat.JSON_LINES else MarkdownFormatter(columns)


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How texts begin that a spreadsheet may run, as formulas (https://owasp.org/www-community/attacks/CSV_Injection)."""


class Unquoted(int):
    """A word that the module `csv` takes for a number, and so leaves without quotes."""

    def __new__(cls, word: str) -> Self:
        """Make a number that is written as the word."""
        made = super().__new__(cls)
        made.word = word
        return made

    word: str

    def __str__(self) -> str:
        return self.word


NULL = Unquoted("")
WORDS = {None: NULL, True: Unquoted("true"), False: Unquoted("false")}

BYTES = (bytes, bytearray, memoryview)

AS_THEY_ARE = frozenset({int, float, str})
"""Types of values that `csv` writes as we want them."""

LINE_END = "\r\n"
"""What ends a line of CSV (https://www.rfc-editor.org/rfc/rfc4180)."""


class CsvFormatter:
    """Writes CSV: a line with the names of the columns, then one for each row. Text is quoted, numbers are not."""

    def __init__(self, names: Sequence[str], *, guards_formulas: bool) -> None:
        self._names = names
        self._guards_formulas = guards_formulas

    def header(self) -> str:
        """Return the names of the columns."""
        return self.text([(name,) for name in self._names])

    def text(self, values: WholeColumns) -> str:
        """Return the rows."""
        columns = [self._converted(column) for column in values]
        if len(columns) == 1:  # `csv` quotes the one empty field of a row, which would be an empty text
            return "".join(LINE_END if value is NULL else _csv([(value,)]) for value in columns[0])
        return _csv(zip(*columns, strict=True))

    def _converted(self, column: Sequence[Any]) -> Sequence[Any]:
        kinds = set(map(type, column))
        if not kinds <= AS_THEY_ARE:
            column = [value if type(value) in AS_THEY_ARE else _csv_value(value) for value in column]
        if self._guards_formulas and str in kinds:
            return [f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value for value in column]
        return column


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    out = StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator=LINE_END).writerows(rows)
    return out.getvalue()


def _csv_value(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return WORDS[value]
    return bytes(value).hex() if isinstance(value, BYTES) else value


class JsonFormatter:
    """Writes JSON Lines: an object for each row. What JSON has no type for is text, and so are exact decimals."""

    def __init__(self, names: Sequence[str]) -> None:
        fields = (f"{json.dumps(name, ensure_ascii=False)}: ".replace("%", "%%") + "%s" for name in names)
        self._line = f"{{{', '.join(fields)}}}\n"
        self._encode = json.JSONEncoder(ensure_ascii=False, default=_plain, separators=("\n", ":")).encode

    def header(self) -> str:
        """Return nothing: each row has the names of the columns."""
        return ""

    def text(self, values: WholeColumns) -> str:
        """Return the rows."""
        line = self._line
        return "".join([line % row for row in zip(*map(self._encoded, values), strict=True)])

    def _encoded(self, column: Sequence[Any]) -> list[str]:
        """Return each value of a column as JSON, encoded as one list: one by one takes three times as long."""
        if float in set(map(type, column)):
            column = list(map(_finite, column))
        return self._encode(column)[1:-1].split("\n")  # within a value a line break is escaped


def _plain(value: Any) -> str:
    """Return a value for which JSON has no type as text."""
    return bytes(value).hex() if isinstance(value, BYTES) else str(value)


def _finite(value: Any) -> Any:
    """Return the value; infinite ones, and what is no number, as text: JSON has none."""
    return value if not isinstance(value, float) or math.isfinite(value) else json.dumps(value)


class MarkdownFormatter:
    """Writes a table in Markdown, to be read: special characters are escaped, line breaks are `<br>`."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns

    def header(self) -> str:
        """Return the names of the columns, and the rule below them."""
        rule = ["---:" if column.is_numeric else "---" for column in self._columns]
        return f"{table_row([escaped(column.name) for column in self._columns])}\n{table_row(rule)}\n"

    def text(self, values: WholeColumns) -> str:
        """Return the rows."""
        columns = [list(map(_markdown, column)) for column in values]
        return "".join([f"{table_row(row)}\n" for row in zip(*columns, strict=True)])


def _markdown(value: Any) -> str:
    if type(value) is str:
        return escaped(value)
    if value is None:
        return "*NULL*"
    if isinstance(value, bool):
        return str(WORDS[value])
    return escaped(_plain(value))
