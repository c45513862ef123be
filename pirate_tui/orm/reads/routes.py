"""Find the schemas of an app's responses, and guess which mapped class each is for. FastAPI is not imported."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pirate_tui.domain.text import clean
from pirate_tui.orm.reads.fields import fields_of, is_root, structures_of


WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
"""One word of a class's name: `Order` of `OrderOut`."""


class Route(NamedTuple):
    """One endpoint of an app."""

    name: str
    """`GET /orders/{id}`."""
    response: Any
    """The annotation of its response; None without one."""


class Response(NamedTuple):
    """A schema of responses, and the mapped class whose instances it is for."""

    schema: Any
    name: str
    """`shop.schemas:OrderOut`."""
    mapped: type | None
    """None where no class fits."""
    is_guessed: bool
    routes: tuple[str, ...]
    """The endpoints whose responses it is of."""


def is_app(target: Any) -> bool:
    """Whether an object is an app of FastAPI, or a router of one."""
    return not isinstance(target, type) and hasattr(target, "routes") and hasattr(target, "include_router")


def routes_of(app: Any, prefix: str = "") -> Iterator[Route]:
    """Yield the endpoints of an app, also those of routers that it includes and of apps that are mounted.

    Newer versions of FastAPI keep an included router as it is; older ones copy its endpoints.
    """
    for route in app.routes:
        if hasattr(route, "response_model"):
            methods = ", ".join(sorted(route.methods))
            yield Route(clean(f"{methods} {prefix}{route.path}"), route.response_model)
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router, f"{prefix}{route.include_context.prefix}")
        elif is_app(getattr(route, "app", None)):
            yield from routes_of(route.app, f"{prefix}{route.path}")


def responses_of(routes: Sequence[Route], classes: Sequence[type], known: Mapping[int, type]) -> list[Response]:
    """Return the schemas of the responses, each once. `known` are the classes of schemas, by `id()` of these."""
    found: dict[int, Response] = {}
    for route in routes:
        for schema, mapped in _of_class(route.response, classes, known, ()):
            name = f"{schema.__module__}:{getattr(schema, '__qualname__', type(schema).__qualname__)}"
            earlier = found.get(id(schema), Response(schema, clean(name), mapped, id(schema) not in known, ()))
            found[id(schema)] = earlier._replace(routes=tuple(dict.fromkeys((*earlier.routes, route.name))))
    return list(found.values())


def _of_class(
    annotation: Any, classes: Sequence[type], known: Mapping[int, type], above: tuple[Any, ...]
) -> Iterator[tuple[Any, type | None]]:
    """Yield the structures of a response with their classes: of what is no class's own, those that are in it."""
    for structure in structures_of(annotation):
        if any(structure is one for one in above):
            continue
        mapped = known.get(id(structure)) or guessed(structure, classes)
        inner = () if mapped is not None else tuple(field.annotation for field in fields_of(structure))
        deeper = [one for each in inner for one in _of_class(each, classes, known, (*above, structure))]
        fitting = [one for one in deeper if one[1] is not None]
        yield from fitting or [(structure, mapped)]


def guessed(structure: Any, classes: Sequence[type]) -> type | None:
    """Return the class that has all the fields that a schema requires, and is most like it; None without one."""
    if is_root(structure):
        return None
    best = max(classes, key=lambda mapped: _likeness(structure, mapped), default=None)
    return best if best is not None and any(_likeness(structure, best)) else None


def _likeness(structure: Any, mapped: type) -> tuple[float, float, float]:
    """Return the share of the fields that a class has, that of the words of its name, and that of its attributes."""
    fields = fields_of(structure)
    had = [field for field in fields if any(hasattr(mapped, str(source[0])) for source in field.sources)]
    if not had or any(field.is_required and field not in had for field in fields):
        return 0.0, 0.0, 0.0
    words, own = _words(structure), _words(mapped)
    attributes = [name for name in dir(mapped) if not name.startswith("_")]
    return len(had) / len(fields), len(words & own) / len(own), len(had) / len(attributes)


def _words(named: Any) -> set[str]:
    return {word.lower().removesuffix("s") for word in WORD.findall(getattr(named, "__name__", ""))} or {""}
