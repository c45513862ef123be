"""Outlines: lines of the screen and paths are two names of the same thing, however deep it is opened."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pirate_tui.domain.access import AccessMode, InstanceSnapshot
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.loading import Cost, LoaderStrategy, OpenRequest, OpenResult
from pirate_tui.domain.outline import Branch, Line, LineKind, Outline, Path, is_row
from pirate_tui.domain.rows import Row


ENTITY = Entity("Ship", "ships", (), ())
NAMES = ("sailors", "ports", "captain")


def relationship(name: str) -> Relationship:
    return Relationship(name, "Ship", uselist=True, direction="one to many", lazy="select")


def opening(name: str, rows: int) -> OpenResult:
    request = OpenRequest(ENTITY, (1,), relationship(name), AccessMode.SAFE, LoaderStrategy.AS_MAPPED)
    instance = InstanceSnapshot("Ship", (1,), "Ship 1", "persistent", ())
    return OpenResult(request, ENTITY, Cost(1, 1, 0.0), instance, tuple(Row((), (n,)) for n in range(rows)))


def branch(name: str, children: Outline | None) -> Branch:
    if children is None:
        return Branch(relationship(name))
    return Branch(relationship(name), opening(name, children.count), children)


def branches(children: st.SearchStrategy[Outline]) -> st.SearchStrategy[tuple[Branch, ...]]:
    one = st.builds(branch, st.sampled_from(NAMES), st.none() | children)
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda b: b.relationship.name).map(tuple)


def deeper(children: st.SearchStrategy[Outline]) -> st.SearchStrategy[Outline]:
    return st.integers(1, 8).flatmap(
        lambda count: st.dictionaries(st.integers(0, count - 1), branches(children), max_size=3).map(
            lambda opened: Outline(count, opened)
        )
    )


OUTLINES = st.recursive(st.builds(Outline, st.integers(0, 8)), deeper, max_leaves=8)


def flat(outline: Outline, prefix: Path = ()) -> Iterator[Line]:
    for number in range(outline.count):
        yield Line((*prefix, number), LineKind.ROW)
        yield from flat_branches(outline.opened.get(number, ()), (*prefix, number))


def flat_branches(listed: tuple[Branch, ...], row: Path) -> Iterator[Line]:
    for one in listed:
        path = (*row, one.relationship.name)
        yield Line(path, LineKind.RELATIONSHIP)
        if one.children.count:
            yield Line(path, LineKind.HEADER)
            yield from flat(one.children, path)


def rows_of(outline: Outline) -> list[Path]:
    return [line.path for line in flat(outline) if line.part is LineKind.ROW]


@given(OUTLINES)
def test_lines_are_those_of_the_naive_flattening(outline: Outline) -> None:
    expected = list(flat(outline))
    assert outline.lines == len(expected)
    assert [outline.line_at(y) for y in range(outline.lines)] == expected


@given(OUTLINES)
def test_line_of_is_the_inverse_of_line_at(outline: Outline) -> None:
    for y in range(outline.lines):
        line = outline.line_at(y)
        if line.part is not LineKind.HEADER:
            assert outline.line_of(line.path) == y


@given(OUTLINES.filter(lambda outline: outline.count > 0), branches(OUTLINES) | st.just(()), st.data())
def test_with_branches_changes_the_lines_under_that_row_only(
    outline: Outline, listed: tuple[Branch, ...], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(rows_of(outline)))
    before, y = list(flat(outline)), outline.line_of(path)
    height = sum(one.lines for one in outline.branches(path))
    changed = outline.with_branches(path, listed)
    assert list(flat(changed)) == [*before[: y + 1], *flat_branches(listed, path), *before[y + 1 + height :]]
    assert changed.branches(path) == listed


@given(OUTLINES.filter(lambda outline: outline.count > 0), branches(OUTLINES), st.data())
def test_with_branch_replaces_that_relationship_in_its_place_or_adds_it(
    outline: Outline, listed: tuple[Branch, ...], data: st.DataObject
) -> None:
    row = data.draw(st.sampled_from(rows_of(outline)))
    name = listed[0].relationship.name
    names = [one.relationship.name for one in outline.branches(row)]
    changed = outline.with_branch((*row, name), listed[0])
    assert changed.branch((*row, name)) == listed[0]
    assert [one.relationship.name for one in changed.branches(row)] == (names if name in names else [*names, name])


@given(OUTLINES)
def test_openings_are_all_there_with_the_level_of_their_rows(outline: Outline) -> None:
    opened = [
        (len(line.path) // 2, found)
        for line in flat(outline)
        if line.part is LineKind.RELATIONSHIP and (found := outline.branch(line.path).opening) is not None
    ]
    assert sorted(level for level, _ in outline.openings()) == sorted(level for level, _ in opened)
    assert {id(found) for _, found in outline.openings()} == {id(found) for _, found in opened}


def test_ten_million_rows_are_not_walked_through() -> None:
    outline = Outline(10_000_000).with_branch((5_000_000, "sailors"), Branch.opened(relationship("x"), opening("x", 3)))
    assert outline.lines == 10_000_005
    assert outline.line_at(10_000_004) == Line((9_999_999,), LineKind.ROW)


def test_an_empty_opening_takes_one_line() -> None:
    assert Branch.opened(relationship("sailors"), opening("sailors", 0)).lines == 1


@pytest.mark.parametrize("path", [(0, "ports"), (1, "sailors"), (0, "sailors", 0, "x"), ("sailors",)])
def test_what_is_not_opened_has_no_line(path: Path) -> None:
    outline = Outline(2).with_branch((0, "sailors"), branch("sailors", Outline(1)))
    with pytest.raises(KeyError):
        outline.line_of(path)


def test_a_row_has_a_path_of_odd_length() -> None:
    assert is_row((0,))
    assert is_row((0, "sailors", 1))
    assert not is_row((0, "sailors"))


@given(OUTLINES, st.data())
def test_an_outline_has_the_paths_of_its_lines_and_no_others(outline: Outline, data: st.DataObject) -> None:
    paths = {line.path for line in flat(outline)}
    assert all(outline.has(path) for path in paths)
    steps = st.tuples(st.integers(-1, 9), st.sampled_from(NAMES))
    drawn = data.draw(st.lists(steps, min_size=1, max_size=3))
    path: Path = tuple(step for both in drawn for step in both)[: data.draw(st.integers(1, 2 * len(drawn)))]
    assert outline.has(path) == (path in paths)
    assert not outline.has(("sailors",))
