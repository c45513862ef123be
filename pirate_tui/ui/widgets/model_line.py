"""Draw a class in the list of models: its whole name and size, its table and related classes, as many as fit."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from pirate_tui.domain.entity import ModelInfo, Size


SIZE_WIDTH = 16
"""Columns of the screen for the number of a class's rows."""

GAP = "  "

INDENT = 2
"""Columns of the screen by which a subclass is indented below its base."""


class ModelLine(Visual):
    """A class in one line, or in two where its related classes do not fit; what is wrong with it wraps.

    Names stand in a column as wide as the longest of all.
    """

    def __init__(self, choice: ModelInfo, size: Size | None, name_width: int, depth: int = 0) -> None:
        self._choice = choice
        self._depth = depth
        """Below how many of its bases it stands."""
        self._size = "" if size is None else str(size)
        self._name_width = name_width

    def __str__(self) -> str:
        return self.at(None).plain

    def at(self, width: int | None) -> Content:
        """Return the text in that width; without one, all of it in one line."""
        choice = self._choice
        note = f"{GAP}{choice.note}" if choice.note else ""
        table = "" if choice.table == choice.name else choice.table
        base = f"of {choice.base}" if choice.base and not self._depth else ""
        before = GAP.join(filter(None, [base, table]))
        told = f"{choice.problem or related(choice.related, None)}{note}"
        head = self._head(width)
        whole = Content(GAP).join([part for part in (head, Content(before), Content(told)) if part])
        if width is None or whole.cell_length <= width:
            return whole
        first, below = (
            (head, before) if head.cell_length + cell_len(GAP + before) > width else (head + GAP + before, "")
        )
        below = " " * (INDENT * (self._depth + 1)) + (f"{below}{GAP}" if below else "")
        if not choice.problem:
            told = f"{related(choice.related, width - cell_len(below))}{note}"
        second = Content(f"{below}{told}")
        return Content("\n").join([first, second if self._is_whole else second.truncate(width, ellipsis=True)])

    def _head(self, width: int | None) -> Content:
        """Return the name, whole, and the size in its column, or closer where the name is longer than that allows."""
        name = Content.styled(" " * (INDENT * self._depth) + self._choice.name, "bold")
        room = self._name_width + SIZE_WIDTH if width is None else min(self._name_width + SIZE_WIDTH, width)
        return Content.assemble(name, f"{self._size:>{max(0, room - name.cell_length)}}")

    @property
    def _is_whole(self) -> bool:
        """Whether it has something that must not be cut."""
        return bool(self._choice.problem or self._choice.note)

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Return the strips of the line in the width that there is."""
        return self.at(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002  Textual's own signature
        """Return the container's width: the line takes all of it."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return one or two, unless something must not be cut."""
        return self.at(width).get_height(rules, width)


def related(names: Sequence[str], room: int | None) -> str:
    """Return `→ Order, Item … and 38 more`: as many names as fit into the room, and at least one."""
    for count in range(len(names), 0, -1):
        left = f" … and {len(names) - count:,} more" if count < len(names) else ""
        line = f"→ {', '.join(names[:count])}{left}"
        if room is None or cell_len(line) <= room or count == 1:
            return line
    return ""
