"""The help: every key, and what the browser teaches."""

from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.ui.commands import COMMANDS, Command, Group
from pirate_tui.ui.screens.guarded import Passing


LESSONS = """\
A lazy relationship is loaded by a SELECT at its first access. With an async driver that SELECT must be awaited; \
a plain attribute access cannot await, and raises MissingGreenlet.
Safe mode awaits: await parent.awaitable_attrs.children. Unsafe mode (u) makes the plain access, \
parent.children, really and on your data; the traceback is the one you would get.
The inspector says of each attribute, before it is touched, what a plain access would do: no IO; IO, so \
MissingGreenlet; raises; detached. A mark, ƒ, stands behind what runs code of the model.
Commit and rollback expire an instance: x shows what its attributes do then, and why.
The traceback never names the attribute. The explained side (t) does, with the statement and the remedies.
What is loaded costs nothing to access: choose an eager loader (s), and the plain access works. \
An opened line counts both: select 2 + access 0.
Which loader strategy is right is measured on your rows: c compares them, and says which to take and why.
A collection of very many rows is paged and not loaded, until a second Enter makes the real access.
Any database opens, with your own models or without: pirate-tui shop.db --models shop/models.py; m chooses a class.
A server opens by its URL: pirate-tui postgresql://user@host/name (--schema for other tables than its default ones). \
It is only read; a superuser is warned of. When it goes away, the rows stay as of before, and r leads back.
pirate-tui check says all of it without a screen, for your CI.
Order, filter and search go over the whole table, through the database.
"""
"""What a person should take away."""


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
        """The keys of the table work here too."""
        getattr(self.query_one(VerticalScroll), f"action_scroll_{where}")()

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll() as scroll:
            scroll.border_title = "Help · ↓ for the keys · esc closes"
            yield Static(_help())


def _help() -> Text:
    text = Text.assemble(("What it teaches\n", "bold underline"))
    for lesson in LESSONS.splitlines():
        text.append(f"• {lesson}\n")
    for group, commands in groupby(
        sorted(COMMANDS, key=lambda one: list(Group).index(one.group)), lambda one: one.group
    ):
        text.append(f"\n{group.value}\n", "bold underline")
        for command in commands:
            text.append_text(_line(command))
    text.append("\nLoader strategies\n", "bold underline")
    for strategy in LoaderStrategy:
        text.append(f"{strategy.title:>14}", "bold").append(f"  {strategy.lesson}\n")
    return text


def _line(command: Command) -> Text:
    return Text.assemble((f"{command.keys_shown:>14}", "bold"), f"  {command.tooltip}\n")
