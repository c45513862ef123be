"""The inspector: the live instance's attributes and what is loaded of them."""

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.reactive import reactive

from pirate_tui.domain.access import AttributeSnapshot, AttributeState, InstanceSnapshot, Verdict
from pirate_tui.ui.widgets.text_pane import TextPane


LEAST_VALUE = 8
"""Columns of the screen that an attribute's value has at the least."""


class Inspector(TextPane):
    """The attributes of the instance that the cursor rests on: their state, and what a plain access would do."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "inspector--loaded",
        "inspector--absent",
        "inspector--io",
        "inspector--relationship",
    }

    DEFAULT_CSS = """
    Inspector {
        & > .inspector--loaded { color: $success; }
        & > .inspector--absent { color: $warning; }
        & > .inspector--io { color: $error; text-style: bold; }
        & > .inspector--relationship { color: $accent; }
    }
    """

    snapshot: reactive[InstanceSnapshot | None] = reactive(None, init=False)
    """The instance as it was last seen; frozen."""

    @property
    def copied(self) -> tuple[str, str]:
        """What copying takes, in a word and its text: every attribute, its value whole."""
        attributes = () if self.snapshot is None else self.snapshot.attributes
        rows = (
            (one.name, one.state.value, one.verdict.value, one.value.text if one.value else "") for one in attributes
        )
        return "the instance", "\n".join(map("\t".join, rows))

    def watch_snapshot(self, snapshot: InstanceSnapshot | None) -> None:
        """Show another instance, or none."""
        if snapshot is None:
            self.border_title = Text("Instance")
            self.set_text([])
            return
        self.border_title = Text(f"{snapshot.label} · {snapshot.state}")
        rows = [(one.name, one.state.value, one.verdict.value) for one in snapshot.attributes]
        widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
        self.set_text([self._line(attribute, widths) for attribute in snapshot.attributes])

    def on_resize(self) -> None:
        """Values are cut elsewhere."""
        self.watch_snapshot(self.snapshot)

    def _line(self, attribute: AttributeSnapshot, widths: list[int]) -> Text:
        """Name, state, verdict, value: when the panel is narrow, it is the value's end that goes."""
        names, states, verdicts = widths
        is_loaded = attribute.state is AttributeState.LOADED
        is_safe = attribute.verdict is Verdict.NONE
        line = Text.assemble(
            (set_cell_size(attribute.name, names), self._style("relationship") if attribute.is_relationship else ""),
            (f"  {attribute.state.value:<{states}}", self._style("loaded" if is_loaded else "absent")),
            (f"  {attribute.verdict.value:<{verdicts}}  ", self._style("loaded" if is_safe else "io")),
            no_wrap=True,
        )
        value = Text("" if attribute.value is None else attribute.value.text)
        value.truncate(max(LEAST_VALUE, self.scrollable_content_region.width - line.cell_len), overflow="ellipsis")
        return line + value

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"inspector--{name}", partial=True)
