"""The list of models: one or two lines for each class, with its whole name, whatever it relates to."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from rich.cells import cell_len
from textual.widgets import OptionList

from pirate_tui.domain.entity import Bound, ModelInfo, Size
from pirate_tui.ui.screens.choose import ChooseScreen, by_base
from pirate_tui.ui.widgets.model_line import ModelLine, related


Browse = Callable[..., AbstractAsyncContextManager[Any]]

HUB = ModelInfo("User", "user", tuple(f"HistoryDatasetAssociationNumber{n}" for n in range(45)))
LONG = ModelInfo("HistoryDatasetAssociationTagAssociation", "history_tag", ("User",))
CARD = ModelInfo("CardPayment", "card_payment", base="Payment")
BROKEN = ModelInfo("Lost", "lost", problem=f"table lost has no column {', '.join(f'c{n}' for n in range(60))}")
NOTED = ModelInfo("Order", "order", note=f"customer_id: {'elsewhere ' * 20}")


@pytest.mark.parametrize(
    ("room", "told"),
    [
        (None, "→ Order, Item, Ship"),
        (19, "→ Order, Item, Ship"),
        (18, "→ Order … and 2 more"),
        (24, "→ Order, Item, Ship"),
        (0, "→ Order … and 2 more"),
    ],
)
def test_as_many_related_classes_are_named_as_there_is_room_for(room: int | None, told: str) -> None:
    assert related(["Order", "Item", "Ship"], room) == told


def test_of_many_the_rest_is_counted() -> None:
    assert related([f"C{n}" for n in range(45)], 40) == "→ C0, C1, C2, C3, C4, C5 … and 39 more"
    assert related([], 40) == ""


@pytest.mark.parametrize("width", [30, 60, 88, 140])
def test_one_or_two_lines_fit_and_the_name_is_whole(width: int) -> None:
    for choice in (HUB, CARD, LONG):
        lines = ModelLine(choice, Size(1_000, Bound.MORE_THAN), 11).at(width).plain.splitlines()
        assert lines[0].startswith(choice.name)
        assert len(lines) <= 2
        assert all(cell_len(line) <= width for line in lines if not line.startswith(LONG.name))
    assert "User" in ModelLine(LONG, None, len(LONG.name)).at(60).plain.splitlines()[1]


def test_what_does_not_fit_beside_a_name_is_below_it_and_the_rest_is_counted() -> None:
    first, second = ModelLine(HUB, Size(5, Bound.EXACT), 20).at(90).plain.splitlines()
    assert first.split() == ["User", "5", "rows", "user"]
    assert second == "  → HistoryDatasetAssociationNumber0, HistoryDatasetAssociationNumber1 … and 43 more"


def test_a_subclass_is_indented_below_its_base_and_says_of_which_it_is_elsewhere() -> None:
    assert ModelLine(CARD, None, 20, depth=1).at(90).plain.startswith("  CardPayment ")
    assert "of Payment" not in ModelLine(CARD, None, 20, depth=1).at(90).plain
    assert "of Payment" in ModelLine(CARD, None, 20).at(90).plain


def test_subclasses_stand_below_their_base_wherever_they_are_in_the_list() -> None:
    classes = [
        ModelInfo("CardPayment", "card", base="Payment"),
        ModelInfo("Order", "order"),
        ModelInfo("Stray", "stray", base="Gone"),
        ModelInfo("Corporate", "corporate", base="CardPayment"),
        ModelInfo("Payment", "payment"),
        ModelInfo("Cash", "cash", base="Payment"),
    ]
    assert [(one.choice.name, one.depth) for one in by_base(classes)] == [
        ("Payment", 0),
        ("CardPayment", 1),
        ("Corporate", 2),
        ("Cash", 1),
        ("Order", 0),
        ("Stray", 0),
    ]


def test_a_line_says_what_it_is_a_subclass_of_and_how_sure_its_size_is() -> None:
    sizes = {None: "", Size(527, Bound.EXACT): "527 rows ", Size(1_042, Bound.AT_MOST): "≤1,042 rows "}
    for size, told in sizes.items():
        words = str(ModelLine(CARD, size, 11)).split()
        assert " ".join(words) == f"CardPayment {told}of Payment card_payment"


def test_what_is_wrong_with_a_class_is_never_cut() -> None:
    for choice, words in ((BROKEN, BROKEN.problem), (NOTED, NOTED.note)):
        line = ModelLine(choice, None, 5)
        assert words in line.at(60).plain
        assert line.get_height({}, 60) > 1


@pytest.mark.thorough
async def test_each_class_takes_one_or_two_lines_in_any_width(browse: Browse) -> None:
    async def sizes() -> dict[str, Size]:
        return {"User": Size(1_234_567, Bound.ABOUT)}

    choices = [HUB, LONG, CARD, ModelInfo("Order", "order")]
    async with browse() as browser:
        for width in (60, 160):
            await browser.pilot.resize_terminal(width, 36)
            await browser.app.push_screen(ChooseScreen(choices, "", sizes))
            await browser.until(lambda: isinstance(browser.app.screen, ChooseScreen), "the list")
            options = browser.app.screen.query_one(OptionList)
            await browser.until(lambda: "~1,234,567 rows" in _shown(options)[0], "the sizes")  # noqa: B023  awaited here
            shown = _shown(options)
            names = [choice.name for choice in choices]
            assert [line.split()[0] for line in shown if not line.startswith("  ")] == names
            assert len(shown) <= 2 * len(choices)
            assert shown[1].rstrip().endswith("more" if width > 60 else "…")
            await browser.press("escape")
            await browser.until(lambda: browser.app.screen is browser.screen, "the table")


def _shown(options: OptionList) -> list[str]:
    """The lines of the list, as they are drawn."""
    drawn = [options.render_line(y).text for y in range(options.virtual_size.height)]
    return [line for line in drawn if line.strip()]
