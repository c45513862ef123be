"""What the tests of verdicts share: an instance put into a state, accessed, and what that really did."""

from sqlalchemy import event
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import (
    AccessMode,
    AttributeRequest,
    AttributeSnapshot,
    InstanceSnapshot,
    Scenario,
    Verdict,
)
from pirate_tui.domain.entity import Entity
from pirate_tui.domain.loading import AccessResult
from pirate_tui.domain.rows import RowKey
from pirate_tui.orm.database import OrmDatabase
from pirate_tui.orm.errors import MISSING_GREENLET


def entity_of(database: OrmDatabase, name: str) -> Entity:
    """The entity of that name."""
    return next(entity for entity in database.models.catalog.entities if entity.name == name)


async def apply_scenario(database: OrmDatabase, name: str, key: RowKey, scenario: Scenario) -> InstanceSnapshot:
    """An instance in that state."""
    return await database.instances.apply_scenario(entity_of(database, name), key, scenario)


async def access(database: OrmDatabase, name: str, attribute: str, mode: AccessMode) -> AccessResult:
    """Access an attribute of the live instance."""
    return await database.instances.access(AttributeRequest(entity_of(database, name), attribute, mode))


def named(snapshot: InstanceSnapshot, name: str) -> AttributeSnapshot:
    """One attribute of a snapshot."""
    return next(attribute for attribute in snapshot.attributes if attribute.name == name)


def verdict_of(accessed: AccessResult) -> Verdict:
    """What the access really did."""
    if accessed.failure is None:
        return Verdict.NONE
    if accessed.failure.link.endswith(MISSING_GREENLET) or "MissingGreenlet" in "".join(accessed.failure.raw):
        return Verdict.IO
    return Verdict.DETACHED if accessed.failure.name == DetachedInstanceError.__name__ else Verdict.RAISES


def watched(database: OrmDatabase) -> list[str]:
    """Everything that is sent from now on, or for which a connection is taken."""
    happened = list[str]()
    engine = database._connections.engine.sync_engine  # noqa: SLF001  nothing must reach it
    event.listen(engine, "before_cursor_execute", lambda *call: happened.append(str(call[2])))
    event.listen(engine, "checkout", lambda *_: happened.append("checkout"))
    return happened
