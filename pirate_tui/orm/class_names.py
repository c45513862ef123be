"""Name mapped classes on the screen: by their own names, with as much of the module as distinguishes namesakes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Mapper

from pirate_tui.domain.text import clean


UNPACKAGED = "pirate_tui_models"
"""A file that lies in no package is loaded as a module of this one, which there is not: so its name cannot clash."""

_names: WeakKeyDictionary[Mapper[Any], str] = WeakKeyDictionary()
"""The names given last. Labels are made without a catalog, of any instance that the model's code reads; a mapper that
is no longer used is not kept alive."""


def give_names(mappers: Iterable[Mapper[Any]]) -> dict[Mapper[Any], str]:
    """Name these classes, also in labels, and return the names."""
    names = names_of(mappers)
    _names.update(names)
    return names


def name_of(mapper: Mapper[Any]) -> str:
    """Return the name that was given to a class, or its own."""
    return _names.get(mapper) or clean(mapper.class_.__name__)


def names_of(mappers: Iterable[Mapper[Any]]) -> dict[Mapper[Any], str]:
    """Return a unique name for each class: `Order`; for namesakes `shop.Item` and `stock.Item`."""
    paths = {mapper: _path(mapper.class_) for mapper in mappers}
    namesakes: defaultdict[str, list[Mapper[Any]]] = defaultdict(list)
    for mapper, path in paths.items():
        namesakes[path[-1]].append(mapper)
    return {
        mapper: _distinct(mapper, [(namesake, paths[namesake]) for namesake in namesakes[paths[mapper][-1]]])
        for mapper in paths
    }


def _distinct(mapper: Mapper[Any], namesakes: Sequence[tuple[Mapper[Any], tuple[str, ...]]]) -> str:
    """Return the shortest dotted end of the class's path that no namesake has; numbered if they share the path."""
    path = next(path for one, path in namesakes if one is mapper)
    twins = [one for one, other in namesakes if other == path]
    others = [other for _, other in namesakes if other != path]
    sizes = range(1, len(path) + 1)
    size = next((size for size in sizes if all(other[-size:] != path[-size:] for other in others)), len(path))
    return clean(".".join(path[-size:]) + (f"#{twins.index(mapper) + 1}" if len(twins) > 1 else ""))


def _path(mapped: type) -> tuple[str, ...]:
    """Return the parts of the module's name and the class's qualified name."""
    module = mapped.__module__.removeprefix(f"{UNPACKAGED}.").split(".")
    around = [part for part in mapped.__qualname__.split(".")[:-1] if part != "<locals>"]
    return (*module, *around, mapped.__name__)
