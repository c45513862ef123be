"""Show the live instance's attributes, and which of them are loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.domain.access import (
    AttributeSnapshot,
    InstanceSnapshot,
    Prediction,
    Scenario,
)
from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.widgets.attribute_lines import (
    Lines,
    attribute_details,
    attribute_line,
    io_summary,
    name_of,
    value_of,
)
from pirate_tui.ui.widgets.lines_view import restyle
from pirate_tui.ui.widgets.text_pane import TextPane


MEASURED = 200
"""How many lines the width of the text is measured by."""


class Inspector(TextPane):
    """The attributes of the live instance: their state, and what a plain access would do. Each can be accessed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "inspector--loaded",
        "inspector--absent",
        "inspector--io",
        "inspector--relationship",
        "inspector--cursor",
        "inspector--detail",
    }

    DEFAULT_CSS = """
    Inspector {
        & > .inspector--loaded { color: $success-on-background; }
        & > .inspector--absent { color: $warning-on-background; }
        & > .inspector--io { color: $error-on-background; text-style: bold; }
        & > .inspector--relationship { color: $accent-on-background; }
        & > .inspector--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .inspector--detail { color: $muted-on-background; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(BindingScope.INSPECTOR),
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

    result: reactive[str] = reactive("", init=False)
    """What the last access has cost; empty where none was made of this instance."""

    is_stale: reactive[bool] = reactive(False, init=False)
    """Whether the database is gone, so that what is shown may be outdated. Bound to the screen's."""

    @dataclass
    class Focused(Message):
        """The cursor is on an attribute, in the panel that has the focus."""

        name: str

    @dataclass
    class AccessRequested(Message):
        """An attribute is to be accessed as the instance stands."""

        name: str

    @property
    def clipboard_text(self) -> tuple[str, str]:
        """What copying takes, its name and its text: every attribute, its value whole."""
        rows = (
            (attribute.name, attribute.state.value, attribute.verdict.value, value_of(attribute))
            for attribute in self._attributes
        )
        return "the instance", "\n".join(map("\t".join, rows))

    @property
    def current(self) -> AttributeSnapshot | None:
        """The attribute that the cursor is on."""
        return self._attributes[self.number] if self._attributes else None

    def action_access(self) -> None:
        """Access the attribute."""
        if self.current is not None:
            self.post_message(self.AccessRequested(self.current.name))

    def action_step(self, by: int) -> None:
        """Go to another attribute."""
        self.number = max(0, min(self.number + by, len(self._attributes) - 1))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the pressed attribute: the panel, which takes the focus now, may have grown when it is released."""
        at = event.get_content_offset(self)
        number = -1 if at is None else at.y + round(self.scroll_y)
        if 0 <= number < len(self._attributes):
            self.number = number

    def on_click(self, event: events.Click) -> None:
        """Access the attribute at a double click."""
        if event.chain == 2:  # noqa: PLR2004
            self.action_access()

    def watch_number(self) -> None:
        """Scroll to the cursor, and request details of the attribute under it."""
        self._request_prediction()

    def watch_prediction(self) -> None:
        """Show the details of the attribute."""
        self._write()

    def watch_snapshot(self, before: InstanceSnapshot | None, after: InstanceSnapshot | None) -> None:
        """Show another instance, the same one in another state, or none."""
        if before is None or after is None or before.entity != after.entity:
            self.set_reactive(Inspector.number, 0)
        if before is None or after is None or before.label != after.label:
            self.set_reactive(Inspector.result, "")
        self._request_prediction()

    def watch_result(self) -> None:
        """Show what the last access has cost."""
        self._write()

    def watch_is_stale(self) -> None:
        """Mark what is shown as stale, or no longer."""
        self.set_class(self.is_stale, "-stale")
        self._write()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  Textual's signature
        """Show the cursor and its details, or hide them."""
        super().watch_has_focus(has_focus)
        self._request_prediction()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._show_current()

    def line_at(self, y: int) -> Strip:
        """Return the strip of a line, highlighted when it is the current attribute's."""
        strip = super().line_at(y)
        if self.has_focus and y == self.number and self._attributes:
            style = self.get_component_rich_style("inspector--cursor", partial=True)
            strip = restyle(strip.adjust_cell_length(self.size.width), 0, None, style)
        return strip

    @property
    def _attributes(self) -> tuple[AttributeSnapshot, ...]:
        return () if self.snapshot is None else self.snapshot.attributes

    def _request_prediction(self) -> None:
        """Request the prediction for the current attribute alone, since each takes time."""
        self.set_reactive(Inspector.prediction, Prediction())
        self._write()
        if self.has_focus and self.current is not None:
            self.post_message(self.Focused(self.current.name))

    def _write(self) -> None:
        if self.snapshot is None:
            self.border_title, self.border_subtitle = Text("Instance"), None
            self.lay_out()
            return
        scenario = self.snapshot.scenario
        state = self.snapshot.state if scenario is Scenario.FRESH else scenario.value
        self.border_title = Text(f"{self.snapshot.label} · {state}{' · stale' if self.is_stale else ''}")
        self.border_subtitle = Text(self.result or io_summary(self._attributes))
        self.lay_out()
        self._show_current()

    def _show_current(self) -> None:
        """Scroll to the details of the current attribute, and then to itself."""
        if self.line_count() > len(self._attributes):
            self.scroll_line_into_view(self.line_count() - 1)
            self.scroll_line_into_view(self.number)

    def text_in(self, size: Size) -> Sequence[Text]:
        """Return a line for each attribute, and with the focus the details of the current one."""
        rows = [(name_of(attribute), attribute.state.value, attribute.verdict.value) for attribute in self._attributes]
        widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
        details = (
            attribute_details(self.current, self.prediction) if self.has_focus and self.current is not None else []
        )
        make = partial(attribute_line, widths=widths, width=size.width)
        return Lines(self._attributes, make, self.wrapped(details, size.width))

    def widest(self, lines: Sequence[Text]) -> int:
        """Return the width of the first lines: all have the same columns, and are cut to the panel."""
        return super().widest(lines[:MEASURED])
