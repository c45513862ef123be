"""What is browsed for long takes no more than what is browsed for a while."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.long
def test_nothing_grows_with_the_keys() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--keys", "3000"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" keys ") == 3
