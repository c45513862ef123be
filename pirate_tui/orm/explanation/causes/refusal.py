"""Explain refusals of the mapping or an option to load what is read; they are no MissingGreenlets."""

from sqlalchemy.exc import InvalidRequestError

from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.orm.errors import REFUSED
from pirate_tui.orm.explanation.access import Target
from pirate_tui.orm.explanation.cause import DOCUMENTATION, Cause, Fixes
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import expire_on_commit_off, loading_with, refreshing, running_query
from pirate_tui.orm.explanation.ineffective import awaiting_raises, other_ways_to_read, with_default
from pirate_tui.orm.user_code.foreign import error_name


class Raiseload(Cause):
    """`lazy="raise"`, `deferred_raiseload` or raiseload(): what is not loaded must not be loaded by an access."""

    def matches(self, evidence: Evidence) -> bool:
        return evidence.came_of(InvalidRequestError, REFUSED)

    def headline(self, evidence: Evidence) -> str:
        return "it is not loaded, and its loader strategy forbids lazy loading"

    def text(self, evidence: Evidence) -> str:
        target = evidence.wanted
        by_option = evidence.access.strategy is LoaderStrategy.RAISELOAD or not _refuses_by_mapping(target)
        mapped = "deferred_raiseload" if target.relationship is None else f"lazy='{target.lazy}'"
        origin = "an option of its SELECT, raiseload()," if by_option else f"its mapping, {mapped},"
        return (
            f"{target.name} is not loaded, and {origin} forbids lazy loading. "
            "No IO was attempted, and awaiting the access raises the same error: load it up front instead."
        )

    def kind(self, evidence: Evidence) -> str:
        return (
            f"{error_name(evidence.error)}, raised by the loader strategy itself. It is not a MissingGreenlet; "
            "unlike one, it names the attribute, which makes raiseload good for finding lazy loads in tests."
        )

    def link(self, evidence: Evidence) -> str:
        return f"{DOCUMENTATION}orm/queryguide/relationships.html#preventing-unwanted-lazy-loads-using-raiseload"

    def fixes(self, evidence: Evidence) -> Fixes:
        return (*loading_with(evidence.access), *refreshing(evidence.access))

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        keeping = expire_on_commit_off("it was never loaded: there is nothing for commit to keep")
        return (awaiting_raises(evidence.access), keeping, *with_default(evidence.access))


class WriteOnlyIterated(Cause):
    """Code of the model that uses a write_only relationship as a collection."""

    def matches(self, evidence: Evidence) -> bool:
        return evidence.read is not None and evidence.read.is_query and "WriteOnly" in evidence.message

    def headline(self, evidence: Evidence) -> str:
        return "that is a query, which cannot be iterated directly"

    def text(self, evidence: Evidence) -> str:
        access = evidence.access
        return (
            f"{access.name} runs model code ({access.attribute.kind.value}) that uses {evidence.wanted.name} "
            "as a collection. It is mapped with lazy='write_only': it gives a query, and loads nothing by itself."
        )

    def kind(self, evidence: Evidence) -> str:
        return "A TypeError from SQLAlchemy, raised before any IO is attempted. It is not a MissingGreenlet."

    def link(self, evidence: Evidence) -> str:
        return f"{DOCUMENTATION}orm/large_collections.html"

    def fixes(self, evidence: Evidence) -> Fixes:
        return running_query(evidence)

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        return other_ways_to_read(evidence.access)


def _refuses_by_mapping(target: Target) -> bool:
    return target.lazy.startswith("raise") or (target.column is not None and bool(target.column.raiseload))
