"""Move a cursor in an outline: every function returns the path of a line that exists. Pure."""

from pirate_tui.domain.outline import LineKind, Outline, Path, is_row


def move(outline: Outline, path: Path, by: int) -> Path:
    """Return the path `by` lines further on, within what there is; headers are passed over."""
    y = max(0, min(outline.line_of(path) + by, outline.lines - 1))
    line = outline.line_at(y)
    if line.part is LineKind.HEADER:
        line = outline.line_at(y + (1 if by > 0 else -1))
    return line.path


def first_child(outline: Outline, path: Path) -> Path:
    """Return the first row under an opened row or relationship, or the relationship when it has none."""
    branch = outline.branches(path)[0] if is_row(path) else outline.branch(path)
    inside = (*path, branch.relationship.name) if is_row(path) else path
    return (*inside, 0) if branch.children.count else inside


def parent(path: Path) -> Path:
    """Return the row that a row or a relationship stands under; itself at the top."""
    if len(path) == 1:
        return path
    return path[:-2] if is_row(path) else path[:-1]


def enclosing(outline: Outline, path: Path) -> Path | None:
    """Return the nearest opened row at the path or around it."""
    while path:
        if is_row(path) and outline.branches(path):
            return path
        path = path[:-1]
    return None


def within(outline: Outline, path: Path) -> Path:
    """Return the path, or the nearest line around it that there still is."""
    while len(path) > 1 and not outline.has(path):
        path = path[:-1]
    return path if outline.has(path) else (max(0, outline.count - 1),)
