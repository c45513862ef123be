"""Run `pirate-tui check` in this process."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from pirate_tui.__main__ import main


def check(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run the command; its exit code, and what it wrote on stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["check", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code, *capsys.readouterr()


def lines_of(out: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The JSON Lines, by class, state and attribute."""
    found = [json.loads(line) for line in out.splitlines()]
    return {(one["model"], one["state"], one["attribute"]): one for one in found}
