"""Folders around the current one: where a module that is not found may lie, and what project this is a part of."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path


MOST = 500
"""In so many folders a module is sought."""

OTHERS = {"node_modules", "site-packages", "__pycache__"}
"""Folders that hold nobody's own code."""


def folder_with(module: str) -> Path | None:
    """The first folder below the current one, as `src/` or `src/py/` is, that has a module of that dotted name."""
    path = Path(*module.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    folders = islice(_below(Path(), levels=2), MOST)
    return next((folder for folder in folders if any((folder / file).is_file() for file in files)), None)


def project_folder() -> str:
    """The nearest folder, as it is typed here, that pip can install; empty where there is none."""
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        return ""
    found = next(filter(_is_project, (here, *here.parents)), None)
    return os.path.relpath(found, here) if found else ""


def _below(folder: Path, levels: int) -> Iterator[Path]:
    """The folders in a folder, then those in these."""
    inside = [one for one in sorted(folder.glob("*/")) if not one.name.startswith(".") and one.name not in OTHERS]
    own = [one for one in inside if not (one / "pyvenv.cfg").exists()]
    yield from own
    if levels > 1:
        for one in own:
            yield from _below(one, levels - 1)


def _is_project(folder: Path) -> bool:
    try:
        lines = (folder / "pyproject.toml").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return (folder / "setup.py").is_file()
    return any(line.strip() in {"[project]", "[build-system]"} for line in lines)
