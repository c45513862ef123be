"""Show the attributes of an instance as lines, with a cursor."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from itertools import accumulate, chain
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Offset, Size
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.domain.access import AttributeSnapshot, InstanceSnapshot, Prediction
from pirate_tui.ui.widgets.attribute_lines import (
    Lines,
    attribute_details,
    attribute_line,
    attribute_lines,
    attribute_tip,
    name_of,
)
from pirate_tui.ui.widgets.lines_view import restyle
from pirate_tui.ui.widgets.text_pane import TextPane
from pirate_tui.ui.widgets.tips import Tips


DETAILS = 4
"""Lines that wrapped values leave for the details, so that the attributes stay where they are when those come."""

MEASURED = 200
"""How many lines the width of the text is measured by."""


class AttributeList(TextPane, Tips):
    """The attributes of an instance, one of which is the current one; with the focus, its details are below them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "inspector--loaded",
        "inspector--absent",
        "inspector--io",
        "inspector--relationship",
        "inspector--cursor",
        "inspector--detail",
    }

    DEFAULT_CSS = """
    AttributeList {
        & > .inspector--loaded { color: $success-on-background; }
        & > .inspector--absent { color: $warning-on-background; }
        & > .inspector--io { color: $error-on-background; text-style: bold; }
        & > .inspector--relationship { color: $accent-on-background; }
        & > .inspector--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .inspector--detail { color: $muted-on-background; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("down,j", "step(1)"),
        ("up,k", "step(-1)"),
        ("home,g", "step(-1000)"),
        ("end,G", "step(1000)"),
    ]

    snapshot: reactive[InstanceSnapshot | None] = reactive(None, init=False)
    """The instance as last read; frozen."""

    number: reactive[int] = reactive(0, init=False)
    """Which attribute the cursor is on."""

    prediction: reactive[Prediction] = reactive(Prediction(), init=False)
    """What a plain access to the current attribute would send first."""

    def __init__(self) -> None:
        super().__init__()
        self._starts: Sequence[int] = ()
        """The line at which each attribute begins, and that behind the last one."""
        self.summary = ""
        """A line behind the attributes; empty where it is said elsewhere."""

    @property
    def attributes(self) -> tuple[AttributeSnapshot, ...]:
        """The attributes; none without an instance."""
        return () if self.snapshot is None else self.snapshot.attributes

    @property
    def attribute_height(self) -> int:
        """How many lines the attributes take; details follow."""
        return self._starts[-1] if self.attributes else 0

    @property
    def current(self) -> AttributeSnapshot | None:
        """The attribute that the cursor is on."""
        return self.attributes[self.number] if self.attributes else None

    def action_step(self, by: int) -> None:
        """Go to another attribute."""
        self.number = max(0, min(self.number + by, len(self.attributes) - 1))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the pressed attribute: the panel, which takes the focus now, may have grown when it is released."""
        at = event.get_content_offset(self)
        number = None if at is None else self._number_at(at)
        if number is not None:
            self.number = number

    def tip_at(self, at: Offset) -> str:
        """Return what the words in the line of the attribute there mean."""
        number = self._number_at(at)
        return "" if number is None else attribute_tip(self.attributes[number])

    def _number_at(self, at: Offset) -> int | None:
        """Return the number of the attribute that is shown there; None where none is."""
        y = at.y + round(self.scroll_y)
        return bisect_right(self._starts, y) - 1 if 0 <= y < self.attribute_height else None

    def line_at(self, y: int) -> Strip:
        """Return the strip of a line, highlighted when it is the current attribute's."""
        strip = super().line_at(y)
        if self.has_focus and self.attributes and y in self._current_lines:
            style = self.get_component_rich_style("inspector--cursor", partial=True)
            strip = restyle(strip.adjust_cell_length(self.size.width), 0, None, style)
        return strip

    def show_current(self) -> None:
        """Scroll to the details of the current attribute, and then to itself."""
        if self.line_count() > self.attribute_height > 0:
            self.scroll_line_into_view(self.line_count() - 1)
            self.scroll_line_into_view(self._current_lines.start)

    def text_in(self, size: Size) -> Sequence[Text]:
        """Return the attributes, and with the focus the details of the current one.

        While there is room for all and for details, values are wrapped; else each attribute has one line.
        """
        rows = [(name_of(attribute), attribute.state.value, attribute.verdict.value) for attribute in self.attributes]
        widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
        details = (
            attribute_details(self.current, self.prediction) if self.has_focus and self.current is not None else []
        )
        summary = [Text(self.summary, "inspector--detail")] if self.summary else []
        behind = self.wrapped([*summary, *details], size.width)
        if len(rows) + DETAILS <= size.height:
            blocks = [attribute_lines(attribute, widths, size.width, self.wrapped) for attribute in self.attributes]
            self._starts = list(accumulate(map(len, blocks), initial=0))
            if self._starts[-1] + DETAILS <= size.height:
                return [*chain.from_iterable(blocks), *behind]
        self._starts = range(len(rows) + 1)
        return Lines(self.attributes, partial(attribute_line, widths=widths, width=size.width), behind)

    def widest(self, lines: Sequence[Text]) -> int:
        """Return the width of the first lines: all have the same columns, and are cut to the panel."""
        return super().widest(lines[:MEASURED])

    @property
    def _current_lines(self) -> range:
        return range(*self._starts[self.number : self.number + 2])
