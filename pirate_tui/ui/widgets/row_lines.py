"""Draw the lines of the table: columns in their widths, cells cut with their true length."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from pirate_tui.domain.access import Scenario
from pirate_tui.domain.entity import NOLOAD, Column, Entity
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.loading import Found, OpenResult
from pirate_tui.domain.outline import Line, LineKind, Path
from pirate_tui.domain.rows import BLOCK, Cell, Page, Row
from pirate_tui.domain.window import Window


STEP = 4
"""Columns of the screen that each level of nesting is moved to the right."""

MAX_WIDTH = 40
"""The widest that a column of the table becomes."""

GAP = "  "

CLOSED, OPEN, LEAF, FAILED, FIXED, KEYLESS = "▸ ", "▾ ", "  ", "✗ ", "✓ ", "! "
"""Glyphs before a line, with a space. No instance can be loaded of a keyless row."""

UNREAD = Cell("…", is_null=True)
"""Shown in place of a cell that is not read yet."""

Styles = Callable[[str], Style]
"""Returns the style of a part of a line by its name: header, null, type-mismatch, ..."""


@dataclass
class Widths:
    """The widths of one entity's columns on one level: they only grow, so that columns do not jump."""

    cells: list[int]
    _ends: list[int] = field(default_factory=list)
    """The end of each column, counted from the first; empty until needed."""

    @classmethod
    def of(cls, entity: Entity) -> "Widths":
        """Return widths that fit the header."""
        return cls([cell_len(column.name) for column in entity.columns])

    def fit(self, page: Page) -> None:
        """Widen the columns to fit the cells of a page."""
        self._ends.clear()
        for row in page.rows:
            for number, cell in enumerate(row.cells, start=page.block * BLOCK):
                if self.cells[number] < MAX_WIDTH:
                    self.cells[number] = min(
                        MAX_WIDTH, max(self.cells[number], cell_len(cell.text) + len(suffix(cell)))
                    )

    @property
    def total(self) -> int:
        """The width of a whole row, its glyph not counted."""
        return self._all_ends()[-1] if self.cells else 0

    def offset(self, number: int) -> tuple[int, int]:
        """Return where a column begins and ends, counted from the first."""
        end = self._all_ends()[number]
        return end - self.cells[number], end

    def before(self, columns: range) -> int:
        """Return the width of what is to the left of these columns."""
        return self.offset(columns.start)[0] if columns.start else 0

    def in_view(self, left: int, right: int) -> range:
        """Return the columns between two places, or all columns where there are few."""
        if len(self.cells) <= BLOCK:
            return range(len(self.cells))
        ends = self._all_ends()
        first = min(bisect_left(ends, left), len(ends) - 1)
        return range(first, min(len(ends), bisect_right(ends, right) + 1))

    def _all_ends(self) -> list[int]:
        if not self._ends:
            self._ends += (end - len(GAP) for end in accumulate(width + len(GAP) for width in self.cells))
        return self._ends

    def column_at(self, x: int) -> int | None:
        """Return the number of the column at `x`, counted as in `offset`; None beside and between them."""
        spans = map(self.offset, range(len(self.cells)))
        return next((number for number, (start, end) in enumerate(spans) if start <= x < end), None)


def level_of(path: Path) -> int:
    """Return how deep a row is nested; for a relationship, the row that it belongs to."""
    return (len(path) - 1) // 2


def glyph_offset(line: Line) -> int:
    """Return the column of the screen at which a line's glyph stands."""
    return len(line.path) // 2 * STEP - (0 if line.part is LineKind.ROW else STEP // 2)


def suffix(cell: Cell) -> str:
    """Return what follows a cell's text: its true length when it is cut, a mark at a type mismatch."""
    length = "" if cell.length is None else f" ({cell.length:,})"
    return f"{length} !" if cell.is_type_mismatch else length


def cell_text(cell: Cell, width: int) -> str:
    """Return the cell's text in that width, cut with an ellipsis where it is longer."""
    behind = suffix(cell)
    room = width - len(behind)
    if cell_len(cell.text) <= room:
        return cell.text + behind
    return set_cell_size(cell.text, max(0, room - 1)).rstrip("…") + "…" + behind


class LineRenderer:
    """Draws the lines of one listing, in widths that it keeps for each entity and level of nesting."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._widths: dict[tuple[str, int], Widths] = {}

    def widths(self, entity: Entity, level: int) -> Widths:
        """Return the widths of an entity's columns: nested rows do not widen the table around them."""
        if (entity.name, level) not in self._widths:
            self._widths[entity.name, level] = Widths.of(entity)
        return self._widths[entity.name, level]

    def width(self, listing: Listing) -> int:
        """Return how wide the listing is with all that is opened in it."""
        opened = [(level, opening.target) for level, opening in listing.outline.openings() if opening.rows]
        listed = [(0, listing.entity), *opened]
        return max(level * STEP + len(LEAF) + self.widths(entity, level).total for level, entity in listed)

    def line(self, listing: Listing, line: Line, current: int | None, view: range) -> list[Segment]:
        """Return a line of the listing; a header marks the `current` column, `view` is the visible part."""
        level = len(line.path) // 2
        if line.part is LineKind.RELATIONSHIP:
            return self._relationship(listing, line.path, level, view.stop)
        if line.part is LineKind.HEADER:
            return self.header(listing.entity_at((*line.path, 0)), level, current, view)
        entity_and_row = listing.row_at(line.path)
        if entity_and_row is None:
            return [Segment("  …", self._styles("null"))]
        entity, row = entity_and_row
        columns = self.in_view(entity, level, view)
        cells = row.cells if len(entity.columns) <= BLOCK else _cells(listing, line.path, columns)
        glyph = _glyph(entity, row, is_open=bool(listing.outline.branches(line.path)))
        return [
            Segment(" " * (level * STEP)),
            Segment(glyph, self._styles("glyph")),
            *self._row(cells, entity, level, columns),
        ]

    def header(self, entity: Entity, level: int, current: int | None, view: range) -> list[Segment]:
        """Return the line of an entity's column names, with the current column marked."""
        plain, marked = self._styles("header"), self._styles("header") + self._styles("column")
        widths, columns = self.widths(entity, level), self.in_view(entity, level, view)
        line: list[Segment] = [Segment(" " * (level * STEP + len(LEAF) + widths.before(columns)))]
        for number in columns:
            column, style = entity.columns[number], marked if number == current else plain
            line += [Segment(_aligned(column.name, column, widths.cells[number]), style), Segment(GAP)]
        return line

    def in_view(self, entity: Entity, level: int, view: range) -> range:
        """Return the visible columns of rows at that level, or all of them where there are few."""
        edge = level * STEP + len(LEAF)
        return self.widths(entity, level).in_view(view.start - edge, view.stop - edge)

    def _row(self, cells: Sequence[Cell], entity: Entity, level: int, columns: range) -> list[Segment]:
        widths = self.widths(entity, level)
        line = [Segment(" " * widths.before(columns))]
        for number, cell in zip(columns, cells, strict=True):
            width = widths.cells[number]
            line += [
                Segment(_aligned(cell_text(cell, width), entity.columns[number], width), self._style_of(cell)),
                Segment(GAP),
            ]
        return line

    def _style_of(self, cell: Cell) -> Style | None:
        if cell.is_null:
            return self._styles("null")
        return self._styles("type-mismatch") if cell.is_type_mismatch else None

    def _relationship(self, listing: Listing, path: Path, level: int, width: int) -> list[Segment]:
        """Return the line of a relationship, with the result and the cost of opening it, cut to the width."""
        branch = listing.outline.branch(path)
        indent = level * STEP - STEP // 2
        name, opening = branch.relationship.name, branch.opening
        if opening is None:
            glyph, style = CLOSED, "null"
            result = f" · {branch.relationship.direction} {branch.relationship.target}"
        else:
            glyph, style = (FAILED, "failure") if opening.failure else (OPEN, "relationship")
            if opening.fix:
                glyph, style = FIXED, "success"
            result = _result(opening, listing.windows.get(path))
        room = width - indent - cell_len(glyph + name)
        result = result if cell_len(result) <= room else set_cell_size(result, max(0, room - 1)) + "…"
        head = self._styles("relationship" if opening is None else style)
        return [Segment(" " * indent), Segment(glyph + name, head), Segment(result, self._styles(style))]


def _cells(listing: Listing, path: Path, columns: range) -> list[Cell]:
    """Return the row's cells in these columns, as far as they are read."""
    blocks = range(columns.start // BLOCK, (columns.stop - 1) // BLOCK + 1)
    read = {block * BLOCK + at: cell for block in blocks for at, cell in enumerate(listing.cells_in(path, block))}
    return [read.get(number, UNREAD) for number in columns]


def _glyph(entity: Entity, row: Row, *, is_open: bool) -> str:
    if row.key is None:
        return KEYLESS
    if not entity.relationships:
        return LEAF
    return OPEN if is_open else CLOSED


def _result(opening: OpenResult, window: Window | None) -> str:
    """Describe the result and the cost of opening a relationship."""
    request, cost = opening.request, opening.cost
    if opening.failure:
        what = f"raised {opening.failure.name}"
    elif window is not None:
        what = f"{_row_count(window)} {opening.target.name}"
    elif request.relationship.uselist:
        what = f"{len(opening.rows):,} {opening.target.name}"
    else:
        what = opening.target.name if opening.rows else "None"
    if request.relationship.lazy == NOLOAD and not opening.rows and not opening.failure:
        what += " · lazy='noload' never loads it (deprecated)"
    if request.relationship.is_query:
        query = f"await session.scalars({request.entity.variable}.{request.relationship.query})"
        return f" · {what} · {request.relationship.lazy}: runs a query, loads nothing: {query}"
    if opening.is_held_back:
        return f" · {what} · not loaded: over --limit · ⏎ loads all"
    how = request.mode.how, opening.fix or request.strategy.title, f"{cost.seconds * 1000:.1f} ms"
    return "".join(f" · {part}" for part in (what, *_costs(opening), *how))


def _costs(opening: OpenResult) -> list[str]:
    """Return what was sent, how a walk went on, and in which state that was done."""
    select, access, _ = opening.cost
    sent = f"select {select} + access {access}"
    if opening.found in {Found.LOADED, Found.IDENTITY_MAP}:
        sent = "no IO"
    elif opening.found is Found.IN_SESSION:
        sent = f"access {access}"
    scenario = opening.instance.scenario
    state = [] if scenario is Scenario.FRESH else [scenario.value]
    return [sent, *([] if opening.found is None else [opening.found.value]), *state]


def _row_count(window: Window) -> str:
    return f"more than {window.known:,}" if window.count is None else f"{window.count:,}"


def _aligned(text: str, column: Column, width: int) -> str:
    return " " * (width - cell_len(text)) + text if column.is_numeric else set_cell_size(text, width)
