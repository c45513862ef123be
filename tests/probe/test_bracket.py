"""Where only the text of an error survives, its bracket tells: in a program of its own, since pytest compares texts."""

import sys
from pathlib import Path

import pytest

from tests.programs import run


PROGRAM = """
import asyncio
import sys

import pydantic
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from pirate_tui import probe
from tests.probe.models import Order


class OrderOut(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(from_attributes=True)

    note: str
    blob: str


async def main():
    engine = create_async_engine(f"sqlite+aiosqlite:///{sys.argv[1]}")
    async with async_sessionmaker(engine)() as session:
        order = await session.get_one(Order, 2)  # loaded
        for end in (None, session.commit, session.close):
            if end:
                await end()  # ended
            try:
                OrderOut.model_validate(order)
            except pydantic.ValidationError as error:
                print(error)
    await engine.dispose()


probe.install()
asyncio.run(main())
"""


def lines_of(mark: str) -> int:
    return next(number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith(f"# {mark}"))


@pytest.fixture
def printed(request: pytest.FixtureRequest, made_shop: Path, tmp_path: Path) -> str:
    """What the program prints, with the probe set so."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    given = {"PYTHONPATH": str(Path(__file__).parents[2]), "PIRATE_TUI_PROBE": request.param}
    ended = run(sys.executable, program, made_shop, given=given, folder=tmp_path)
    assert ended.code == 0, ended.err
    return ended.out


@pytest.mark.parametrize("printed", [""], indirect=True)
def test_the_text_of_a_validation_error_tells_what_pydantic_has_dropped(printed: str) -> None:
    loaded, ended = lines_of("loaded"), lines_of("ended")
    first, _, rest = printed.partition("validation error for OrderOut\n")[2].partition(
        "validation errors for OrderOut\n"
    )
    assert f"[pirate-tui: Order.blob of Order 2 is not loaded; Order 2 was loaded at program.py:{loaded}]" in first
    expired, _, closed = rest.partition("validation errors for OrderOut\n")
    assert f"[pirate-tui: Order.note of Order 2 was expired by commit() at program.py:{ended}]" in expired
    assert f"[pirate-tui: Order.note of Order 2: Order 2 was detached by close() at program.py:{ended}]" in closed


@pytest.mark.parametrize("printed", ["no-message", "0"], indirect=True)
def test_it_does_not_where_messages_are_left_alone(printed: str) -> None:
    assert printed.count("Error extracting attribute") == 5
    assert "pirate-tui" not in printed
