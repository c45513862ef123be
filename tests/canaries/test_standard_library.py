"""What the package knows of the standard library and of pydantic that no documentation promises."""

import gc
import logging
import os
import socket
import sys
import warnings
from dataclasses import dataclass
from enum import Enum
from io import StringIO
from pathlib import Path
from typing import TextIO

import attrs
import fastapi
import msgspec
import pydantic
import pydantic_settings
import pytest

from pirate_tui.orm.connection.metering import RECEIVED
from pirate_tui.orm.user_models import captured_output
from tests.canaries.page import canary


@canary("Enum._name_", "Enum._value_")
def test_a_member_has_its_own_name_and_value() -> None:
    class Colour(Enum):
        """An Enum with names of its own."""

        RED = "r"

        @property
        def name(self) -> str:
            """What the model calls it."""
            return "nobody knows"

        value = name

    assert (Colour.RED._name_, Colour.RED._value_) == ("RED", "r")


@canary("FileHandler._open")
def test_a_file_handler_opens_by_its_method(tmp_path: Path) -> None:
    opened = StringIO()

    class Handler(logging.FileHandler):
        """One that opens something else."""

        def _open(self) -> TextIO:  # type: ignore[override]
            return opened

    handler = Handler(tmp_path / "a.log")
    handler.emit(logging.LogRecord("name", logging.INFO, "path", 1, "said", None, None))
    assert opened.getvalue() == "said\n"
    assert Path(handler.baseFilename) == tmp_path / "a.log"
    handler.close()


@canary("_typeshed.ReadableBuffer")
def test_what_is_only_for_type_checkers_is_not_imported() -> None:
    assert "_typeshed" not in sys.modules
    assert not hasattr(captured_output, "ReadableBuffer")


@canary("<string>")
def test_a_generated_repr_has_no_file() -> None:
    @dataclass
    class Point:
        """With a generated repr()."""

        x: int

    assert Point.__repr__.__wrapped__.__code__.co_filename == "<string>"  # type: ignore[attr-defined]


@canary("was never awaited")
def test_a_dropped_coroutine_is_warned_of() -> None:
    async def nothing() -> None:
        """What nobody awaits."""

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        dropped = nothing()
        del dropped
        gc.collect()
    assert [(one.category, str(one.message).startswith("coroutine ")) for one in warned] == [(RuntimeWarning, True)]
    assert str(warned[0].message).endswith(" was never awaited")


@canary("os.environ")
def test_a_missing_variable_is_told_by_its_frame() -> None:
    with pytest.raises(KeyError) as info:
        os.environ["PIRATE_TUI_NOT_SET"]
    assert info.traceback[-1].frame.f_locals["self"] is os.environ
    assert info.value.args == ("PIRATE_TUI_NOT_SET",)


@canary("EOF when reading a line")
def test_input_without_input_is_told_by_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO())
    with pytest.raises(EOFError) as info:
        input()
    assert str(info.value) == "EOF when reading a line"


@canary("socket.TCP_INFO")
def test_linux_counts_what_a_socket_receives() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as ours:
        theirs, _ = server.accept()
        with theirs:
            theirs.sendall(b"x" * 1_000)
        while ours.recv(1_000):
            pass
        told = ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, RECEIVED.size)
    assert 1_000 <= RECEIVED.unpack(told)[0] <= 1_001  # the end counts as a byte


@canary("pydantic_core")
def test_missing_settings_are_told_by_modules() -> None:
    class Settings(pydantic_settings.BaseSettings):
        """Settings of which one is missing."""

        pirate_tui_not_set: str

    with pytest.raises(pydantic.ValidationError) as info:
        Settings()  # type: ignore[call-arg]
    assert type(info.value).__module__.partition(".")[0] == "pydantic_core"
    modules = [str(entry.frame.f_globals.get("__name__")) for entry in info.traceback]
    assert any(module.startswith("pydantic_settings.") for module in modules)
    (wrong,) = info.value.errors(include_input=False)
    assert (wrong["loc"], info.value.title) == (("pirate_tui_not_set",), "Settings")


@canary("__pydantic_root_model__", "__struct_fields__", "__attrs_attrs__")
def test_schemas_are_told_by_their_marks() -> None:
    @attrs.define
    class Point:
        """Of attrs."""

        x: int
        y: int = attrs.field(init=False)

    assert pydantic.RootModel[int].__pydantic_root_model__
    assert not pydantic.BaseModel.__pydantic_root_model__
    assert msgspec.defstruct("Struct", ["x", "y"]).__struct_fields__ == ("x", "y")
    assert [(one.name, one.init) for one in Point.__attrs_attrs__] == [("x", True), ("y", False)]


@canary("_IncludedRouter.original_router", "_IncludedRouter.include_context")
def test_an_included_router_is_kept_with_its_prefix() -> None:
    app, router = fastapi.FastAPI(openapi_url=None), fastapi.APIRouter(prefix="/v1")
    app.include_router(router, prefix="/api")
    (included,) = app.routes
    assert included.original_router is router  # type: ignore[attr-defined]
    assert included.include_context.prefix == "/api"  # type: ignore[attr-defined]
