"""Read all rows of a query with their values whole, in memory that does not grow with them."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import Row

from pirate_tui.domain.rows import Seek, WholeColumns
from pirate_tui.orm.rows.row_statements import RowStatements
from pirate_tui.orm.rows.selection import WHOLE


CELLS_AT_ONCE = 20_000
"""How many values one statement reads, none of them longer than a cell of the table."""

LEAST_ROWS = 20
"""How many rows it reads at least, however many columns they have."""

MOST_AT_ONCE = 4_000_000
"""How many characters or bytes of long values one statement reads, unless a single row has more."""


class Fetch(Protocol):
    """Fetches the rows of a seek."""

    async def __call__(self, seek: Seek) -> list[Row[Any]]:
        """Return the rows, in their order."""


async def read_whole(pages: RowStatements, fetch: Fetch, columns: int) -> AsyncGenerator[WholeColumns]:
    """Yield the values of all rows, page after page.

    A page is read as the table reads it, with long values cut, and their lengths. Only where there are any, the page is
    read again whole, in so many pieces that none is too large. Rows that cannot be told apart stay in one page.
    """
    limit, position = max(LEAST_ROWS, CELLS_AT_ONCE // columns), None
    while True:
        found = await fetch(Seek(position, limit=limit))
        is_last = len(found) < limit
        rows = found if is_last or pages.is_total else _without_last(pages, found)
        if not rows and not is_last:  # all of them are alike
            limit *= 2
            continue
        if rows:
            values, lengths = pages.columns(rows, 0)
            if pages.blocks == 1 and not any(map(any, lengths)):
                yield values
                position = pages.position(rows[-1])
            else:
                sizes = await _sizes(pages, fetch, Seek(position, limit=len(rows)), lengths)
                for size in _pieces(sizes) if pages.is_total else [len(rows)]:
                    whole = await fetch(Seek(position, limit=size, block=WHOLE))
                    if whole:  # else they were deleted meanwhile
                        yield pages.columns(whole, WHOLE)[0]
                        position = pages.position(whole[-1])
        if is_last:
            return


def _without_last(pages: RowStatements, rows: list[Row[Any]]) -> list[Row[Any]]:
    """Return the rows without those at the position of the last one, of which more may follow."""
    last = pages.position(rows[-1])
    end = len(rows)
    while end and pages.position(rows[end - 1]) == last:
        end -= 1
    return rows[:end]


async def _sizes(pages: RowStatements, fetch: Fetch, seek: Seek, lengths: WholeColumns) -> list[int]:
    """Return how long all the cut values of each row are, with those of the other blocks of columns."""
    sizes = [0] * seek.limit
    for block in range(pages.blocks):
        if block:
            rows = await fetch(seek._replace(block=block))
            lengths = pages.columns(rows, block)[1] if rows else []
        for number, cut in enumerate(zip(*lengths, strict=True)):
            sizes[number] += sum(filter(None, cut))
    return sizes


def _pieces(sizes: Sequence[int]) -> Iterator[int]:
    """Divide rows of these sizes into pieces that are not too large; yield how many rows each has."""
    rows = total = 0
    for size in sizes:
        if rows and total + size > MOST_AT_ONCE:
            yield rows
            rows = total = 0
        rows, total = rows + 1, total + size
    yield rows
