"""A text that is not the one in its file fails with the difference and the way out."""

from pathlib import Path

import pytest

from tests.snapshots import assert_unchanged, difference_between


def test_a_changed_text_fails_with_the_difference_and_the_command(tmp_path: Path) -> None:
    path = tmp_path / "kept.sql"
    path.write_text("SELECT 1\nFROM ships\n", encoding="utf-8")
    assert_unchanged("SELECT 1\nFROM ships\n", path, "unused")
    with pytest.raises(pytest.fail.Exception) as failed:
        assert_unchanged("SELECT 2\nFROM ships\n", path, "pytest --update-snapshots tests/test_it.py")
    assert "-SELECT 1\n+SELECT 2\n FROM ships" in str(failed.value)
    assert "pytest --update-snapshots tests/test_it.py" in str(failed.value)


def test_a_missing_file_differs_by_all_lines(tmp_path: Path) -> None:
    assert "+SELECT 1" in difference_between("SELECT 1\n", tmp_path / "missing.sql")
