"""Represent loader options, and write them as code. Pure."""

from collections.abc import Sequence
from enum import Enum
from keyword import iskeyword
from typing import NamedTuple


class Loader(Enum):
    """The functions of SQLAlchemy that make a loader option, by their names.

    See https://docs.sqlalchemy.org/en/21/orm/queryguide/relationships.html.
    """

    SELECTINLOAD = "selectinload"
    JOINEDLOAD = "joinedload"
    SUBQUERYLOAD = "subqueryload"
    IMMEDIATELOAD = "immediateload"
    RAISELOAD = "raiseload"


class LoaderOption(NamedTuple):
    """One of SQLAlchemy's loader options, with the options for the instances that it loads."""

    name: str
    """`selectinload`, `joinedload`, `undefer`, ..."""
    arguments: tuple[str, ...]
    """The arguments as code: `Ship.members`, `"papers"`."""
    nested: tuple["LoaderOption", ...] = ()
    chained: tuple[str, ...] | None = None
    """The arguments where it is called on another option, if they differ."""
    recurses: bool = False
    """Whether it follows a self-referential relationship to every level down."""

    def __str__(self) -> str:
        return self._written(self.arguments)

    @property
    def is_recursive(self) -> bool:
        """Whether it, or an option within it, has no limit to the levels that it loads."""
        return self.recurses or any(option.is_recursive for option in self.nested)

    @property
    def functions(self) -> frozenset[str]:
        """The names to import for it: a single option is called on the one that it is nested in."""
        option = self
        while len(option.nested) == 1:
            (option,) = option.nested
        return frozenset({self.name}).union(*(nested.functions for nested in option.nested))

    def _written(self, arguments: Sequence[str]) -> str:
        """Return `selectinload(Ship.members).joinedload(Pirate.parrot)`; several go into `.options(...)`."""
        depth = ("recursion_depth=-1",) if self.recurses else ()
        code = f"{self.name}({', '.join((*arguments, *depth))})"
        if len(self.nested) == 1:
            (option,) = self.nested
            behind = option.arguments if option.chained is None else option.chained
            return f"{code}.{option._written(behind)}"  # noqa: SLF001  of its own class
        return f"{code}.options({joined(self.nested)})" if self.nested else code


def joined(options: Sequence[LoaderOption]) -> str:
    """Return the options as arguments."""
    return ", ".join(map(str, options))


def selecting(entity: str, options: Sequence[LoaderOption] = ()) -> str:
    """Return the SELECT of a class with these options: `select(Ship).options(selectinload(Ship.members))`."""
    return f"select({entity}).options({joined(options)})" if options else f"select({entity})"


def selecting_in_lines(entity: str, options: Sequence[LoaderOption] = ()) -> tuple[str, ...]:
    """Return the same with each option on a line of its own."""
    if not options:
        return (selecting(entity),)
    return (f"select({entity}).options(", *(f"    {option}," for option in options), ")")


def attribute(owner: str, name: str) -> str:
    """Return an attribute access as code, by getattr() where the name cannot stand after a dot."""
    return f"{owner}.{name}" if name.isidentifier() and not iskeyword(name) else f"getattr({owner}, {name!r})"
