"""Rows as CSV, JSON Lines and Markdown: values unaltered, NULL told from empty, no formula where that is asked for."""

import csv
import json
import math
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pirate_tui.domain.entity import Column
from pirate_tui.domain.row_formats import RowFormat, format_of, formatter


KEY = Column("id", "INTEGER", is_key=True, is_numeric=True)
NOTE = Column("no|tes, %s", "TEXT", is_key=False, is_numeric=False, is_text=True)

UUID_TEXT = "00000000-0000-0000-0000-000000000007"

VALUES: list[tuple[Any, str, Any, str]] = [
    (None, "", None, "*NULL*"),
    ("", '""', "", ""),
    ("NULL", '"NULL"', "NULL", "NULL"),
    (7, "7", 7, "7"),
    ("007", '"007"', "007", "007"),
    (2**63, "9223372036854775808", 2**63, "9223372036854775808"),
    (0.1, "0.1", 0.1, "0.1"),
    (math.inf, "inf", "Infinity", "inf"),
    (Decimal("12.50"), "12.50", "12.50", "12.50"),
    (True, "true", True, "true"),
    (False, "false", False, "false"),
    (b"\x00\xff", '"00ff"', "00ff", "00ff"),
    (b"", '""', "", ""),
    (UUID(UUID_TEXT), UUID_TEXT, UUID_TEXT, UUID_TEXT),
    ('a "b",\r\nc\td\x1b', '"a ""b"",\r\nc\td\x1b"', 'a "b",\r\nc\td\x1b', 'a "b",<br>c\td\x1b'),
    ("=1+1", '"=1+1"', "=1+1", "=1+1"),
]
"""A value, and how it is written as CSV, read from JSON, and written in Markdown."""


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value[0]))
@pytest.mark.parametrize("mixed", [(), (1, "x", None)], ids=["alone", "mixed"])
def test_a_value_is_written_as_it_is(value: tuple[Any, str, Any, str], mixed: tuple[Any, ...]) -> None:
    raw, as_csv, as_json, as_markdown = value
    columns = [(1,) * (1 + len(mixed)), (raw, *mixed)]
    lines = formatter(RowFormat.CSV, [KEY, NOTE]).text(columns)
    assert lines.startswith(f"1,{as_csv}\r\n")
    loaded = json.loads(formatter(RowFormat.JSON_LINES, [KEY, NOTE]).text(columns).splitlines()[0])
    assert loaded == {"id": 1, "no|tes, %s": as_json}
    assert type(loaded["no|tes, %s"]) is type(as_json)
    assert formatter(RowFormat.MARKDOWN, [KEY, NOTE]).text(columns).startswith(f"| 1 | {as_markdown} |\n")


def test_the_names_of_the_columns_come_first() -> None:
    assert formatter(RowFormat.CSV, [KEY, NOTE]).header() == '"id","no|tes, %s"\r\n'
    assert formatter(RowFormat.JSON_LINES, [KEY, NOTE]).header() == ""
    assert formatter(RowFormat.MARKDOWN, [KEY, NOTE]).header() == "| id | no\\|tes, %s |\n| ---: | --- |\n"


def test_a_single_column_tells_null_from_empty_too() -> None:
    assert formatter(RowFormat.CSV, [NOTE]).text([(None, "", "a")]) == '\r\n""\r\n"a"\r\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_is_a_formula_where_that_is_asked_for(text: str) -> None:
    guarded = formatter(RowFormat.CSV, [KEY, NOTE._replace(name=text)], guards_formulas=True)
    written = guarded.header() + guarded.text([(-1, -2), (text, "a=b")])
    (_, header), (number, guarded_text), (_, plain) = csv.reader(StringIO(written, newline=""))
    assert (header, number, guarded_text, plain) == (f"'{text}", "-1", f"'{text}", "a=b")


@given(some.lists(some.tuples(some.text(), some.integers() | some.none()), min_size=1))
def test_any_text_is_read_again_from_csv_and_json(rows: list[tuple[str, int | None]]) -> None:
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True))
    pair = [NOTE, KEY]
    table = csv.reader(StringIO(formatter(RowFormat.CSV, pair).text(columns), newline=""))
    assert [tuple(row) for row in table] == [(text, "" if number is None else str(number)) for text, number in rows]
    written = formatter(RowFormat.JSON_LINES, pair).text(columns)
    assert [tuple(json.loads(line).values()) for line in written.split("\n")[:-1]] == rows


@pytest.mark.parametrize(
    ("file", "row_format"),
    [("a.csv", RowFormat.CSV), ("~/b.x.JSONL", RowFormat.JSON_LINES), ("c.md", RowFormat.MARKDOWN)],
)
def test_the_suffix_decides(file: str, row_format: RowFormat) -> None:
    assert format_of(file) is row_format
    assert RowFormat(row_format.value).suffix == f".{file.lower().rpartition('.')[2]}"


@pytest.mark.parametrize("file", ["", "a", "a.xlsx", ".csv", "a.csv.gz"])
def test_any_other_suffix_is_refused(file: str) -> None:
    with pytest.raises(ValueError, match=r"must end in \.csv, \.jsonl or \.md"):
        format_of(file)
