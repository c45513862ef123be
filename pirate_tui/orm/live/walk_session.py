"""Keep what is opened below one row in one session, as an application would."""

from typing import Any, NamedTuple

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, Mapper

from pirate_tui.domain.access import Scenario
from pirate_tui.domain.loading import OpenRequest
from pirate_tui.domain.rows import RowKey


class LoadedNames(NamedTuple):
    """The relationships and deferred columns that an instance has loaded."""

    mapper: Mapper[Any]
    key: RowKey
    names: tuple[str, ...]


class WalkSession:
    """A session, every instance that was met in it, and what has been done with them.

    The instances are kept here, since the identity map refers to them weakly.
    """

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.scenario = Scenario.FRESH
        """What was done with the session's instances since they were selected."""
        self.is_opened = False
        """Whether a relationship has been opened in it: it is kept then while the cursor is elsewhere."""
        self._instances: dict[Any, Any] = {}
        self._opened: dict[Any, OpenRequest] = {}
        self._subject: Any = None
        """The one instance that the scenario concerns; None where it concerns all."""
        self.loaded: list[LoadedNames] = []
        """What the instances had loaded before the scenario, in the order in which they were met."""

    def hold(self) -> None:
        """Keep all instances that the session holds by now."""
        self._instances.update((inspect(instance).key, instance) for instance in self.session)

    def instance(self, mapper: Mapper[Any], key: RowKey) -> Any:
        """Return the instance of that key, also one that is detached by now; None where there is none."""
        return self._instances.get(mapper.identity_key_from_primary_key(key))

    def note_loaded(self) -> None:
        """Note what the instances have loaded by now, beside what a select of them alone would load."""
        self.hold()
        self.loaded = [
            LoadedNames(inspect(one).mapper, inspect(one).identity, _loaded_names(one))
            for one in self._instances.values()
        ]

    def note_scenario(self, scenario: Scenario, instance: Any) -> None:
        """Note what was done with all instances, or with the one that it concerns alone."""
        self.scenario = scenario
        self._subject = instance if scenario.concerns_one else None
        self._opened.clear()
        if scenario is Scenario.MADE:
            self._instances = {inspect(instance).key: instance}

    def scenario_of(self, instance: Any) -> Scenario:
        """Return in which scenario an instance of the session is."""
        concerned = self._subject is None or self._subject is instance  # dataclasses have no hash
        return self.scenario if concerned else Scenario.FRESH

    def note_opening(self, mapper: Mapper[Any], request: OpenRequest) -> None:
        """Note how a relationship has been opened."""
        self._opened[mapper.identity_key_from_primary_key(request.key), request.relationship.name] = request

    def needs_select(self, mapper: Mapper[Any], request: OpenRequest) -> bool:
        """Whether the request is for another way of loading than the session has: its instance is selected for it."""
        name = request.relationship.name
        before = self._opened.get((mapper.identity_key_from_primary_key(request.key), name))
        if before is None:
            return request.strategy.loader is not None
        return (before.mode, before.strategy) != (request.mode, request.strategy)

    @property
    def objects(self) -> int:
        """How many instances the session holds now."""
        return sum(1 for _ in self.session)


def _loaded_names(instance: Any) -> tuple[str, ...]:
    state: InstanceState[Any] = inspect(instance)
    deferred = (column.key for column in state.mapper.column_attrs if column.deferred)
    return tuple(name for name in (*deferred, *state.mapper.relationships.keys()) if name in state.dict)
