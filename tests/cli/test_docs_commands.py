"""The commands of docs/check.md and docs/ci.md, run as they stand there, in a shop of one's own."""

import re
import shlex
import subprocess
import sys
from importlib import import_module
from os import environ, pathsep
from pathlib import Path
from typing import Any

import pytest


pytestmark = pytest.mark.long

DOCS = Path(__file__).parents[2] / "docs"

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    price: Mapped[int]

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    product: Mapped[Product] = relationship()

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship()
    items: Mapped[list[Item]] = relationship(cascade="all, delete-orphan")

    @property
    def total(self):
        return sum(item.product.price for item in self.items)
"""

ADDED = """
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    gift: Mapped[Product | None] = relationship()
"""

TOTAL = """
    @property
    def total"""

READING = """
    @property
    def payer(self):
        return self.customer.name
"""

SCHEMAS = """
from pydantic import BaseModel, ConfigDict

class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int

class CustomerOut(Out):
    name: str

class OrderOut(Out):
    customer: CustomerOut
    items: list[Out]
    total: int
"""

QUERIES = """
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from shop.models import Item, Order

def list_orders():
    return select(Order).options(joinedload(Order.customer), selectinload(Order.items).joinedload(Item.product))
"""

MAIN = """
from fastapi import FastAPI
from shop.schemas import OrderOut

app = FastAPI()

@app.get("/orders", response_model=list[OrderOut])
def orders():
    return []
"""


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a page in a language."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [block for its_language, block in BLOCK.findall(text) if its_language == language]


def commands(page: str) -> list[str]:
    """The command lines of a page, without the remarks behind them."""
    lines = [line for block in blocks(page, "") for line in block.splitlines()]
    typed = [line for line in lines if line.startswith(("pirate-tui check ", "python -m shop."))]
    return [re.split(r" {3,}", line)[0] for line in typed]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with the shop, with the sample that the page shows, and with its database."""
    package = tmp_path / "shop"
    package.mkdir()
    (sample,) = blocks("ci.md", "python")[:1]
    sources = {"models": MODELS, "schemas": SCHEMAS, "queries": QUERIES, "main": MAIN, "sample": sample, "__init__": ""}
    for name, source in sources.items():
        (package / f"{name}.py").write_text(source, encoding="utf-8")
    assert run(tmp_path, "python -m shop.sample shop.db").returncode == 0
    return tmp_path


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell, in the folder, where `python` and `pirate-tui` are those of the tests."""
    path = pathsep.join((str(Path(sys.executable).parent), environ["PATH"]))
    environment = {**environ, "PATH": path, "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    return subprocess.run(  # noqa: S602  lines of our own pages
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def codes(line: str) -> set[int]:
    """What a command of the pages may end with, on the shop as it is."""
    return {5} if "--fail-on" in line else {0}


def test_every_command_of_the_page_of_check_runs(shop: Path) -> None:
    lines = commands("check.md")
    assert len(lines) == 11
    for line in lines:
        done = run(shop, line)
        assert done.returncode in codes(line), done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout


def test_every_command_of_the_page_of_ci_runs(shop: Path) -> None:
    lines = commands("ci.md")
    assert len(lines) == 6
    for line in lines:
        done = run(shop, line)
        assert done.returncode in codes(line), done.stderr
        assert "Traceback" not in done.stderr
    assert run(shop, lines[3]).stdout.splitlines()[:4] == blocks("ci.md", "")[2].splitlines()[:4]


def entries(page: str) -> dict[str, list[str]]:
    """The commands of hooks and of a workflow, read from the YAML of the page."""
    load = import_module("yaml").safe_load
    hooks, workflow = (load(block) for block in blocks(page, "yaml"))
    (repository,) = hooks["repos"]
    for hook in repository["hooks"]:
        assert {*hook} == {"id", "name", "entry", "language", "types", "pass_filenames"}
        assert (hook["language"], hook["pass_filenames"]) == ("system", False)
    (job,) = workflow["jobs"].values()
    steps: list[dict[str, Any]] = job["steps"]
    return {
        "hooks": [hook["entry"] for hook in repository["hooks"]],
        "workflow": [step["run"] for step in steps if "run" in step and not step["run"].startswith("pip install")],
    }


def test_hooks_and_workflow_pass_until_something_is_added(shop: Path) -> None:
    """Pre-commit splits an entry as a shell does, and calls no shell itself."""
    for line in commands("ci.md")[:3]:
        assert run(shop, line).returncode == 0
    found = entries("ci.md")
    assert [len(found[name]) for name in ("hooks", "workflow")] == [2, 4]
    for line in (shlex.join(shlex.split(entry)) for entry in (*found["hooks"], *found["workflow"][:3])):
        done = run(shop, line)
        assert done.returncode == 0, done.stderr
    assert run(shop, found["workflow"][3]).returncode == 0
    assert "none new since the baseline" in (shop / "summary.md").read_text(encoding="utf-8")

    models = shop / "shop" / "models.py"
    models.write_text(MODELS.replace(TOTAL, f"{ADDED}{TOTAL}"), encoding="utf-8")
    number = 1 + models.read_text(encoding="utf-8").splitlines().index(ADDED.splitlines()[-1])
    done = run(shop, found["hooks"][0])
    assert (done.returncode, "IO in after_commit: gift\n" in done.stdout) == (5, True)
    done = run(shop, found["workflow"][1])
    assert done.returncode == 5
    assert f"::error file=shop/models.py,line={number},title=Order.gift%3A a plain access does IO::" in done.stdout
    assert run(shop, found["hooks"][1]).returncode == 0, "no lint is new"

    models.write_text(MODELS.replace(TOTAL, f"{READING}{TOTAL}"), encoding="utf-8")
    assert run(shop, found["hooks"][1]).returncode == 5, "a property reads a relationship that none has read before"
