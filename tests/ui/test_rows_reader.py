"""Reading rows while the ground moves: what was asked before does not spoil what holds now."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, cast

from pirate_tui.domain.entity import Entity
from pirate_tui.domain.listing import Listing
from pirate_tui.domain.query import Position, Query
from pirate_tui.domain.rows import Seek
from pirate_tui.ui.rows_reader import RowsReader, as_typed


ISLAND = Entity("Island", "islands", (), ())


class Slow:
    """A database that gives anchors when it is let."""

    def __init__(self) -> None:
        self.asked, self.let = 0, asyncio.Event()
        self.rows = self

    async def next_anchors(self, query: Query, seek: Seek) -> list[Position]:
        """The position of a row is its number."""
        assert query.entity is ISLAND
        self.asked += 1
        start = 0 if seek.position is None else seek.position[0] + 1
        await self.let.wait()
        return [(start + seek.skip,)]


async def test_an_anchor_that_was_asked_for_before_all_was_forgotten_is_not_kept() -> None:
    database, listing = Slow(), Listing(Query(ISLAND))
    listing.window.count = 10_000
    listing.window.anchors += [(999,), (1_999,)]
    reader = RowsReader(cast("Any", database), cast("Any", None), cast("Any", None))
    walking = asyncio.ensure_future(reader.walk(listing))
    while not database.asked and not walking.done():  # noqa: ASYNC110  it has no event of its own
        await asyncio.sleep(0)
    listing.reread(5_000, {})
    database.let.set()
    await walking
    assert listing.window.anchors == [(999,), (1_999,), (2_999,), (3_999,)]


async def test_two_walks_at_once_are_one_after_the_other() -> None:
    database, listing = Slow(), Listing(Query(ISLAND))
    listing.window.count = 10_000
    reader = RowsReader(cast("Any", database), cast("Any", None), cast("Any", None))
    walks = [asyncio.ensure_future(reader.walk(listing)) for _ in range(2)]
    await asyncio.sleep(0)
    database.let.set()
    await asyncio.gather(*walks)
    assert listing.window.anchors == [(n * 1_000 - 1,) for n in range(1, 10)]


class Sorted:
    """A database that gives all anchors at once, or none of them."""

    def __init__(self) -> None:
        self.asked, self.rows = list[int](), self

    async def anchors(self, query: Query, interval: int) -> list[Position]:
        """The position of a row is its number."""
        assert query.entity is ISLAND
        self.asked.append(interval)
        return [(number,) for number in range(interval - 1, 9_999, interval)]


async def test_rows_without_an_index_are_sorted_once_for_all_anchors() -> None:
    database, listing, tasks = Sorted(), Listing(Query(ISLAND)), NoTasks()
    listing.window.count, listing.window.is_indexed = 10_000, False
    reader = RowsReader(cast("Any", database), cast("Any", None), cast("Any", tasks))
    await asyncio.gather(reader.walk(listing), reader.walk(listing))
    assert listing.window.anchors == [(n * 1_000 - 1,) for n in range(1, 10)]
    assert (database.asked, tasks.tracked) == ([1_000], ["sorting Island"])


class NoTasks:
    """Keeps what is done, and shows nothing."""

    def __init__(self) -> None:
        self.tracked = list[str]()

    @contextmanager
    def track(self, what: str) -> Iterator[None]:
        """Keep it."""
        self.tracked.append(what)
        yield


class Colour(Enum):
    """What a key may be."""

    RED = "red"


def test_the_key_of_a_row_is_asked_for_as_it_would_be_typed() -> None:
    assert [as_typed(part) for part in (7, "a b", b"\x00\xff", Colour.RED)] == ["7", "a b", "x'00ff'", "red"]
