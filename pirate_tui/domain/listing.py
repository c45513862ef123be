"""Keep what the table shows: pages of rows, and what is opened between them. Pure."""

from collections.abc import Mapping

from pirate_tui.domain.entity import Entity
from pirate_tui.domain.loading import OpenResult
from pirate_tui.domain.outline import Branch, Outline, Path, is_row
from pirate_tui.domain.query import Query
from pirate_tui.domain.rows import BLOCK, Cell, Page, Row
from pirate_tui.domain.window import Window


class Listing:
    """The rows of one query, held as pages, and the relationships opened under them.

    A relationship with too many rows to hold is paged too: `windows` has what is held of each, by its path;
    that of the query itself has the empty path.
    """

    def __init__(self, query: Query, window: Window | None = None) -> None:
        self.query = query
        self.windows: dict[Path, Window] = {(): window or Window()}
        self._queries: dict[Path, Query] = {(): query}
        self.outline = Outline(self.window.known)

    @property
    def entity(self) -> Entity:
        """The entity whose rows are listed."""
        return self.query.entity

    @property
    def window(self) -> Window:
        """What is held of the query's own rows."""
        return self.windows[()]

    # Rows.

    def query_at(self, path: Path) -> Query:
        """Return the query of what is paged at the path, which has a window."""
        return self._queries[path]

    def row_at(self, path: Path) -> tuple[Entity, Row] | None:
        """Return entity and row of a path, or of the row that a relationship belongs to; None while not read."""
        if not is_row(path):
            path = path[:-1]
        *above, number = path
        if window := self.windows.get(tuple(above)):
            row = window.row(int(number))
            return None if row is None else (self.query_at(tuple(above)).entity, row)
        opening = self.outline.branch(path[:-1]).opening
        return None if opening is None else (opening.target, opening.rows[int(number)])

    def cells_in(self, path: Path, block: int) -> tuple[Cell, ...]:
        """Return the cells of a row in that block of its columns; empty while they are not read."""
        *above, number = path
        if window := self.windows.get(tuple(above)):
            row = window.row_in(int(number), block)
            return () if row is None else row.cells
        opening = self.outline.branch(path[:-1]).opening
        return () if opening is None else opening.rows[int(number)].cells[block * BLOCK : (block + 1) * BLOCK]

    def entity_at(self, path: Path) -> Entity:
        """Return the entity whose rows are listed at a row's path, read or not; for a relationship, its owner."""
        above = path[:-1] if is_row(path) else path[:-2]
        opening = self.opening_at(above) if above else None
        return self.entity if opening is None else opening.target

    def query_of(self, path: Path) -> Query | None:
        """Return a query that has the row of a path among its rows; None while it is not read."""
        entity_and_row = self.row_at(path)
        above = path[:-1] if is_row(path) else path[:-2]
        return self.query_at(above) if above in self.windows else entity_and_row and Query(entity_and_row[0])

    def hold(self, path: Path, number: int, page: Page) -> None:
        """Keep a page that has been read of what is paged at the path."""
        self.windows[path].hold(number, page)
        self._recount(path)

    def count(self, path: Path, rows: int) -> None:
        """Set how many rows there are of what is paged at the path."""
        self.windows[path].count = rows
        self._recount(path)

    def reread(self, rows: int, moved: Mapping[int, int]) -> None:
        """Forget every page and set how many rows there are now.

        What is opened stays open under the rows that `moved` has, from their old number to the new one.
        """
        for window in self.windows.values():
            window.clear()
        self.window.count = rows
        places = {number: moved[number] for number in self.outline.opened if moved.get(number, rows) < rows}
        self.outline = Outline(rows, {new: self.outline.opened[old] for old, new in places.items()})
        paths = {path: (places[int(path[0])], *path[1:]) for path in self.windows if path and path[0] in places}
        self.windows = {(): self.window, **{new: self.windows[old] for old, new in paths.items()}}
        self._queries = {(): self.query, **{new: self._queries[old] for old, new in paths.items()}}

    def wanted(self, top: int, height: int) -> list[tuple[Path, int]]:
        """Return what to read for a view of that height from line `top` on: numbers of pages, each with its path."""
        ranges: dict[Path, tuple[int, int]] = {}
        for y in range(top, min(top + height + 1, self.outline.lines)):
            path = self.outline.line_at(y).path
            for end in range(1, len(path) + 1, 2):
                above, number = path[: end - 1], int(path[end - 1])
                if above in self.windows:
                    first, last = ranges.get(above, (number, number))
                    ranges[above] = (min(first, number), max(last, number))
        return [
            (path, number)
            for path, (first, last) in ranges.items()
            for number in self.windows[path].wanted(first, last)
        ]

    # What is opened.

    def opening_at(self, path: Path) -> OpenResult | None:
        """Return the result of opening the relationship at the path; None where it is not open."""
        listed = {branch.relationship.name: branch for branch in self.outline.branches(path[:-1])}
        branch = listed.get(str(path[-1]))
        return None if branch is None else branch.opening

    def can_close(self, path: Path) -> bool:
        """Whether something at the path can be closed. The only relationship of a row closes with its row."""
        if is_row(path):
            return bool(self.outline.branches(path))
        return len(self.outline.branches(path[:-1])) > 1 and self.opening_at(path) is not None

    def show(self, path: Path, opening: OpenResult) -> Branch:
        """Put the result of opening a relationship under the row at the path, and return its branch."""
        branch = Branch.opened(opening.request.relationship, opening)
        inside = (*path, branch.relationship.name)
        self._forget(inside)
        self.outline = self.outline.with_branch(inside, branch)
        if opening.query is not None:
            self.windows[inside], self._queries[inside] = Window(), opening.query
            self.hold(inside, 0, Page(opening.rows))
        return branch

    def list_relationships(self, path: Path) -> None:
        """Put the closed relationships of the row at the path under it."""
        entity_and_row = self.row_at(path)
        if entity_and_row is not None:
            branches = tuple(Branch(relationship) for relationship in entity_and_row[0].relationships)
            self.outline = self.outline.with_branches(path, branches)

    def close(self, path: Path) -> None:
        """Close a row, or one of the relationships listed under it."""
        self._forget(path)
        if is_row(path):
            self.outline = self.outline.with_branches(path, ())
        else:
            self.outline = self.outline.with_branch(path, Branch(self.outline.branch(path).relationship))

    def close_others(self, path: Path, name: str) -> None:
        """Close the relationships of a row but the one of that name."""
        for branch in self.outline.branches(path):
            if branch.relationship.name != name and branch.opening is not None:
                self.close((*path, branch.relationship.name))

    def _recount(self, path: Path) -> None:
        self.outline = self.outline.with_count(path, self.windows[path].known)

    def _forget(self, path: Path) -> None:
        """Drop the windows at the path and inside it."""
        for inside in [window for window in self.windows if window and window[: len(path)] == path]:
            del self.windows[inside], self._queries[inside]
