"""The order of a query's rows, and what comes before or after one of them: expressions, no statements.

The order is total: a column that may hold NULLs and ties, and behind it the key. Rows beyond one of them are
sought part by part, each of which an index can serve: those of the same value, those of other values, the NULLs.
A comparison of row values would read all ties, and lose the NULLs silently.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, false, func, literal_column, or_, select, tuple_
from sqlalchemy.types import NullType

from pirate_tui.domain.query import Position
from pirate_tui.domain.text import CELL_LIMIT


Term = ColumnElement[Any]


class Cut(NamedTuple):
    """The beginning of a value too long, or too odd, to be given back: the row is asked for the whole of it."""

    start: Any


class Shape(NamedTuple):
    """What makes the statements beyond two positions differ: how each part of a position is to be compared."""

    value: str
    """Of the order column: `none` where the order is by key, `null`, `cut` or `value`."""
    nulls: tuple[bool, ...]
    """Which parts of the key are NULL."""


class Part(NamedTuple):
    """Some of the rows beyond a position; the parts follow each other in the order of the rows."""

    conditions: tuple[Term, ...]
    order: tuple[Term, ...]


Sought = tuple[Term | None, Sequence[Term]]
"""Which rows, None for all of them, and by what they are ordered."""


class Ordering:
    """By a column, where there is one, then by the key; `keys` ends with a term that is unique and never NULL.

    `is_strict` says that no part of the key is ever NULL, `is_nullable` that the column may be.
    """

    def __init__(self, column: Term | None, keys: Sequence[Term], *, is_strict: bool, is_nullable: bool) -> None:
        self._column = column
        self._keys = list(keys)
        self._is_strict = is_strict
        self._is_nullable = is_nullable
        self.selected: list[Term] = [*(() if column is None else cut(column)), *keys]
        """What must be selected so that `position` can be told."""

    @property
    def terms(self) -> tuple[Term, ...]:
        """What the rows are ordered by."""
        return (*(() if self._column is None else (self._column,)), *self._keys)

    def position(self, selected: Sequence[Any]) -> Position:
        """The position of a row of which `selected` has been selected."""
        if self._column is None:
            return tuple(selected[: len(self._keys)])
        value, length, *keys = selected[: len(self._keys) + 2]
        is_odd = isinstance(value, str) and "\\x" in value  # it may stand for bytes that are no UTF-8
        return (Cut(value) if length is not None or is_odd else value, *keys)

    def shape(self, position: Position) -> Shape:
        """How the position is compared."""
        if self._column is None:
            return Shape("none", tuple(part is None for part in position))
        value, *keys = position
        kind = "null" if value is None else "cut" if isinstance(value, Cut) else "value"
        return Shape(kind, tuple(part is None for part in keys))

    def bounds(self, position: Position, name: str = "at") -> dict[str, Any]:
        """The position as parameters; its NULLs are part of the statement."""
        if self._column is not None:
            value, *position = position  # type: ignore[assignment]  # a list is as good here
            start = value.start if isinstance(value, Cut) else value
            return {**({} if start is None else {f"{name}_value": start}), **_bounds(position, name)}
        return _bounds(position, name)

    def parts(self, shape: Shape | None, *, backward: bool) -> list[Part]:
        """The rows beyond a position of that shape, or all from an end of the table."""
        if self._column is None:
            condition = None if shape is None else self._keys_beyond(shape.nulls, "at", backward=backward)
            return [self._part(condition, self._keys, backward=backward)]
        everything = (self._column, *self._keys)
        nulls: list[Sought] = []
        if self._is_nullable:
            nulls.append((self._column.is_(None), self._keys))
        if shape is None:
            some: Sought = (self._column.is_not(None) if self._is_nullable else None, everything)
            found: list[Sought] = [some, *nulls] if backward else [*nulls, some]
        else:
            same = and_(self._equals(shape), self._keys_beyond(shape.nulls, "at", backward=backward))
            found = [(same, self._keys), *self._further(shape, nulls, backward=backward)]
        return [self._part(condition, order, backward=backward) for condition, order in found]

    def between(self, after: Shape | None, upto: Shape | None, *, is_open: bool, backward: bool) -> list[Term]:
        """The rows behind a position (parameters `after`), up to another (`upto`), with it unless `is_open`."""
        ends = []
        if after is not None:
            ends.append(self._beyond(after, "after", backward=backward, inclusive=False))
        if upto is not None:
            ends.append(self._beyond(upto, "upto", backward=not backward, inclusive=not is_open))
        return ends

    def _further(self, shape: Shape, nulls: list[Sought], *, backward: bool) -> list[Sought]:
        """Behind the rows that have the same value."""
        assert self._column is not None  # noqa: S101  only where there is a column
        everything = (self._column, *self._keys)
        if shape.value == "null":
            return [] if backward else [(self._column.is_not(None), everything)]
        value = self._value(shape, "at")
        if backward:
            return [(self._column < value, everything), *nulls]
        return [(self._column > value, everything)]

    def _beyond(self, shape: Shape, name: str, *, backward: bool, inclusive: bool) -> Term:
        """Beyond a position, in one expression that an index can serve unless there are NULLs."""
        keys = self._keys_beyond(shape.nulls, name, backward=backward, inclusive=inclusive)
        if self._column is None:
            return keys
        same = and_(self._equals(shape, name), keys)
        if shape.value == "null":
            return same if backward else or_(same, self._column.is_not(None))
        value = self._value(shape, name)
        # The first comparison says again what the second implies, for the index's sake.
        bound, further = (
            (self._column <= value, self._column < value) if backward else (self._column >= value, self._column > value)
        )
        some = and_(bound, or_(further, same))
        return or_(some, self._column.is_(None)) if backward and self._is_nullable else some

    def _equals(self, shape: Shape, name: str = "at") -> Term:
        assert self._column is not None  # noqa: S101  only where there is a column
        return self._column.is_(None) if shape.value == "null" else self._column == self._value(shape, name)

    def _value(self, shape: Shape, name: str) -> Term:
        """The position's value; where only its beginning is known, that of its row, as long as there is one."""
        given: Term = bindparam(f"{name}_value", type_=NullType())
        if shape.value != "cut":
            return given
        assert self._column is not None  # noqa: S101  only where there is a column
        unique = self._keys if self._is_strict else self._keys[-1:]
        offset = len(self._keys) - len(unique)
        same_row = [key == _bound(name, offset + at) for at, key in enumerate(unique)]
        return func.coalesce(select(self._column).where(*same_row).correlate(None).scalar_subquery(), given)

    def _keys_beyond(self, nulls: tuple[bool, ...], name: str, *, backward: bool, inclusive: bool = False) -> Term:
        if self._is_strict:
            return _beyond_strictly(self._keys, name, backward=backward, inclusive=inclusive)
        return _beyond_with_nulls(self._keys, nulls, name, backward=backward, inclusive=inclusive)

    @staticmethod
    def _part(condition: Term | None, order: Sequence[Term], *, backward: bool) -> Part:
        return Part(
            () if condition is None else (condition,),
            tuple(term.desc() for term in order) if backward else tuple(order),
        )


def cut(raw: Term) -> tuple[Term, Term]:
    """The value or its beginning, and its true length where it was cut."""
    start: ColumnElement[int] = literal_column("1")
    limit: ColumnElement[int] = literal_column(str(CELL_LIMIT))
    length = func.length(raw)
    is_long = length > limit
    return case((is_long, func.substr(raw, start, limit)), else_=raw), case((is_long, length))


def _beyond_strictly(keys: list[Term], name: str, *, backward: bool, inclusive: bool) -> Term:
    """Beyond a key of which no part is NULL: a comparison of row values, which an index serves."""
    here: Term = keys[0] if len(keys) == 1 else tuple_(*keys)
    values = [_bound(name, at) for at in range(len(keys))]
    there: Term = values[0] if len(keys) == 1 else tuple_(*values)
    if inclusive:
        return here <= there if backward else here >= there
    return here < there if backward else here > there


def _beyond_with_nulls(
    keys: list[Term], nulls: tuple[bool, ...], name: str, *, backward: bool, inclusive: bool
) -> Term:
    """Beyond a key that may have NULLs, which SQLite places before all values: term by term."""

    def equal(at: int) -> Term:
        return keys[at].is_(None) if nulls[at] else keys[at] == _bound(name, at)

    ways = []
    for at, term in enumerate(keys):
        if backward:
            further = false() if nulls[at] else or_(term < _bound(name, at), term.is_(None))
        else:
            further = term.is_not(None) if nulls[at] else term > _bound(name, at)
        ways.append(and_(*map(equal, range(at)), further))
    if inclusive:
        ways.append(and_(*map(equal, range(len(keys)))))
    return or_(*ways)


def _bound(name: str, at: int) -> Term:
    return bindparam(f"{name}_{at}", type_=NullType())


def _bounds(keys: Sequence[Any], name: str) -> dict[str, Any]:
    return {f"{name}_{at}": part for at, part in enumerate(keys) if part is not None}
