"""What the last runs have found, in a file that is no part of the repository: the next run compares with it."""

import json
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tests.bench.figures import Figure


RESULTS = Path(__file__).parents[2] / ".bench" / "results.json"

LEAST_RUNS = 9
"""Figures of fewer runs are not kept: their medians say too little."""


class Earlier(NamedTuple):
    """What a figure was when it was measured last."""

    value: float
    """The ratio of the medians, or the median where there is nothing to compare with."""
    commit: str
    day: str


def earlier(path: Path = RESULTS) -> dict[str, Earlier]:
    """The last results by the names of their figures; none where there is no file yet."""
    if not path.exists():
        return {}
    return {name: Earlier(**kept) for name, kept in json.loads(path.read_text(encoding="utf-8")).items()}


def keep(figures: Iterable[Figure], path: Path = RESULTS) -> bool:
    """Keep the results of these figures in place of their last ones; return whether they had enough runs."""
    enough = [figure for figure in figures if len(figure.ours) >= LEAST_RUNS]
    kept, commit, today = earlier(path), _commit(), datetime.now(UTC).date().isoformat()
    kept |= {figure.name: Earlier(round(figure.value, 4), commit, today) for figure in enough}
    path.parent.mkdir(exist_ok=True)
    text = json.dumps({name: one._asdict() for name, one in kept.items()}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return bool(enough)


def _commit() -> str:
    """The commit that is measured, with a + where files were changed since."""
    described = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty=+"]
    try:
        return subprocess.run(described, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository
        return "unknown"
