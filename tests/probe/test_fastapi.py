"""The probe in a FastAPI application: whatever serializes what an endpoint returned, the endpoint is named."""

import gc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


class Base(AsyncAttrs, DeclarativeBase):
    """What the orders are mapped with."""


class Order(Base):
    """An order of items."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list["Item"]] = relationship()


class Item(Base):
    """What was ordered."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


class ItemOut(BaseModel):
    """An item in a response."""

    model_config = ConfigDict(from_attributes=True)
    id: int


class OrderOut(BaseModel):
    """An order in a response, with its items."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    items: list[ItemOut]


held: dict[str, Any] = {}
"""The session maker of the running test, and an order for the synchronous endpoint."""

app = FastAPI()


async def opened() -> AsyncIterator[AsyncSession]:
    async with held["sessions"]() as session:  # <depends>
        yield session


Opened = Annotated[AsyncSession, Depends(opened)]
ClosedBefore = Annotated[AsyncSession, Depends(opened, scope="function")]


@app.middleware("http")
async def passing_on(request: Request, call_next: Any) -> Any:
    """A middleware of the user's, whose line has nothing to do with it."""
    return await call_next(request)


@app.get("/model", response_model=OrderOut)  # <model>
async def get_model(session: Opened) -> Any:
    return await session.get(Order, 1)  # <model loads>


@app.get("/list")  # <list>
async def get_list(session: Opened) -> list[OrderOut]:
    return (await session.scalars(select(Order))).all()  # type: ignore[return-value]  # <list loads>


@app.get("/sync", response_model=OrderOut)  # <sync>
def get_sync() -> Any:
    return held["order"]


@app.get("/own")
async def get_own(session: Opened) -> Any:
    order = await session.get(Order, 1)  # <own loads>
    return OrderOut.model_validate(order)  # <own reads>


@app.get("/later")
async def get_later(session: ClosedBefore, tasks: BackgroundTasks) -> dict[str, str]:
    order = await session.get_one(Order, 1)  # <later loads>
    tasks.add_task(count_items, order)
    return {}


async def count_items(order: Order) -> int:
    return len(order.items)  # <later reads>


@app.get("/mended", response_model=OrderOut)
async def get_mended(session: Opened) -> Any:
    return await session.get(Order, 1, options=[selectinload(Order.items)])


def line(mark: str) -> str:
    """File and line of a mark in this file."""
    lines = Path(__file__).read_text().splitlines()
    number = next(number for number, text in enumerate(lines, 1) if text.endswith(f"# <{mark}>"))
    return f"test_fastapi.py:{number}"


@pytest.fixture
async def client(tmp_path: Path, probe: None) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001  it is in place
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'orders.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    held["sessions"] = async_sessionmaker(engine)
    async with held["sessions"].begin() as session:
        session.add_all(Order(items=[Item(), Item()]) for _ in range(3))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client, held["sessions"]() as session:
        held["order"] = await session.get(Order, 2)  # <sync loads>
        yield client
    held.clear()
    await engine.dispose()
    gc.collect()  # what SQLAlchemy did not await, while it is expected


def reports(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "pirate_tui.probe"]


@pytest.mark.parametrize(
    ("path", "reader", "loads", "fix"),
    [
        ("model", "read by   pydantic, for what get_model() returned ({})", "model loads", "options=[{}]"),
        ("list", "read by   pydantic, for what get_list() returned ({})", "list loads", ".options({})"),
        ("sync", "read by   pydantic, for what get_sync() returned ({})", "sync loads", "options=[{}]"),
        ("own", "read      {}   `return OrderOut.model_validate(order)  # <own reads>`   by pydantic", "own loads", ""),
        ("later", "read      {}   `return len(order.items)", "later loads", "options=[{}]"),
    ],
)
async def test_whoever_serializes_is_named(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, path: str, reader: str, loads: str, fix: str
) -> None:
    answer = await client.get(f"/{path}")
    gc.collect()  # while the thread runs: with it goes its main greenlet, though frames of the error refer to it
    assert answer.status_code == (200 if path == "later" else 500)
    (said,) = reports(caplog)
    mark = path if path in {"model", "list", "sync"} else f"{path} reads"
    assert reader.format(found(said, mark)) in said
    assert f"loaded    {found(said, loads)}" in said
    if fix:
        assert f"at {found(said, loads)}: {fix.format('selectinload(Order.items)')}" in said
    if path == "later":
        assert f"closed    {found(said, 'depends')}" in said


async def test_the_fix_helps(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = await client.get("/mended")
    assert answer.json() == {"id": 1, "items": [{"id": 1}, {"id": 2}]}
    assert reports(caplog) == []


def found(said: str, mark: str) -> str:
    """The place of the mark as the report has it, by its path."""
    name = line(mark)
    return next(word.strip("():`,") for word in said.replace("(", " ").split() if word.strip("():`,").endswith(name))
