"""Every statement that rows are read by, with a name and its parameters: orders, positions, filters, searches."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ClauseElement, select

from pirate_tui.domain.entity import Column
from pirate_tui.domain.query import Filter, FilterOperator, Position, Query, SortOrder, Within
from pirate_tui.domain.rows import Row, Seek
from pirate_tui.domain.search import Match, Span
from pirate_tui.orm.dialects.sqlite.sql import GREATEST
from pirate_tui.orm.live.selecting import with_key
from pirate_tui.orm.rows.filters import exceeds_together, giants, is_one_of
from pirate_tui.orm.rows.keyset import Truncated
from pirate_tui.orm.rows.query_plan import Explain
from pirate_tui.orm.rows.row_statements import RowStatements
from tests.orm.rows.compiled_tables import Offline


class Compiled(NamedTuple):
    """A statement to be compiled, or why there is none."""

    name: str
    statement: ClauseElement | None
    parameters: Mapping[str, Any] = {}
    refusal: str = ""


TYPED: Mapping[str, tuple[str, ...]] = {
    "id": ("7", "-9223372036854775809"),
    "fleet_id": ("7",),
    "name": ("Pequod", "50% of_/it"),
    "note": ("it's",),
    "rank": ("3", "99999999999999999999", "three"),
    "tons": ("0.1", "nan", "inf"),
    "draft": ("0.1",),
    "price": ("19.90", "sNaN"),
    "seal": ("x'00ff'", "00ff"),
    "chart": ("x'00ff'",),
    "built": ("1851-10-18", "infinity", "18.10.1851"),
    "sailed": ("1851-10-18 12:30:00", "0044-03-15 12:00:00 BC"),
    "watch": ("04:00:00", "24:00:00"),
    "rig": ("BRIG", "2", "BRIG (2)", "galley"),
    "state": ("sunk", "lost"),
    "cargo": ('{"rum": 7}',),
    "is_lost": ("yes", "perhaps"),
    "code": ("12345678-1234-5678-1234-567812345678", "1234"),
    "seen": ("1851-10-18 12:30:00+02:00", "-infinity"),
    "voyage": ("3 days",),
    "nick": ("pip",),
    "facts": ('{"rum": 7}',),
    "ports": ("{Nantucket}",),
    "spot": ("(1,2)",),
    "flags": ("5",),
    "sails": ("main,jib", "3"),
    "year": ("1951", "0"),
}
"""What is typed for a filter of each column, also what can be none of its values."""

MOMENT = "1851-10-18 12:30:00"

CODE = UUID("12345678-1234-5678-1234-567812345678")

PLACES: Mapping[str, Any] = {
    "name": "Pequod",
    "note": "lost with all hands",
    "rank": 3,
    "fleet_id": 1,
    "tons": 0.5,
    "draft": 0.5,
    "price": Decimal("19.50"),
    "seal": b"\0\xff",
    "chart": b"\0\xff",
    "built": "1851-10-18",
    "sailed": MOMENT,
    "watch": "04:00:00",
    "rig": "BRIG",
    "state": "sunk",
    "cargo": '{"rum": 7}',
    "is_lost": 1,
    "code": CODE.hex,
    "seen": f"{MOMENT}+00",
    "voyage": "3 days",
    "nick": "Pip",
    "facts": '{"rum": 7}',
    "ports": "{Nantucket}",
    "spot": "(1,2)",
    "flags": 5,
    "sails": "main,jib",
    "year": 1951,
}
"""What a page shows of a value of each column, from which the next one goes on."""

OWN_PLACES: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"price": 19.5},
    "postgresql": {"is_lost": True, "code": CODE},
    "mysql": {},
}

KEY_PLACES: Mapping[str, Mapping[str, Any]] = {"sqlite": {}, "postgresql": {}, "mysql": {"rig": 2, "sails": 3}}
"""The same of a key, where that is something else."""

ROW_IDS: Mapping[str, tuple[Any, ...]] = {"aiosqlite": (9,), "psycopg": ("(0,9)",), "asyncpg": ((0, 9),), "asyncmy": ()}
"""The number of a row as each driver has it."""


def statements_of(world: Offline) -> Iterator[Compiled]:
    """All of them."""
    yield from _lists(world)
    yield from _keysets(world)
    yield from _orders(world)
    yield from _spans(world)
    yield from _filters(world)
    yield from _searches(world)
    yield from _keys(world)
    yield from _values(world)
    yield from _related(world)
    yield from _instances(world)


def _lists(world: Offline) -> Iterator[Compiled]:
    """What is asked of a table as a whole."""
    for name in ("Ship", "Berth", "Loose", "Adrift", "Wreck"):
        built = _built(world, Query(world.entity(name)))
        (segment,) = built.segments(Seek())
        page = {"limit": 200, "skip": 0}
        yield Compiled(f"{name}: whole first page", segment.rows, page)
        yield Compiled(f"{name}: rows that were skipped", segment.skipped_count, {"skip": 5})
        yield Compiled(f"{name}: count", built.count)
        yield Compiled(f"{name}: is it larger than that", built.exceeds(1000))
        yield Compiled(f"{name}: every 100th row", built.every(100))
        yield Compiled(f"{name}: plan", Explain(built.sample()))


def _keysets(world: Offline) -> Iterator[Compiled]:
    """Pages from every place, in every direction, by a key and by columns that may be NULL or not."""
    row_id = ROW_IDS[world.dialect.driver]
    keys: Mapping[str, list[Position]] = {
        "Ship": [(7,)],
        "Berth": [("orlop", 7)],
        "Loose": [("orlop", 7, *row_id), (None, 7, *row_id)],
        "Adrift": [("orlop", 7), ("orlop", None), (None, 7), (None, None)],
    }
    for name, positions in keys.items():
        yield from _pages(world, Query(world.entity(name)), positions)
    for name, values in (("name", ["Pequod", Truncated("Pequ")]), ("rank", [3, None])):
        for descending in (False, True):
            query = Query(world.entity("Ship"), SortOrder(world.column("Ship", name), descending))
            yield from _pages(world, query, [(value, 7) for value in values])
    for name in ("Berth", "Adrift"):
        for descending in (False, True):
            query = Query(world.entity(name), SortOrder(world.column(name, "cost"), descending))
            yield from _pages(world, query, [(cost, *key) for cost in (3, None) for key in keys[name][:2]])


def _orders(world: Offline) -> Iterator[Compiled]:
    """The page behind a row, by every kind of column, its value whole and cut."""
    for name in world.kinds:
        query = Query(world.entity("Ship"), SortOrder(world.column("Ship", name)))
        for kind, cut in (("a value", False), ("a value that was cut", True)):
            built = _built(world, query)
            (first, *_) = built.segments(Seek())
            width = len(first.positions.selected_columns)
            if cut and width == 2:
                continue
            found: Any = [_place(world, name), *([10_000 if cut else None] if width == 3 else []), 7]
            yield from _sought(built, f"Ship {query}: after {kind}", Seek(built.position(found), limit=200))


def _spans(world: Offline) -> Iterator[Compiled]:
    """Stretches between rows."""
    ship, rank = world.entity("Ship"), world.column("Ship", "rank")
    for query, places in (
        (Query(ship), [(3,), (7,)]),
        (Query(world.entity("Berth")), [("gun", 3), ("orlop", 7)]),
        (Query(world.entity("Adrift")), [("gun", None), (None, 7)]),
        (Query(ship, SortOrder(rank)), [(1, 3), (2, 7), (None, 8)]),
        (Query(ship, SortOrder(rank, descending=True)), [(2, 7), (1, 3), (None, 8)]),
    ):
        built = _built(world, query)
        first, *_, last = places
        spans = [Span(first), Span(None, last), Span(first, places[1]), Span(first, places[1], is_open=True)]
        for span in dict.fromkeys([*spans, Span(last), Span(None, first, is_open=True)]):
            yield Compiled(
                f"{_title(query)}: count {_told(span)}", built.count_between(span, None), built.span_parameters(span)
            )


def _filters(world: Offline) -> Iterator[Compiled]:
    """Each column compared in each way with each of what is typed."""
    for column in world.entity("Ship").columns:
        for comparison in FilterOperator:
            for typed in _typed(column, comparison):
                condition = Filter(column, comparison, typed)
                name = f"Ship where {condition}"
                try:
                    yield Compiled(name, _built(world, Query(world.entity("Ship"), filters=(condition,))).count)
                except ValueError as error:
                    yield Compiled(name, None, refusal=str(error))
    both = (
        Filter(world.column("Ship", "rank"), FilterOperator.GREATER, "3"),
        _named(world, FilterOperator.CONTAINS, "Pe"),
    )
    yield Compiled("Ship by two filters", _built(world, Query(world.entity("Ship"), filters=both)).count)


def _searches(world: Offline) -> Iterator[Compiled]:
    """What is sought in one column, as a part and as a prefix, and in all."""
    ship = world.entity("Ship")
    built = _built(world, Query(ship, SortOrder(world.column("Ship", "rank"), descending=True)))
    span = Span((3, 7), (None, 8))
    given = built.span_parameters(span)
    for match in (Match("a_b"), Match("a_b", world.column("Ship", "name"))):
        for backward in (False, True):
            told = "last" if backward else "first"
            nearest = built.nearest(span, match, backward=backward)
            yield Compiled(f"Ship by rank ↓: {told} match of {match}, {_told(span)}", nearest, given)
        counted = built.count_between(span, match)
        yield Compiled(f"Ship by rank ↓: matches of {match}, {_told(span)}", counted, given)
    plain = _built(world, Query(ship))
    for column in ship.columns:
        for match in (Match("Br", column), Match("Br", column, is_prefix=True)):
            yield Compiled(f"Ship: matches of {match}", plain.count_between(Span(), match))
    for text in ("50%", "a/b", "\\", "Z", "\ud7ff", GREATEST):
        match = Match(text, world.column("Ship", "note"), is_prefix=True)
        yield Compiled(f"Ship: matches of {str(match)!a}", plain.count_between(Span(), match))
    no_text = _built(world, Query(world.entity("KeyedBy_tons")))
    yield Compiled("KeyedBy_tons: matches of text, in no column of text", no_text.count_between(Span(), Match("0.1")))


def _keys(world: Offline) -> Iterator[Compiled]:
    """Rows found by a key that was typed, and what lies before and behind them."""
    for name in world.key_kinds:
        entity = world.entity(f"KeyedBy_{name}")
        built = _built(world, Query(entity))
        place = KEY_PLACES[world.dialect.name].get(name, _place(world, name))
        yield from _sought(built, f"{entity.name}: after a row", Seek((place,)))
        yield from _found(built, entity.name, [(typed,) for typed in TYPED[name]])
    ship = _built(world, Query(world.entity("Ship"), SortOrder(world.column("Ship", "rank"), descending=True)))
    yield from _found(ship, "Ship by rank ↓", [("7",), ("7a",), ("7", "8")])
    yield from _found(_built(world, Query(world.entity("Berth"))), "Berth", [("orlop", "7")])
    for number, statement in enumerate(ship.before((3, 7)), start=1):
        yield Compiled(f"Ship by rank ↓: rows before a row, part {number}", statement, ship.parameters((3, 7)))
    for number, statement in enumerate(ship.before((None, 7)), start=1):
        yield Compiled(f"Ship by rank ↓: rows before a NULL, part {number}", statement, ship.parameters((None, 7)))


def _values(world: Offline) -> Iterator[Compiled]:
    """A row whole, and a part of each of its values."""
    ship = _built(world, Query(world.entity("Ship"))).values
    row = Row((), (7,), (7,))
    yield Compiled("Ship: a whole row", *ship.whole(row))
    for column in world.entity("Ship").columns:
        yield Compiled(f"Ship: a part of {column.name}", *ship.value(row, column, 2000, 1000))
    row_id = ROW_IDS[world.dialect.driver]
    for name, position in (("Loose", ("orlop", None, *row_id)), ("Adrift", ("orlop", None))):
        keyless = _built(world, Query(world.entity(name))).values
        yield Compiled(f"{name}: a whole row without a key", *keyless.whole(Row((), None, position)))
    by_cost = Query(world.entity("Adrift"), SortOrder(world.column("Adrift", "cost"), descending=True))
    without_key = Row((), None, (3, "orlop", None))
    yield Compiled(f"{_title(by_cost)}: a whole row without a key", *_built(world, by_cost).values.whole(without_key))


def _related(world: Offline) -> Iterator[Compiled]:
    """The rows that a relationship leads to."""
    for owner, name in (("Fleet", "ships"), ("Ship", "harbors")):
        entity = world.entity(owner)
        target = world.catalog.target(entity, entity.relationship(name))
        query = Query(target, within=Within(entity, (1,), entity.relationship(name)))
        built = _built(world, query)
        yield Compiled(f"{owner}.{name}: count", built.count)
        yield from _sought(built, f"{owner}.{name}: after a row", Seek((7,)))
        mapper = world.catalog.mapper(entity)
        yield Compiled(f"{owner}.{name}: more than that together", exceeds_together(mapper, name, [(1,), (2,)], 1000))
        yield Compiled(f"{owner}.{name}: owners of more than that", giants(mapper, name, [(1,), (2,)], 1000))


def _instances(world: Offline) -> Iterator[Compiled]:
    """Instances by their keys."""
    fleet, berth = (world.catalog.mapper(world.entity(name)) for name in ("Fleet", "Berth"))
    yield Compiled("Fleet: the instance of a key", with_key(select(fleet), fleet, (1,)))
    yield Compiled("Fleet: the instances of keys", select(fleet).where(is_one_of(fleet, [(1,), (2,)])))
    yield Compiled("Berth: the instance of a key", with_key(select(berth), berth, ("orlop", 7)))
    some = [("orlop", 7), ("gun", 3)]
    yield Compiled("Berth: the instances of keys", select(berth).where(is_one_of(berth, some)))


def _built(world: Offline, query: Query) -> RowStatements:
    return RowStatements(world.catalog, world.probed[query.entity.name], query, world.dialect)


def _pages(world: Offline, query: Query, positions: list[Position]) -> Iterator[Compiled]:
    """The first and the last page, and those behind and before each position."""
    built, title = _built(world, query), _title(query)
    yield from _sought(built, f"{title}: first page", Seek())
    yield from _sought(built, f"{title}: last page", Seek(backward=True))
    for position in positions:
        shown = ", ".join(map(_shown, position))
        yield from _sought(built, f"{title}: after ({shown})", Seek(position))
        yield from _sought(built, f"{title}: before ({shown})", Seek(position, backward=True))


def _sought(built: RowStatements, name: str, seek: Seek) -> Iterator[Compiled]:
    """The segments that are read one after the other: of each row no more than its position."""
    segments = built.segments(seek)
    given = {**built.parameters(seek.position), "limit": 200, "skip": 0}
    for number, segment in enumerate(segments, start=1):
        part = f", part {number} of {len(segments)}" if segments[1:] else ""
        yield Compiled(f"{name}{part}", segment.positions, given)


def _found(built: RowStatements, name: str, keys: list[tuple[str, ...]]) -> Iterator[Compiled]:
    """The rows of keys that were typed."""
    for key in keys:
        told = f"{name}: the row of {', '.join(key)}"
        try:
            yield Compiled(told, built.find(key))
        except ValueError as error:
            yield Compiled(told, None, refusal=str(error))


def _place(world: Offline, name: str) -> Any:
    return OWN_PLACES[world.dialect.name].get(name, PLACES[name])


def _typed(column: Column, comparison: FilterOperator) -> tuple[str, ...]:
    """What is typed behind the comparison: everything for the first one, to keep the files short."""
    if comparison is FilterOperator.IS_NULL:
        return ("",)
    return TYPED[column.name] if comparison is FilterOperator.EQUAL else TYPED[column.name][:1]


def _named(world: Offline, comparison: FilterOperator, value: str) -> Filter:
    column: Column = world.column("Ship", "name")
    return Filter(column, comparison, value)


def _title(query: Query) -> str:
    return f"{query.entity.name} {query}".strip()


def _told(span: Span) -> str:
    after = "" if span.after is None else f"after ({', '.join(map(_shown, span.after))})"
    end = "before" if span.is_open else "up to"
    upto = "" if span.upto is None else f"{end} ({', '.join(map(_shown, span.upto))})"
    return " ".join(filter(None, (after, upto)))


def _shown(part: Any) -> str:
    return "NULL" if part is None else f"{part.start}…" if isinstance(part, Truncated) else str(part)
