"""List the attributes of a mapped class that can be read of an instance, and how each is read."""

import os
import sys
from collections.abc import Callable, Iterator
from functools import cached_property, partialmethod, singledispatchmethod
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Column, inspect
from sqlalchemy.ext.associationproxy import AssociationProxyExtensionType
from sqlalchemy.ext.hybrid import HybridExtensionType
from sqlalchemy.orm import ColumnProperty, InstrumentedAttribute, Mapper

from pirate_tui.domain.access import AttributeKind
from pirate_tui.domain.options import attribute as typed


METHODS: dict[str, Callable[[object], str]] = {"repr()": repr, "str()": str}
"""The functions that f-strings, loggers and debuggers call."""

EXTENSIONS: dict[object, AttributeKind] = {
    HybridExtensionType.HYBRID_PROPERTY: AttributeKind.HYBRID,
    AssociationProxyExtensionType.ASSOCIATION_PROXY: AttributeKind.ASSOCIATION_PROXY,
}


INSTALLED = {"site-packages", "dist-packages"}
"""The names of folders that pip installs into."""

STANDARD = Path(os.__file__).parent
"""The folder of Python's own modules."""


class Attribute(NamedTuple):
    """One attribute of a mapped class, or one of the methods that read attributes implicitly."""

    name: str
    kind: AttributeKind

    def read(self, instance: object) -> Any:
        """Make the plain access, and return its value."""
        return METHODS[self.name](instance) if self.kind is AttributeKind.METHOD else getattr(instance, self.name)

    def code(self, variable: str) -> str:
        """Return the plain access as its user would write it."""
        if self.kind is AttributeKind.METHOD:
            return f"{self.name.removesuffix('()')}({variable})"
        return typed(variable, self.name)


_found: WeakKeyDictionary[Mapper[Any], tuple[Attribute, ...]] = WeakKeyDictionary()
"""The attributes by mapper, without keeping mappers alive: reflected ones are replaced on a reload."""


def attributes_of(mapper: Mapper[Any]) -> tuple[Attribute, ...]:
    """Return everything that can be read of an instance of the mapper, columns first, methods last."""
    if mapper not in _found:
        _found[mapper] = _attributes(mapper)
    return _found[mapper]


def _attributes(mapper: Mapper[Any]) -> tuple[Attribute, ...]:
    described = dict(mapper.all_orm_descriptors.items())
    columns = [
        Attribute(column.key, _column_kind(column))
        for column in mapper.column_attrs
        if isinstance(described.get(column.key), InstrumentedAttribute)  # else the mapper's own, and no instance has it
    ]
    composites = [Attribute(composite.key, AttributeKind.COMPOSITE) for composite in mapper.composites]
    synonyms = [Attribute(synonym.key, AttributeKind.SYNONYM) for synonym in mapper.synonyms]
    relationships = [Attribute(relationship.key, AttributeKind.RELATIONSHIP) for relationship in mapper.relationships]
    extensions = [
        Attribute(str(name), EXTENSIONS[one.extension_type])
        for name, one in described.items()
        if one.extension_type in EXTENSIONS
    ]
    mapped = [*columns, *composites, *synonyms, *relationships, *extensions]
    names = {*mapper.attrs.keys(), *described}
    properties = [Attribute(name, AttributeKind.PROPERTY) for name in _properties(mapper.class_) if name not in names]
    methods = [Attribute(name, AttributeKind.METHOD) for name in METHODS]
    return (*mapped, *properties, *methods)


def attribute_of(mapper: Mapper[Any], name: str) -> Attribute:
    """Return the attribute of that name; raise KeyError when there is none."""
    for attribute in attributes_of(mapper):
        if attribute.name == name:
            return attribute
    raise KeyError(f"{mapper.class_.__name__} has no attribute {name}")


def _column_kind(attribute: ColumnProperty[Any]) -> AttributeKind:
    if not isinstance(attribute.columns[0], Column):
        return AttributeKind.COLUMN_PROPERTY
    return AttributeKind.DEFERRED if attribute.deferred else AttributeKind.COLUMN


def _properties(mapped: type) -> Iterator[str]:
    """Yield the names of properties and other descriptors of the model's own classes, without those of libraries.

    A library's own are internal to it: `query` of Flask-SQLAlchemy, `model_fields` of pydantic.
    """
    seen = set[str]()
    for base in mapped.__mro__:
        own = {name: value for name, value in vars(base).items() if name not in seen}
        seen.update(own)
        if _is_of_model(base, mapped):
            yield from (name for name, value in own.items() if _is_read(value) and not name.startswith("_"))


def _is_of_model(base: type, mapped: type) -> bool:
    """Whether a base of a mapped class is mapped too, of the same package, or of no library at all."""
    if isinstance(inspect(base, raiseerr=False), Mapper):
        return True
    top = base.__module__.partition(".")[0]
    return top == mapped.__module__.partition(".")[0] or not is_library(base.__module__)


def is_library(module: str) -> bool:
    """Whether a module was installed, or is Python's own."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return module.partition(".")[0] in sys.stdlib_module_names
    path = Path(file)
    return not INSTALLED.isdisjoint(path.parts) or path.is_relative_to(STANDARD)


def _is_read(value: object) -> bool:
    """Whether reading the class attribute of an instance runs code; a method is only bound."""
    kind = type(value)  # isinstance() would ask the value for its `__class__`, which runs code of a lazy object
    if issubclass(kind, (property, cached_property)):
        return True
    is_method = callable(value) or issubclass(kind, (classmethod, partialmethod, singledispatchmethod))
    return hasattr(kind, "__get__") and not is_method
