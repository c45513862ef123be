"""Each kind of attribute in each state: the verdict, the cause, the best fix; and every fix helps, really."""

import shutil
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pirate_tui.domain.access import AccessMode, AttributeKind, AttributeRequest, Scenario, TrialRequest, Verdict
from pirate_tui.domain.remedy import Applies, Remedy, TrialOutcome
from pirate_tui.orm.database import OrmDatabase
from tests.orm.conftest import OpenModels
from tests.orm.explanation.catalogue import MAPPED, fill
from tests.orm.verdicts import entity_of, named


FRESH, COMMIT, ROLLBACK, DETACHED, MADE, UPDATED = Scenario
QUICK = {COMMIT, DETACHED}
KEEPING = "async_sessionmaker(engine, expire_on_commit=False)"
COMMITTED, ROLLED_BACK, IS_DETACHED = "The commit expired Ship 1", "The rollback expired Ship 1", "Ship 1 is detached"


class Said(NamedTuple):
    """What is said of an attribute in one state."""

    cause: str = ""
    """Words of the cause; empty where the access does no IO."""
    best: str = ""
    verdict: Verdict = Verdict.IO


FINE = Said(verdict=Verdict.NONE)


def of_a_column(name: str, *columns: str) -> dict[Scenario, Said]:
    """Loaded with its row, and set by whoever makes one."""
    names = ", ".join(f'"{column}"' for column in columns or (name,))
    refresh = f"await session.refresh(ship, [{names}])"
    expired = {COMMIT: Said(COMMITTED, KEEPING), ROLLBACK: Said(ROLLED_BACK, refresh)}
    return {**dict.fromkeys(Scenario, FINE), **expired}


def never_loaded(cause: str, best: str, detached: str, made: str = "") -> dict[Scenario, Said]:
    """What no SELECT of it loads: the state does not matter."""
    by_state = {DETACHED: Said(IS_DETACHED, detached, Verdict.DETACHED), MADE: Said(made or cause, best)}
    return {**dict.fromkeys(Scenario, Said(cause, best)), **by_state}


MEMBERS = "select(Ship).options(selectinload(Ship.members))"
LAZY, MADE_HERE = "Ship.members is mapped with lazy='select': it was not loaded", "nothing has loaded its members"
BOTH = "select(Ship).options(selectinload(Ship.members), selectinload(Ship.ports))"
OF_NAME = 'await session.refresh(ship, ["name", "members"])'

SAID: dict[tuple[AttributeKind, str], dict[Scenario, Said]] = {
    (AttributeKind.COLUMN, "name"): of_a_column("name"),
    (AttributeKind.COLUMN, "touched"): {
        **of_a_column("touched"),
        COMMIT: Said(COMMITTED, 'await session.refresh(ship, ["touched"])'),
        UPDATED: Said("The database generates the value", 'await session.refresh(ship, ["touched"])'),
    },
    (AttributeKind.DEFERRED, "logbook"): never_loaded(
        "Ship.logbook is deferred", "await ship.awaitable_attrs.logbook", "select(Ship).options(undefer(Ship.logbook))"
    ),
    (AttributeKind.COLUMN_PROPERTY, "number"): {
        **of_a_column("number"),
        MADE: Said("a flush of Ship 1 expires it", 'await session.refresh(ship, ["number"])'),
        UPDATED: Said("a flush of Ship 1 expires it", 'await session.refresh(ship, ["number"])'),
    },
    (AttributeKind.COMPOSITE, "position"): of_a_column("position", "east", "north"),
    (AttributeKind.SYNONYM, "title"): of_a_column("title", "name"),
    (AttributeKind.RELATIONSHIP, "members"): never_loaded(
        LAZY, "await ship.awaitable_attrs.members", MEMBERS, MADE_HERE
    ),
    (AttributeKind.RELATIONSHIP, "sails"): {
        **of_a_column("sails"),
        MADE: Said("nothing has loaded its sails", "await ship.awaitable_attrs.sails"),
    },
    (AttributeKind.RELATIONSHIP, "guarded"): {
        scenario: Said("lazy='raise', forbids", "select(Ship).options(selectinload(Ship.guarded))", Verdict.RAISES)
        for scenario in Scenario
    },
    (AttributeKind.HYBRID, "strength"): never_loaded(LAZY, MEMBERS, MEMBERS, MADE_HERE),
    (AttributeKind.ASSOCIATION_PROXY, "member_names"): never_loaded(LAZY, MEMBERS, MEMBERS, MADE_HERE),
    (AttributeKind.PROPERTY, "crowd"): never_loaded(LAZY, BOTH, BOTH, MADE_HERE),
    (AttributeKind.PROPERTY, "shout"): {
        **dict.fromkeys(Scenario, FINE),
        COMMIT: Said(COMMITTED, KEEPING),
        ROLLBACK: Said(ROLLED_BACK, "await session.refresh(ship)"),
    },
    (AttributeKind.METHOD, "repr()"): {
        **never_loaded(LAZY, MEMBERS, MEMBERS, MADE_HERE),
        COMMIT: Said(COMMITTED, OF_NAME),
        ROLLBACK: Said(ROLLED_BACK, OF_NAME),
    },
}


def test_each_kind_is_there() -> None:
    assert {kind for kind, _ in SAID} == set(AttributeKind)
    assert all(set(said) == set(Scenario) for said in SAID.values())


@pytest.fixture(scope="module")
def made_sea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sea") / "sea.db"
    fill(path)
    return path


@pytest.fixture
async def database(made_sea: Path, tmp_path: Path, open_models: OpenModels) -> OrmDatabase:
    return await open_models(Path(shutil.copy(made_sea, tmp_path)), MAPPED)


def is_repeated(kind: AttributeKind, remedy: Remedy) -> bool:
    """Whether the line takes the place of the access, and has to do so each time."""
    return remedy.applies is Applies.INSTEAD and (kind.runs_code or remedy.code.endswith(".identity"))


@pytest.mark.parametrize(
    ("kind", "name", "scenario"),
    [
        pytest.param(*key, scenario, marks=[] if scenario in QUICK else [pytest.mark.thorough])
        for key, scenario in product(SAID, Scenario)
    ],
    ids=lambda given: getattr(given, "value", given),
)
async def test_an_attribute_in_a_state(
    database: OrmDatabase, kind: AttributeKind, name: str, scenario: Scenario
) -> None:
    ship, expected = entity_of(database, "Ship"), SAID[kind, name][scenario]
    said = named(await database.instances.apply_scenario(ship, (1,), scenario), name)
    remedies = (await database.instances.predict(name)).remedies
    failure: Any = (await database.instances.access(AttributeRequest(ship, name, AccessMode.UNSAFE))).failure
    assert (said.kind, said.verdict) == (kind, expected.verdict)
    assert expected.cause in ("" if failure is None else failure.cause)
    assert (failure is None) is (expected is FINE)
    assert [one.code for one in remedies[:1]] == ([expected.best] if expected.best else [])
    assert ([] if failure is None else [one.code for one in failure.remedies]) == [one.code for one in remedies]
    for remedy in remedies:
        request = TrialRequest(ship, (1,), scenario, name, remedy)
        trial = await database.benchmarks.try_out(request)
        assert trial.outcome in {TrialOutcome.HELPS, TrialOutcome.NOT_PROVED}, trial
        live = await database.instances.try_fix(request)
        assert live.trial == trial
        if live.instance is not None and not is_repeated(kind, remedy):
            assert named(live.instance, name).verdict is Verdict.NONE, remedy
