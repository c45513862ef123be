"""The inspector's line of an attribute, in every width."""

from collections.abc import Sequence

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from pirate_tui.domain.access import AttributeKind, AttributeSnapshot, AttributeState, Verdict
from pirate_tui.domain.rows import Cell
from pirate_tui.ui.widgets.attribute_lines import attribute_line, attribute_lines, io_summary


def attribute(name: str, verdict: Verdict = Verdict.NONE, value: str = "a value") -> AttributeSnapshot:
    """A column of that name."""
    return AttributeSnapshot(name, AttributeKind.COLUMN, AttributeState.LOADED, Cell(value), verdict)


LONG = "billing_address_of_the_customer_in_the_warehouse_history"


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (100, f"{LONG}  loaded  IO  a value"),
        (60, "billing_address_of_…_warehouse_history  loaded  IO  a value"),
        (38, "billing_…history  loaded  IO  a value"),
        (20, "billin…story  loaded  IO  a value"),
    ],
)
def test_a_long_name_loses_its_middle_before_verdict_and_value_are_cut(width: int, line: str) -> None:
    widths = [cell_len(LONG), len("loaded"), len("IO")]
    assert attribute_line(attribute(LONG, Verdict.IO), widths, width).plain == line


def test_a_value_is_not_cut_while_there_is_room() -> None:
    widths = [len("name"), len("loaded"), len("no IO")]
    made = attribute_line(attribute("name", value="x" * 30), widths, 60).plain
    assert made == f"name  loaded  no IO  {'x' * 30}"


def test_the_columns_line_up_whatever_the_name() -> None:
    widths = [cell_len(LONG), len("loaded"), len("no IO")]
    lines = [attribute_line(attribute(name), widths, 40).plain for name in ("id", LONG, "船の名前" * 10)]
    assert (
        len(
            {
                line.index("loaded") + cell_len(line[: line.index("loaded")]) - len(line[: line.index("loaded")])
                for line in lines
            }
        )
        == 1
    )


def test_it_is_counted_how_many_do_io() -> None:
    attributes = [
        attribute("a"),
        attribute("b", Verdict.IO),
        attribute("c", Verdict.RAISES),
        attribute("d", Verdict.IO),
    ]
    assert io_summary(attributes) == "2 of 4 attributes do IO"
    assert io_summary(attributes[:1]) == "0 of 1 attribute do IO"


def wrapped(lines: Sequence[Text], width: int) -> list[Text]:
    return [piece for line in lines for piece in line.wrap(Console(), width)]


def test_a_value_for_which_there_is_no_room_has_lines_of_its_own() -> None:
    made = attribute("note", value="one two three four five six seven")
    lines = [line.plain.rstrip() for line in attribute_lines(made, [4, 6, 5], 30, wrapped)]
    assert lines == ["note  loaded  no IO", "  one two three four five six", "  seven"]


def test_a_value_for_which_there_is_room_stays_beside_the_rest() -> None:
    lines = attribute_lines(attribute("note"), [4, 6, 5], 30, wrapped)
    assert [line.plain for line in lines] == ["note  loaded  no IO  a value"]


def test_a_value_without_spaces_is_broken_where_the_panel_ends() -> None:
    lines = attribute_lines(attribute("note", value="船" * 20), [4, 6, 5], 30, wrapped)
    assert [line.plain.strip() for line in lines[1:]] == ["船" * 14, "船" * 6]
