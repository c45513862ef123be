"""Find the registries of a module of models, and the mapped classes to browse."""

from collections.abc import Iterator, Sequence
from inspect import getattr_static
from operator import attrgetter
from types import ModuleType
from typing import Any, NamedTuple

from sqlalchemy import Table, inspect
from sqlalchemy.orm import Mapper, registry
from sqlalchemy.orm.exc import UnmappedClassError

from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.text import clean
from pirate_tui.orm.user_models.import_errors import models_error


NAME_IT = "give the module that defines the classes, or a file that imports all modules that do"

HOLDERS = ("_sa_registry", "registry")
"""The attributes of a declarative base that hold its registry; SQLModel's has only the first."""


class RegistryChoice(NamedTuple):
    """The registries whose classes are browsed."""

    registries: tuple[registry, ...]
    notes: tuple[str, ...] = ()
    """Notes on what was left out, and how to browse it."""


def choose_registries(module: ModuleType, name: str, base: str, made: Sequence[Mapper[Any]]) -> RegistryChoice:
    """Return the registries of a module, known to its user as `name`: the one called `base`, or all of one schema.

    Registries that share a MetaData are one schema, and are taken together. Of several schemas, the one is chosen that
    the module (or a module of the same package) has classes of: the others came with a library, as its own tables. A
    library's Base whose classes the module extends is the module's own; so are the library's classes then. Raises
    `StartupError`, which lists the names to choose from, where that decides nothing.
    """
    if base:
        return RegistryChoice((_named(module, name, base),))
    registries = _held(module, made)
    if not registries:
        raise nothing_mapped(module, name)
    if _is_one_schema(registries):
        return RegistryChoice(registries)
    labels = {candidate: _label(candidate, module, name) for candidate in registries}
    own = tuple(candidate for candidate in registries if _has_class_of(module, candidate))
    if own and _is_one_schema(own):
        others = " and ".join(labels[candidate] for candidate in registries if candidate not in own)
        return RegistryChoice(
            own, (f"the classes of another base are not included; to browse them, use --models {others}",)
        )
    count = {2: "two"}.get(len(labels), str(len(labels)))
    names = " and ".join(label.removeprefix(f"{name}:") for label in labels.values())
    raise models_error(
        f"{name} has {count} declarative bases: {names}", f"choose one: --models {labels[registries[0]]}"
    )


def _held(module: ModuleType, made: Sequence[Mapper[Any]]) -> tuple[registry, ...]:
    """Return the registries of the module's values that map anything; of imported modules' where it has none."""
    held = dict.fromkeys(_registry(value) for value in vars(module).values())
    with_classes = tuple(one for one in held if one is not None and _has_classes(one))
    return with_classes or tuple(dict.fromkeys(mapper.registry for mapper in made))


def mapped_classes(
    registries: Sequence[registry], made: Sequence[Mapper[Any]]
) -> tuple[tuple[type[Any], ...], tuple[str, ...]]:
    """Return the classes that have a table, in the order of their definition, and a note on each other class."""
    for one in registries:
        one.configure(cascade=True)
    mappers = [mapper for one in registries for mapper in _in_order(one, made)]
    left_out = [mapper for mapper in mappers if not isinstance(mapper.local_table, Table)]
    notes = tuple(
        clean(f"{mapper.class_.__name__} is not included: it is mapped to a query and has no table")
        for mapper in left_out
    )
    return tuple(mapper.class_ for mapper in mappers if isinstance(mapper.local_table, Table)), notes


def nothing_mapped(module: ModuleType, name: str) -> StartupError:
    """Return an error for a module without a class to browse, with the reason as far as it is known."""
    if getattr(module, "__file__", None) is None and hasattr(module, "__path__"):
        return models_error(f"{name} is a folder without __init__.py", f"give a module in it ({name}.models) or a file")
    bases = [value for value in vars(module).values() if _registry(value) is not None]
    if any(hasattr(base, "prepare") for base in bases):
        return models_error(f"{name} has no mapped class: its base was not prepared", "call prepare() in the module")
    return models_error(f"{name} has no mapped class", NAME_IT)


def _registry(value: object) -> registry | None:
    """Return the registry that a value of a module stands for: itself, or that of a declarative base or mapped class.

    SQLAlchemy's own classes, and others, have an attribute of that name which is none. Nothing here runs code of the
    value: isinstance() would read the __class__ of a proxy.
    """
    if issubclass(type(value), registry):
        return value  # type: ignore[return-value]  # it has just been tested
    if not issubclass(type(value), type):
        return None
    mapper = _mapper(value)
    if mapper is not None:
        return mapper.registry
    held = (getattr_static(value, holder, None) for holder in HOLDERS)
    return next((found for found in held if issubclass(type(found), registry)), None)


def _is_base(value: object) -> bool:
    """Whether it is a registry, or made from one without being mapped, as a declarative base is."""
    return _registry(value) is not None and _mapper(value) is None


def _has_classes(held: registry) -> bool:
    """Whether classes are mapped by it; an `AbstractConcreteBase` is only now, when the registry is configured."""
    held.configure(cascade=True)
    return bool(held.mappers)


def _mapper(value: object) -> Mapper[Any] | None:
    """Return the mapper of a class; None for an `AbstractConcreteBase` before its registry is configured."""
    try:
        mapper = inspect(value, raiseerr=False)
    except UnmappedClassError:
        return None
    return mapper if isinstance(mapper, Mapper) else None


def _bases(module: ModuleType) -> dict[str, registry]:
    """Return the registries and declarative bases by their names in a module, without classes mapped by them."""
    return {
        name: held
        for name, value in vars(module).items()
        if (held := _registry(value)) is not None
        and _is_base(value)
        and (held is value or not vars(value).keys().isdisjoint(HOLDERS))
    }


def _named(module: ModuleType, name: str, base: str) -> registry:
    bases = _bases(module)
    remedy = f"use one of {', '.join(map(clean, bases))}" if bases else f"give {name} without a base"
    try:
        value = attrgetter(base)(module)
    except AttributeError as error:
        raise models_error(f"{name} has no {base}", remedy) from error
    chosen = _registry(value)
    if chosen is None or not _is_base(value):
        kind = "a mapped class" if chosen else f"of type {type(value).__name__}"
        raise models_error(f"{name}:{base} is {kind}, not a declarative base or registry", remedy)
    if not _has_classes(chosen):
        raise models_error(f"{name}:{base} has no mapped class", NAME_IT)
    return chosen


def _label(held: registry, module: ModuleType, name: str) -> str:
    """Return what to type for a registry: a name in the module, or in the one that has its base."""
    here = next((known for known, value in _bases(module).items() if value is held), None)
    if here is not None:
        return clean(f"{name}:{here}")
    mapped = min(held.mappers, key=str).class_
    base = next((one for one in mapped.__mro__[::-1] if _is_base(one) and _registry(one) is held), None)
    return clean(f"{base.__module__}:{base.__qualname__}" if base else mapped.__module__)


def _is_one_schema(registries: Sequence[registry]) -> bool:
    return len({one.metadata for one in registries}) == 1


def _has_class_of(module: ModuleType, held: registry) -> bool:
    top = module.__name__.partition(".")[0]
    return any(mapper.class_.__module__.partition(".")[0] == top for mapper in held.mappers)


def _in_order(held: registry, made: Sequence[Mapper[Any]]) -> Iterator[Mapper[Any]]:
    """Yield the mappers of a registry as they were defined; before them, by name, those from before the import."""
    mappers = held.mappers  # a new set each time
    yield from sorted(mappers.difference(made), key=str)
    yield from (mapper for mapper in made if mapper in mappers)
