"""Tell which walk a line is part of, and the way that has led to it. Pure."""

from pirate_tui.domain.access import Walk
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.outline import Path
from pirate_tui.domain.rows import key_label


def walk_at(listing: Listing, path: Path) -> Walk | None:
    """Return the walk that a line is part of: that of the table's own row at or above it; None without a key."""
    entity_and_row = listing.row_at(path[:1])
    if entity_and_row is None or entity_and_row[1].key is None:
        return None
    openings = listing.outline.openings_below(int(path[0]))
    loaded = tuple(opening.request.loaded for opening in openings if opening.has_loaded)
    return Walk(entity_and_row[0], entity_and_row[1].key, loaded)


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
