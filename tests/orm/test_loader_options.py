"""Loader options by value: a title is for people, and may be reworded."""

import pytest

from pirate_tui.domain.comparing import LoadMethod
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.options import Loader
from pirate_tui.orm.loader_options import OPTIONS


def test_every_loader_has_the_option_of_that_name() -> None:
    assert {loader.value: option.__name__ for loader, option in OPTIONS.items()} == {
        loader.value: loader.value for loader in Loader
    }


@pytest.mark.parametrize("kind", [LoaderStrategy, LoadMethod])
def test_whatever_is_named_like_a_loader_takes_it(kind: type[LoaderStrategy] | type[LoadMethod]) -> None:
    named = {member.name for member in kind} & {loader.name for loader in Loader}
    assert named
    for name in named:
        assert kind[name].loader is Loader[name]
