"""Show one value, whole: page by page, however large it is."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.screen import ModalScreen

from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.rows import Value
from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.copying import MOST, copy, notify_too_large
from pirate_tui.ui.keymap import keymap_of
from pirate_tui.ui.screens.help import WithHelp
from pirate_tui.ui.widgets.text_pane import TextPane


PART = 16_384
"""Characters, or bytes, of a value that are shown at once: laying out more takes a noticeable time."""

WHOLE = "the full value"
"""The name of what copying takes."""

Read = Callable[[int, int], Awaitable[Value]]
"""Reads a part of the value: where it starts, and its length. May raise `BrowserError`."""


class ValueScreen(WithHelp, ModalScreen[None]):
    """The value of one attribute; `]` and `[` turn its pages, where it has more than one; `r` reads it again."""

    DEFAULT_CSS = """
    ValueScreen {
        align: center middle;
        & > TextPane {
            width: 92%;
            height: 90%;
            padding: 0 1;
            border: round $primary;
            background: $surface;
            border-title-color: $primary-on-surface;
            border-subtitle-color: $muted-on-surface;
        }
    }
    """

    SCOPE = BindingScope.VALUE
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SCOPE)]

    number: reactive[int] = reactive(0, init=False)
    """Which page is shown."""

    def __init__(self, name: str, read: Read) -> None:
        super().__init__()
        self._title = name
        self._read = read
        self._pages = 1
        self._length = 0

    @classmethod
    def of_lines(cls, name: str, lines: tuple[str, ...]) -> "ValueScreen":
        """Return a screen for lines that are read already."""
        text = "\n".join(lines)

        async def read(start: int, size: int) -> Value:
            return Value(tuple(text[start : start + size].split("\n")), len(text))

        return cls(name, read)

    def compose(self) -> ComposeResult:
        """Compose the pane."""
        yield TextPane(wrap=True)

    def on_mount(self) -> None:
        """Read its beginning."""
        self._show()

    def validate_number(self, number: int) -> int:
        """Stay within the value."""
        return max(0, min(number, self._pages - 1))

    def watch_number(self) -> None:
        """Read another page."""
        self._show()

    def action_next_page(self) -> None:
        """Show the next page."""
        self.number += 1

    def action_previous_page(self) -> None:
        """Show the previous page."""
        self.number -= 1

    def action_close(self) -> None:
        """Return to what is below."""
        self.dismiss()

    def action_again(self) -> None:
        """Read the page again, after an error."""
        self._show()

    @work(exclusive=True)
    async def action_copy(self) -> None:
        """Copy the whole value, also what is not on this page, unless it is too large."""
        if self._length > MOST:
            notify_too_large(self.app, WHOLE, self._length)
            return
        try:
            parts = [(await self._read(number * PART, PART)).lines for number in range(self._pages)]
        except BrowserError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        # A part that ends within a line goes on in the next.
        copy(self.app, WHOLE, "".join("\n".join(lines) for lines in parts))

    @work(exclusive=True)
    async def _show(self) -> None:
        pane = self.query_one(TextPane)
        try:
            value = await self._read(self.number * PART, PART)
        except BrowserError as error:
            pane.set_text([Text(str(error))])
            return
        self._length = value.length
        self._pages = max(1, -(-value.length // PART))
        keymap = keymap_of(self)
        turn = f"{keymap.shown('value.previous_page')} {keymap.shown('value.next_page')} turn"
        page = f" · page {self.number + 1} of {self._pages} · {turn}" if self._pages > 1 else ""
        pane.set_title(f"{self._title} · {value.length:,} long{page}")
        pane.border_subtitle = f"{keymap.shown('value.copy')} copies all of it · {keymap.shown('value.close')} closes"
        pane.set_text([Text(line) for line in value.lines])
        pane.scroll_home(animate=False)
