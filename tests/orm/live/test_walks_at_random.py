"""Walks at random cost, raise and leave behind what the same code does in one session of its own."""

import gc
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from pirate_tui.domain.access import AccessMode, Scenario, Verdict
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.errors import forget, without_warnings
from pirate_tui.orm.inspection.attributes import attributes_of
from pirate_tui.orm.inspection.verdicts import dry_run
from tests.orm.live.test_walks import MAPPED, SAFE, Walker, database, path


__all__ = ["database", "path"]  # pytest finds them here

WALKS = 60
STEPS = 8
SCENARIOS = [Scenario.AFTER_COMMIT, Scenario.AFTER_ROLLBACK, Scenario.DETACHED]

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


class Code:
    """An application: one session, and every instance that it has met in a variable."""

    def __init__(self, engine: AsyncEngine, sent: list[str]) -> None:
        self._sent = sent
        self.session = AsyncSession(engine)
        self.variables: dict[str, Any] = {}

    async def begin(self, mapped: type[Any], key: int) -> None:
        """Select the first instance."""
        one = (await self.session.scalars(select(mapped).where(inspect(mapped).primary_key[0] == key))).one()
        self.variables[f"{mapped.__name__} {key}"] = one
        await self.session.connection()

    async def access(self, label: str, name: str, mode: AccessMode) -> int | None:
        """Make an access; return how many statements it has sent, and None where it has raised.

        SQLAlchemy 2.0 announces one that could not be sent.
        """
        one, before = self.variables[label], len(self._sent)
        try:
            with without_warnings():
                value = await getattr(one.awaitable_attrs, name) if mode is SAFE else getattr(one, name)
            for found in value if isinstance(value, list) else [value]:
                self.variables.setdefault(f"{type(found).__name__} {inspect(found).identity[0]}", found)
        except SQLAlchemyError as error:
            forget(error)
            return None
        return len(self._sent) - before

    async def bring_into(self, scenario: Scenario) -> None:
        """Do what brings all instances into that state."""
        if scenario is Scenario.AFTER_COMMIT:
            await self.session.commit()
        elif scenario is Scenario.AFTER_ROLLBACK:
            await self.session.rollback()
        else:
            await self.session.close()

    def verdicts(self, label: str) -> dict[str, Verdict]:
        """What a plain access to each attribute would do now."""
        one = self.variables[label]
        listed = [attribute for attribute in attributes_of(inspect(one).mapper) if not attribute.kind.runs_code]
        return {attribute.name: dry_run(one, attribute).verdict for attribute in listed}


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(WALKS))
async def test_a_walk_does_what_code_does(database: OrmDatabase, path: Path, seed: int) -> None:
    chance, sent = random.Random(seed), list[str]()  # noqa: S311  no secret
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *called: sent.append(called[2]))
    walker, code = Walker(database), Code(engine, sent)
    try:
        root = inspect(database.models.catalog.mapper(walker.walk.entity)).class_
        await code.begin(root, 1)
        opened: set[tuple[str, str]] = set()
        is_brought = False
        for _ in range(STEPS):
            label = chance.choice(sorted(code.variables))
            mapper = inspect(code.variables[label]).mapper
            name = chance.choice(sorted(mapper.relationships.keys()))
            if opened and not is_brought and chance.random() < 1 / STEPS:
                scenario, is_brought = chance.choice(SCENARIOS), True
                await code.bring_into(scenario)
                await walker.rest_on(label)
                await walker.bring_into(scenario, label)
            elif (label, name) not in opened:
                opened.add((label, name))
                mode = chance.choice([*AccessMode, SAFE, SAFE])
                found = await walker.open(f"{label}.{name}", mode, MAPPED, is_top=label == "Order 1")
                sent_by_walk = found.cost.access if found.failure is None else None
                assert await code.access(label, name, mode) == sent_by_walk, opened
            if opened:
                seen = await walker.rest_on(label)
                shown = {one.name: one.verdict for one in seen.attributes if not one.kind.runs_code}
                assert shown == code.verdicts(label), opened
    finally:
        await code.session.close()
        await engine.dispose()
        gc.collect()
