"""Contests that are over, of ways that are pretended to cost so much."""

from dataclasses import dataclass
from math import inf

from pirate_tui.domain.comparing import Comparison, LoadMethod, Sample
from pirate_tui.domain.entity import Entity, Relationship


SAILORS = Relationship("sailors", "Sailor", uselist=True, direction="one to many", lazy="select")
CAPTAIN = Relationship("captain", "Sailor", uselist=False, direction="many to one", lazy="select")
ASKED = SAILORS._replace(name="asked", lazy="write_only", query="asked.select()")
SHIP = Entity("BigShip", "ships", (), (SAILORS, CAPTAIN, ASKED))
KEYS = ((1,), (2,), (3,))


@dataclass
class Told:
    """What a way is pretended to cost."""

    seconds: float
    statements: int = 1
    rows: int = 3
    instances: int = 30
    error: str = ""
    selected: int = 3

    @property
    def run(self) -> Sample:
        """As a run of all parents."""
        return Sample(self.seconds, self.statements, self.rows, self.instances, len(KEYS), self.error, self.selected)


def measured(
    relationship: Relationship, told: dict[LoadMethod, Told], *, otherwise: Told | None = None, budget: float = inf
) -> Comparison:
    """A contest that is over."""
    contest = Comparison.of(SHIP, KEYS, relationship, budget)
    while (due := contest.next_request) is not None:
        contest = contest.with_run(due.way, told.get(due.way, otherwise or Told(0.01, error="Refused")).run)
    return contest
