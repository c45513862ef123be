"""The two modes of access, the states of an instance, and what a prediction offers."""

from pirate_tui.domain.access import AccessMode, Prediction, Scenario
from pirate_tui.domain.remedy import Remedy


def test_only_the_safe_mode_awaits() -> None:
    assert AccessMode.SAFE.awaits
    assert not AccessMode.UNSAFE.awaits


def test_each_mode_leads_to_the_other() -> None:
    assert AccessMode.SAFE.other is AccessMode.UNSAFE
    assert AccessMode.UNSAFE.other is AccessMode.SAFE


def test_a_mode_says_how_it_accesses() -> None:
    assert [mode.how for mode in AccessMode] == ["awaited", "plain access"]


def test_the_situations_follow_each_other_round_and_round() -> None:
    seen = [Scenario.FRESH]
    while (following := seen[-1].next) not in seen:
        seen.append(following)
    assert seen == list(Scenario)
    assert seen[-1].next is Scenario.FRESH


def test_the_line_to_write_instead_is_the_best_remedy() -> None:
    best, other = Remedy("await x.awaitable_attrs.y", ""), Remedy("selectinload(X.y)", "")
    assert Prediction(("SELECT 1",), (best, other)).remedy == best.code
    assert Prediction().remedy == ""
