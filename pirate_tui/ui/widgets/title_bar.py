"""Show the line at the top: database, mode, loader strategy, and running work."""

from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.geometry import Offset
from textual.reactive import reactive

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.ui.keymap import keymap_of
from pirate_tui.ui.widgets.tips import Tips


NAME = " pirate-tui   "

TIPS = (
    (NAME, ""),
    ("read-only", "The database is never written to"),
    (" · pooler", "Connected through a connection pooler: each transaction has the settings of its own"),
    (" · standby", "A copy that follows its primary; the lag is as of the last connect or reload ({r})"),
    (" UNSAFE ", "Attributes are accessed without await: what is not loaded raises; {u} toggles"),
    (" SAFE ", "Attributes are accessed with await, by awaitable_attrs; {u} toggles"),
    (" loader: ", "The loader strategy by which rows are selected; {s} takes the next, {c} compares all"),
    (" session: ", "How many objects the session of the row under the cursor holds"),
)
"""What parts of the title begin with, and what they mean; a part ends where the next begins."""


class TitleBar(Tips):
    """The title, which shows mode and strategy at all times, in words and in colour."""

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
    """A warning shown all the time; empty where there is none."""
    mode: reactive[AccessMode] = reactive(AccessMode.SAFE)
    strategy: reactive[LoaderStrategy] = reactive(LoaderStrategy.AS_MAPPED)
    session: reactive[str] = reactive("")
    """What the session of the live instance holds: `session: 8 objects`; empty where there is none."""
    busy: reactive[str] = reactive("")
    """The running work, once it takes longer than a moment."""

    def render(self) -> Text:
        """Return the line, with the mode at its right end."""
        mode = "safe" if self.mode is AccessMode.SAFE else "unsafe"
        right = Text.assemble(
            (f" {mode.upper()} ", self._style(mode)), f"  loader: {self.strategy.title} ", no_wrap=True
        )
        whole = sum(map(cell_len, (NAME, self.database, " · ", self.warning, right.plain, "  ", self.session)))
        if self.session and whole <= self.size.width:
            right.append(f" {self.session} ")
        return self._left(max(0, self.size.width - right.cell_len)) + right

    def tip_at(self, at: Offset) -> str:
        """Return what the part under the mouse means."""
        line = self.render().plain
        begun = ((line.rfind(start), tip) for start, tip in TIPS)
        part = max((part for part in begun if 0 <= part[0] <= at.x), default=(0, ""))
        return keymap_of(self).in_hint(part[1])

    def another(self) -> "TitleBar":
        """Return a title bar that shows the same now, for another screen; but its sessions are not this one's."""
        bar = TitleBar()
        bar.set_reactive(TitleBar.database, self.database)
        bar.set_reactive(TitleBar.warning, self.warning)
        bar.set_reactive(TitleBar.mode, self.mode)
        bar.set_reactive(TitleBar.strategy, self.strategy)
        return bar

    def _left(self, room: int) -> Text:
        """Return the running work or the database; where that is too long, the app's name goes, the warning stays."""
        label, style = (self.busy, self._style("busy")) if self.busy else (self.database, Style())
        warning = Text(f" · {self.warning}" if self.warning else "", self._style("warning"))
        space = max(0, room - warning.cell_len)
        left = Text.assemble((NAME, self._style("name")), (label, style), no_wrap=True)
        if warning and left.cell_len > space:
            left = Text.assemble(" ", (label, style), no_wrap=True)
        left.truncate(space, overflow="ellipsis")
        left += warning
        left.truncate(room, pad=True, overflow="ellipsis")
        return left

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"title-bar--{name}", partial=True)
