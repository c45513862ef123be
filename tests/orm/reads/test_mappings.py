"""Mapped classes of every kind, read by code that reads everything: the select is proved, or it is told why not."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import inspect

from pirate_tui.domain.entity import NEVER_LOADED
from pirate_tui.orm.inspection.attributes import attributes_of
from pirate_tui.orm.reads.schemas import schema_of
from tests.orm.conftest import OpenModels
from tests.orm.mappings import asking, code, inheritance, keys, loading, make_database, names, relations


pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::sqlalchemy.exc.SAWarning",  # of mappings that are to be as bad as any
)

MODULES = [asking, code, inheritance, keys, loading, names, relations]


def everything(instance: Any) -> None:
    """Reads all attributes, and the relationships of all that they lead to."""
    for attribute in attributes_of(inspect(instance).mapper):
        try:
            value = attribute.read(instance)
        except Exception:  # noqa: BLE001, S112  code of these models raises whatever there is
            continue
        members = value.values() if isinstance(value, dict) else value if isinstance(value, (list, set)) else [value]
        for member in members:
            if hasattr(member, "_sa_instance_state"):
                for relationship in inspect(member).mapper.relationships:
                    if relationship.lazy not in NEVER_LOADED:
                        getattr(member, relationship.key)


@pytest.mark.thorough
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
async def test_whatever_is_mapped_is_proved_or_told_why_not(
    module: ModuleType, tmp_path: Path, open_models: OpenModels
) -> None:
    database = await open_models(make_database(module, tmp_path / "mapped.db"), module.MODELS)
    schema = schema_of(everything, "code:everything", module.MODELS[0])
    found = [await database.reads.find(schema, entity) for entity in database.models.catalog.entities]
    silent = [one.model for one in found if not (one.is_proved or one.notes or one.fails)]
    assert silent == []
    wrong = [(one.model, note) for one in found for note in one.notes if "is not loaded by its option" in note]
    assert wrong == []
    assert module is asking or [one.model for one in found if one.is_proved]
