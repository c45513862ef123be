"""List the fields of a schema, with the attributes that each is read from; no library of schemas is imported."""

import dataclasses
import typing
from collections import abc
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, NamedTuple, TypeAlias

from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours


Source: TypeAlias = tuple[str | int, ...]
"""The attributes, and indexes of collections, that lead to a value: `("customer", "name")`."""


class Field(NamedTuple):
    """One field of a structure."""

    name: str
    sources: tuple[Source, ...]
    """Where it may come from; the first that is there is read."""
    annotation: Any
    is_required: bool = True
    """Whether there is no default for it."""


def structures_of(annotation: Any) -> Iterator[Any]:
    """Yield the structures that a value of the annotation may be, or may hold: `Page[OrderOut] | None` has one."""
    while hasattr(annotation, "__value__"):  # an alias of `type X = ...`
        annotation = annotation.__value__
    annotation = getattr(annotation, "__supertype__", annotation)  # of a NewType
    if is_structure(annotation):
        yield annotation
        return
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        arguments = arguments[:1]
    elif isinstance(origin, type) and issubclass(origin, abc.Mapping):
        arguments = arguments[1:]
    elif not (origin in {typing.Union, UnionType} or isinstance(origin, type)):
        arguments = ()
    for argument in arguments:
        yield from structures_of(argument)


def is_structure(annotation: Any) -> bool:
    """Whether the annotation has fields of its own."""
    return bool(_kinds(annotation))


def fields_of(structure: Any) -> tuple[Field, ...]:
    """Return the fields of a structure, whatever library it is of."""
    return tuple(_kinds(structure)[0](structure))


def is_root(structure: Any) -> bool:
    """Whether its one field is the value itself: a RootModel of pydantic."""
    return bool(getattr(structure, "__pydantic_root_model__", False))


def recurs(annotation: Any) -> bool:
    """Whether a structure of the annotation holds itself, so that it reads to any depth."""
    return any(_holds_itself(structure, ()) for structure in structures_of(annotation))


def levels(annotation: Any) -> int:
    """Return how many structures lie within each other; a structure that holds itself counts once."""
    return max((_levels(structure, ()) for structure in structures_of(annotation)), default=0)


def _holds_itself(structure: Any, above: tuple[Any, ...]) -> bool:
    if any(structure is one for one in above):
        return True
    return any(_holds_itself(inner, (*above, structure)) for inner in _inner(structure))


def _levels(structure: Any, above: tuple[Any, ...]) -> int:
    if any(structure is one for one in above):
        return 0
    return 1 + max((_levels(inner, (*above, structure)) for inner in _inner(structure)), default=0)


def _inner(structure: Any) -> Iterator[Any]:
    for field in fields_of(structure):
        yield from structures_of(field.annotation)


def _of_pydantic(structure: Any) -> Iterator[Field]:
    structure.model_rebuild(raise_errors=False)  # a class that was defined later is known by now
    config = structure.model_config
    by_name = config.get("populate_by_name") or config.get("validate_by_name")
    for name, field in structure.model_fields.items():
        alias = field.alias if field.validation_alias is None else field.validation_alias
        choices = getattr(alias, "choices", () if alias is None else (alias,))
        sources = [tuple(getattr(choice, "path", (choice,))) for choice in choices]
        if by_name or not sources:
            sources.append((name,))
        yield Field(name, tuple(sources), field.annotation, field.is_required())


def _by_hints(names: Sequence[str], structure: Any) -> Iterator[Field]:
    try:
        hints = typing.get_type_hints(structure, include_extras=True)
    except FOREIGN_ERRORS as error:  # a name that is imported for type checkers alone
        reraise_ours(error)
        hints = dict(getattr(structure, "__annotations__", {}))
    for name in names:
        yield Field(name, ((name,),), hints.get(name))


def _of_msgspec(structure: Any) -> Iterator[Field]:
    return _by_hints(structure.__struct_fields__, structure)


def _of_attrs(structure: Any) -> Iterator[Field]:
    return _by_hints([field.name for field in structure.__attrs_attrs__ if field.init], structure)


def _of_dataclass(structure: Any) -> Iterator[Field]:
    return _by_hints([field.name for field in dataclasses.fields(structure) if field.init], structure)


def _of_marshmallow(structure: Any) -> Iterator[Field]:
    schema = structure() if isinstance(structure, type) else structure
    for name, field in schema.dump_fields.items():
        inner = getattr(field, "inner", field)  # of a List
        source = tuple((field.attribute or name).split("."))
        yield Field(name, (source,), getattr(inner, "schema", None))


def _kinds(annotation: Any) -> list[abc.Callable[[Any], Iterator[Field]]]:
    """Return the functions that list its fields; none for what has no fields."""
    kind = annotation if isinstance(annotation, type) else type(annotation)
    found = [read for mark, read in _MARKS.items() if hasattr(kind, mark)][:1]
    return found if isinstance(annotation, type) or found == [_of_marshmallow] else []


_MARKS: dict[str, abc.Callable[[Any], Iterator[Field]]] = {
    "model_fields": _of_pydantic,
    "__struct_fields__": _of_msgspec,
    "__attrs_attrs__": _of_attrs,
    "__dataclass_fields__": _of_dataclass,
    "OPTIONS_CLASS": _of_marshmallow,
}
"""The attribute by which each library marks its structures; the first that is there tells."""
