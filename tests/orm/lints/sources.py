"""Models as source, so that the fix of a lint can be written into them; and a database with their rows."""

import ast
import linecache
import sys
import warnings
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import SADeprecationWarning, SAWarning
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pirate_tui.domain.lints import Lint
from pirate_tui.orm.lints.finder import lints_of


HEAD = """
from __future__ import annotations
import dataclasses
from sqlalchemy import Column, FetchedValue, ForeignKey, ForeignKeyConstraint, Table, func
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase, Mapped, MappedAsDataclass, backref, column_property, deferred, mapped_column, relationship,
)

class Base(AsyncAttrs, DeclarativeBase):
    pass
"""

modules = 0


def load(source: str) -> ModuleType:
    """The module of a source, with its classes mapped."""
    global modules  # noqa: PLW0603  each has a name of its own
    modules += 1
    module = ModuleType(f"linted_{modules}")
    sys.modules[module.__name__] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SADeprecationWarning)  # of noload, which is what a lint is about
        warnings.simplefilter("ignore", SAWarning)  # of two sides that do not know of each other, likewise
        exec(compile(source, module.__name__, "exec"), vars(module))  # noqa: S102  our own
        module.Base.registry.configure()
    return module


def lints_in(module: ModuleType) -> list[Lint]:
    """The lints of all classes of a module, by class."""
    mappers = sorted(module.Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
    return [lint._replace(model=mapper.class_.__name__) for mapper, lint in lints_of(mappers)]


def fixed(source: str, lints: Iterable[Lint]) -> str:
    """The source with the fixes of the lints, as a person would write them into it."""
    tree = ast.parse(source)
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for lint in lints:
        for line in lint.fix.splitlines():
            (statement,) = ast.parse(line).body
            assert isinstance(statement, ast.Assign)
            (target,) = statement.targets
            if isinstance(target, ast.Attribute):
                assert isinstance(target.value, ast.Name)
                model, name = target.value.id, target.attr
            else:
                assert isinstance(target, ast.Name)
                model, name = lint.model, target.id
            statement.targets = [ast.Name(name, ast.Store())]
            _write(classes[model], name, statement)
    return ast.unparse(ast.fix_missing_locations(tree))


def _write(node: ast.ClassDef, name: str, statement: ast.Assign) -> None:
    for part in node.body:
        if not isinstance(part, ast.AnnAssign | ast.Assign):
            continue
        targets = [part.target] if isinstance(part, ast.AnnAssign) else part.targets
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            if isinstance(part.value, ast.Call) and isinstance(statement.value, ast.Call):
                _merge(part.value, statement.value)
            else:
                part.value = statement.value
            return
    node.body.append(statement)


def _merge(call: ast.Call, other: ast.Call) -> None:
    """Give a call the arguments of another one of the same function; `...` stands for those that it has."""
    names = {keyword.arg for keyword in other.keywords}
    call.keywords = [keyword for keyword in call.keywords if keyword.arg not in names] + other.keywords
    for argument in other.args:
        same = [one for one in call.args if isinstance(one, ast.Call) and isinstance(argument, ast.Call)]
        same = [one for one in same if ast.dump(one.func) == ast.dump(argument.func)]  # type: ignore[attr-defined]
        if same and isinstance(argument, ast.Call):
            _merge(same[0], argument)


@asynccontextmanager
async def database(module: ModuleType, path: Path, rows: dict[str, list[dict[str, Any]]]) -> AsyncIterator[AsyncEngine]:
    """A database of these models, which enforces foreign keys, with rows by table."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")

    @event.listens_for(engine.sync_engine, "connect")
    def enforce(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA foreign_keys=ON").close()

    try:
        async with engine.begin() as connection:
            await connection.run_sync(module.Base.metadata.create_all)
            for table, values in rows.items():
                await connection.execute(module.Base.metadata.tables[table].insert(), values)
        yield engine
    finally:
        await engine.dispose()
        linecache.checkcache()
