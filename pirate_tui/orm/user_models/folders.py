"""Search the folders around the current one: for a module that was not found, and for the project."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path


MOST = 500
"""The most folders that are searched for a module."""

OTHERS = {"node_modules", "site-packages", "__pycache__"}
"""Folders without the user's own code."""


def folder_with(module: str) -> Path | None:
    """Return the first folder below the current one, such as `src/`, with a module of that dotted name; else None."""
    path = Path(*module.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    folders = islice(_below(Path(), levels=2), MOST)
    return next((folder for folder in folders if any((folder / file).is_file() for file in files)), None)


def project_folder() -> str:
    """Return the nearest folder that pip can install, relative to the current one; empty where there is none."""
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        return ""
    project = next(filter(_is_project, (here, *here.parents)), None)
    return os.path.relpath(project, here) if project else ""


def _below(folder: Path, levels: int) -> Iterator[Path]:
    """Yield the folders in a folder, then those in these, without hidden folders, packages and environments."""
    inside = [
        inner for inner in sorted(folder.glob("*/")) if not inner.name.startswith(".") and inner.name not in OTHERS
    ]
    own = [inner for inner in inside if not (inner / "pyvenv.cfg").exists()]
    yield from own
    if levels > 1:
        for inner in own:
            yield from _below(inner, levels - 1)


def _is_project(folder: Path) -> bool:
    try:
        lines = (folder / "pyproject.toml").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return (folder / "setup.py").is_file()
    return any(line.strip() in {"[project]", "[build-system]"} for line in lines)
