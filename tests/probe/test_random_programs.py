"""Wrong blame is worse than none: programs of random lines, whose notes are compared with what really happened.

Each line may load, expire, fill, add, flush or close. After each, and within it whenever the session has flushed or
rolled back, the instances are looked at: what they hold, and in which line that has changed.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, update
from sqlalchemy.event import listen
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, selectinload

from pirate_tui.orm.errors import forget, without_warnings
from tests.probe.models import Item, Order
from tests.probe.situations import Note, Shop, collected, note_of


LINES = """
held[{n}] = await session.get(Order, {n})
held[{n}] = await session.get(Order, {n}, options=[selectinload(Order.items)])
seen += (await session.scalars(select(Order).where(Order.id < 4))).all()
seen += (await session.scalars(select(Item))).all()
await session.commit()
await session.rollback()
await session.flush()
await session.close()
session.expire_all()
session.expire(held[{n}])
session.expire(held[{n}], ["note"])
session.expire(held[{n}], ["items"])
session.expunge(held[{n}])
await session.refresh(held[{n}])
await session.refresh(held[{n}], ["note"])
await held[{n}].awaitable_attrs.note
await held[{n}].awaitable_attrs.items
await session.execute(update(Order).where(Order.id == {n}).values(note="update {m}"))
held[{n}].note = "change {m}"
held[{m}] = Order(id={m}, note="new {m}"); session.add(held[{m}])
session.add(Order(id=1, note="twice"))
savepoints.append(await session.begin_nested())
await savepoints.pop().rollback()
await savepoints.pop().commit()
held[{n}] = await session.merge(held[{n}])
await session.delete(held[{n}])
inspect(held[{n}]).session or session.add(held[{n}])
session, other = other, session
"""

ATTRIBUTES = ("note", "updated", "items", "customer", "blob")


class History:
    """What has really happened to the instances, by the number of the line."""

    def __init__(self, held: dict[int, Any], seen: list[Any]) -> None:
        self._held = held
        self._seen = seen
        self._before: dict[InstanceState[Any], tuple[Any, ...]] = {}
        self.line = 0
        """The line that runs."""
        self.loaded: dict[InstanceState[Any], set[int]] = {}
        """Where it came from, and where a SELECT has filled it again."""
        self.expired: dict[tuple[InstanceState[Any], str], int] = {}
        """Where it lost what it held of an attribute; "" is the whole of it."""
        self.added: dict[InstanceState[Any], int] = {}
        self.flushed: dict[InstanceState[Any], int] = {}
        self.detached: dict[InstanceState[Any], set[int]] = {}

    def look(self, *_: object) -> None:
        """Compare the instances with what they were."""
        for state in {inspect(one) for one in (*self._held.values(), *self._seen) if one is not None}:
            now = (state.expired, frozenset(state.dict), state.session is not None, state.persistent, state.pending)
            self._compare(state, self._before.get(state, (False, frozenset(), False, False, False)), now)
            self._before[state] = now

    def _compare(self, state: InstanceState[Any], before: tuple[Any, ...], now: tuple[Any, ...]) -> None:
        if (state not in self._before and state.persistent) or (before[0] and not now[0]):
            self.loaded.setdefault(state, set()).add(self.line)
        if now[0] and not before[0]:
            self.expired[state, ""] = self.line
        self.expired |= dict.fromkeys(((state, name) for name in before[1] - now[1]), self.line)
        if (now[3] or now[4]) and not (before[3] or before[4]):
            self.added[state] = self.line
        if before[4] and now[3]:
            self.flushed[state] = self.line
        if before[3] and not now[3]:
            self.detached.setdefault(state, set()).add(self.line)

    def contradicts(self, note: Note, state: InstanceState[Any], name: str) -> str:
        """What a note says of an instance that is not so; empty where there is nothing."""
        told = {label: {line for _, line in places} for label, places in note.places.items() if places}
        detached = self.detached.get(state, set())
        true = {"loaded": self.loaded.get(state, set()), "closed": detached, "expunged": detached, "deleted": detached}
        true |= {"added": {self.added.get(state, 0)}, "flushed": {self.flushed.get(state, 0)}}
        wrong = [label for label, lines in told.items() if label in true and not lines <= true[label]]
        expired = self.expired.get((state, "" if state.expired else name))
        if told.get("expired") and expired not in told["expired"] and not _expires(note.of("expired"), name):
            wrong.append("expired")
        return ", ".join(f"{label}: {told[label]}" for label in wrong)


def _expires(told: str, name: str) -> bool:
    """Does a line expire the attribute whether it was loaded or not: a flush that generates it, expire() by name?"""
    return "by a flush" in told or ("expire(held[" in told and f'["{name}"]' in told)


def program(seed: int) -> list[str]:
    """Lines at random, about three instances and some new ones."""
    chance = random.Random(seed)  # noqa: S311  nothing is secret
    lines = chance.choices(LINES.strip().splitlines(), k=chance.randint(5, 30))
    return [line.format(n=chance.randint(1, 3), m=100 + number) for number, line in enumerate(lines)]


def compiled(lines: list[str], path: Path) -> Callable[..., Any]:
    """A function of these lines, each followed by a look: those are at the ends of the lines, and add none."""
    code = ["async def work(session, other, held, seen, savepoints, history):"]
    for number, line in enumerate(lines, 2):
        code.append(f"    history.line = {number}; {line}; history.look()")
    path.write_text("\n".join(code), encoding="utf-8")
    names: dict[str, Any] = {"Item": Item, "Order": Order, "inspect": inspect, "select": select, "update": update}
    names["selectinload"] = selectinload
    exec(compile("\n".join(code), str(path), "exec"), names)  # noqa: S102  it is ours
    work: Callable[..., Any] = names["work"]
    return work


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(150))
async def test_no_line_is_blamed_wrongly(seed: int, shop: Shop, tmp_path: Path) -> None:
    held, seen, wrong = dict[int, Any](), list[Any](), list[str]()
    history = History(held, seen)
    work = compiled(program(seed), tmp_path / "program.py")
    async with shop.open() as engine:
        session, other = AsyncSession(engine, expire_on_commit=seed % 4 > 0), AsyncSession(engine)
        for one in (session, other):
            for event in ("after_flush", "after_flush_postexec", "after_soft_rollback"):
                listen(one.sync_session, event, history.look)
        with suppress(Exception):  # a line that makes no sense after those before it ends the program
            await work(session, other, held, seen, [], history)
        history.look()
        with without_warnings(), collected():
            for instance in filter(None, held.values()):
                wrong += contradictions(instance, history)
    assert not wrong


def contradictions(instance: Any, history: History) -> list[str]:
    """What is told wrongly of an instance by the notes on reads of its attributes."""
    found, state = [], inspect(instance)
    for name in ATTRIBUTES:
        if state.session is not None and not state.session.is_active:
            break
        try:
            getattr(instance, name)
        except SQLAlchemyError as error:
            note = note_of(error)
            forget(error)
            if wrong := history.contradicts(Note(note), state, name):
                found.append(f"{wrong}\n{note}")
    return found
