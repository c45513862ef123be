"""Order the rows of a query, and compare them to a position: expressions, no statements.

The order is total: a column that may hold NULLs and ties, and behind it the key. Rows beyond one of them are
sought part by part, each of which an index can serve: those of the same value, those of other values, and the NULLs
where the dialect has them. A comparison of row values would read all ties, and lose the NULLs silently.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, literal_column, or_, select, tuple_

from pirate_tui.domain.query import Position
from pirate_tui.orm.dialects.sql import Sql
from pirate_tui.orm.dialects.terms import Keyed, Ordered, Term, as_it_is


ONE: ColumnElement[int] = literal_column("1")
"""The limit of a subquery for one of several equal rows."""


class Truncated(NamedTuple):
    """The beginning of an order value that is too long, or cannot be sent back; its row is queried for the whole."""

    start: Any


class PositionShape(NamedTuple):
    """The properties of a position that change the statement: how each of its parts is compared."""

    value: str
    """The kind of the order column's value: `none` where the order is by key, `null`, `cut` or `value`."""
    nulls: tuple[bool, ...]
    """Which parts of the key are NULL."""


class Segment(NamedTuple):
    """Rows beyond a position that one statement reads; segments follow each other in the order of the rows."""

    conditions: tuple[Term, ...]
    order: tuple[Term, ...]


class Keys(NamedTuple):
    """The terms that order rows with equal values of the order column."""

    parts: Sequence[Keyed]
    are_strict: bool
    """Whether none of them is ever NULL."""
    unique_at: int = 0
    """The index from which on the parts, together, are unique."""
    are_unique: bool = True
    """Whether no two rows have the same key."""


Sought = tuple[Term | None, Sequence[Term]]
"""A condition, None for all rows, and the terms of the order."""


class Ordering:
    """Orders rows by a column, where there is one, then by the key.

    Where the database does not ensure that a key is unique and never NULL, a term that is ends the `keys`.
    """

    def __init__(self, sql: Sql, column: Term | None, is_nullable: bool, keys: Keys) -> None:  # noqa: FBT001
        self._by: Ordered | None = None if column is None else sql.ordered(column)
        self._column = None if self._by is None else self._by.term
        self._keys = list(keys.parts)
        self._key_terms = [key.term for key in self._keys]
        self._is_strict = keys.are_strict
        self._unique_at = keys.unique_at
        self._is_nullable = is_nullable
        self._nulls_first = sql.nulls_first
        self._ranges_row_values = sql.ranges_row_values
        shown = () if self._by is None else self._by.shown
        self.keys_at = len(shown)
        """The index of the key's first part in `selected`."""
        self.selected: list[Term] = [*shown, *(key.place for key in self._keys)]
        """The terms to select for `position`."""

    @property
    def is_without_nulls(self) -> bool:
        """Whether no term of the order is ever NULL: an index then serves the condition for rows behind a position."""
        return self._is_strict and not self._is_nullable

    @property
    def terms(self) -> tuple[Term, ...]:
        """The ORDER BY terms, ascending."""
        return (*(() if self._column is None else (self._column,)), *self._key_terms)

    def position(self, selected: Sequence[Any]) -> Position:
        """Return the position of a row, from its values of `selected`."""
        keys = selected[self.keys_at : len(self.selected)]
        if self._by is None:
            return tuple(keys)
        value = selected[0]
        is_whole = self.keys_at == 1 or selected[1] is None
        is_odd = isinstance(value, str) and "\\x" in value  # it may stand for bytes that are no UTF-8
        is_known = value is None or (self._by.is_exact and is_whole and not is_odd)
        return (value if is_known else Truncated(value), *keys)

    def shape(self, position: Position) -> PositionShape:
        """Return the shape of a position, which decides the statements that compare to it."""
        if self._column is None:
            return PositionShape("none", tuple(part is None for part in position))
        value, *keys = position
        kind = "null" if value is None else "cut" if isinstance(value, Truncated) else "value"
        return PositionShape(kind, tuple(part is None for part in keys))

    def bounds(self, position: Position, name: str = "at") -> dict[str, Any]:
        """Return a position as parameters that begin with `name`; its NULLs are part of the statement."""
        if self._column is not None:
            value, *position = position  # type: ignore[assignment]  # a list is as good here
            start = value.start if isinstance(value, Truncated) else value
            return {**({} if start is None else {f"{name}_value": start}), **_bounds(position, name)}
        return _bounds(position, name)

    def parts(self, shape: PositionShape | None, *, backward: bool) -> list[Segment]:
        """Return the segments beyond a position of that shape, or from one end of the table where it is None."""
        if self._column is None:
            condition = None if shape is None else self._keys_beyond(shape.nulls, "at", backward=backward)
            return [self._part(condition, self._key_terms, backward=backward)]
        everything = (self._column, *self._key_terms)
        nulls: list[Sought] = []
        if self._is_nullable:
            nulls.append((self._column.is_(None), self._key_terms))
        if shape is None:
            values: Sought = (self._column.is_not(None) if self._is_nullable else None, everything)
            parts: list[Sought] = [values, *nulls] if self._nulls_are_behind(backward=backward) else [*nulls, values]
        else:
            same = and_(self._equals(shape), self._keys_beyond(shape.nulls, "at", backward=backward))
            parts = [(same, self._key_terms), *self._after_ties(shape, nulls, backward=backward)]
        return [self._part(condition, order, backward=backward) for condition, order in parts]

    def between(
        self, after: PositionShape | None, upto: PositionShape | None, *, is_open: bool, backward: bool
    ) -> list[Term]:
        """Return the conditions for rows behind a position (parameters `after`) and up to another (`upto`).

        The row at `upto` is included unless `is_open`.
        """
        ends = []
        if after is not None:
            ends.append(self._after(after, "after", backward=backward, inclusive=False))
        if upto is not None:
            ends.append(self._after(upto, "upto", backward=not backward, inclusive=not is_open))
        return ends

    def same_row(self, shape: PositionShape, name: str) -> list[Term]:
        """Return the conditions for the row at a position, on those parts of its key that identify it."""
        return [_equal(self._keys, shape.nulls, name, at) for at in range(self._unique_at, len(self._keys))]

    def _after_ties(self, shape: PositionShape, nulls: list[Sought], *, backward: bool) -> list[Sought]:
        """Return the conditions and orders for the rows behind those with the same value."""
        assert self._column is not None  # noqa: S101  only where there is a column
        everything = (self._column, *self._key_terms)
        nulls_are_behind = self._nulls_are_behind(backward=backward)
        if shape.value == "null":
            return [] if nulls_are_behind else [(self._column.is_not(None), everything)]
        value = self._value(shape, "at")
        further = self._column < value if backward else self._column > value
        return [(further, everything), *(nulls if nulls_are_behind else ())]

    def _after(self, shape: PositionShape, name: str, *, backward: bool, inclusive: bool) -> Term:
        """Return one condition for the rows beyond a position, which an index can serve unless there are NULLs."""
        keys = self._keys_beyond(shape.nulls, name, backward=backward, inclusive=inclusive)
        if self._column is None:
            return keys
        same = and_(self._equals(shape, name), keys)
        nulls_are_behind = self._nulls_are_behind(backward=backward)
        if shape.value == "null":
            return same if nulls_are_behind else or_(same, self._column.is_not(None))
        value = self._value(shape, name)
        # The first comparison is implied by the second, and is there for the index.
        bound, further = (
            (self._column <= value, self._column < value) if backward else (self._column >= value, self._column > value)
        )
        values = and_(bound, or_(further, same))
        return or_(values, self._column.is_(None)) if nulls_are_behind and self._is_nullable else values

    def _nulls_are_behind(self, *, backward: bool) -> bool:
        """Whether NULLs come after all values in the direction of reading."""
        return self._nulls_first == backward

    def _equals(self, shape: PositionShape, name: str = "at") -> Term:
        assert self._column is not None  # noqa: S101  only where there is a column
        return self._column.is_(None) if shape.value == "null" else self._column == self._value(shape, name)

    def _value(self, shape: PositionShape, name: str) -> Term:
        """Return the term for a position's value; for a truncated one, a subquery of its row's value."""
        assert self._by is not None  # noqa: S101  only where there is a column
        if shape.value != "cut":
            return as_it_is(f"{name}_value")
        value = select(self._by.of_row).where(*self.same_row(shape, name)).limit(ONE).correlate(None).scalar_subquery()
        return func.coalesce(value, self._by.parameter(f"{name}_value"))

    def _keys_beyond(self, nulls: tuple[bool, ...], name: str, *, backward: bool, inclusive: bool = False) -> Term:
        if not self._is_strict:
            nulls_are_behind = self._nulls_are_behind(backward=backward)
            return _beyond_with_nulls(self._keys, nulls, name, _Way(backward, inclusive, nulls_are_behind))
        beyond = _beyond_strictly if self._ranges_row_values else _beyond_stepwise
        return beyond(self._keys, name, backward=backward, inclusive=inclusive)

    @staticmethod
    def _part(condition: Term | None, order: Sequence[Term], *, backward: bool) -> Segment:
        return Segment(
            () if condition is None else (condition,),
            tuple(term.desc() for term in order) if backward else tuple(order),
        )


def _beyond_strictly(keys: list[Keyed], name: str, *, backward: bool, inclusive: bool) -> Term:
    """Return the condition beyond a key without NULLs: a comparison of row values, which an index serves."""
    terms, values = [key.term for key in keys], [_bound(keys, name, at) for at in range(len(keys))]
    here: Term = terms[0] if len(keys) == 1 else tuple_(*terms)
    there: Term = values[0] if len(keys) == 1 else tuple_(*values)
    return _compared(here, there, backward=backward, inclusive=inclusive)


def _beyond_stepwise(keys: list[Keyed], name: str, *, backward: bool, inclusive: bool) -> Term:
    """Return the same condition column by column; the redundant first comparison is for the index."""
    last = len(keys) - 1
    beyond = _compared(keys[last].term, _bound(keys, name, last), backward=backward, inclusive=inclusive)
    for at in reversed(range(last)):
        key, value = keys[at].term, _bound(keys, name, at)
        further = _compared(key, value, backward=backward, inclusive=False)
        bound = _compared(key, value, backward=backward, inclusive=True)
        beyond = and_(bound, or_(further, and_(key == value, beyond)))
    return beyond


def _compared(here: Term, there: Term, *, backward: bool, inclusive: bool) -> Term:
    if inclusive:
        return here <= there if backward else here >= there
    return here < there if backward else here > there


class _Way(NamedTuple):
    backward: bool
    inclusive: bool
    nulls_are_behind: bool


def _beyond_with_nulls(keys: list[Keyed], nulls: tuple[bool, ...], name: str, way: _Way) -> Term:
    """Return the condition beyond a key that may contain NULLs, term by term."""

    def equal(at: int) -> Term:
        return _equal(keys, nulls, name, at)

    def further(at: int) -> Term:
        key = keys[at].term
        if nulls[at]:
            return false() if way.nulls_are_behind else key.is_not(None)
        beyond = _compared(key, _bound(keys, name, at), backward=way.backward, inclusive=False)
        return or_(beyond, key.is_(None)) if way.nulls_are_behind else beyond

    ways = [and_(*map(equal, range(at)), further(at)) for at in range(len(keys))]
    if way.inclusive:
        ways.append(and_(*map(equal, range(len(keys)))))
    return or_(*ways)


def _equal(keys: list[Keyed], nulls: tuple[bool, ...], name: str, at: int) -> Term:
    key = keys[at].term
    return key.is_(None) if nulls[at] else key == _bound(keys, name, at)


def _bound(keys: list[Keyed], name: str, at: int) -> Term:
    return keys[at].parameter(f"{name}_{at}")


def _bounds(keys: Sequence[Any], name: str) -> dict[str, Any]:
    return {f"{name}_{at}": part for at, part in enumerate(keys) if part is not None}
