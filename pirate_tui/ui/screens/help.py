"""Show the help: the concepts, then every key."""

from itertools import groupby
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.ui.commands import COMMANDS, Group
from pirate_tui.ui.screens.guarded import Passing


LESSONS = """\
A lazy relationship is loaded by a SELECT on first access. With an async driver that SELECT must be awaited; \
a plain attribute access cannot await it, and raises MissingGreenlet.
Safe mode awaits: await parent.awaitable_attrs.children. Unsafe mode (u) really makes the plain access, \
parent.children, on your data; the traceback is the one that your application would raise.
For each attribute, the inspector predicts what a plain access would do: no IO; IO, so MissingGreenlet; raises; \
detached. A ƒ marks what runs model code.
What is opened below a row goes on in one session, as in code: what it holds costs nothing again. The header counts \
its objects.
Commit and rollback expire all that a session holds: x shows what the attributes do then, and Enter acts in that state.
The traceback never names the attribute. The explanation beside it does, with the statement and the fixes. \
⏎ tries a fix on the row that failed: the same access, before and after. t gives the traceback the whole panel.
A loaded attribute costs nothing to access: with an eager loader (s), the plain access works. \
An opened line counts both: select 2 + access 0.
The best loader strategy depends on your data: c measures each on your rows, and recommends one.
A very large collection is paged and not loaded, until a second Enter makes the real access.
Any database can be opened, with or without your models: pirate-tui shop.db --models shop/models.py; m lists the \
classes.
A server is opened by its URL: pirate-tui postgresql://user@host/name (--schema for tables outside its default \
schema). Access is read-only; a superuser is warned. When the connection is lost, the rows stay, marked as stale, \
and r reloads them.
pirate-tui check runs the same predictions non-interactively, for CI.
Sort, filter and search run in the database, over the whole table.
"""
"""The concepts that the browser teaches."""

KEYS_WIDTH = 14
"""Columns for the keys of a command, or for the name of a loader strategy."""

TEXT_AT = KEYS_WIDTH + 2
"""The column at which the text behind them starts, and goes on when it is wrapped."""


class HelpScreen(Passing[None], ModalScreen[None]):
    """The lessons, then the keys by what they are about."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 92;
            max-width: 96%;
            height: auto;
            max-height: 94%;
            padding: 0 2;
            border: round $primary;
            background: $surface;
            border-title-color: $primary-on-surface;
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,question_mark,q", "dismiss", "Close"),
        ("j", "scroll('down')"),
        ("k", "scroll('up')"),
        ("g", "scroll('home')"),
        ("G", "scroll('end')"),
    ]

    def action_scroll(self, where: str) -> None:
        """Scroll the help, also by keys of the table."""
        getattr(self.query_one(VerticalScroll), f"action_scroll_{where}")()

    def compose(self) -> ComposeResult:
        """Build one text that scrolls."""
        with VerticalScroll() as scroll:
            scroll.border_title = "Help · ↓ for the keys · esc closes"
            yield HelpText()


class HelpText(Static):
    """The text, wrapped to its own width with a hanging indent."""

    def on_resize(self, resized: Resize) -> None:
        """Wrap to the new width; a new height alone, which wrapping causes, changes nothing."""
        if self._width != resized.size.width:
            self._width = resized.size.width
            self.update(_help(self._width))

    _width = 0


def _help(width: int) -> Text:
    text = Text.assemble(("Concepts\n", "bold underline"))
    for lesson in LESSONS.splitlines():
        text.append("• " + _hanging(lesson, width, len("• ")))
    for group, commands in groupby(
        sorted(COMMANDS, key=lambda command: list(Group).index(command.group)), lambda command: command.group
    ):
        text.append(f"\n{group.value}\n", "bold underline")
        for command in commands:
            _append(text, command.keys_shown, command.tooltip, width)
    text.append("\nLoader strategies\n", "bold underline")
    for strategy in LoaderStrategy:
        _append(text, strategy.title, strategy.lesson, width)
    return text


def _append(text: Text, name: str, words: str, width: int) -> None:
    text.append(f"{name:>{KEYS_WIDTH}}", "bold").append("  " + _hanging(words, width, TEXT_AT))


def _hanging(words: str, width: int, indent: int) -> str:
    """Wrap to the width; all lines but the first, which has something before it, begin at the indent."""
    lines = wrap(words, max(1, width - indent), break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines) + "\n"
