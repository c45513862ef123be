"""Generates docs/keys.md from the commands: `make docs`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pirate_tui.ui.commands import COMMANDS, Availability, Command, Group, at_failure, in_rows, in_rows_or_text


PAGE = Path(__file__).with_name("keys.md")

LIMITED: dict[Availability, str] = {
    in_rows: "in the table",
    in_rows_or_text: "in the table and in panels of text",
    at_failure: "where a failure is shown",
}
"""Where a command works whose scope is the screen, and which needs more."""

INTRODUCTION = """\
# Keys

Generated from the table of commands by `make docs`; do not edit.

`?` shows the same in the browser, those of the focused panel first, and the command palette (`ctrl+p`) finds a command
by its name. A command works in the part of the screen that its line names, while that part has the focus. Its id is
that of the keymap in the [settings](settings.md#keys), where it can get other keys. The mouse works too: a click
selects a row or an attribute, sorts by a header, opens a link; a double click opens a row; the wheel scrolls; what the
mouse rests on is explained. ctrl+c copies a selection of the mouse, else it cancels.
"""


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for group in Group:
        commands = [command for command in COMMANDS if command.group is group]
        yield f"## {group.value}\n"
        yield "| key | command | what it does | where | id |\n|---|---|---|---|---|"
        yield from map(_row, commands)
        yield ""


def _row(command: Command) -> str:
    keys = " ".join(_code(command.keys_shown.split()))
    where = LIMITED.get(command.available, command.scope.value)
    what = command.tooltip.replace("|", r"\|")
    return f"| {keys} | {command.title} | {what} | {where} | `{command.binding.id}` |"


def _code(texts: Iterable[str]) -> Iterator[str]:
    return (f"`{text}`" for text in texts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
