"""Name classes and attributes after tables and columns, as a developer might have named them."""

import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase

from pirate_tui.domain.entity import snake_case


RESERVED = frozenset({"metadata", "registry", *dir(AsyncAttrs), *dir(DeclarativeBase)})
"""The attributes of a declarative base and of `AsyncAttrs`; names like `__mapper__` are recognized by their form."""

LENGTH_LIMIT = 100
"""Characters of a name; PostgreSQL limits its own to 63, SQLite does not."""


def class_name(table: str) -> str:
    """Return the class name of a table: `order_items` -> `OrderItems`, `ORDERS` -> `Orders`; no singulars."""
    words = re.split(r"[_\s]+", " ".join(_words(table)))
    name = _identifier(["".join(map(_capital, filter(None, words)))], "Unnamed")
    is_taken = keyword.iskeyword(name) or keyword.iskeyword(snake_case(name))
    return name + "_" if is_taken else name


def attribute_name(name: str) -> str:
    """Return the attribute name of a column: its own name as far as Python allows."""
    attribute = _identifier(_words(name), "unnamed")
    is_taken = keyword.iskeyword(attribute) or attribute in RESERVED or attribute.startswith(("_sa_", "__"))
    return attribute + "_" if is_taken else attribute


def unique(candidates: Iterable[str], taken: set[str]) -> str:
    """Return the first candidate that is not in `taken`, else the last one numbered, and add it to `taken`."""
    name = candidate = ""
    for candidate in candidates:
        name = candidate
        if name not in taken:
            break
    number = 2
    while name in taken:
        name, number = f"{candidate}_{number}", number + 1
    taken.add(name)
    return name


def many_to_one(columns: Sequence[str], parent: str) -> list[str]:
    """Return names for a foreign key's relationship, the best first: `customer_id` -> `customer`."""
    stem = _stem(columns)
    names = [parent, f"{parent}_by_{_role(columns)}"]
    return [*map(attribute_name, names if stem is None else [stem, *names])]


def one_to_many(columns: Sequence[str], child: str, *, is_only: bool) -> list[str]:
    """Return names for the other side; `is_only` where no other foreign key of the child has the same parent."""
    by_role = f"{child}_by_{_role(columns)}"
    return [*map(attribute_name, [child, by_role] if is_only else [by_role])]


def many_to_many(columns: Sequence[str], target: str, association: str, *, is_only: bool) -> list[str]:
    """Return names for a relationship by an association table; `columns` are those that refer to the target."""
    names = [f"{target}_by_{association}", f"{target}_by_{_role(columns)}_of_{association}"]
    return [*map(attribute_name, [target, *names] if is_only else names)]


def _role(columns: Sequence[str]) -> str:
    return _stem(columns) or "_and_".join(columns)


def _stem(columns: Sequence[str]) -> str | None:
    """Return `customer` of `customer_id`, `customerId` or `CustomerID`; None for a column without such an ending."""
    found = re.fullmatch(r"(.*[^_\W])(?:_[iI][dD]|(?<=[a-z0-9])I[dD])", columns[0]) if len(columns) == 1 else None
    return found[1] if found else None


def _words(name: str) -> list[str]:
    """Return the parts of a name that may stand in an identifier, in Python's normal form NFKC."""
    text = unicodedata.normalize("NFKC", name)
    return "".join(char if ("_" + char).isidentifier() else " " for char in text).split()


def _identifier(words: Sequence[str], fallback: str) -> str:
    name = "_".join(words)[:LENGTH_LIMIT] or fallback
    return name if name.isidentifier() else "_" + name


def _capital(word: str) -> str:
    return word.capitalize() if word.isupper() else word[0].upper() + word[1:]
