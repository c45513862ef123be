"""The benchmarks' report: the noise of a figure, and how it was before."""

from pathlib import Path

import pytest

from tests.bench.figures import Figure, report
from tests.bench.history import LEAST_RUNS, earlier, keep


STEADY = Figure("steady", [10.0, 10.0, 10.0], "a floor", [5.0, 5.0, 5.0], 2.5)
NOISY = Figure("noisy", [8.0, 10.0, 12.0, 10.0], aim=9)


@pytest.mark.parametrize(
    ("figure", "before", "told"),
    [
        (STEADY, 2.0, "2 (=)"),
        (STEADY, 1.0, "1 (+100%)"),
        (STEADY, None, ""),
        (NOISY, 9.5, "9.5 (=)"),
        (NOISY, 5, "5 (+100%)"),
    ],
)
def test_a_change_is_told_where_it_exceeds_the_noise(figure: Figure, before: float | None, told: str) -> None:
    assert figure.compared_with(before) == told


def test_the_report_has_the_noise_the_last_result_and_the_verdict() -> None:
    _, _, steady, noisy = report([STEADY, NOISY], {"steady / a floor": 4.0}).splitlines()
    assert " ".join(steady.split()) == "steady 10 ms 5 ms a floor 2.00 (2.00..2.00) ±0% 4 (-50%) <= 2.5 x met"
    assert " ".join(noisy.split()) == "noisy 10 ms ±15% <= 9 ms missed"


def test_results_of_enough_runs_are_kept_beside_those_of_other_figures(tmp_path: Path) -> None:
    path = tmp_path / "results" / "results.json"
    assert earlier(path) == {}
    assert not keep([STEADY], path)
    assert keep([Figure("steady", [3.0] * LEAST_RUNS)], path)
    assert keep([Figure("another", [4.0] * LEAST_RUNS, "a floor", [2.0] * LEAST_RUNS)], path)
    assert {name: kept.value for name, kept in earlier(path).items()} == {"steady": 3.0, "another / a floor": 2.0}
