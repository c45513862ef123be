"""A cause that is not ours: the example of docs/adding-a-cause.md, for the tests that add it."""

import pytest

from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.orm.errors import MISSING_GREENLET
from pirate_tui.orm.explanation import causes
from pirate_tui.orm.explanation.cause import ERROR_PAGES, Cause, Fixes
from pirate_tui.orm.explanation.causes.loading import LazyRelationship
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import loading
from pirate_tui.orm.explanation.ineffective import in_thread


class LazyCollection(Cause):
    """A collection that nothing has loaded."""

    def matches(self, evidence: Evidence) -> bool:
        relationship = evidence.wanted.relationship
        return evidence.is_missing_greenlet and relationship is not None and bool(relationship.uselist)

    def headline(self, evidence: Evidence) -> str:
        return f"{evidence.wanted.name} is a collection that nothing has loaded"

    def text(self, evidence: Evidence) -> str:
        return f"{evidence.wanted.name} takes a SELECT of its own, which somebody must await."

    def kind(self, evidence: Evidence) -> str:
        return "A MissingGreenlet: the SELECT was due in a plain line."

    def link(self, evidence: Evidence) -> str:
        return ERROR_PAGES + MISSING_GREENLET

    def fixes(self, evidence: Evidence) -> Fixes:
        target = evidence.wanted
        count = f"select(func.count()).where(with_parent({target.variable}, {target.name}))"
        counting = Remedy(f"await session.scalar({count})", "where the number is enough", Applies.INSTEAD)
        return (counting, *loading(evidence.access))

    def ineffective_fixes(self, evidence: Evidence) -> Fixes:
        return (in_thread(evidence.access),)


@pytest.fixture
def lazy_collection(monkeypatch: pytest.MonkeyPatch) -> LazyCollection:
    """The new cause, listed before the more general one that it takes failures from."""
    added, known = LazyCollection(), list(causes.CAUSES)
    at = next(at for at, cause in enumerate(known) if isinstance(cause, LazyRelationship))
    monkeypatch.setattr(causes, "CAUSES", (*known[:at], added, *known[at:]))
    return added
