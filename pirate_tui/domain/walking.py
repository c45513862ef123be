"""Tell which walk a line is part of, and the way that has led to it. Pure."""

from pirate_tui.domain.access import Walk
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.outline import Path
from pirate_tui.domain.rows import key_label
from pirate_tui.domain.statements import StatementOrigin


def walk_at(listing: Listing, path: Path) -> Walk | None:
    """Return the walk that a line is part of: that of the table's own row at or above it; None without a key."""
    entity_and_row = listing.row_at(path[:1])
    if entity_and_row is None or entity_and_row[1].key is None:
        return None
    return Walk(entity_and_row[0], entity_and_row[1].key)


def path_of(listing: Listing, origin: StatementOrigin) -> Path | None:
    """Return where a statement came from, among what is open: the relationship, or the row; None where it is not."""
    for number in listing.outline.opened:
        row = listing.row_at((number,))
        if row is not None and (row[0].name, row[1].key) == origin.root:
            return _nearest(listing, (number,), origin) or (number,)
    return None


def _nearest(listing: Listing, path: Path, origin: StatementOrigin) -> Path | None:
    """Return the line of the origin at the row or below it."""
    entity_and_row, branches = listing.row_at(path), listing.outline.branches(path)
    if entity_and_row is None:
        return None
    if (entity_and_row[0].name, entity_and_row[1].key) == (origin.entity, origin.key):
        is_listed = any(branch.relationship.name == origin.attribute for branch in branches)
        return (*path, origin.attribute) if is_listed else path
    inside = ((*path, branch.relationship.name, number) for branch in branches for number in branch.children.opened)
    opened = (found for one in inside if (found := _nearest(listing, one, origin)) is not None)
    return next(opened, None) or _child(listing, path, origin)


def _child(listing: Listing, path: Path, origin: StatementOrigin) -> Path | None:
    """Return the closed row that the origin is, among those that are held below the row."""
    for branch in listing.outline.branches(path):
        opening = branch.opening
        if opening is not None and opening.target.name == origin.entity:
            for number, row in enumerate(opening.rows):
                if row.key == origin.key:
                    return (*path, branch.relationship.name, number)
    return None


def steps_to(listing: Listing, path: Path) -> tuple[str, ...]:
    """Return how one comes to a line, a step for each part of its path: `Order 1`, `customer`, `Customer 7`."""
    steps = []
    for end, part in enumerate(path, start=1):
        entity_and_row = listing.row_at(path[:end])
        if isinstance(part, str) or entity_and_row is None:
            steps.append(str(part))
        else:
            steps.append(key_label(entity_and_row[0].name, entity_and_row[1].key or ()))
    return tuple(steps)
