"""Load mapped classes from a module or a file that is named on the command line."""

import importlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast

from sqlalchemy import event
from sqlalchemy.orm import Mapper

from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of
from pirate_tui.orm.class_names import UNPACKAGED
from pirate_tui.orm.user_models.captured_output import run_captured
from pirate_tui.orm.user_models.import_errors import import_error, models_error, of_other_code
from pirate_tui.orm.user_models.registries import choose_registries, mapped_classes, nothing_mapped
from pirate_tui.orm.user_models.source_lines import shown


class ImportedModels(NamedTuple):
    """The mapped classes of a module, and what its import printed."""

    classes: tuple[type[Any], ...]
    """In the order of their definition."""
    module: str
    """The module's name; of a file that lies in no package, the file's without its suffix."""
    file: Path | None
    output: tuple[str, ...] = ()
    """The module's output and its warnings."""
    notes: tuple[str, ...] = ()
    """Notes on the choice: what was left out, and how to browse it."""


class ModelsOption(NamedTuple):
    """The value of `--models`."""

    name: str
    """The module or the file, as it was typed."""
    base: str
    """The name of a declarative base or a registry in the module; empty without one."""
    file: Path | None
    """The file; None for a module."""


def load_models(typed: str, *, with_current_folder: bool = True) -> ImportedModels:
    """Load the mapped classes of `shop.models`, `shop/models.py` or `shop.models:Base`; raises `StartupError`.

    A file outside a package may import modules of its own folder, and of the current one unless that is not wanted.

    This runs the code of the module, and whatever it imports. It must be called at the start, before there is a loop or
    a screen, and after logging was set up. sys.modules keeps what was imported; sys.path keeps the folders, at its end,
    for what the classes import later: there they hide nothing that we import.
    """
    option = _option(typed)
    try:
        models, output = run_captured(lambda: _load(option, with_current_folder=with_current_folder), option.name)
    except StartupError:
        raise
    except BaseException as error:  # also SystemExit and KeyboardInterrupt, which are the module's own
        raise import_error(error, option.name) from error
    return models._replace(output=output)


def load_object(typed: str) -> Any:
    """Load an object of a module: `shop.schemas:OrderOut`, `shop/schemas.py:OrderOut`; raises `StartupError`.

    It is imported as models are, and after them.
    """
    name, _, path = typed.rpartition(":")
    if not name or not all(part.isidentifier() for part in path.split(".")):
        raise StartupError(WRONG_USE, f"{clean(typed)}: give a module and a name in it, as shop.schemas:OrderOut")
    try:
        module, _ = run_captured(lambda: _imported(_option(name)), name)
    except StartupError as error:
        raise of_other_code(error) from error
    except BaseException as error:  # likewise
        raise of_other_code(import_error(error, name)) from error
    found: Any = module
    for part in path.split("."):
        if not hasattr(found, part):
            raise StartupError(WRONG_USE, f"{clean(name)} has no {clean(path)}")
        found = getattr(found, part)
    return found


def _option(typed: str) -> ModelsOption:
    name, _, base = typed.rpartition(":") if _has_base(typed) else (typed, "", "")
    if not name:
        raise models_error("--models has no name", "give a module or a file")
    is_dotted = all(part.isidentifier() for part in name.split("."))
    if is_dotted and not name.endswith(".py") and not _is_file(name):
        return ModelsOption(name, base, None)
    path = Path(name)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = reason_of(error)
        raise models_error(f"{name}: {reason}", "give a module (shop.models) or a file (shop/models.py)") from error
    if stat.S_ISDIR(mode):
        raise models_error(f"{name} is a folder", "give a file in it, or a module (shop.models)")
    if not stat.S_ISREG(mode):
        raise models_error(f"{name} is not a regular file", "give a Python file")
    return ModelsOption(name, base, path.resolve())


def _has_base(typed: str) -> bool:
    return ":" in typed and os.sep not in typed.rpartition(":")[2] and not _is_file(typed)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # no file can have such a name
        return False


def _load(option: ModelsOption, *, with_current_folder: bool) -> ImportedModels:
    made: list[Mapper[Any]] = []  # also keeps a class that the module has replaced by another of its name

    def add_mapper(mapper: Mapper[Any], _class: type[Any]) -> None:
        made.append(mapper)

    event.listen(Mapper, "after_mapper_constructed", add_mapper)
    try:
        module = _imported(option, with_current_folder=with_current_folder)
    finally:
        event.remove(Mapper, "after_mapper_constructed", add_mapper)
    choice = choose_registries(module, option.name, option.base, made)
    classes, left_out = mapped_classes(choice.registries, made)
    if not classes:
        raise nothing_mapped(module, option.name)
    file = getattr(module, "__file__", None)
    name = clean(module.__name__.removeprefix(f"{UNPACKAGED}."))
    return ImportedModels(classes, name, Path(file) if file else None, notes=(*choice.notes, *left_out))


def _imported(option: ModelsOption, *, with_current_folder: bool = True) -> ModuleType:
    importlib.invalidate_caches()
    if option.file is None:
        with _on_path(Path.cwd(), is_first=True):
            return importlib.import_module(option.name)
    root, name = _package(option.file)
    if name:
        return _of_package(option, root, name)
    with _on_path(option.file.parent, is_first=False):
        if not with_current_folder:
            return _alone(option.file)
        with _on_path(Path.cwd(), is_first=False):
            return _alone(option.file)


def _of_package(option: ModelsOption, root: Path, name: str) -> ModuleType:
    """Import a file of a package as the module that its neighbours import: its classes would else be mapped twice."""
    with _on_path(root, is_first=True):
        module = importlib.import_module(name)
    if module.__file__ is None or not Path(module.__file__).samefile(str(option.file)):
        where = shown(str(module.__file__))
        raise models_error(f"{option.name}: the module {name} is a different file here, {where}", "rename the file")
    return module


def _alone(file: Path) -> ModuleType:
    """Import a file outside a package, under a name that hides no other module."""
    name = f"{UNPACKAGED}.{file.stem.replace('.', '_')}"
    spec = cast("ModuleSpec", spec_from_file_location(name, file, loader=SourceFileLoader(name, str(file))))
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and Mapped[...] look there for what an annotation means
    try:
        cast("SourceFileLoader", spec.loader).exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _package(file: Path) -> tuple[Path, str]:
    """Return the folder that a file is imported from, and its module's name, which is empty outside a package."""
    names = [] if file.name == "__init__.py" else [file.stem]
    folder = file.parent
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        names.insert(0, folder.name)
        folder = folder.parent
    is_importable = file.suffix == ".py" and folder != file.parent and not any("." in name for name in names)
    return folder, ".".join(names) if is_importable else ""


@contextmanager
def _on_path(folder: Path, *, is_first: bool) -> Iterator[None]:
    """Import from the folder, first or last, inside the block; keep it last, or remove it if the block raises."""
    before = sys.path[:]
    known = str(folder) in before
    if is_first or not known:
        sys.path.insert(0 if is_first else len(sys.path), str(folder))
    try:
        yield
    except BaseException:
        sys.path[:] = before
        raise
    if is_first and str(folder) in sys.path:  # the module may have taken it away
        sys.path.remove(str(folder))
        sys.path.extend([] if known else [str(folder)])
