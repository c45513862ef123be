"""What the probe costs a request of the user's, beside the noise of the same request measured twice without it."""

import asyncio
import gc
import os
import random
import statistics
import time
from collections import defaultdict

from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pirate_tui import probe as installed
from tests.bench.figures import Figure, Setting
from tests.servers import DRIVERS, fresh_database


ROWS = 100
"""Rows that a request loads at once."""

SELECTS = 5
"""Selects of one row each that follow."""

REQUESTS = 8
"""Requests of one measurement."""

WARMING = 8
"""Requests before it: Python has to specialise again what a hook replaced (https://peps.python.org/pep-0659/)."""

PAIRS = 6
"""Measurements of each kind for each run."""

NOISE = 0.02
"""The most that two measurements of the same may differ, if anything is to be claimed."""


class Base(DeclarativeBase):
    """What the request's rows are mapped with."""


class Entry(Base):
    """A row of the request."""

    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    value: Mapped[int]


def probe(setting: Setting) -> list[Figure]:
    """A request with the probe, by aiosqlite and by asyncpg, beside the same without it."""
    os.environ[installed.ANNOUNCED] = "1"
    file = URL.create("sqlite+aiosqlite", database=str(setting.folder / "probe.db"))
    figures = asyncio.run(_of("aiosqlite", file, setting.runs))
    if os.environ.get(DRIVERS["asyncpg"].variable):
        figures += asyncio.run(_on_server(setting.runs))
    return figures


async def _on_server(runs: int) -> list[Figure]:
    async for server in fresh_database("asyncpg"):
        return await _of("asyncpg", server.url, runs)
    return []


async def _of(driver: str, url: URL, runs: int) -> list[Figure]:
    engine = create_async_engine(url)
    try:
        return await _measured(driver, engine, runs)
    finally:
        await engine.dispose()


async def _measured(driver: str, engine: AsyncEngine, runs: int) -> list[Figure]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    maker = async_sessionmaker(engine)
    async with maker.begin() as session:
        session.add_all(Entry(name=f"entry {number}", value=number) for number in range(2 * ROWS))
    measured = defaultdict[str, list[float]](list)
    for _ in range(runs * PAIRS):
        for kind in random.sample(("with", "without", "again"), 3):
            measured[kind].append(await _requests(maker, with_probe=kind == "with"))
    noise = abs(statistics.median(measured["again"]) / statistics.median(measured["without"]) - 1)
    claim = "" if noise <= NOISE else f"; nothing is claimed, the noise is over {NOISE:.0%}"
    without = measured["without"]
    return [
        Figure(
            f"a request with the probe, {driver}{claim}",
            measured["with"],
            "the same without it",
            without,
            None if claim else 1.05,
        ),
        Figure(f"a request without the probe, {driver}: the noise", measured["again"], "the same once more", without),
    ]


async def _requests(maker: async_sessionmaker[AsyncSession], *, with_probe: bool) -> float:
    """Milliseconds of the event loop's thread for one request."""
    if with_probe:
        installed.install()
    for _ in range(WARMING):
        await _request(maker)
    gc.collect()
    gc.disable()
    began = time.thread_time()
    for _ in range(REQUESTS):
        await _request(maker)
    taken = time.thread_time() - began
    gc.enable()
    installed.uninstall()
    return taken / REQUESTS * 1_000


async def _request(maker: async_sessionmaker[AsyncSession]) -> None:
    async with maker() as session:
        (await session.scalars(select(Entry).where(Entry.id <= ROWS))).all()
        for number in range(SELECTS):
            await session.scalar(select(Entry).where(Entry.id == ROWS + number))
        session.add(Entry(name="new", value=1))
        await session.commit()
