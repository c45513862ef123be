"""Draw one line of the list of models: a class with its size, its table and related classes, as wide as fits."""

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


class ModelLine(Visual):
    """A class in one line, whose related classes are cut to the width; what is wrong with it wraps.

    Names stand in a column as wide as the longest of all.
    """

    def __init__(self, choice: ModelInfo, size: Size | None, name_width: int) -> None:
        self._choice = choice
        self._size = "" if size is None else str(size)
        self._name_width = name_width

    def __str__(self) -> str:
        return self.at(None).plain

    def at(self, width: int | None) -> Content:
        """Return the line in that width; without one, all of it."""
        choice, name_width = self._choice, self._name_width
        if width is not None:  # a name that is longer than its column is whole all the same
            name_width = min(name_width, width - SIZE_WIDTH - len(GAP) - len("…"))
        name = Content.styled(choice.name, "bold").pad_right(max(0, name_width - cell_len(choice.name)))
        base = f"of {choice.base}{GAP}" if choice.base else ""
        table = "" if choice.table == choice.name else f"{choice.table}{GAP}"
        note = f"{GAP}{choice.note}" if choice.note else ""
        before = Content.assemble(name, f"{self._size:>{SIZE_WIDTH}}{GAP}", base, table)
        room = None if width is None else width - before.cell_length
        line = Content.assemble(before, choice.problem or related(choice.related, room), note)
        return line if width is None or self._is_whole else line.truncate(width, ellipsis=True)

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
        """Return one, unless something must not be cut."""
        return self.at(width).get_height(rules, width) if self._is_whole else 1


def related(names: Sequence[str], room: int | None) -> str:
    """Return `→ Order, Item … and 38 more`: as many names as fit into the room, and at least one."""
    for count in range(len(names), 0, -1):
        left = f" … and {len(names) - count:,} more" if count < len(names) else ""
        line = f"→ {', '.join(names[:count])}{left}"
        if room is None or cell_len(line) <= room or count == 1:
            return line
    return ""
