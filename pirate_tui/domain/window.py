"""Keep pages of a table, and compute which to read next and how to seek them. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from pirate_tui.domain.query import Position
from pirate_tui.domain.rows import Page, Rank, Row, Seek
from pirate_tui.domain.search import Span


PAGE_SIZE = 200
"""Rows in a page: a window of 200 costs little more than one of 50, and a screen seldom needs two."""

PAGES_HELD = 16
"""How many pages are kept: enough for a screen and its surroundings, whatever the table's size."""

ANCHORS = 1_000
"""How many positions of a table are remembered at most, so that no page is far from one."""

PAGES_BETWEEN_ANCHORS = 5
"""The least distance of two anchors: what a seek can skip without a noticeable delay."""

SPAN_ROWS = 50_000
"""Rows searched by one statement: some ten milliseconds, so that progress is shown. With fewer, a tenth is overhead."""


class Mark(NamedTuple):
    """A place in the table whose row number is known: seeking starts from the nearest."""

    row: int
    """The number of the first row that a seek forward from here yields."""
    position: Position | None
    """The position to seek from; None for an end of the table."""


class Window:
    """The pages of one table that are held in memory, by their number from its start."""

    def __init__(self, page_size: int = PAGE_SIZE, pages_held: int = PAGES_HELD) -> None:
        self.page_size = page_size
        self.pages_held = pages_held
        self.count: int | None = None
        """The number of rows, once counted."""
        self.anchors: list[Position] = []
        """The positions of the rows just before each whole interval, as far as they have been read."""
        self.is_indexed = True
        """Whether an index gives the rows in their order. Without one each span costs a scan of all."""
        self.blocks: tuple[int, ...] = (0,)
        """The blocks of columns in view: only they are read of a page."""
        self._pages: OrderedDict[tuple[int, int], Page] = OrderedDict()
        """The pages held, by number and block; the least recently used comes first."""

    @property
    def known(self) -> int:
        """How many rows can be scrolled over: all once counted, before that as far as has been read."""
        if self.count is not None:
            return self.count
        return max((n * self.page_size + len(page.rows) for (n, _), page in self._pages.items()), default=0)

    @property
    def pages(self) -> Iterable[Page]:
        """All pages that are held."""
        return self._pages.values()

    def row(self, index: int) -> Row | None:
        """Return the row of that number with the cells of any block, or None while no page of it is held."""
        number, block = index // self.page_size, self.blocks[0]
        if (number, block) not in self._pages:
            block = next((other for held, other in self._pages if held == number), block)
        return self.row_in(index, block)

    def row_in(self, index: int, block: int) -> Row | None:
        """Return the row of that number with the cells of that block, or None while its page is not held."""
        number, offset = divmod(index, self.page_size)
        page = self._pages.get((number, block))
        if page is None or offset >= len(page.rows):
            return None
        self._pages.move_to_end((number, block))
        return page.rows[offset]

    def wanted(self, first: int, last: int) -> tuple[int, ...]:
        """Return the numbers of the pages for rows `first` to `last`: those in view, then one ahead, one behind."""
        pages = -(-self.known // self.page_size)
        low, high = first // self.page_size, last // self.page_size
        order = (*range(low, high + 1), high + 1, low - 1)
        return tuple(n for n in order if 0 <= n < pages and self._missing(n) is not None)

    def seek(self, number: int) -> Seek:
        """Return how to read page `number`: from the nearest row whose place is known, forward or backward."""
        block = self._missing(number) or 0
        start = number * self.page_size
        size = self.page_size if self.count is None else min(self.page_size, self.count - start)
        forward = max((m for m in self._marks_after(start) if m.row <= start), key=lambda m: m.row)
        backward = [m for m in self._marks_before() if m.row >= start + size]
        nearest = min(backward, key=lambda m: m.row, default=None)
        if nearest is not None and nearest.row - (start + size) < start - forward.row:
            skip = nearest.row - start - size
            return Seek(nearest.position, backward=True, skip=skip, limit=size, block=block)
        return Seek(forward.position, skip=start - forward.row, limit=size, block=block)

    def before_page_of(self, rank: Rank) -> Seek | None:
        """Return how to read the row just before the page that has the row of that rank; None for the first page."""
        if rank.number < self.page_size:
            return None
        return Seek(rank.position, backward=True, skip=rank.number % self.page_size, limit=1)

    def _missing(self, number: int) -> int | None:
        """Return the first block in view of which that page is not held."""
        return next((block for block in self.blocks if (number, block) not in self._pages), None)

    def hold(self, number: int, page: Page) -> None:
        """Keep a page that has been read, and drop the least recently used one where there are too many."""
        self._pages[number, page.block] = page
        self._pages.move_to_end((number, page.block))
        while len(self._pages) > self.pages_held:
            self._pages.popitem(last=False)

    def clear(self) -> None:
        """Forget every page and the anchors; the count stays until the rows are counted again."""
        self._pages.clear()
        self.anchors.clear()

    # Anchors: positions at regular distances, from which any page is near.

    @property
    def interval(self) -> int:
        """How many rows lie between two anchors: whole pages, and never more than `ANCHORS` of them in a table."""
        pages = -(-(self.count or 0) // self.page_size)
        return self.page_size * max(PAGES_BETWEEN_ANCHORS, -(-pages // ANCHORS))

    @property
    def next_anchor(self) -> Seek | None:
        """How to read the next anchor, the row that a seek forward gives; None when no more are needed."""
        interval = self.interval
        if self.count is None or (len(self.anchors) + 1) * interval >= self.count:
            return None
        return Seek(self.anchors[-1] if self.anchors else None, skip=interval - 1, limit=1)

    def add_anchors(self, read: Iterable[Position]) -> None:
        """Keep the next anchors, as far as they are needed."""
        for position in read:
            if self.next_anchor is None:
                return
            self.anchors.append(position)

    @property
    def spans(self) -> list[Span]:
        """The stretches in which all rows are searched: between anchors, or all at once without an index."""
        if not self.is_indexed:
            return [Span()]
        chosen = self.anchors[self._span_step - 1 :: self._span_step]
        ends = zip([None, *chosen], [*chosen, None], strict=True)
        return [Span(*two, start=n * self._span_step * self.interval) for n, two in enumerate(ends)]

    @property
    def span_count(self) -> int:
        """How many spans there are once all anchors are known."""
        anchors = max(0, -(-(self.count or 0) // self.interval) - 1)
        return 1 + (anchors // self._span_step if self.is_indexed else 0)

    @property
    def _span_step(self) -> int:
        """How many intervals make a span."""
        return max(1, SPAN_ROWS // self.interval)

    def _marks_after(self, start: int) -> list[Mark]:
        """Return places to read forward from: the table's start, the end of each page held, the anchor before."""
        marks = [Mark(0, None)]
        for (number, _), page in self._pages.items():
            if page.rows:
                row = number * self.page_size + len(page.rows)
                marks.append(Mark(row, page.rows[-1].position))
        nearest = min(start // self.interval, len(self.anchors))
        if nearest:
            marks.append(Mark(nearest * self.interval, self.anchors[nearest - 1]))
        return marks

    def _marks_before(self) -> list[Mark]:
        """Return places to read backward from: the table's end once counted, and the start of each page held."""
        marks = [] if self.count is None else [Mark(self.count, None)]
        for (number, _), page in self._pages.items():
            if page.rows:
                marks.append(Mark(number * self.page_size, page.rows[0].position))
        return marks
