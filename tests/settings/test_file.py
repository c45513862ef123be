"""The settings file: what it may hold, what is wrong in it and on which line, and who may have written it."""

import os
from pathlib import Path

import pytest

from pirate_tui.settings import Entry
from pirate_tui.settings.file import Connection, SettingsFile, read_settings_file, settings_path
from pirate_tui.settings.values import SETTINGS
from pirate_tui.ui.keymap import checked_keymap


@pytest.fixture
def file(own_home: Path) -> Path:
    """Where the file belongs; its folder is there."""
    path = own_home / "pirate-tui" / "config.toml"
    path.parent.mkdir()
    assert settings_path() == path
    return path


def read(file: Path, text: str) -> SettingsFile:
    file.write_text(text, encoding="utf-8")
    return read_settings_file()


def test_without_a_file_nothing_is_set_and_none_is_made(own_home: Path) -> None:
    assert read_settings_file() == SettingsFile(own_home / "pirate-tui" / "config.toml")
    assert not settings_path().parent.exists()


def test_every_setting_with_its_line(file: Path) -> None:
    found = read(
        file,
        'theme = "nord"\ntimeout = 2.5\nattribute_timeout = 3\nlimit = 40\nlog = "~/a.log"\nfull_traceback = true\n',
    )
    assert found.problems == ()
    assert {name: entry.where for name, entry in found.values.items()} == {
        "theme": "config.toml:1",
        "timeout": "config.toml:2",
        "attribute_timeout": "config.toml:3",
        "limit": "config.toml:4",
        "log": "config.toml:5",
        "full_traceback": "config.toml:6",
    }
    values = {name: entry.value for name, entry in found.values.items()}
    assert values == {
        "theme": "nord",
        "timeout": 2.5,
        "attribute_timeout": 3.0,
        "limit": 40,
        "log": Path.home() / "a.log",
        "full_traceback": True,
    }


def test_keys_as_a_text_or_a_list_and_ids_with_or_without_quotation_marks(file: Path) -> None:
    found = read(file, '[keymap]\n"screen.unsafe" = "w"\nscreen.app.quit = ["Q", "f10"]\n')
    assert {name: entry.value for name, entry in found.keymap.items()} == {
        "screen.unsafe": "w",
        "screen.app.quit": "Q,f10",
    }
    assert found.keymap["screen.app.quit"].where == "config.toml:3"


def test_a_connection_with_all_that_it_may_have(file: Path) -> None:
    found = read(
        file,
        '[connections.shop]\nurl = "postgresql://reader@db/shop"\nmodels = "~/shop/models.py:Base"\n'
        'schema = "sales"\npassword_command = ["pass", "show", "shop"]\n[connections.file]\nurl = "~/shop.db"\n',
    )
    assert found.problems == ()
    home = str(Path.home())
    assert found.connections["shop"].value == Connection(
        "postgresql://reader@db/shop", f"{home}/shop/models.py:Base", ("sales",), ("pass", "show", "shop")
    )
    assert found.connections["file"].value == Connection(f"{home}/shop.db")


def test_a_connection_may_have_several_schemas(file: Path) -> None:
    found = read(file, '[connections.shop]\nurl = "postgresql://reader@db/shop"\nschema = ["sales", "stock"]\n')
    assert found.problems == ()
    assert found.connections["shop"].value.schema == ("sales", "stock")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("time_out = 3", 1, "unknown setting time_out; did you mean timeout?"),
        ("\nnonsense = 3", 2, "unknown setting nonsense; there are theme, "),
        ("timeout = 0", 1, "timeout must be a positive number of seconds"),
        ("timeout = nan", 1, "timeout must be a positive number of seconds"),
        ("timeout = inf", 1, "timeout must be a positive number of seconds"),
        ("timeout = true", 1, "timeout must be a positive number of seconds"),
        ('timeout = "30"', 1, "timeout must be a positive number of seconds"),
        (f"timeout = 1{'0' * 400}", 1, "timeout must be a smaller number of seconds"),
        ("limit = 0", 1, "limit must be a positive number of rows"),
        (f"limit = 0x{'f' * 5_000}", 1, "limit must be a positive number of rows"),
        ("limit = 1.5", 1, "limit must be a positive number of rows"),
        ("limit = true", 1, "limit must be a positive number of rows"),
        ("full_traceback = 1", 1, "full_traceback must be true or false"),
        ("theme = 1", 1, "theme must be a name"),
        ('log = "a.log"', 1, "log must be a file with an absolute path, or one that begins with ~"),
        ('log = "/\\u0000"', 1, "log must be a file with an absolute path"),
        ("keymap = 1", 1, "keymap must be a table: [keymap]"),
        ("connections = []", 1, "connections must be a table: [connections]"),
        ("[keymap]\n'screen.unsafe' = 1", 2, "screen.unsafe must be a key"),
        ("[keymap]\nscreen.unsafe = []", 2, "screen.unsafe must be a key"),
        ("[keymap]\n'screen.unsafe' = ['u', '']", 2, "screen.unsafe must be a key"),
        ("[keymap]\ntheme = 'nord'", 2, "theme is a setting, and stands above the first [table]"),
        ("TIMEOUT = 1", 1, "unknown setting TIMEOUT; did you mean timeout?"),
        ("[connections]\nshop = 1", 2, "shop is a table: [connections.shop]"),
        ("[connections.shop]", 1, "@shop has no url"),
        ("[connections.shop]\nurl = 1", 2, "@shop: url must be a text"),
        ("[connections.shop]\nurl = ''", 2, "@shop: url must be a text"),
        ("[connections.shop]\nurl = 'a://b'\nschema = 1", 3, "@shop: schema must be a text, or an array of texts"),
        ("[connections.shop]\nurl = 'a://b'\nschema = ['a', '']", 3, "@shop: schema must be a text, or an array of"),
        ("[connections.shop]\nurl = 'a://b'\nschema = ''", 3, "@shop: schema must be a text, or an array of texts"),
        ("[connections.shop]\nurl = 'shop.db'", 2, "@shop: the path of a file must be absolute, or begin with ~"),
        ("[connections.shop]\nurl = 'x://a:b@c/d'", 2, "@shop: a password does not belong here"),
        ("[connections.shop]\nurl = 'x://a:b@[c/d'", 2, "@shop: a password does not belong here"),
        (
            "[connections.shop]\nurl = 'x://a@b/c?sslmode=a&Password=hunter2'",
            2,
            "@shop: a password does not belong here",
        ),
        ("[connections.shop]\nurl = 'sqlite:///shop.db'", 2, "@shop: give the path of a SQLite file, and no URL"),
        ("[connections.shop]\nurl = '/a.db'\npassword_command = ['p']", 3, "@shop: a SQLite file has no password"),
        ("[connections.shop]\nurl = 'x://a'\npassword_command = ['']", 3, "program of password_command has no name"),
        ("[connections.shop]\nurl = '/a.db'\npassword = 'b'", 3, "a password does not belong here"),
        ("[connections.shop]\nurl = '/a.db'\nmodel = 'b'", 3, "@shop: unknown model; there are url, models, "),
        ("[connections.shop]\nurl = '/a.db'\nmodels = 'shop.models'", 3, "would be looked up in the current folder"),
        (
            "[connections.shop]\nurl = '/a.db'\nmodels = './models.py'",
            3,
            "models must be a file with an absolute",
        ),
        ("[connections.shop]\nurl = '/a.db'\npassword_command = 'pass x'", 3, "must be a program and its arguments"),
        (
            "[connections.shop]\nurl = '/a.db'\npassword_command = ['./p']",
            3,
            "must be found in PATH, or have",
        ),
        ("[connections.shop]\nurl = '/a.db'\npassword_command = ['p', '\\u0000']", 3, "a program and its arguments"),
    ],
)
def test_a_wrong_entry_is_reported_with_its_line_and_the_others_hold(
    file: Path, text: str, line: int, words: str
) -> None:
    if "\\u0000" in text:
        text = text.replace("'", '"')
    others = '[connections.fine]\nurl = "/fine.db"\n' if text.startswith("[") else ""
    found = read(file, f"{text}\n{others}")
    assert [problem.startswith(f"{file}:{line}: ") for problem in found.problems] == [True]
    assert words in found.problems[0]
    assert found.problems[0].endswith("; ignored")
    assert not found.values
    assert not found.keymap
    assert ["fine"] * bool(others) == [*found.connections]


def test_an_id_that_is_there_twice_holds_once(file: Path) -> None:
    found = read(file, '[keymap]\n"screen.unsafe" = "w"\nscreen.unsafe = "W"\n')
    assert {name: entry.value for name, entry in found.keymap.items()} == {"screen.unsafe": "w"}
    assert found.problems == (f"{file}:3: screen.unsafe is there twice; ignored",)


def test_long_values_and_many_tables_are_read_in_no_time(file: Path) -> None:
    rows = ",\n".join(["1"] * 3_000)
    tables = "\n".join(f"[table_{number}]" for number in range(2_000))
    deep = ".".join(["a"] * 3_000)
    found = read(file, f"theme = [\n{rows}\n]\nlimit = 7\n[keymap]\n{deep} = 1\n{tables}\n")
    assert found.values["limit"] == Entry(7, "config.toml:3003")
    assert len(found.problems) == 2_002


def test_the_mark_of_the_encoding_is_skipped(file: Path) -> None:
    assert read(file, "\ufefflimit = 7\n").values["limit"].value == 7


def test_no_secret_is_quoted(file: Path) -> None:
    found = read(file, "[connections.shop]\nurl = 'postgresql://ann:s3cr3t@db/shop'\npassword = 's3cr3t'\n")
    assert found.problems
    assert not any("s3cr3t" in problem for problem in found.problems)


def test_problems_come_in_the_order_of_their_lines(file: Path) -> None:
    found = read(file, "limit = 0\ntheme = 1\n[keymap]\n'screen.unsafe' = 1\n")
    assert [problem.partition(": ")[0].rpartition(":")[2] for problem in found.problems] == ["1", "2", "4"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"theme = ", "not valid TOML, and ignored: Invalid value (at end of document)"),
        (b"theme = 'a'\n[theme]", "not valid TOML"),
        (b"\xff", "not UTF-8, and ignored"),
        (b"a = " + b"[" * 20_000, "ignored"),
        (b"limit = 1" + b"0" * 5_000, "not valid TOML, and ignored: "),
    ],
)
def test_a_file_that_cannot_be_parsed_is_ignored_and_said(file: Path, data: bytes, words: str) -> None:
    file.write_bytes(data)
    found = read_settings_file()
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{file}: ")
    assert words in found.problems[0]


def test_a_link_to_a_file_of_ones_own_is_followed(file: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles.toml").write_text("limit = 7\n")
    file.symlink_to(tmp_path / "dotfiles.toml")
    assert read_settings_file().values["limit"].value == 7


def test_what_is_no_file_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    assert read_settings_file().problems == (f"{file}: ignored: it is not a regular file",)


def test_a_folder_is_no_file(file: Path) -> None:
    file.mkdir()
    assert "ignored: " in read_settings_file().problems[0]


def test_what_everybody_can_write_to_is_not_believed(file: Path) -> None:
    file.write_text("limit = 7\n")
    file.chmod(0o666)
    assert read_settings_file().problems == (f"{file}: ignored: everybody can write to it (chmod o-w takes that away)",)


def test_what_another_user_has_written_is_not_believed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("limit = 7\n")
    mine = os.geteuid()
    if mine == 0:  # root can give it away, and is believed itself
        os.chown(file, 12_345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    assert read_settings_file().problems == (f"{file}: ignored: it belongs to another user",)


def test_nothing_in_the_current_folder_is_read(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not file.exists()
    here = tmp_path / "cloned"
    for name in ("config.toml", "pirate-tui/config.toml", ".config/pirate-tui/config.toml", "pyproject.toml"):
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("limit = 7\n[tool.pirate-tui]\nlimit = 7\n")
    monkeypatch.chdir(here)
    assert not read_settings_file().values


def test_the_example_of_the_documentation_holds_as_it_is_printed_there(file: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    found = read(file, page.partition("```toml\n")[2].partition("```")[0])
    assert found.problems == ()
    assert found.values.keys() == SETTINGS.keys()
    assert found.connections.keys() == {"shop"}
    keymap, problems = checked_keymap({name: entry.value for name, entry in found.keymap.items()})
    assert (keymap.keys("screen.compare"), problems) == (("C", "f6"), {})
