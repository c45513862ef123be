"""Asks the database for what the table shows: pages, counts, anchors, another order, the hits of a search."""

import asyncio
from collections.abc import AsyncIterator

from pirate_tui.domain.failure import Trouble
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.ports import Database
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.rows import Row, Seek
from pirate_tui.domain.search import Match, Span, Tally, onward
from pirate_tui.domain.text import clean
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.works import Works


SETTLING = 0.3
"""Seconds that pass after another program's write before the rows are read again: it may write more."""


class RowsReader:
    """Keeps a table filled. Every question runs in an exclusive worker: a newer one takes its place."""

    def __init__(self, database: Database, table: RowTable, works: Works) -> None:
        self._database = database
        self._table = table
        self._works = works
        self._asked: Query | None = None
        self._walking = asyncio.Lock()
        """Held while anchors are read: each goes on from the one before."""
        self._is_stale = False
        """Has another program written, and the rows have not been read again?"""

    # Pages.

    async def begin(self, query: Query) -> None:
        """Show the first rows of a query; its count comes later."""
        self._table.show_query(query)
        self._table.hold((), 0, await self._database.page(query, Seek()))
        self._works.start("count", self._count)

    def fill(self) -> None:
        """Read the pages that are in view, or near it, and not held."""
        if not self._works.is_running("pages"):
            self._works.start("pages", self._read_pages)

    async def _read_pages(self) -> None:
        """Read what is wanted now, which may have changed with every page: one that left the view is not read."""
        listing = self._listing
        with self._works.under_way(f"reading {listing.entity.name}"):
            while wanted := self._table.wanted():
                path, number = wanted[0]
                page = await self._database.page(listing.query_at(path), listing.windows[path].seek(number))
                if path not in listing.windows:
                    continue  # it was closed meanwhile
                self._table.hold(path, number, page)

    async def _count(self) -> None:
        """Count what is not counted yet, and walk its anchors."""
        listing = self._listing
        for path in [path for path, window in listing.windows.items() if window.count is None]:
            query = listing.query_at(path)
            with self._works.under_way(f"counting {query.entity.name}"):
                if not path:
                    self._table.estimate = await self._database.estimate(query)
                count = await self._database.count(query)
                if path in listing.windows:
                    self._table.count(path, count)
        await self._walk(listing)

    def count(self) -> None:
        """Count what is not counted yet."""
        self._works.start("count", self._count)

    async def _walk(self, listing: Listing) -> None:
        """Read anchors one after another, so that every page comes near."""
        try:
            async with self._walking:
                for path, window in list(listing.windows.items()):
                    while (seek := window.next_anchor) is not None and listing.windows.get(path) is window:
                        anchor = await self._database.anchor(listing.query_at(path), seek)
                        if anchor is None:
                            break
                        window.anchors.append(anchor)
        except Trouble as trouble:
            self._works.trouble(trouble)

    # Another order, other filters, another place.

    def show(self, query: Query) -> None:
        """Show the rows of another query; the cursor stays on its row."""
        self._asked = query
        self._works.start("show", lambda: self._show(query))

    @property
    def query(self) -> Query:
        """What is shown, or will be in a moment."""
        return self._asked or self._listing.query

    async def _show(self, query: Query) -> None:
        try:
            await self._change_to(query)
        finally:
            if self._asked is query:
                self._asked = None

    async def _change_to(self, query: Query) -> None:
        verb = "ordering" if query.filters == self._listing.query.filters else "filtering"
        with self._works.under_way(f"{verb} {query.entity.name}"):
            row = self._cursor_row
            is_indexed = await self._database.is_sorted(query)
            count = await self._database.count(query)
            number = None if row is None else await self._rank(query, row)
            for group in ("count", "pages", "search"):
                self._works.cancel(group)
            self._table.tally = Tally()
            listing = self._table.show_query(query)
            listing.window.is_indexed = is_indexed
            self._table.count((), count)
            if not is_indexed and listing.window.next_anchor is not None:
                listing.window.anchors += await self._database.anchors(query, listing.window.interval)
            self._table.go_to(number or 0)
            self._works.start("count", self._count)

    def find(self, key: tuple[str, ...]) -> None:
        """Go to the row of a key, given as it was typed."""
        self._works.start("find", lambda: self._find(key))

    async def _find(self, key: tuple[str, ...]) -> None:
        query = self._listing.query
        shown = clean(f"{query.entity.name} {', '.join(key)}")
        with self._works.under_way(f"finding {shown}"):
            number = await self._database.rank(query, key)
            if number is None:
                raise Trouble(f"there is no {shown}{' among these rows' if query.filters else ''}", "type : again")
            self._table.go_to(number)

    # The world changes under us.

    def changed(self) -> None:
        """Another program has written to the database."""
        self._is_stale = True
        if not self._works.is_running("reread"):
            self._works.start("reread", self._reread_while_stale)

    async def _reread_while_stale(self) -> None:
        while self._is_stale:
            await asyncio.sleep(SETTLING)
            await self.reread()

    async def reread(self) -> None:
        """Read everything again; the cursor stays on its row, and what is open stays open under its row."""
        self._is_stale = False
        listing = self._listing
        with self._works.under_way(f"reading {listing.entity.name} again"):
            count = await self._database.count(listing.query)
            moved = {n: new async for n, new in self._ranks(listing) if new is not None}
            if listing is self._listing:
                self._works.cancel("pages")  # a page that was read before would come after
                self._table.reread(count, moved)
                self._works.start("count", self._count)

    async def _ranks(self, listing: Listing) -> AsyncIterator[tuple[int, int | None]]:
        """The rows whose place must be known, by their numbers as they were, with those that they have now."""
        for number in {int(self._table.cursor[0]), *listing.outline.opened}:
            found = listing.row_at((number,))
            if found is not None:
                yield number, await self._rank(listing.query, found[1])

    async def _rank(self, query: Query, row: Row) -> int | None:
        return None if row.key is None else await self._database.rank(query, tuple(map(str, row.key)))

    # Search.

    def search(self, match: Match) -> None:
        """Go to the first hit from the cursor on, and count all hits."""
        self._table.match = match
        self._table.tally = Tally()
        self._works.start("search", lambda: self._search(match))

    def next_hit(self, *, backward: bool = False) -> None:
        """Go to the next hit, or the one before; round from the last to the first."""
        match = self._table.match
        if match is not None:
            self._works.start("search", lambda: self._step(match, backward=backward))

    def forget_search(self) -> None:
        """No hits are shown any more."""
        self._works.cancel("search")
        self._table.match = None

    async def _search(self, match: Match) -> None:
        """Stay where the cursor is, if that is a hit."""
        listing = self._listing
        with self._works.under_way(f"searching {match}"):
            origin = await self._origin(listing)
            if origin is None:
                self._table.tally = Tally((0,))
                return
            number, position = origin
            here = max((one for one in listing.window.spans if one.start <= number), key=lambda one: one.start)
            upto = here._replace(upto=position)
            if await self._database.nearest(listing.query, upto, match, backward=True) != position:
                await self._to_next_hit(match, backward=False)
            else:
                self._table.go_to(number)
            await self._count_hits(listing, match)

    async def _to_next_hit(self, match: Match, *, backward: bool) -> None:
        listing = self._listing
        with self._works.under_way(f"searching {match}") as work:
            origin = await self._origin(listing)
            if origin is None:
                return
            spans = listing.window.spans
            for number, span in enumerate(onward(spans, *origin, backward=backward)):
                work.progress = f"{100 * number // (len(spans) + 2)} %"
                hit = await self._database.nearest(listing.query, span, match, backward=backward)
                if hit is not None:
                    self._table.go_to(await self._number(listing, spans, span, hit))
                    break

    async def _step(self, match: Match, *, backward: bool) -> None:
        await self._to_next_hit(match, backward=backward)
        await self._count_hits(self._listing, match)

    async def _count_hits(self, listing: Listing, match: Match) -> None:
        """Count the hits, span after span; those that are counted already stay so."""
        with self._works.under_way(f"counting the hits of {match}") as work:
            await self._walk(listing)
            spans = listing.window.spans
            for span in spans[len(self._table.tally.hits) :]:
                hits = await self._database.count_between(listing.query, span, match)
                self._table.tally = Tally((*self._table.tally.hits, hits), len(spans))
                work.progress = str(self._table.tally)

    async def _origin(self, listing: Listing) -> tuple[int, Position] | None:
        """Number and position of the row that the cursor is on, or inside of; None in an empty table."""
        number = int(self._table.cursor[0])
        row = listing.window.row(number)
        if row is None and listing.window.known:
            size = listing.window.page_size
            page = await self._database.page(listing.query, listing.window.seek(number // size))
            row = dict(enumerate(page.rows, start=number // size * size)).get(number)
        return None if row is None else (number, row.position)

    async def _number(self, listing: Listing, spans: list[Span], span: Span, hit: Position) -> int:
        """The number of the row at a position in the span: those before it are counted from the span's anchor on."""
        start = max((one for one in spans if one.start <= span.start), key=lambda one: one.start)
        return start.start + await self._database.count_between(listing.query, Span(start.after, hit)) - 1

    @property
    def _listing(self) -> Listing:
        listing = self._table.listing
        assert listing is not None, "there is a reader as soon as there are rows"  # noqa: S101
        return listing

    @property
    def _cursor_row(self) -> Row | None:
        """The query's own row that the cursor is on, or inside of."""
        found = self._table.row_at(self._table.cursor[:1])
        return None if found is None else found[1]
