"""What is judged to be gone from a baseline, and what stays in it when it is written again."""

from pathlib import Path

from pirate_tui.cli.check_options import IGNORABLE
from pirate_tui.cli.report.baseline import BaselineEntry, read_baseline, write_baseline
from pirate_tui.cli.report.judging import Judge, Rules, Scope
from pirate_tui.cli.report.results import CheckResult


def test_what_is_unknown_this_time_is_not_gone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    slow, mended = (BaselineEntry("Order", attribute, "fresh", "io") for attribute in ("slow", "items"))
    write_baseline(path, [slow, mended])
    results = [
        CheckResult("Order", (1,), 1, "fresh", "slow", "property", "unknown"),
        CheckResult("Order", (1,), 1, "fresh", "items", "relationship", "none"),
    ]
    scope = Scope.of(results, ["Order"], has_all_models=True, has_all_kinds=True)
    assert Judge(Rules(baseline=path), IGNORABLE).gone(results, scope) == [mended]
    assert Judge(Rules(update_baseline=path), IGNORABLE).update(results, scope) == (1, 0, 1)
    assert read_baseline(path) == {slow}
