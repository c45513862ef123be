"""`pirate-tui check --reads`: from a schema to the select that loads what it reads, as text and as JSON Lines."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pirate_tui.__main__ import main


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, DynamicMapped, Mapped, mapped_column, relationship

class Base(AsyncAttrs, DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped["Customer"] = relationship()
    items: Mapped[list["Item"]] = relationship()
    views: DynamicMapped["View"] = relationship()

    @property
    def total(self):
        return sum(item.product.price for item in self.items)

class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    product: Mapped["Product"] = relationship()

class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[int]

class View(Base):
    __tablename__ = "views"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))

class Node(Base):
    __tablename__ = "nodes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    children: Mapped[list["Node"]] = relationship()
"""

SCHEMAS = """
from pydantic import BaseModel, ConfigDict

print("printed at import")

class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)

class CustomerOut(Out):
    name: str

class ProductOut(Out):
    price: int

class ItemOut(Out):
    product: ProductOut

class OrderOut(Out):
    customer: CustomerOut
    items: list[ItemOut]
    total: int

class ViewsOut(Out):
    views: list[int]

class NodeOut(Out):
    children: list["NodeOut"]

class IdOut(Out):
    id: int

NOTHING = 3
LISTED = [OrderOut]
"""

QUERIES = """
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from models_ import Item, Order

ORDERS = select(Order).options(selectinload(Order.items))

def all_orders():
    return ORDERS.options(joinedload(Order.customer), selectinload(Order.items).joinedload(Item.product))
"""

APP = """
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from schemas_ import CustomerOut, OrderOut, ViewsOut

class Page(BaseModel):
    results: list[OrderOut]

class Token(BaseModel):
    access_token: str

router = APIRouter(prefix="/v1")
app = FastAPI()

@router.get("/orders")
async def orders() -> Page: ...

@app.get("/orders/{id}")
async def order(id: int) -> OrderOut | None: ...

@app.get("/customers")
async def customers() -> list[CustomerOut]: ...

@app.get("/views")
async def views() -> ViewsOut: ...

@app.get("/token")
async def token() -> Token: ...

@app.get("/nothing")
async def nothing(): ...

app.include_router(router, prefix="/api")
"""

TABLES = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
    CREATE TABLE products (id INTEGER PRIMARY KEY, price INTEGER);
    CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER, product_id INTEGER);
    CREATE TABLE views (id INTEGER PRIMARY KEY, order_id INTEGER);
    CREATE TABLE nodes (id INTEGER PRIMARY KEY, parent_id INTEGER);
    INSERT INTO customers VALUES (1, 'Ann');
    INSERT INTO orders VALUES (1, 1), (2, 1);
    INSERT INTO products VALUES (1, 3);
    INSERT INTO items VALUES (1, 1, 1);
    INSERT INTO nodes VALUES (1, 2), (2, 1);
"""

SELECT = "select(Order).options(joinedload(Order.customer), selectinload(Order.items).joinedload(Item.product))"


class Outcome(NamedTuple):
    """What a command has done."""

    code: object
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


class Project:
    """A database, with modules of names of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.number = folder.name.replace("-", "_")
        self._folder = folder
        self._capsys = capsys
        self.write("models", MODELS)
        self.write("schemas", SCHEMAS)
        self.write("queries", QUERIES)
        self.write("app", APP)
        with closing(sqlite3.connect(folder / "shop.db")) as connection:
            connection.executescript(TABLES)

    def write(self, name: str, code: str) -> None:
        """Write a module, in which `models_` is the name of the models' own."""
        text = code.replace("models_", f"models_{self.number}").replace("schemas_", f"schemas_{self.number}")
        (self._folder / f"{name}_{self.number}.py").write_text(text, encoding="utf-8")

    def execute(self, statements: str) -> None:
        """Change the rows."""
        with closing(sqlite3.connect(self._folder / "shop.db")) as connection:
            connection.executescript(statements)

    def check(self, *arguments: str) -> Outcome:
        """Run `check` with the arguments; `schemas:` names the module of the schemas."""
        given = list(arguments)
        for module in ("models", "schemas", "queries", "app"):
            given = [one.replace(f"{module}:", f"{module}_{self.number}:") for one in given]
        with pytest.raises(SystemExit) as ended:
            main(["check", "shop.db", "--models", f"models_{self.number}", *given])
        return Outcome(ended.value.code, *self._capsys.readouterr())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, capsys)


def test_the_report_ends_in_a_select_with_its_imports(project: Project) -> None:
    code, out, _ = project.check("--reads", "schemas:OrderOut=Order")
    assert code == 0
    assert "printed" not in out
    assert [line.rstrip() for line in out.splitlines()] == [
        f"schemas_{project.number}:OrderOut reads Order: 3 loads",
        "  customer         relationship  IO  joinedload(Order.customer)  OrderOut.customer",
        "  items[]          relationship  IO  selectinload(Order.items)   OrderOut.items, OrderOut.total ← Order.total",
        "  items[].product  relationship  IO  joinedload(Item.product)    ItemOut.product, OrderOut.total ← Order.total",  # noqa: E501  as it is printed
        "",
        "from sqlalchemy import select",
        "from sqlalchemy.orm import joinedload, selectinload",
        f"from models_{project.number} import Item, Order",
        "",
        "select(Order).options(",
        "    joinedload(Order.customer),",
        "    selectinload(Order.items).joinedload(Item.product),",
        ")",
        "",
        "with these options: 2 statements, 3 rows for 2 instances",
        "proved: nothing else is loaded",
        "",
    ]


def test_each_path_is_a_line_of_json_and_the_select_is_the_last(project: Project) -> None:
    *paths, last = project.check("--reads", "schemas:OrderOut=Order", "--json").objects
    whose = {"version": 1, "schema": f"schemas_{project.number}:OrderOut", "model": "Order"}
    assert paths[2] == {
        **whose,
        "path": "items[].product",
        "kind": "relationship",
        "verdict": "io",
        "option": "joinedload(Item.product)",
        "found_by": ["annotations", "trace"],
        "read_by": ["ItemOut.product", "OrderOut.total ← Order.total"],
        "proved": True,
        "instead": None,
    }
    assert last == {**whose, "select": SELECT, "statements": 2, "rows": 3, "proved": True, "note": None}


def test_a_leaf_that_no_row_reaches_is_not_proved_and_no_failure(project: Project) -> None:
    project.execute("DELETE FROM items")
    code, out, _ = project.check("--reads", "schemas:OrderOut=Order")
    assert code == 0
    assert out.endswith("not proved:\n  no row reaches items[]\n\n")
    project.execute("DELETE FROM orders")
    code, out, _ = project.check("--reads", "schemas:OrderOut=Order")
    assert code == 0
    assert out.endswith(")\n\nnot proved:\n  Order has no rows\n\n")


def test_a_query_that_lacks_something_fails(project: Project) -> None:
    code, out, _ = project.check("--reads", "schemas:OrderOut=queries:ORDERS")
    assert code == 5
    assert "  customer         relationship  IO  MISSING  joinedload(Order.customer)" in out
    assert "  items[]          relationship  IO  loaded   selectinload(Order.items)" in out
    assert f"queries_{project.number}:ORDERS does not load customer: add joinedload(Order.customer)" in out
    assert f"queries_{project.number}:ORDERS does not load items[].product: add joinedload(Item.product)" in out
    *paths, last = project.check("--reads", "schemas:OrderOut=queries:ORDERS", "--json").objects
    assert [(one["path"], one["yours"]) for one in paths] == [
        ("customer", "missing"),
        ("items[]", "loaded"),
        ("items[].product", "missing"),
    ]
    assert last["select"] == SELECT


def test_a_query_that_loads_everything_passes(project: Project) -> None:
    code, out, _ = project.check("--reads", "schemas:OrderOut=queries:all_orders")
    assert code == 0
    assert "MISSING" not in out
    code, out, _ = project.check("--reads", "schemas:IdOut=queries:all_orders")
    assert code == 0
    assert "loaded, never read: customer, items[], items[].product" in out


def test_several_schemas_are_checked_at_once(project: Project) -> None:
    code, out, _ = project.check("--reads", "schemas:ViewsOut=Order", "--reads", "schemas:OrderOut=Order")
    assert code == 5
    assert out.count(" reads Order: ") == 2


def test_what_no_option_loads_fails(project: Project) -> None:
    code, out, _ = project.check("--reads", "schemas:ViewsOut=Order")
    assert code == 5
    assert "no option loads views[]; write (await session.scalars(order.views.statement)).all()" in out


def test_rows_that_form_a_cycle_end_at_the_budget(project: Project) -> None:
    code, out, _ = project.check("--reads", "schemas:NodeOut=Node")
    assert code == 0
    assert "selectinload(Node.children, recursion_depth=-1)" in out
    assert out.endswith(
        ")\n\nnot proved:\n"
        "  it sends more than 100 statements: the rows may form a cycle\n"
        "  recursion_depth=-1 does not end where rows refer to each other in a cycle\n\n"
    )


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ("schemas:OrderOut", " is no app of FastAPI; give SCHEMA=CLASS, as in shop.schemas:OrderOut=Order; "),
        ("schemas:OrderOut=Odrer", "no such mapped class: Odrer; available: "),
        ("schemas:Odrer=Order", " has no Odrer"),
        ("schemas:NOTHING=Order", "is no schema; give a model of pydantic, "),
        ("schemas:LISTED=Order", "is no schema; give a model of pydantic, "),
        ("schemas:OrderOut=queries:nothing", " has no nothing"),
        ("schemas:OrderOut=schemas:NOTHING", ": int is no Select; give one, or a function that returns one"),
        ("OrderOut=Order", "OrderOut: give a module and a name in it, as shop.schemas:OrderOut"),
    ],
)
def test_what_cannot_be_read_is_named(project: Project, reads: str, said: str) -> None:
    code, out, err = project.check("--reads", reads)
    assert code == 2
    assert not out
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "other", [("--prove",), ("--model", "Order"), ("--state", "fresh"), ("--only", "column"), ("--fail-on", "io")]
)
def test_options_of_the_other_report_are_refused(project: Project, other: tuple[str, ...]) -> None:
    code, _, err = project.check("--reads", "schemas:OrderOut=Order", *other)
    assert code == 2
    assert f"--reads does not go with {other[0]}" in err


def test_a_schema_that_cannot_be_imported_is_explained(project: Project) -> None:
    project.write("broken", "import no_such_module_at_all")
    code, _, err = project.check("--reads", f"broken_{project.number}:OrderOut=Order")
    assert code == 4
    assert "no_such_module_at_all" in err
    assert "--models" not in err
    assert "Traceback" not in err


def test_an_app_lists_what_its_responses_read_and_never_fails(project: Project) -> None:
    code, out, _ = project.check("--reads", "app:app")
    assert code == 0
    guessed = "(the class is guessed; --reads SCHEMA=CLASS overrules it)"
    lines = out.splitlines()
    assert f"GET /orders/{{id}}; GET /api/v1/orders {guessed}" in lines
    assert f"schemas_{project.number}:OrderOut reads Order: 3 loads" in lines
    assert f"GET /views {guessed}" in lines
    assert "no option loads views[]; write (await session.scalars(order.views.statement)).all()" in lines
    assert "CustomerOut reads" not in out
    module = f"app_{project.number}"
    assert (
        lines[-1] == f"{module}:app: 6 routes, 3 of them read what must be loaded; no mapped class fits {module}:Token"
    )


def test_a_class_that_is_given_is_not_guessed(project: Project) -> None:
    given = ("--reads", "schemas:CustomerOut=Customer", "--reads", "schemas:OrderOut=Order")
    code, out, _ = project.check("--reads", "app:app", *given)
    assert code == 0
    assert "GET /orders/{id}; GET /api/v1/orders" in out.splitlines()


def test_an_app_in_json_names_the_routes_of_each_path(project: Project) -> None:
    *paths, last = project.check("--reads", "app:app", "--json").objects
    orders = [one for one in paths if one["schema"].endswith(":OrderOut")]
    assert [one.get("path") for one in orders] == ["customer", "items[]", "items[].product", None]
    assert {tuple(one["routes"]) for one in orders} == {("GET /orders/{id}", "GET /api/v1/orders")}
    assert last == {
        "version": 1,
        "app": f"app_{project.number}:app",
        "routes": 6,
        "reading": 3,
        "no_class_fits": [f"app_{project.number}:Token"],
    }
