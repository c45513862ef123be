"""docs/in-your-app.md: its example is run as it stands there, and says what the page says."""

import re
import sys
from pathlib import Path

import pytest

from tests.programs import run, run_probed


PAGE = (Path(__file__).parents[2] / "docs/in-your-app.md").read_text()

BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

EXAMPLE, INSIDE = (text for language, text in BLOCKS if language == "python")

REPORT, *OTHERS = (text for _, text in BLOCKS if re.match("pirate-tui: Order.note .* was accessed", text))

CHANGED = """    order.note = note
    await session.commit()
"""
"""What the example does between loading and reading."""

FAILED_FLUSH = """    session.add(Order(id=number, note=note))
    try:
        await session.flush()
    except IntegrityError:
        pass
"""

DELETED = """    await session.delete(order)
    await session.commit()
"""

SYNCHRONOUS = """
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str]

engine = create_engine("sqlite://")
sessions = sessionmaker(engine)

def rename(number, note):
    with sessions() as session:
        order = session.get(Order, number)
        order.note = note
        session.commit()
        return order

def main():
    print(rename(1, "a pair of shoes").note)

Base.metadata.create_all(engine)
with sessions() as session, session.begin():
    session.add(Order(note="two left shoes"))
main()
"""

VARIANTS = (
    f"from sqlalchemy.exc import IntegrityError\n{EXAMPLE.replace(CHANGED, FAILED_FLUSH)}",
    EXAMPLE.replace(CHANGED, DELETED).replace("Mapped[str]", "Mapped[str] = mapped_column(deferred=True)"),
    SYNCHRONOUS,
)
"""The programs of which the page shows what is said, in its order."""

BRACKET = next(iter(re.findall(r"`(\[pirate-tui: .*?\])`", PAGE)))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of the example."""
    (tmp_path / "shop.py").write_text(EXAMPLE)
    return tmp_path


def test_the_example_says_what_the_page_says(shop: Path) -> None:
    done = run_probed(sys.executable, "shop.py", folder=shop)
    assert done.code == 1
    assert done.err.startswith(REPORT), "in the log, before the traceback"
    assert done.err.count(REPORT) == 2, "and as a note"
    assert BRACKET in done.err


@pytest.mark.parametrize(("program", "report"), [*zip(VARIANTS, OTHERS, strict=True)])
def test_other_programs_say_what_the_page_says(program: str, report: str, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(program)
    done = run_probed(sys.executable, "shop.py", folder=tmp_path)
    assert done.code == 1
    assert done.err.count(report) == 2, done.err


@pytest.mark.parametrize(("switch", "reports"), [("", 2), ("no-message", 2), ("0", 0)])
def test_the_example_from_inside(shop: Path, switch: str, reports: int) -> None:
    (shop / "inside.py").write_text(f"{INSIDE}\nimport shop\n")
    done = run(sys.executable, "inside.py", folder=shop, given={"PIRATE_TUI_PROBE": switch})
    assert done.code == 1
    assert done.err.count(REPORT) == reports
    assert (BRACKET in done.err) == (not switch)


def test_the_example_from_an_isolated_interpreter(shop: Path) -> None:
    done = run_probed(sys.executable, "-E", "shop.py", folder=shop)
    assert (done.code, done.err.count("pirate-tui")) == (1, 0)
