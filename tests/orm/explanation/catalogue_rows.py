"""The rows of the catalogue: how each instance is reached, what is read of it, and what must be said of that."""

import gc
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest
import sqlalchemy
from sqlalchemy import NullPool, func, select, text, update
from sqlalchemy.exc import IntegrityError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased, defer, joinedload, load_only, raiseload, selectinload, with_polymorphic

from pirate_tui.domain.access import AccessMode
from pirate_tui.orm.errors import forget, without_warnings
from tests.orm.explanation.catalogue import Class, Gunner, Pirate, Raft, SampleSize, Sea, Ship, Spar, Staff


X = "MissingGreenlet" if sqlalchemy.__version__.startswith("2.0.") else "StatementError(MissingGreenlet)"
"""What a plain access raises where its SELECT is the first thing that needs IO."""

BARE = "MissingGreenlet"
"""What it raises where something else comes before."""

KEEPING = "async_sessionmaker(engine, expire_on_commit=False)"


def expiring(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """SQLAlchemy's default: a commit expires."""
    return async_sessionmaker(engine)


EXPIRING: dict[str, Any] = {"sessions": expiring}


class Row(NamedTuple):
    """A row of the catalogue: how the instance is reached, what is read of it, and what must be said."""

    reach: Callable[[Sea], Awaitable[Any]]
    attribute: str
    names: str
    """What summary or cause must name: the attribute that is to be loaded."""
    cause: str
    """Words of the cause."""
    best: str
    """The first remedy."""
    useless: str = ""
    """A popular remedy that is told not to help."""
    raises: str = X
    options: dict[str, Any] = {}  # noqa: RUF012  of the engine, and of its sessions
    where: str = ""
    """Words of where the traceback misleads."""
    lasts: bool = True
    """Does a plain access work afterwards? Not where code of the model asks the database each time."""
    mode: AccessMode = AccessMode.UNSAFE


async def a_ship(sea: Sea) -> Any:
    return await sea.get(Ship)


async def a_pirate(sea: Sea) -> Any:
    return await sea.get(Pirate)


# 2.1 Relationships.


async def a_port_of_a_ship(sea: Sea) -> Any:
    ship = await sea.get(Ship, 1, select(Ship).options(selectinload(Ship.ports)))
    return ship.ports[0]


async def a_minion(sea: Sea) -> Any:
    boss = await sea.get(Pirate, 1, select(Pirate).where(Pirate.id == 1).options(selectinload(Pirate.minions)))
    return boss.minions[0]


async def a_minion_by_itself(sea: Sea) -> Any:
    return await sea.get(Pirate, 2)


async def a_minion_after_a_failed_flush(sea: Sea) -> Any:
    minion = await sea.get(Pirate, 2)
    sea.session.add(Pirate(name="Ahab"))
    with pytest.raises(IntegrityError):
        await sea.session.flush()
    return minion


async def a_boss(sea: Sea) -> Any:
    minion = await sea.get(Pirate, 3, select(Pirate).where(Pirate.id == 3).options(selectinload(Pirate.boss)))
    return minion.boss


async def a_member(sea: Sea) -> Any:
    ship = await sea.get(Ship, 1, select(Ship).options(selectinload(Ship.members)))
    return ship.members[0]


async def a_hull_of_a_spar(sea: Sea) -> Any:
    spar = await sea.get(Spar)
    return spar.hull


async def got_again_with_an_option(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    return await sea.session.get(Ship, 1, options=[selectinload(Ship.members)]) or ship


async def a_ship_just_made(sea: Sea) -> Any:
    ship = Ship(name="new")
    await sea.add(ship)
    await sea.session.commit()
    return ship


async def a_pirate_with_a_foreign_key(sea: Sea) -> Any:
    pirate = Pirate(name="new", ship_id=1)
    await sea.add(pirate)
    return pirate


async def a_pirate_joined(sea: Sea) -> Any:
    return await sea.get(Pirate, 1, select(Pirate).join(Pirate.ship))


async def got(sea: Sea) -> Any:
    return await sea.session.get(Ship, 1)


async def selected_by_an_alias(sea: Sea) -> Any:
    return await sea.get(Ship, 1, select(aliased(Ship)))


async def a_gunner_selected_with_polymorphic(sea: Sea) -> Any:
    return await sea.get(Staff, 1, select(with_polymorphic(Staff, [Gunner])))


async def a_class(sea: Sea) -> Any:
    return await sea.get(Class)


async def a_raft(sea: Sea) -> Any:
    return await sea.get(Raft)


async def a_pirate_with_its_ship(sea: Sea) -> Any:
    return await sea.get(Pirate, 1, select(Pirate).options(joinedload(Pirate.ship)))


# 2.2 Expiry.


async def after_commit(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    await sea.session.commit()
    return ship


async def with_members_after_commit(sea: Sea) -> Any:
    ship = await a_ship_with_members(sea)
    await sea.session.commit()
    return ship


async def after_rollback(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    await sea.session.rollback()
    return ship


async def after_savepoint(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    async with sea.session.begin_nested() as savepoint:
        ship.name = "changed"
        await sea.session.flush()
        await savepoint.rollback()
    return ship


async def after_expire(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    sea.session.expire(ship)
    return ship


async def after_expire_of_a_name(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    sea.session.expire(ship, ["name"])
    return ship


async def after_expire_all(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    sea.session.expire_all()
    return ship


async def refreshed(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    await ship.awaitable_attrs.members
    await sea.session.refresh(ship)
    return ship


async def after_a_failed_flush(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    sea.session.add(Pirate(name="Ahab"))
    with pytest.raises(IntegrityError):
        await sea.session.flush()
    return ship


async def a_gunner_after_commit(sea: Sea) -> Any:
    gunner = await sea.get(Staff, 1)
    await sea.session.commit()
    return gunner


async def a_pirate_after_rollback(sea: Sea) -> Any:
    pirate = await sea.get(Pirate)
    await sea.session.rollback()
    return pirate


# 2.3 Server generated values.


async def an_update_committed(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    ship.name = "changed"
    await sea.session.commit()
    return ship


async def after_an_update(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    ship.name = "changed"
    await sea.session.flush()
    return ship


async def after_an_orm_update(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    await sea.session.execute(update(Ship).where(Ship.id == 1).values(name=func.lower("X")))
    return ship


async def set_to_an_expression(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    ship.name = func.lower("X")
    await sea.session.flush()
    return ship


# 2.4 Deferred columns.


async def with_load_only(sea: Sea) -> Any:
    return await sea.get(Ship, 1, select(Ship).options(load_only(Ship.id)))


async def with_defer(sea: Sea) -> Any:
    return await sea.get(Ship, 1, select(Ship).options(defer(Ship.name)))


async def with_load_only_that_raises(sea: Sea) -> Any:
    return await sea.get(Ship, 1, select(Ship).options(load_only(Ship.id, raiseload=True)))


async def with_raiseload(sea: Sea) -> Any:
    return await sea.get(Ship, 1, select(Ship).options(raiseload("*")))


# 2.5 Computed things.


async def a_ship_with_members(sea: Sea) -> Any:
    return await sea.get(Ship, 1, select(Ship).options(selectinload(Ship.members)))


async def a_fleet(sea: Sea) -> Any:
    return await sea.get(SampleSize)


# 2.8 Detached.


async def closed(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    await sea.session.close()
    return ship


async def left_out_and_closed(sea: Sea) -> Any:
    ship = await with_load_only(sea)
    await sea.session.close()
    return ship


async def a_member_closed(sea: Sea) -> Any:
    member = await a_member(sea)
    await sea.session.close()
    return member


async def committed_and_closed(sea: Sea) -> Any:
    ship = await after_commit(sea)
    await sea.session.close()
    return ship


async def expunged(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    sea.session.expunge(ship)
    return ship


async def of_a_session_that_is_gone(sea: Sea) -> Any:
    """Nobody keeps the session: it is collected as garbage, and only the instance stays."""
    mine, sea.session = sea.session, async_sessionmaker(sea.engine, expire_on_commit=False)()
    ship = await sea.get(Ship)
    await sea.session.commit()
    sea.session = mine
    gc.collect()
    return ship


# 2.9 Inheritance and merge.


async def a_gunner(sea: Sea) -> Any:
    return await sea.get(Staff, 1)


async def a_cook(sea: Sea) -> Any:
    return await sea.get(Staff, 2)


async def a_gunner_of_a_ship(sea: Sea) -> Any:
    ship = await sea.get(Ship, 1, select(Ship).options(selectinload(Ship.staff)))
    return ship.staff[0]


async def merged(sea: Sea) -> Any:
    return await sea.session.merge(Ship(id=1))


# 2.10 Autoflush, and what misleads (1.4).


async def with_a_new_pirate(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    sea.session.add(Pirate(name="new"))
    return ship


async def with_a_bad_pirate(sea: Sea) -> Any:
    ship = await sea.get(Ship)
    sea.session.add(Pirate(name="Ahab"))
    return ship


async def with_a_table_gone(sea: Sea) -> Any:
    pirate = await sea.get(Pirate)
    await sea.session.execute(text("DROP TABLE parrots"))
    return pirate


async def after_a_failed_autoflush(sea: Sea) -> Any:
    ship = await with_a_new_pirate(sea)
    with pytest.raises(MissingGreenlet) as caught, without_warnings():
        ship.members  # noqa: B018  read for what it raises
    forget(caught.value)
    return ship


async def at_rest(sea: Sea) -> Any:
    """The connection is given back."""
    ship = await sea.get(Ship)
    await sea.session.commit()
    return ship


async def of_a_cold_pool(sea: Sea) -> Any:
    ship = await at_rest(sea)
    await sea.engine.dispose()
    return ship


THREAD = "await asyncio.to_thread(lambda: "
MEMBERS = "await ship.awaitable_attrs.members"
EAGER = "select(Ship).options(selectinload(Ship.members))"
NAME = 'await session.refresh(ship, ["name"])'
MAPPED_LAZY = "is mapped with lazy='select'"

ROWS = {
    "2.1 ship.members": Row(a_ship, "members", "Ship.members", MAPPED_LAZY, MEMBERS, f"{THREAD}ship.members)"),
    "2.1 pirate.ship": Row(a_pirate, "ship", "Pirate.ship", MAPPED_LAZY, "await pirate.awaitable_attrs.ship", KEEPING),
    "2.1 ship.ports[0].ships": Row(
        a_port_of_a_ship, "ships", "Port.ships", "loaded via Ship.ports", "await port.awaitable_attrs.ships"
    ),
    "2.1 boss.minions[0].minions": Row(
        a_minion, "minions", "Pirate.minions", "loaded via Pirate.minions", "await pirate.awaitable_attrs.minions"
    ),
    "2.1 pirate.minions": Row(
        a_pirate, "minions", "Pirate.minions", MAPPED_LAZY, "await pirate.awaitable_attrs.minions"
    ),
    "2.1 pirate.boss": Row(
        a_minion_by_itself,
        "boss",
        "Pirate.boss",
        MAPPED_LAZY,
        "await pirate.awaitable_attrs.boss",
        'await session.refresh(pirate, ["boss"])',
    ),
    "2.1 pirate.boss.boss": Row(
        a_boss,
        "boss",
        "Pirate.boss",
        "loaded via Pirate.boss",
        "await pirate.awaitable_attrs.boss",
        'await session.refresh(pirate, ["boss"])',
    ),
    "2.2 pirate.boss after a failed flush": Row(
        a_minion_after_a_failed_flush,
        "boss",
        "Pirate.boss",
        "failed earlier",
        "await session.rollback(); await pirate.awaitable_attrs.boss",
        raises="PendingRollbackError",
    ),
    "2.1 ship.captaincy": Row(
        a_ship, "captaincy", "Ship.captaincy", MAPPED_LAZY, "await ship.awaitable_attrs.captaincy"
    ),
    "2.1 ship.members[0].parrots": Row(
        a_member, "parrots", "Pirate.parrots", "loaded via Ship.members", "await pirate.awaitable_attrs.parrots"
    ),
    "2.1 spar.hull.spars": Row(
        a_hull_of_a_spar, "spars", "Hull.spars", "eager loading stops", "await hull.awaitable_attrs.spars"
    ),
    "2.1 get with options": Row(
        got_again_with_an_option,
        "members",
        "Ship.members",
        MAPPED_LAZY,
        MEMBERS,
        "await session.get(Ship, 1, options=[selectinload(Ship.members)])",
    ),
    "2.1 ship just made": Row(
        a_ship_just_made, "members", "Ship.members", "was added or merged", MEMBERS, "await session.refresh(ship)"
    ),
    "2.1 pirate with a foreign key": Row(
        a_pirate_with_a_foreign_key,
        "ship",
        "Pirate.ship",
        "was added or merged",
        "await pirate.awaitable_attrs.ship",
    ),
    "2.1 join is not eager": Row(
        a_pirate_joined, "ship", "Pirate.ship", MAPPED_LAZY, "await pirate.awaitable_attrs.ship"
    ),
    "2.1 got": Row(got, "members", "Ship.members", MAPPED_LAZY, MEMBERS),
    "2.1 selected by an alias": Row(selected_by_an_alias, "members", "Ship.members", MAPPED_LAZY, MEMBERS),
    "2.1 with_polymorphic": Row(
        a_gunner_selected_with_polymorphic,
        "ship",
        "Gunner.ship",
        MAPPED_LAZY,
        "await gunner.awaitable_attrs.ship",
    ),
    "2.1 a synonym": Row(a_ship, "hands", "Ship.hands", MAPPED_LAZY, "await ship.awaitable_attrs.hands"),
    "2.1 a name that is a keyword": Row(
        a_class, "import", "Class.import", MAPPED_LAZY, "await getattr(class_.awaitable_attrs, 'import')"
    ),
    "2.1 without AsyncAttrs": Row(
        a_raft,
        "planks",
        "Raft.planks",
        MAPPED_LAZY,
        "await session.run_sync(lambda _: raft.planks)",
        "await raft.planks",
    ),
    "2.2 name after commit": Row(
        after_commit, "name", "Ship.name", "expire_on_commit is on", NAME, "await ship.name", options=EXPIRING
    ),
    "2.2 id after commit": Row(
        after_commit, "id", "Ship.id", "expire_on_commit is on", 'await session.refresh(ship, ["id"])', options=EXPIRING
    ),
    "2.2 eager collection after commit": Row(
        after_commit,
        "sails",
        "Ship.sails",
        "expire_on_commit is on",
        'await session.refresh(ship, ["sails"])',
        options=EXPIRING,
    ),
    "2.2 name after rollback": Row(after_rollback, "name", "Ship.name", "by a rollback", NAME, KEEPING),
    "2.2 members after rollback": Row(
        after_rollback, "members", "Ship.members", "by a rollback", 'await session.refresh(ship, ["members"])', KEEPING
    ),
    "2.2 name after a savepoint": Row(after_savepoint, "name", "Ship.name", "by a rollback", NAME, KEEPING),
    "2.2 name after expire": Row(after_expire, "name", "Ship.name", "or by expire()", NAME, KEEPING),
    "2.2 name after expire of it": Row(after_expire_of_a_name, "name", "Ship.name", "expire() with its name", NAME),
    "2.2 name after expire_all": Row(after_expire_all, "name", "Ship.name", "or by expire()", NAME, KEEPING),
    "2.2 members after refresh": Row(
        refreshed,
        "members",
        "Ship.members",
        "by refresh() without its name",
        MEMBERS,
        "await session.refresh(ship)",
    ),
    "2.2 deferred after commit": Row(
        after_commit,
        "logbook",
        "Ship.logbook",
        "is deferred",
        "await ship.awaitable_attrs.logbook",
        KEEPING,
        options=EXPIRING,
    ),
    "2.2 a subclass's column after commit": Row(
        a_gunner_after_commit,
        "calibre",
        "Gunner.calibre",
        "selected as a Staff",
        "await gunner.awaitable_attrs.calibre",
        KEEPING,
        options=EXPIRING,
    ),
    "2.2 composite after commit": Row(
        after_commit,
        "position",
        "Ship.position",
        "expire_on_commit is on",
        'await session.refresh(ship, ["east", "north"])',
        options=EXPIRING,
    ),
    "2.2 synonym after rollback": Row(after_rollback, "title", "Ship.title", "by a rollback", NAME),
    "2.2 after a failed flush": Row(
        after_a_failed_flush,
        "name",
        "Ship.name",
        "failed earlier",
        f"await session.rollback(); {NAME}",
        "await ship.awaitable_attrs.name",
        raises="PendingRollbackError",
    ),
    "2.3 onupdate": Row(
        after_an_update,
        "touched",
        "Ship.touched",
        "The database generates the value",
        'await session.refresh(ship, ["touched"])',
        KEEPING,
    ),
    "2.3 onupdate after a commit": Row(
        an_update_committed,
        "touched",
        "Ship.touched",
        "expire_on_commit is on",
        'await session.refresh(ship, ["touched"])',
        KEEPING,
        options=EXPIRING,
    ),
    "2.3 onupdate after update()": Row(
        after_an_orm_update,
        "touched",
        "Ship.touched",
        "The database generates the value",
        'await session.refresh(ship, ["touched"])',
    ),
    "2.3 name after update()": Row(after_an_orm_update, "name", "Ship.name", "a bulk update()", NAME, KEEPING),
    "2.3 name set to an expression": Row(set_to_an_expression, "name", "Ship.name", "an SQL expression", NAME),
    "2.3 column_property of a new one": Row(
        a_ship_just_made, "number", "Ship.number", "column_property", 'await session.refresh(ship, ["number"])'
    ),
    "2.3 column_property after an update": Row(
        after_an_update, "number", "Ship.number", "a flush", 'await session.refresh(ship, ["number"])', KEEPING
    ),
    "2.4 deferred": Row(
        a_ship,
        "logbook",
        "Ship.logbook",
        "is deferred",
        "await ship.awaitable_attrs.logbook",
        "await session.refresh(ship)",
    ),
    "2.4 deferred in a group": Row(a_ship, "cargo", "Ship.cargo", "is deferred", "await ship.awaitable_attrs.cargo"),
    "2.4 load_only": Row(
        with_load_only, "name", "Ship.name", "load_only()", "await ship.awaitable_attrs.name", KEEPING
    ),
    "2.4 defer": Row(with_defer, "name", "Ship.name", "defer()", "await ship.awaitable_attrs.name"),
    "2.4 deferred_raiseload": Row(
        a_ship,
        "secret",
        "Ship.secret",
        "deferred_raiseload",
        "select(Ship).options(undefer(Ship.secret))",
        "await ship.awaitable_attrs.secret",
        raises="InvalidRequestError",
    ),
    "2.4 load_only(raiseload=True)": Row(
        with_load_only_that_raises,
        "name",
        "Ship.name",
        "an option of its SELECT",
        "select(Ship)",
        "await ship.awaitable_attrs.name",
        raises="InvalidRequestError",
    ),
    "2.4 raiseload('*')": Row(
        with_raiseload,
        "logbook",
        "Ship.logbook",
        "is deferred",
        "await ship.awaitable_attrs.logbook",
        'select(Ship).options(raiseload("*"))',
    ),
    "2.5 hybrid": Row(a_ship, "strength", "Ship.members", "(hybrid) that reads Ship.members", EAGER),
    "2.5 property of a column": Row(
        after_rollback, "shout", "Ship.name", "reads Ship.name", "await session.refresh(ship)", KEEPING
    ),
    "2.5 property of a composite": Row(
        after_rollback, "easting", "Ship.east", "reads Ship.east", "await session.refresh(ship)", KEEPING
    ),
    "2.5 property, two levels": Row(
        a_ship_with_members,
        "parrots",
        "Pirate.parrots of Pirate 1",
        "reads Pirate.parrots",
        "select(Ship).options(selectinload(Ship.members).selectinload(Pirate.parrots))",
    ),
    "2.5 association_proxy": Row(a_ship, "member_names", "Ship.members", "(association_proxy) that reads", EAGER),
    "2.5 object_session": Row(
        a_ship, "heads", "Ship.heads", "queries the session itself", "await ship.awaitable_attrs.heads", lasts=False
    ),
    "2.5 repr()": Row(a_ship, "repr()", "Ship.members", "(method) that reads Ship.members", EAGER),
    "2.5 repr() after commit": Row(
        with_members_after_commit,
        "repr()",
        "Ship.name",
        "expire_on_commit is on",
        'await session.refresh(ship, ["name", "members"])',
        options=EXPIRING,
    ),
    "2.5 repr() after rollback": Row(
        after_rollback,
        "repr()",
        "Ship.name",
        "by a rollback",
        'await session.refresh(ship, ["name", "members"])',
        "await session.refresh(ship)",
    ),
    "2.5 str() after rollback": Row(
        a_pirate_after_rollback,
        "str()",
        "Pirate.name",
        "by a rollback",
        'await session.refresh(pirate, ["name", "ship"])',
        "await session.refresh(pirate)",
    ),
    "2.5 two collections": Row(
        a_ship,
        "crowd",
        "Ship.members",
        "reads Ship.members",
        "select(Ship).options(selectinload(Ship.members), selectinload(Ship.ports))",
    ),
    "2.5 two collections after rollback": Row(
        after_rollback,
        "crowd",
        "Ship.members",
        "by a rollback",
        'await session.refresh(ship, ["members", "ports"])',
        "await session.refresh(ship)",
    ),
    "2.5 two hops": Row(
        a_pirate,
        "calls",
        "Pirate.ship",
        "reads Pirate.ship",
        "select(Pirate).options(joinedload(Pirate.ship).selectinload(Ship.ports))",
    ),
    "2.5 two hops, the first loaded": Row(
        a_pirate_with_its_ship,
        "calls",
        "Ship.ports of Ship 1",
        "reads Ship.ports",
        "select(Pirate).options(joinedload(Pirate.ship).selectinload(Ship.ports))",
    ),
    "2.5 a proxy to a proxy": Row(
        a_pirate,
        "ship_member_names",
        "Pirate.ship",
        "reads Pirate.ship",
        "select(Pirate).options(joinedload(Pirate.ship).selectinload(Ship.members))",
    ),
    "2.5 up and up": Row(
        a_minion_by_itself,
        "rank",
        "Pirate.boss",
        "reads Pirate.boss",
        "select(Pirate).options(selectinload(Pirate.boss, recursion_depth=-1))",
    ),
    "2.5 down and down": Row(
        a_pirate,
        "followers",
        "Pirate.parrots",
        "reads Pirate.parrots",
        "select(Pirate).options(selectinload(Pirate.parrots), selectinload(Pirate.minions, recursion_depth=-1)"
        ".selectinload(Pirate.parrots))",
    ),
    "2.5 a subclass's column and a deferred one": Row(
        a_ship,
        "guns",
        "Ship.staff",
        "reads Ship.staff",
        "select(Ship).options(undefer(Ship.logbook), selectinload(Ship.staff).selectin_polymorphic([Gunner]))",
    ),
    "2.5 str()": Row(
        a_pirate, "str()", "Pirate.ship", "reads Pirate.ship", "select(Pirate).options(joinedload(Pirate.ship))"
    ),
    "2.5 repr() of a dataclass": Row(
        a_fleet,
        "repr()",
        "SampleSize.boats",
        "reads SampleSize.boats",
        "select(SampleSize).options(selectinload(SampleSize.boats))",
    ),
    "2.5 code that raises": Row(
        a_ship, "sunk", "Ship.sunk", "raised ZeroDivisionError", "", raises="ZeroDivisionError"
    ),
    "2.7 dynamic, run by a property": Row(
        a_ship,
        "queried",
        "Ship.asked",
        "lazy='dynamic'",
        "await session.scalars(ship.asked.statement)",
        lasts=False,
    ),
    "2.7 write_only, run by a property": Row(
        a_ship,
        "listed",
        "Ship.written",
        "lazy='write_only'",
        "await session.scalars(ship.written.select())",
        raises="TypeError",
        lasts=False,
    ),
    "2.7 lazy='raise'": Row(
        a_ship,
        "guarded",
        "Ship.guarded",
        "lazy='raise', forbids",
        "select(Ship).options(selectinload(Ship.guarded))",
        "await ship.awaitable_attrs.guarded",
        raises="InvalidRequestError",
    ),
    "2.7 lazy='raise', closed": Row(
        closed,
        "guarded",
        "Ship.guarded",
        "lazy='raise', forbids",
        "select(Ship).options(selectinload(Ship.guarded))",
        raises="InvalidRequestError",
    ),
    "2.7 lazy='raise_on_sql'": Row(
        a_ship,
        "strict",
        "Ship.strict",
        "lazy='raise_on_sql', forbids",
        "select(Ship).options(selectinload(Ship.strict))",
        "await ship.awaitable_attrs.strict",
        raises="InvalidRequestError",
    ),
    "2.7 raiseload('*')": Row(
        with_raiseload,
        "members",
        "Ship.members",
        "an option of its SELECT",
        EAGER,
        MEMBERS,
        raises="InvalidRequestError",
    ),
    "2.8 members, closed": Row(
        closed, "members", "Ship.members", "is detached", EAGER, MEMBERS, raises="DetachedInstanceError"
    ),
    "2.8 name, committed and closed": Row(
        committed_and_closed,
        "name",
        "Ship.name",
        "has expired",
        KEEPING,
        "await session.refresh(ship)",
        raises="DetachedInstanceError",
        options=EXPIRING,
    ),
    "2.8 logbook, expunged": Row(
        expunged,
        "logbook",
        "Ship.logbook",
        "is detached",
        "select(Ship).options(undefer(Ship.logbook))",
        "await ship.awaitable_attrs.logbook",
        raises="DetachedInstanceError",
    ),
    "2.8 name, left out and closed": Row(
        left_out_and_closed,
        "name",
        "Ship.name",
        "is detached",
        "select(Ship)",
        raises="DetachedInstanceError",
    ),
    "2.8 parrots of a member, closed": Row(
        a_member_closed,
        "parrots",
        "Pirate.parrots",
        "is detached",
        "select(Ship).options(selectinload(Ship.members).selectinload(Pirate.parrots))",
        raises="DetachedInstanceError",
    ),
    "2.8 hybrid, of a session that is gone": Row(
        of_a_session_that_is_gone, "strength", "Ship.members", "is detached", EAGER, raises="DetachedInstanceError"
    ),
    "2.9 gunner.calibre": Row(
        a_gunner, "calibre", "Gunner.calibre", "selected as a Staff", "await gunner.awaitable_attrs.calibre", KEEPING
    ),
    "2.9 cook.recipe": Row(
        a_cook, "recipe", "Cook.recipe", "selected as a Staff", "await cook.awaitable_attrs.recipe", KEEPING
    ),
    "2.9 ship.staff[0].calibre": Row(
        a_gunner_of_a_ship, "calibre", "Gunner.calibre", "selected as a Staff", "await gunner.awaitable_attrs.calibre"
    ),
    "2.9 merge": Row(merged, "members", "Ship.members", "was added or merged", MEMBERS, "await session.refresh(ship)"),
    "2.10 autoflush": Row(
        with_a_new_pirate,
        "members",
        "Ship.members",
        "1 Pirate",
        MEMBERS,
        "with session.no_autoflush: ship.members",
        raises=BARE,
        where="autoflush",
    ),
    "2.10 autoflush, of a property": Row(
        with_a_new_pirate, "strength", "Ship.members", "1 Pirate", EAGER, raises=BARE, where="autoflush"
    ),
    "2.10 after a failed autoflush": Row(
        after_a_failed_autoflush,
        "members",
        "Ship.members",
        "failed earlier",
        'await session.rollback(); await session.refresh(ship, ["members"])',
        MEMBERS,
        raises="PendingRollbackError",
    ),
    "2.10 awaited, with a bad object": Row(
        with_a_bad_pirate,
        "members",
        "Ship.members",
        "It came from an autoflush",
        f"with session.no_autoflush: {MEMBERS}",
        raises="IntegrityError(IntegrityError)",
        mode=AccessMode.SAFE,
    ),
    "2.10 awaited, and refused by the database": Row(
        with_a_table_gone,
        "parrots",
        "no such table: parrots",
        "The database or its driver rejected",
        "",
        raises="OperationalError(OperationalError)",
        mode=AccessMode.SAFE,
    ),
    "1.4 pool_pre_ping": Row(
        at_rest,
        "members",
        "Ship.members",
        MAPPED_LAZY,
        MEMBERS,
        "create_async_engine(url, pool_pre_ping=False)",
        raises=BARE,
        where="do_ping()) belong to pool_pre_ping",
        options={"pool_pre_ping": True},
    ),
    "1.4 NullPool": Row(
        at_rest,
        "members",
        "Ship.members",
        MAPPED_LAZY,
        MEMBERS,
        raises=BARE,
        where="connect()) belong to the connection pool",
        options={"poolclass": NullPool},
    ),
    "1.4 a cold pool": Row(
        of_a_cold_pool,
        "members",
        "Ship.members",
        MAPPED_LAZY,
        MEMBERS,
        raises=BARE,
        where="connect()) belong to the connection pool",
    ),
}
