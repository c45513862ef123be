"""Verdicts: what finding all of them costs, for an instance with very many attributes."""

import asyncio
import time
from typing import Any

from sqlalchemy import ForeignKey, String, event
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.inspection.snapshots import snapshot
from tests.bench.figures import Figure, Setting


class Base(DeclarativeBase):
    """The models of this file."""


class Child(Base):
    """What relationships lead to."""

    __tablename__ = "children"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("wide.id"))


def _length(name: str) -> property:
    return property(lambda self: len(getattr(self, name)))


COLUMNS, RELATIONSHIPS, PROPERTIES = 19, 10, 8

MEMBERS: dict[str, Any] = {
    "__tablename__": "wide",
    "__annotations__": {"id": Mapped[int]},
    "id": mapped_column(primary_key=True),
    **{f"column_{n}": mapped_column(String) for n in range(COLUMNS)},
    **{f"children_{n}": relationship(Child, viewonly=True) for n in range(RELATIONSHIPS)},
    **{f"length_{n}": _length(f"children_{n}") for n in range(PROPERTIES)},
}

Wide = type("Wide", (Base,), MEMBERS)
"""Forty attributes, with `repr()` and `str()`."""


def verdicts(setting: Setting) -> list[Figure]:
    """All verdicts of an expired instance with forty attributes; the statements that this sends are counted."""
    taken, sent = asyncio.run(_verdicts(setting.runs))
    return [
        Figure("all verdicts of an instance with 40 attributes", taken, aim=16),
        Figure("  statements sent and connections taken for it", sent, aim=0, unit="in all"),
    ]


async def _verdicts(runs: int) -> tuple[list[float], list[float]]:
    engine, happened, taken = create_async_engine("sqlite+aiosqlite://"), list[object](), list[float]()
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        wide = Wide()
        session.add(wide)
        await session.commit()
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *call: happened.append(call))
        event.listen(engine.sync_engine, "checkout", lambda *call: happened.append(call))
        entity = Catalog([Wide, Child]).entities[0]
        for _ in range(runs):
            began = time.perf_counter()
            found = snapshot(entity, wide)
            taken.append((time.perf_counter() - began) * 1000)
            assert len(found.attributes) == 3 + COLUMNS + RELATIONSHIPS + PROPERTIES
    await engine.dispose()
    return taken, [float(len(happened))]
