"""The line of an entry: headers, dotted keys, values of several lines, inline tables."""

import tomllib

import pytest

from pirate_tui.settings.toml_lines import lines_of


TEXT = '''\
# theme = "no"

theme = "nord"
[keymap]
"screen.unsafe" = [
  "u",
  "[z]",
]
a.b = "c"
[connections.shop]
url = """
[x]
"""
models = "\u2028\x0b"
schema = "s"
[connections]
other = {url = "a", schema = "b"}
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["theme"], 3),
        (["keymap"], 4),
        (["keymap", "screen.unsafe"], 5),
        (["keymap", "a", "b"], 9),
        (["connections", "shop"], 10),
        (["connections", "shop", "url"], 11),
        (["connections", "shop", "schema"], 15),
        (["connections", "other", "schema"], 17),
        (["x"], 0),
        (["theme", "x"], 0),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_line_on_which_an_entry_begins(path: list[str], line: int, ends: str) -> None:
    text = TEXT.replace("\x0b", "").replace("\n", ends)
    assert tomllib.loads(text)
    assert lines_of(text).get(tuple(path), 0) == line
