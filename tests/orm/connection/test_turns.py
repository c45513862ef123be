"""No gesture waits for more answers of a server than it has to. A count does not depend on the machine."""

import pytest

from tests.bench.turns import MOST, turns_of


@pytest.mark.parametrize("driver", MOST)
async def test_no_gesture_costs_more_round_trips(driver: str) -> None:
    counted = await turns_of(driver, rows=20_000, delay=0.0)
    assert [figure.what for figure in counted if figure.verdict != "met"] == []
