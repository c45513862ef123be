"""Search the whole table: go from the cursor to the next hit, and count all hits."""

from collections.abc import Awaitable, Callable

from pirate_tui.domain.entity import Column
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.query import Position
from pirate_tui.domain.search import Match, MatchCounts, MatchPlace, Span, onward, parse_match, span_of
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.table_state import TableState
from pirate_tui.ui.tasks import Tasks


Walk = Callable[[Listing], Awaitable[None]]
"""Reads all anchors of a listing."""


class Searcher:
    """One search at a time, in one group of workers; the table shows what it finds."""

    def __init__(self, connection: ConnectionHandle, table: TableState, tasks: Tasks, walk: Walk) -> None:
        self._connection = connection
        self._table = table
        self._tasks = tasks
        self._walk = walk
        self._steps = 0
        """How many hits to go on by, back where it is negative."""

    def search(self, typed: str, column: Column | None) -> None:
        """Go to the first hit from the cursor on, and count all hits; an empty line ends the search before.

        `column` is the one to search in, None for all text. Raises ValueError where the text is invalid.
        """
        self.forget()
        listing = self._table.listing
        if typed and listing is not None:
            self._table.set_caption(hint="")
            match = parse_match(typed, column)
            self._table.set_caption(match=match)
            self._tasks.start("search", lambda: self._from_here(match, listing))

    def next_hit(self, *, backward: bool = False) -> None:
        """Go to the next hit, or the previous one; after the last to the first."""
        match, listing = self._table.caption.match, self._table.listing
        if match is not None and listing is not None:
            self._steps = self._steps if self._tasks.is_running("search") else 0
            self._steps += -1 if backward else 1
            self._tasks.start("search", lambda: self._make_steps(match, listing))

    def count_again(self) -> None:
        """Count the hits again, after the rows have changed."""
        match, listing = self._table.caption.match, self._table.listing
        if match is not None and listing is not None:
            self._table.set_caption(tally=MatchCounts(), match_place=None)
            self._tasks.start("search", lambda: self._count(match, listing))

    def forget(self) -> None:
        """End the search."""
        self._steps = 0
        self._tasks.cancel("search")
        self._table.set_caption(match=None, tally=MatchCounts(), match_place=None)

    async def _from_here(self, match: Match, listing: Listing) -> None:
        if not await self._is_hit(match, listing):
            await self._to_next(match, listing, backward=False)
        await self._count(match, listing)

    async def _make_steps(self, match: Match, listing: Listing) -> None:
        """Go on by as many hits as were asked for, also by keys that came while others were being found."""
        while self._steps:
            await self._to_next(match, listing, backward=self._steps < 0)
        await self._count(match, listing)

    async def _is_hit(self, match: Match, listing: Listing) -> bool:
        """Whether the row under the cursor is a hit itself."""
        origin = await self._origin(listing)
        if origin is None:
            return False
        number, position = origin
        with self._tasks.track(f"searching {match}"):
            upto = span_of(listing.window.spans, number)._replace(upto=position)
            is_hit = await self._connection.rows.nearest(listing.query, upto, match, backward=True) == position
            if is_hit:
                await self._number_hit(match, listing, number, position)
            return is_hit
        return False

    async def _to_next(self, match: Match, listing: Listing, *, backward: bool) -> None:
        origin = await self._origin(listing)
        if origin is None:
            return
        with self._tasks.track(f"searching {match}") as task:
            spans = listing.window.spans
            for number, span in enumerate(onward(spans, *origin, backward=backward)):
                task.progress = f"{100 * number // (len(spans) + 2)} %"
                hit = await self._connection.rows.nearest(listing.query, span, match, backward=backward)
                if hit is not None:
                    row = await self._number(listing, span_of(spans, span.start), hit)
                    self._table.go_to(row)
                    self._steps -= (self._steps > 0) - (self._steps < 0)
                    await self._number_hit(match, listing, row, hit)
                    return
            self._steps = 0

    async def _number(self, listing: Listing, span: Span, hit: Position) -> int:
        """Return the number of the row at a position: those before it are counted from the start of its span on."""
        return span.start + await self._connection.rows.count_between(listing.query, Span(span.after, hit)) - 1

    async def _number_hit(self, match: Match, listing: Listing, row: int, hit: Position) -> None:
        """Count the hits of the hit's span up to it, and show its number while the cursor is there."""
        spans = listing.window.spans
        own = span_of(spans, row)
        number = await self._connection.rows.count_between(listing.query, Span(own.after, hit), match)
        if self._table.cursor[0] == row:
            self._table.set_caption(match_place=MatchPlace(row, spans.index(own), number))

    async def _count(self, match: Match, listing: Listing) -> None:
        """Count the hits, span after span, as far as the anchors are known; then wait for more of them.

        Where these cannot be read, the count so far stays.
        """
        window = listing.window
        with self._tasks.track(f"counting matches of {match}") as task:
            while not self._table.caption.tally.is_done:
                counted, spans = self._table.caption.tally.hits, window.spans
                if len(counted) + 1 >= len(spans) and window.next_anchor is not None and window.is_indexed:
                    await self._walk(listing)
                    spans = window.spans
                    if window.next_anchor is not None:
                        break
                hits = await self._connection.rows.count_between(listing.query, spans[len(counted)], match)
                self._table.set_caption(tally=MatchCounts((*counted, hits), window.span_count))
                task.progress = str(self._table.caption.tally)

    async def _origin(self, listing: Listing) -> tuple[int, Position] | None:
        """Return number and position of the row that the cursor is on, or inside of; None in an empty table."""
        number = int(self._table.cursor[0])
        row = listing.window.row(number)
        if row is None and listing.window.known:
            with self._tasks.track(f"reading {listing.entity.name}"):
                size = listing.window.page_size
                page = await self._connection.rows.page(listing.query, listing.window.seek(number // size))
                row = dict(enumerate(page.rows, start=number // size * size)).get(number)
        return None if row is None else (number, row.position)
