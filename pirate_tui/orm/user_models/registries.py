"""The registries that a module of models holds, and the mapped classes to browse out of them."""

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
"""Where a declarative base has its registry: in the first, also where it was never called by the second (SQLModel)."""


class RegistryChoice(NamedTuple):
    """The registries whose classes are browsed."""

    registries: tuple[registry, ...]
    notes: tuple[str, ...] = ()
    """What was left out, and how to see it."""


def choose_registries(module: ModuleType, name: str, base: str, made: Sequence[Mapper[Any]]) -> RegistryChoice:
    """The registries of a module, known to its user as `name`: the one called `base`, or all of one schema.

    Registries that share a MetaData are one schema, and are taken together. Of several schemas, the one is taken that
    the module (or a module of the same package) has classes of: the others came with a library, as its own tables. A
    library's Base whose classes the module extends is the module's own; so are the library's classes then. Where that
    does not tell, names are asked for.
    """
    if base:
        return RegistryChoice((_named(module, name, base),))
    found = _held(module, made)
    if not found:
        raise nothing_mapped(module, name)
    if _is_one_schema(found):
        return RegistryChoice(found)
    labels = {one: _label(one, module, name) for one in found}
    own = tuple(one for one in found if _has_class_of(module, one))
    if own and _is_one_schema(own):
        others = " and ".join(labels[one] for one in found if one not in own)
        return RegistryChoice(
            own, (f"the classes of another base are not included; to browse them, use --models {others}",)
        )
    count = {2: "two"}.get(len(labels), str(len(labels)))
    names = " and ".join(label.removeprefix(f"{name}:") for label in labels.values())
    raise models_error(f"{name} has {count} declarative bases: {names}", f"choose one: --models {labels[found[0]]}")


def _held(module: ModuleType, made: Sequence[Mapper[Any]]) -> tuple[registry, ...]:
    """The registries of what the module has, if they map anything; where it only imports modules, of theirs."""
    held = dict.fromkeys(_registry(value) for value in vars(module).values())
    with_classes = tuple(one for one in held if one is not None and _has_classes(one))
    return with_classes or tuple(dict.fromkeys(mapper.registry for mapper in made))


def mapped_classes(
    registries: Sequence[registry], made: Sequence[Mapper[Any]]
) -> tuple[tuple[type[Any], ...], tuple[str, ...]]:
    """The classes that have a table, in the order of their definition, and a note on each that has none."""
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
    """There is no class to browse: why, as far as the module shows it."""
    if getattr(module, "__file__", None) is None and hasattr(module, "__path__"):
        return models_error(f"{name} is a folder without __init__.py", f"give a module in it ({name}.models) or a file")
    bases = [value for value in vars(module).values() if _registry(value) is not None]
    if any(hasattr(base, "prepare") for base in bases):
        return models_error(f"{name} has no mapped class: its base was not prepared", "call prepare() in the module")
    return models_error(f"{name} has no mapped class", NAME_IT)


def _registry(value: object) -> registry | None:
    """The registry that a value of a module stands for: it is one, or a declarative base, or a mapped class.

    SQLAlchemy's own classes, and others, have an attribute of that name which is none. Nothing here runs code of the
    value: isinstance() would ask a proxy for its __class__.
    """
    if issubclass(type(value), registry):
        return value  # type: ignore[return-value]  # it has just been asked
    if not issubclass(type(value), type):
        return None
    mapper = _mapper(value)
    if mapper is not None:
        return mapper.registry
    held = (getattr_static(value, holder, None) for holder in HOLDERS)
    return next((found for found in held if issubclass(type(found), registry)), None)


def _is_base(value: object) -> bool:
    """Is it a registry, or made from one without being mapped, as a declarative base is?"""
    return _registry(value) is not None and _mapper(value) is None


def _has_classes(one: registry) -> bool:
    """Whether classes are mapped by it; an `AbstractConcreteBase` is only now, when the registry is configured."""
    one.configure(cascade=True)
    return bool(one.mappers)


def _mapper(value: object) -> Mapper[Any] | None:
    """The mapper of a class; None of an `AbstractConcreteBase` before its registry is configured."""
    try:
        mapper = inspect(value, raiseerr=False)
    except UnmappedClassError:
        return None
    return mapper if isinstance(mapper, Mapper) else None


def _bases(module: ModuleType) -> dict[str, registry]:
    """The registries and declarative bases by their names in a module; not what inherits from a base."""
    return {
        name: found
        for name, value in vars(module).items()
        if (found := _registry(value)) is not None
        and _is_base(value)
        and (found is value or not vars(value).keys().isdisjoint(HOLDERS))
    }


def _named(module: ModuleType, name: str, base: str) -> registry:
    bases = _bases(module)
    remedy = f"use one of {', '.join(map(clean, bases))}" if bases else f"give {name} without a base"
    try:
        value = attrgetter(base)(module)
    except AttributeError as error:
        raise models_error(f"{name} has no {base}", remedy) from error
    found = _registry(value)
    if found is None or not _is_base(value):
        kind = "a mapped class" if found else f"of type {type(value).__name__}"
        raise models_error(f"{name}:{base} is {kind}, not a declarative base or registry", remedy)
    if not _has_classes(found):
        raise models_error(f"{name}:{base} has no mapped class", NAME_IT)
    return found


def _label(found: registry, module: ModuleType, name: str) -> str:
    """What to type for a registry: a name in the module, or in the one that has its base."""
    here = next((known for known, value in _bases(module).items() if value is found), None)
    if here is not None:
        return clean(f"{name}:{here}")
    mapped = min(found.mappers, key=str).class_
    base = next((one for one in mapped.__mro__[::-1] if _is_base(one) and _registry(one) is found), None)
    return clean(f"{base.__module__}:{base.__qualname__}" if base else mapped.__module__)


def _is_one_schema(registries: Sequence[registry]) -> bool:
    return len({one.metadata for one in registries}) == 1


def _has_class_of(module: ModuleType, found: registry) -> bool:
    top = module.__name__.partition(".")[0]
    return any(mapper.class_.__module__.partition(".")[0] == top for mapper in found.mappers)


def _in_order(found: registry, made: Sequence[Mapper[Any]]) -> Iterator[Mapper[Any]]:
    """The mappers of a registry as they were defined; before them, by name, those that were there before the import."""
    mappers = found.mappers  # made anew each time
    yield from sorted(mappers.difference(made), key=str)
    yield from (mapper for mapper in made if mapper in mappers)
