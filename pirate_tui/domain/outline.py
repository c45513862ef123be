"""Translate lines of the screen to rows of the table, and back, with what is opened between them. Pure.

A table of ten million rows is ten million implicit lines; only opened rows are stored. A path names a line:
`(4,)` is row 4, `(4, "members")` the relationship opened under it, `(4, "members", 0)` its first member.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from pirate_tui.domain.entity import Relationship
from pirate_tui.domain.loading import OpenResult, Step


Path: TypeAlias = tuple[int | str, ...]
"""Row numbers and relationship names by turns; of odd length for a row, of even length for a relationship."""


def is_row(path: Path) -> bool:
    """Whether the path names a row, and not a relationship."""
    return len(path) % 2 == 1


class LineKind(Enum):
    """The kind of a line."""

    ROW = "row"
    RELATIONSHIP = "relationship"
    HEADER = "header"


class Line(NamedTuple):
    """One line of the screen."""

    path: Path
    part: LineKind


@dataclass(frozen=True)
class Branch:
    """A relationship listed under an opened row; closed while it has no opening."""

    relationship: Relationship
    opening: OpenResult | None = None
    children: "Outline" = field(default_factory=lambda: Outline(0))

    @classmethod
    def opened(cls, relationship: Relationship, opening: OpenResult) -> "Branch":
        """Return the branch with the result of opening it."""
        return cls(relationship, opening, Outline(len(opening.rows)))

    @cached_property
    def lines(self) -> int:
        """How many lines it takes: its own, and the header and rows under it."""
        return 1 + (1 + self.children.lines if self.children.count else 0)

    def line_at(self, offset: int, path: Path) -> Line:
        """Return its line number `offset`, where `path` is its own path."""
        if offset == 0:
            return Line(path, LineKind.RELATIONSHIP)
        if offset == 1:
            return Line(path, LineKind.HEADER)
        return self.children.line_at(offset - 2, path)


@dataclass(frozen=True)
class Outline:
    """The rows of one listing and what is opened under them."""

    count: int
    """How many rows the listing has."""
    opened: Mapping[int, tuple[Branch, ...]] = field(default_factory=dict)
    """The branches under each opened row, by the row's number."""

    @cached_property
    def _numbers(self) -> list[int]:
        return sorted(self.opened)

    @cached_property
    def _heights(self) -> list[int]:
        return [sum(branch.lines for branch in self.opened[n]) for n in self._numbers]

    @cached_property
    def _starts(self) -> list[int]:
        above = accumulate(self._heights, initial=0)
        return [number + lines for number, lines in zip(self._numbers, above, strict=False)]

    @cached_property
    def lines(self) -> int:
        """How many lines the listing takes."""
        return self.count + sum(self._heights)

    def line_at(self, y: int, prefix: Path = ()) -> Line:
        """Return the line number `y`, counted from the listing's first row."""
        nearest = bisect_right(self._starts, y) - 1
        if nearest < 0:
            return Line((*prefix, y), LineKind.ROW)
        number, offset = self._numbers[nearest], y - self._starts[nearest]
        if offset == 0:
            return Line((*prefix, number), LineKind.ROW)
        beyond = offset - self._heights[nearest]
        if beyond > 0:
            return Line((*prefix, number + beyond), LineKind.ROW)
        return self._line_in(self.opened[number], offset - 1, (*prefix, number))

    def line_of(self, path: Path) -> int:
        """Return the number of the line of a row or a relationship; raise KeyError where its parent is not open."""
        number, *rest = path
        if not isinstance(number, int):
            raise KeyError(path)
        y = number + sum(height for opened, height in zip(self._numbers, self._heights, strict=True) if opened < number)
        if not rest:
            return y
        name, *inner = rest
        for branch in self.opened[number]:
            if branch.relationship.name == name:
                return y + 1 + (2 + branch.children.line_of(tuple(inner)) if inner else 0)
            y += branch.lines
        raise KeyError(path)

    def has(self, path: Path) -> bool:
        """Whether there is a line of that path."""
        number, *rest = path
        if not isinstance(number, int) or not 0 <= number < self.count:
            return False
        if not rest:
            return True
        name, *inside = rest
        listed = [branch for branch in self.opened.get(number, ()) if branch.relationship.name == name]
        return bool(listed) and (not inside or listed[0].children.has(tuple(inside)))

    def branches(self, path: Path) -> tuple[Branch, ...]:
        """Return the branches under the row at `path`; empty when it is closed."""
        *parents, number = path
        listing = self.branch(tuple(parents)).children if parents else self
        return listing.opened.get(int(number), ())

    def branch(self, path: Path) -> Branch:
        """Return the branch at `path`; raise KeyError when it is not listed."""
        *row, name = path
        for branch in self.branches(tuple(row)):
            if branch.relationship.name == name:
                return branch
        raise KeyError(path)

    def with_branches(self, path: Path, branches: tuple[Branch, ...]) -> "Outline":
        """Return the outline with other branches, or none, under the row at `path`."""
        number = int(path[0])
        if len(path) > 1:
            _, name, *inner = path
            branches = tuple(
                replace(branch, children=branch.children.with_branches(tuple(inner), branches))
                if branch.relationship.name == name
                else branch
                for branch in self.opened[number]
            )
        opened = {n: b for n, b in self.opened.items() if n != number}
        return replace(self, opened={**opened, number: branches} if branches else opened)

    def with_branch(self, path: Path, branch: Branch) -> "Outline":
        """Return the outline with the branch at `path` replaced, or added where it was not listed."""
        row, name = path[:-1], path[-1]
        there = self.branches(row)
        if any(old.relationship.name == name for old in there):
            there = tuple(branch if old.relationship.name == name else old for old in there)
        else:
            there = (*there, branch)
        return self.with_branches(row, there)

    def with_count(self, path: Path, count: int) -> "Outline":
        """Return the outline with so many rows under the relationship at `path`, or, where that is empty, at the top.

        What is opened under rows that there are no more is closed.
        """
        if not path:
            return Outline(count, {number: below for number, below in self.opened.items() if number < count})
        branch = self.branch(path)
        return self.with_branch(path, replace(branch, children=branch.children.with_count((), count)))

    def openings(self, level: int = 1) -> Iterator[tuple[int, OpenResult]]:
        """Yield every result opened in it, with the level of nesting at which its rows stand."""
        for branches in self.opened.values():
            for branch in branches:
                if branch.opening is not None:
                    yield level, branch.opening
                yield from branch.children.openings(level + 1)

    def opened_ways(self, path: Path) -> tuple[tuple[Step, ...], ...]:
        """Return the ways along opened relationships below the row at the path, the shorter ones first.

        What has failed is not among them, nor what is paged because of its size, nor a query.
        """
        found: dict[tuple[Step, ...], None] = {}
        for branch in self.branches(path):
            if branch.opening is not None and branch.opening.has_loaded:
                step = Step(branch.opening.request.entity, branch.relationship.name)
                found[(step,)] = None
                for number in branch.children.opened:
                    found.update(dict.fromkeys((step, *way) for way in branch.children.opened_ways((number,))))
        return tuple(sorted(found, key=len))

    @staticmethod
    def _line_in(branches: tuple[Branch, ...], offset: int, path: Path) -> Line:
        for branch in branches:
            if offset < branch.lines:
                return branch.line_at(offset, (*path, branch.relationship.name))
            offset -= branch.lines
        raise IndexError(offset)
