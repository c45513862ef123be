"""The frames of an error: which are the user's own, and what was being read."""

import sqlite3
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from pirate_tui.orm.explanation.frames import innermost_of, is_own, own_lines, read_in
from pirate_tui.orm.inspection.snippet import FILE_NAME


STANDARD = sysconfig.get_path("stdlib")
PACKAGES = sysconfig.get_path("purelib")


@pytest.mark.parametrize("file", [__file__, FILE_NAME, "/srv/app/models.py", f"{PACKAGES}/shop/models.py"])
def test_a_file_is_the_users_own_wherever_it_is_installed(file: str) -> None:
    assert is_own(file)


@pytest.mark.parametrize(
    "file",
    [
        f"{PACKAGES}/sqlalchemy/orm/session.py",
        str(Path(sqlalchemy.__file__).with_name("exc.py")),
        f"{PACKAGES}/aiosqlite/core.py",
        sqlite3.__file__,
        f"{STANDARD}/asyncio/runners.py",
        "lib/sqlalchemy/cyextension/util.pyx",
        "<string>",
        "<frozen runpy>",
    ],
)
def test_a_file_between_the_user_and_the_database_is_not(file: str) -> None:
    assert not is_own(file)


def test_own_lines_are_frames_with_their_source() -> None:
    raw = (
        "Traceback (most recent call last):",
        '  File "<your code>", line 1, in <module>',
        "    repr(ship)",
        f'  File "{STANDARD}/reprlib.py", line 21, in wrapper',
        "    result = user_function(self)",
        '  File "/srv/app/models.py", line 7, in __repr__',
        f'  File "{PACKAGES}/sqlalchemy/orm/attributes.py", line 566, in __get__',
        "    return self.impl.get(state, dict_)",
        '  File "/srv/app/types.py", line 9, in process_result_value',
        "    return int(value)",
        "ValueError: no",
        '  File "/srv/app/cut.py", line 1, in off',
    )
    assert own_lines(raw) == (1, 2, 5, 8, 9, 11)


def test_an_error_without_frames_has_read_nothing() -> None:
    assert read_in([ValueError("no")]) is None
    assert innermost_of([ValueError("no")]) is None
    assert own_lines(()) == ()


DESCRIPTOR = """
class Computed:
    def __get__(self, owner, kind):
        raise ValueError("no")

class Ship:
    size = Computed()
"""


def test_a_users_own_descriptor_is_no_attribute_of_sqlalchemy() -> None:
    names: dict[str, Any] = {}
    exec(compile(DESCRIPTOR, "/srv/app/attributes.py", "exec"), names)  # noqa: S102  a file of the user's
    with pytest.raises(ValueError, match="no") as caught:
        names["Ship"]().size  # noqa: B018  read for what it raises
    assert read_in([caught.value]) is None
