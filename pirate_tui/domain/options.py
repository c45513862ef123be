"""Represent loader options, and write them as code. Pure."""

from collections.abc import Iterator, Sequence
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


WIDTH, INDENT = 88, 4
"""The longest line that is written in one, and how far what is nested stands to the right."""


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
        """Return `selectinload(Ship.members).joinedload(Pirate.parrot)`; several go into `.options(...)`."""
        chain, forks = self._chain()
        return f"{chain}.options({joined(forks)})" if forks else chain

    def lines(self, indent: int = 0) -> Iterator[str]:
        """Yield the same with a comma behind it; what is too long for a line has a line for each of several options."""
        margin, (chain, forks) = " " * indent, self._chain()
        whole = f"{margin}{self},"
        if len(whole) <= WIDTH or not forks:
            yield whole
            return
        yield f"{margin}{chain}.options("
        for option in forks:
            yield from option.lines(indent + INDENT)
        yield f"{margin}),"

    @property
    def is_recursive(self) -> bool:
        """Whether it, or an option within it, has no limit to the levels that it loads."""
        return self.recurses or any(option.is_recursive for option in self.nested)

    @property
    def functions(self) -> frozenset[str]:
        """The names to import for it: a single option is called on the one that it is nested in."""
        _, forks = self._chain()
        return frozenset({self.name}).union(*(option.functions for option in forks))

    def _chain(self) -> tuple[str, tuple["LoaderOption", ...]]:
        """Return the code until where several options are nested, and these."""
        option, calls = self, [self._call(self.arguments)]
        while len(option.nested) == 1:
            (option,) = option.nested
            calls.append(option._call(option.arguments if option.chained is None else option.chained))  # noqa: SLF001
        return ".".join(calls), option.nested

    def _call(self, arguments: Sequence[str]) -> str:
        depth = ("recursion_depth=-1",) if self.recurses else ()
        return f"{self.name}({', '.join((*arguments, *depth))})"


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
    nested = (line for option in options for line in option.lines(INDENT))
    return (f"select({entity}).options(", *nested, ")")


def attribute(owner: str, name: str) -> str:
    """Return an attribute access as code, by getattr() where the name cannot stand after a dot."""
    return f"{owner}.{name}" if name.isidentifier() and not iskeyword(name) else f"getattr({owner}, {name!r})"
