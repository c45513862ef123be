"""Keys, clicks, pastes and sizes at random, over a database that answers as it likes: nothing ends the browser."""

import pytest

from tests.ui.typist import survive


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_that_is_typed_ends_it(seed: int) -> None:
    await survive(seed, times=60)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 116))
async def test_nothing_that_is_typed_for_long_ends_it(seed: int) -> None:
    await survive(seed, times=300)
