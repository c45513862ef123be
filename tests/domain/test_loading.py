"""Loader strategies go round and round, and each teaches something."""

import pytest

from pirate_tui.domain.loading import LoaderStrategy


TITLES = ["as mapped", "selectinload", "joinedload", "subqueryload", "raiseload"]


def test_the_order_of_the_strategies() -> None:
    assert [strategy.title for strategy in LoaderStrategy] == TITLES


@pytest.mark.parametrize("number", range(5))
def test_a_step_leads_to_the_neighbour_round_and_round(number: int) -> None:
    strategy = list(LoaderStrategy)[number]
    assert strategy.step(1).title == TITLES[(number + 1) % 5]
    assert strategy.step(-1).title == TITLES[(number - 1) % 5]
    assert strategy.step(5) is strategy


def test_each_lesson_is_a_line_of_its_own() -> None:
    lessons = {strategy.lesson for strategy in LoaderStrategy}
    assert len(lessons) == len(TITLES)
    assert all(lesson and "\n" not in lesson for lesson in lessons)
