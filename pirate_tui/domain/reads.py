"""Represent what a schema reads of a mapped class: a tree of paths, and the select that loads them all. Pure."""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from pirate_tui.domain.access import AttributeKind, Verdict


class FoundBy(Enum):
    """How it was found that a schema reads something."""

    ANNOTATIONS = "annotations"
    """Its fields, and those of the schemas in them, were read of a made-up instance."""
    TRACE = "trace"
    """It has converted a made-up instance."""
    ROWS = "rows"
    """It has converted an instance of a row."""


class PathStep(NamedTuple):
    """One attribute of a path."""

    name: str
    subclass: str = ""
    """The subclass that has it, where the step before leads to its base class."""
    is_collection: bool = False
    recurs: bool = False
    """Whether it is followed again and again, to any depth."""

    def __str__(self) -> str:
        owner = f"<{self.subclass}>" if self.subclass else ""
        return f"{owner}{self.name}{'[]' if self.is_collection else ''}{'*' if self.recurs else ''}"


class ReadPath(NamedTuple):
    """The way from the instance that a schema converts to an attribute that must be loaded: `items[].product`."""

    steps: tuple[PathStep, ...]

    def __str__(self) -> str:
        return ".".join(map(str, self.steps))

    def leads_to(self, other: "ReadPath") -> bool:
        """Whether the other path is this one, or goes on from its end."""
        return other.steps[: len(self.steps)] == self.steps


class SchemaRead(NamedTuple):
    """One attribute that a schema reads, and that is not a column which is loaded anyway."""

    path: ReadPath
    kind: AttributeKind
    verdict: Verdict
    """What reading it does, where nothing but the instance was selected."""
    option: str
    """The loader option for it; empty where the mapping loads it, or no option can."""
    found_by: tuple[FoundBy, ...]
    read_by: tuple[str, ...] = ()
    """The fields, properties and validators that read it: `OrderOut.total ← Order.total`."""
    is_proved: bool = False
    """Whether a row that reaches it was converted with the select, and nothing was loaded."""
    instead: str = ""
    """What to write where no option loads it; empty where one does."""
    is_loaded: bool | None = None
    """Whether the given query loads it; None without one."""

    @property
    def is_unloadable(self) -> bool:
        """Whether no option loads it."""
        return bool(self.instead)


class SchemaReads(NamedTuple):
    """All that a schema reads of a mapped class."""

    schema: str
    """As it was typed: `shop.schemas:OrderOut`."""
    model: str
    reads: tuple[SchemaRead, ...]
    select: str
    """The select that loads it all, on one line."""
    lines: tuple[str, ...]
    """The same as it is written in a program, with its imports."""
    statements: int | None = None
    """How many statements it sent, for the rows that it was proved with; None where there were none."""
    rows: int | None = None
    instances: int = 0
    """How many instances were converted."""
    is_proved: bool = False
    """Whether every path is proved, and converting the rows loaded nothing."""
    notes: tuple[str, ...] = ()
    """Why something is not proved, or what else is to be known."""
    given: str = ""
    """The query that was given, as it was typed; empty without one."""
    unread: tuple[ReadPath, ...] = ()
    """The paths that the given query loads and nothing reads."""
    queries: tuple[str, ...] = ()
    """Code that sends queries of its own, which no option spares."""

    @property
    def unloadable(self) -> tuple[SchemaRead, ...]:
        """What no option loads."""
        return tuple(read for read in self.reads if read.is_unloadable)

    @property
    def missing(self) -> tuple[SchemaRead, ...]:
        """What the given query does not load, and an option would."""
        return tuple(read for read in self.reads if read.is_loaded is False and not read.is_unloadable)

    @property
    def fails(self) -> bool:
        """Whether a response would do IO, whatever is selected, or with the given query."""
        return bool(self.unloadable or self.missing or self.queries)

    @property
    def note(self) -> str:
        """All notes as one; empty without any."""
        return "; ".join(self.notes)


def merged_readers(readers: Iterable[str]) -> tuple[str, ...]:
    """Return who reads something, each once: code that is named behind a field is not named alone, too."""
    named = sorted({reader for reader in readers if reader})
    behind = {reader.partition(READ_THROUGH)[2] for reader in named if READ_THROUGH in reader}
    return tuple(reader for reader in named if reader not in behind)


READ_THROUGH = " ← "
"""Stands between a field and the code that reads for it."""
