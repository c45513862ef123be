"""Parse a search, and divide the table into the spans that it is run over. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from pirate_tui.domain.entity import Column
from pirate_tui.domain.query import Position
from pirate_tui.domain.text import plural


class Match(NamedTuple):
    """What a row must hold to be a hit."""

    text: str
    column: Column | None = None
    """The column that must hold it; None for any column of text."""
    is_prefix: bool = False
    """Whether the value must begin with the text exactly. Then an index on the column can serve."""

    def __str__(self) -> str:
        where = "" if self.column is None else f" in {self.column.name}"
        return f"“{'^' if self.is_prefix else ''}{self.text}”{where}"


class Span(NamedTuple):
    """A contiguous part of a table's rows, in its order."""

    after: Position | None = None
    """The row before its first one; None: it begins with the table."""
    upto: Position | None = None
    """Its last row; None: it ends with the table."""
    is_open: bool = False
    """Whether it ends just before that row."""
    start: int = 0
    """The number of its first row."""


class MatchPlace(NamedTuple):
    """Where a hit is among all hits."""

    row: int
    """The number of its row."""
    span: int
    """The number of the span that it is in, from 0."""
    number: int
    """Its number among the hits of that span, from 1."""


class MatchCounts(NamedTuple):
    """What a search over the whole table has found so far."""

    hits: tuple[int, ...] = ()
    """The number of hits in each span searched so far."""
    spans: int = 1
    """How many spans there are."""

    @property
    def is_done(self) -> bool:
        """Whether the whole table is searched."""
        return len(self.hits) >= self.spans

    def __str__(self) -> str:
        hits = sum(self.hits)
        matches = plural(hits, "match", "matches") if hits or not self.is_done else "no matches"
        return matches if self.is_done else f"{matches} in the first {100 * len(self.hits) // self.spans} %"

    def described(self, place: MatchPlace | None) -> str:
        """Return how many hits there are, and which of them one is, once those before it are counted: `3 of 54`."""
        if place is None or place.span >= len(self.hits):
            return str(self)
        return f"{sum(self.hits[: place.span]) + place.number:,} of {self}"


def parse_match(typed: str, column: Column | None) -> Match:
    """Return what was typed as a match, in the column or in all text; a leading `^` makes it a prefix.

    A prefix is sought in one column alone. Raises ValueError with a message for the user.
    """
    if not typed.startswith("^"):
        return Match(typed, column)
    if column is None:
        raise ValueError("^ (a prefix) needs one column: press tab in the search bar to choose it")
    if len(typed) == 1:
        raise ValueError("type the prefix after the ^")
    return Match(typed[1:], column, is_prefix=True)


def span_of(spans: list[Span], row: int) -> Span:
    """Return the span that contains a row."""
    return max((span for span in spans if span.start <= row), key=lambda span: span.start)


def onward(spans: list[Span], row: int, position: Position, *, backward: bool) -> Iterator[Span]:
    """Yield the spans to search from a row on, once around the table; the row itself comes last."""
    own = span_of(spans, row)
    here = spans.index(own)
    ahead, behind = own._replace(after=position, start=row + 1), own._replace(upto=position, is_open=True)
    after, before = spans[here + 1 :], spans[:here]
    if backward:
        yield from (behind, *reversed(before), *reversed(after), ahead)
    else:
        yield from (ahead, *after, *before, behind)
    yield own._replace(upto=position)
