"""The line at the top: which database, in which mode, by which loader strategy, and whether work is under way."""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.loading import LoaderStrategy


class TitleBar(Widget):
    """Mode and strategy stand here at all times, in words and in colour."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "title-bar--name",
        "title-bar--safe",
        "title-bar--unsafe",
        "title-bar--busy",
        "title-bar--warning",
    }

    DEFAULT_CSS = """
    TitleBar {
        height: 1;
        background: $panel;
        color: $foreground;
        & > .title-bar--name { color: $primary-on-panel; text-style: bold; }
        & > .title-bar--safe { background: $success; color: $text-on-success; text-style: bold; }
        & > .title-bar--unsafe { background: $error; color: $text-on-error; text-style: bold; }
        & > .title-bar--busy { color: $warning-on-panel; }
        & > .title-bar--warning { color: $warning-on-panel; text-style: bold; }
    }
    """

    database: reactive[str] = reactive("")
    """What is open: name, dialect and driver."""
    warning: reactive[str] = reactive("")
    """What should be known of it all the time."""
    mode: reactive[AccessMode] = reactive(AccessMode.SAFE)
    strategy: reactive[LoaderStrategy] = reactive(LoaderStrategy.AS_MAPPED)
    busy: reactive[str] = reactive("")
    """What is under way, once it takes longer than a moment."""

    def render(self) -> Text:
        """The line, with the mode at its right end."""
        mode = "safe" if self.mode is AccessMode.SAFE else "unsafe"
        right = Text.assemble(
            (f" {mode.upper()} ", self._style(mode)), f"  loader: {self.strategy.title} ", no_wrap=True
        )
        return self._left(max(0, self.size.width - right.cell_len)) + right

    def _left(self, room: int) -> Text:
        """What is under way, or what is open; where that is too long, the warning stays, and our own name goes."""
        said, style = (self.busy, self._style("busy")) if self.busy else (self.database, Style())
        warning = Text(f" · {self.warning}" if self.warning else "", self._style("warning"))
        space = max(0, room - warning.cell_len)
        left = Text.assemble((" pirate-tui", self._style("name")), "   ", (said, style), no_wrap=True)
        if warning and left.cell_len > space:
            left = Text.assemble(" ", (said, style), no_wrap=True)
        left.truncate(space, overflow="ellipsis")
        left += warning
        left.truncate(room, pad=True, overflow="ellipsis")
        return left

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"title-bar--{name}", partial=True)
