"""Fixtures of models that a test writes itself, into a folder that is the current one."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from pirate_tui.domain.failure import MODELS_UNUSABLE, StartupError
from pirate_tui.orm.class_names import UNPACKAGED
from pirate_tui.orm.user_models.import_errors import LEAVE_OUT
from pirate_tui.orm.user_models.loader import load_models


BASE = """
from sqlalchemy import *
from sqlalchemy.orm import *

class Base(DeclarativeBase):
    pass
"""

Write: TypeAlias = Callable[[str, str], Path]
Refused: TypeAlias = Callable[[str], list[str]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder; what was imported from it, and what it did to sys.path, is forgotten afterwards."""
    folder = tmp_path / "shop code"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before, path = set(sys.modules), sys.path[:]
    yield folder
    sys.path[:] = path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(
            getattr(sys.modules[name], "__file__", None) or vars(sys.modules[name]).get("__path__")
        ):
            del sys.modules[name]


@pytest.fixture
def write(shop: Path) -> Write:
    """Writes a file, and its folder, below the current one."""

    def written(name: str, text: str) -> Path:
        path = shop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return written


@pytest.fixture
def refused() -> Refused:
    """Loads what cannot be loaded: the lines that are told, without the last way out, which is always the same."""

    def told(typed: str) -> list[str]:
        with pytest.raises(StartupError) as caught:
            load_models(typed)
        assert caught.value.exit_code == MODELS_UNUSABLE == 4
        *lines, last = caught.value.message.split("\n")
        assert last.endswith(LEAVE_OUT)
        assert "sqlalchemy/" not in caught.value.message
        assert "pirate_tui/" not in caught.value.message
        assert UNPACKAGED not in caught.value.message
        return [*lines, *filter(None, [last.removesuffix(LEAVE_OUT).removesuffix(", ")])]

    return told
