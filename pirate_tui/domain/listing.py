"""What the table shows and where its cursor can go: pages, what is opened between them, paths. Pure."""

from pirate_tui.domain.entity import Entity
from pirate_tui.domain.loading import Opening
from pirate_tui.domain.outline import Branch, Outline, Part, Path, is_row
from pirate_tui.domain.rows import Page, Row
from pirate_tui.domain.window import Window


class Listing:
    """The rows of one entity, held as pages, and the relationships opened under them."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.window = Window()
        self.outline = Outline(0)

    # Rows.

    def row_at(self, path: Path) -> tuple[Entity, Row] | None:
        """The entity and the row of a path, or of the row that a relationship belongs to; None while not read."""
        if not is_row(path):
            path = path[:-1]
        if len(path) == 1:
            row = self.window.row(int(path[0]))
            return None if row is None else (self.entity, row)
        opening = self.outline.branch(path[:-1]).opening
        return None if opening is None else (opening.target, opening.rows[int(path[-1])])

    def hold(self, number: int, page: Page) -> None:
        """Keep a page that has been read."""
        self.window.hold(number, page)
        self._recount()

    def count(self, rows: int) -> None:
        """The table has been counted."""
        self.window.count = rows
        self._recount()

    def reread(self, rows: int) -> None:
        """Forget every page, and what is opened; there are that many rows now."""
        self.window.clear()
        self.window.count = rows
        self.outline = Outline(rows)

    def wanted(self, top: int, height: int) -> tuple[int, ...]:
        """The numbers of the pages to read for a view of that height whose first line is `top`."""
        last = self.outline.lines - 1
        if last < 0:
            return ()
        first, after = (self.outline.line_at(min(y, last)).path[0] for y in (top, top + height))
        return self.window.wanted(int(first), int(after))

    # What is opened.

    def opening_at(self, path: Path) -> Opening | None:
        """What came of opening the relationship at the path, if it was opened."""
        listed = {branch.relationship.name: branch for branch in self.outline.branches(path[:-1])}
        branch = listed.get(str(path[-1]))
        return None if branch is None else branch.opening

    def can_close(self, path: Path) -> bool:
        """Is anything open there that can be closed? The only relationship of a row closes with its row."""
        if is_row(path):
            return bool(self.outline.branches(path))
        return len(self.outline.branches(path[:-1])) > 1 and self.opening_at(path) is not None

    def show(self, path: Path, opening: Opening) -> Branch:
        """Put what came of opening a relationship under the row at the path."""
        branch = Branch.opened(opening.request.relationship, opening)
        self.outline = self.outline.with_branch((*path, branch.relationship.name), branch)
        return branch

    def list_relationships(self, path: Path) -> None:
        """Put the closed relationships of the row at the path under it."""
        found = self.row_at(path)
        if found is not None:
            branches = tuple(Branch(relationship) for relationship in found[0].relationships)
            self.outline = self.outline.with_branches(path, branches)

    def close(self, path: Path) -> None:
        """Close a row, or one of the relationships listed under it."""
        if is_row(path):
            self.outline = self.outline.with_branches(path, ())
        else:
            self.outline = self.outline.with_branch(path, Branch(self.outline.branch(path).relationship))

    def enclosing(self, path: Path) -> Path | None:
        """The nearest opened row at the path or around it."""
        while path:
            if is_row(path) and self.outline.branches(path):
                return path
            path = path[:-1]
        return None

    # Where to go.

    def move(self, path: Path, by: int) -> Path:
        """The path `by` lines further on, within what there is; column heads are passed over."""
        y = max(0, min(self.outline.line_of(path) + by, self.outline.lines - 1))
        line = self.outline.line_at(y)
        if line.part is Part.HEADS:
            line = self.outline.line_at(y + (1 if by > 0 else -1))
        return line.path

    def first_child(self, path: Path) -> Path:
        """The first row under an opened row or relationship, or the relationship when it has none."""
        branch = self.outline.branches(path)[0] if is_row(path) else self.outline.branch(path)
        inside = (*path, branch.relationship.name) if is_row(path) else path
        return (*inside, 0) if branch.children.count else inside

    def parent(self, path: Path) -> Path:
        """The row that a row or a relationship stands under; itself at the top."""
        if len(path) == 1:
            return path
        return path[:-2] if is_row(path) else path[:-1]

    def within(self, path: Path) -> Path:
        """The path, or the nearest line around it that there still is."""
        while len(path) > 1 and not self.outline.has(path):
            path = path[:-1]
        return path if self.outline.has(path) else (max(0, self.outline.count - 1),)

    def _recount(self) -> None:
        """Take up how many rows there are now."""
        count = self.window.known
        opened = {number: below for number, below in self.outline.opened.items() if number < count}
        self.outline = Outline(count, opened)
