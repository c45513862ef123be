"""Name the lints of mappings: what will hurt whoever uses the classes. Pure."""

from typing import NamedTuple


ORM = "https://docs.sqlalchemy.org/en/21/orm/"


class Rule(NamedTuple):
    """A kind of finding."""

    name: str
    title: str
    """In a few words."""
    text: str
    """What it means, in a sentence."""
    link: str
    """The page that says more."""


class Lint(NamedTuple):
    """A finding in a mapping."""

    rule: Rule
    model: str
    attribute: str
    reason: str
    """Why it will hurt."""
    fix: str
    """The code to write in the mapping, line by line."""


NEVER_LOADED = Rule(
    "noload",
    "never loaded",
    'lazy="noload" is deprecated: the attribute is empty whatever the database holds.',
    f"{ORM}queryguide/relationships.html#sqlalchemy.orm.noload",
)

CASCADE_OF_NOTHING = Rule(
    "cascade-noload",
    "a delete that does not reach what belongs to it",
    'A delete cascades to what the relationship holds, and with lazy="noload" that is nothing.',
    f"{ORM}cascades.html#delete",
)

CASCADE_THAT_LOADS = Rule(
    "cascade-loads",
    "a delete that loads everything first",
    "Without passive_deletes, a delete loads all that it cascades to, and sends a DELETE for each row.",
    f"{ORM}cascades.html#using-foreign-key-on-delete-cascade-with-orm-relationships",
)

READ_BY_CODE = Rule(
    "lazy-read",
    "lazy, and read by the class's own code",
    "Code of the class reads a relationship that is loaded on access, so calling it does IO.",
    f"{ORM}extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession",
)

STALE_AFTER_UPDATE = Rule(
    "stale-after-update",
    "expired by each UPDATE",
    "The database generates the value at an UPDATE, and without eager_defaults the next access does IO.",
    f"{ORM}mapping_api.html#sqlalchemy.orm.Mapper.params.eager_defaults",
)

MULTIPLIED = Rule(
    "joined-product",
    "joined collections that multiply",
    "Several collections in one JOIN return every combination of their rows.",
    f"{ORM}queryguide/relationships.html#what-kind-of-loading-to-use",
)

ONE_WAY = Rule(
    "back-populates",
    "two relationships that do not know of each other",
    "A change on one side does not show on the other until both are loaded again.",
    f"{ORM}relationship_api.html#sqlalchemy.orm.relationship.params.back_populates",
)

LINT_RULES = {
    rule.name: rule
    for rule in (
        NEVER_LOADED,
        CASCADE_OF_NOTHING,
        CASCADE_THAT_LOADS,
        READ_BY_CODE,
        STALE_AFTER_UPDATE,
        MULTIPLIED,
        ONE_WAY,
    )
}
"""The rules, by name, in the order in which they are looked for."""
