"""Read instances through a schema: as its library does, and field by field along its annotations."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial, reduce
from operator import or_
from typing import Any, Literal, NamedTuple, TypeAlias, get_args, get_origin

from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean
from pirate_tui.orm.inspection.reading import DEPTH
from pirate_tui.orm.reads.fields import Field, Source, fields_of, is_root, levels, recurs, structures_of
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, described, reraise_ours


Read: TypeAlias = Callable[[Any], object]
"""Reads an instance, as a response of it would."""

KINDS = "a model of pydantic, a msgspec.Struct, a dataclass, an attrs class, a schema of marshmallow, or a function"


class FieldReader:
    """Reads the fields of an annotation's structures, and of all that lie in them; errors only end a field."""

    def __init__(self, annotation: Any) -> None:
        self._annotation = annotation
        self.field = ""
        """The field that is being read: `OrderOut.items`."""

    def __call__(self, instance: Any) -> None:
        """Read all fields of an instance."""
        self._read(instance, self._annotation, ())

    def _read(self, value: Any, annotation: Any, above: tuple[tuple[int, int], ...]) -> None:
        structures = list(structures_of(annotation))
        for one in _members(value) if structures else ():
            for structure in _fitting(one, structures):
                place = (id(one), id(structure))
                if place not in above:  # rows that refer to each other
                    self._read_fields(one, structure, (*above, place))

    def _read_fields(self, instance: Any, structure: Any, above: tuple[tuple[int, int], ...]) -> None:
        name = getattr(structure, "__name__", type(structure).__name__)
        for field in fields_of(structure):
            if is_root(structure):
                self._read(instance, field.annotation, above)
                continue
            self.field = f"{name}.{field.name}"
            try:
                value = _value_of(instance, field.sources)
            except FOREIGN_ERRORS as error:
                reraise_ours(error)
            else:
                self._read(value, field.annotation, above)


class Schema(NamedTuple):
    """What makes a response of an instance."""

    name: str
    """As it was typed, or as its app calls it: `shop.schemas:OrderOut`."""
    read: Read
    fields: FieldReader | None
    """Reads along the annotations; None for a function."""
    depth: int
    """How often a relationship is followed, until it is taken to be followed to any depth."""
    annotation: Any = None


def schema_of(target: Any, name: str, mapped: type) -> Schema:
    """Return the schema for a mapped class that an object is, or wraps as a page does; raise `StartupError`."""
    try:
        found = _schema_of(target, name, mapped)
    except FOREIGN_ERRORS as error:  # of a library, or of code that makes the schema
        reraise_ours(error)
        raise StartupError(WRONG_USE, clean(f"{name} cannot be used: {described(error)}")) from error
    if found is None:
        raise StartupError(WRONG_USE, f"{clean(name)} is no schema; give {KINDS}")
    return found


def _schema_of(target: Any, name: str, mapped: type) -> Schema | None:
    structures = [inner for structure in structures_of(target) for inner in _of_class(structure, mapped)]
    if structures:
        annotation = reduce(or_, structures) if len(structures) > 1 else structures[0]
        fields = FieldReader(annotation)
        depth = DEPTH if recurs(annotation) else max(DEPTH, levels(annotation))
        return Schema(name, _converter(annotation) or fields, fields, depth, annotation)
    if callable(target) and not isinstance(target, type) and get_origin(target) is None:
        return Schema(name, target, None, DEPTH)
    return None


def _of_class(structure: Any, mapped: type) -> Iterator[Any]:
    """Yield the structure, or those in its fields where the class has none of its fields: a page, an envelope."""
    fields = fields_of(structure)
    inner = [one for field in fields for one in structures_of(field.annotation)]
    has_any = any(hasattr(mapped, str(source[0])) for field in fields for source in field.sources)
    if has_any or is_root(structure) or not inner or any(one is structure for one in inner):
        yield structure
        return
    for one in inner:
        yield from _of_class(one, mapped)


def _converter(annotation: Any) -> Read | None:
    """Return what the library of a structure converts an instance with; None where it has nothing for instances."""
    if hasattr(annotation, "__struct_fields__"):
        import msgspec

        return partial(msgspec.convert, type=annotation, from_attributes=True, strict=False)
    if hasattr(annotation, "OPTIONS_CLASS"):
        schema = annotation() if isinstance(annotation, type) else annotation
        return partial(schema.dump, many=False)
    if any(hasattr(one, "model_fields") for one in structures_of(annotation)):
        from pydantic import TypeAdapter

        return partial(TypeAdapter(annotation).validate_python, from_attributes=True)
    return None


def _members(value: Any) -> Iterable[Any]:
    """Return the objects that a value is or holds."""
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, (Sequence, AbstractSet)) and not isinstance(value, (str, bytes)):
        return list(value)
    return () if value is None or isinstance(value, (str, bytes, int, float)) else (value,)


def _fitting(instance: Any, structures: list[Any]) -> list[Any]:
    """Return the structures that a value may be converted to, by their Literal fields; all where none fits."""
    if len(structures) == 1:
        return structures
    return [one for one in structures if not any(_excludes(field, instance) for field in fields_of(one))] or structures


def _excludes(field: Field, instance: Any) -> bool:
    if get_origin(field.annotation) is not Literal:
        return False
    try:
        return _value_of(instance, field.sources) not in get_args(field.annotation)
    except FOREIGN_ERRORS as error:
        reraise_ours(error)
        return True


def _value_of(instance: Any, sources: tuple[Source, ...]) -> Any:
    """Return the value of the first source that is there; raise what reading the last one raises."""
    *others, last = sources
    for source in others:
        try:
            return reduce(_step, source, instance)
        except (AttributeError, IndexError, KeyError):
            continue
    return reduce(_step, last, instance)


def _step(value: Any, part: str | int) -> Any:
    """Go one step along a path of attributes, keys and indexes."""
    if isinstance(part, int):
        return list(value)[part]
    return value[part] if isinstance(value, Mapping) else getattr(value, part)
