"""A table as a list, read by keyset as a database would."""

from pirate_tui.domain.rows import Page, Row, Seek


def table(count: int) -> list[Row]:
    return [Row((), (n,), (n * 10,)) for n in range(count)]


def read(rows: list[Row], seek: Seek) -> Page:
    """What a database would answer."""
    found = rows[::-1] if seek.backward else rows
    if seek.position is not None:
        found = [
            row for row in found if (row.position < seek.position) == seek.backward and row.position != seek.position
        ]
    found = found[seek.skip : seek.skip + seek.limit]
    return Page(tuple(found[::-1] if seek.backward else found))
