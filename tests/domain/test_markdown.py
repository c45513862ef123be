"""Foreign text in Markdown reads as it is."""

import pytest

from pirate_tui.domain.markdown import code_block, code_span, escaped


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain, 1.5 (of 2)", "plain, 1.5 (of 2)"),
        ("a|b\\|c", r"a\|b\\\|c"),
        ("*NULL* _x_ `c` [l] <br> &amp; ~~s~~ $m$", r"\*NULL\* \_x\_ \`c\` \[l\] \<br\> \&amp; \~\~s\~\~ \$m\$"),
        ("one\r\ntwo\nthree\rfour", "one<br>two<br>three<br>four"),
    ],
)
def test_what_means_something_is_escaped(text: str, written: str) -> None:
    assert escaped(text) == written


@pytest.mark.parametrize(
    ("code", "written"), [("a.b", "`a.b`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("a```b", "````a```b````")]
)
def test_code_ends_where_it_ends(code: str, written: str) -> None:
    assert code_span(code) == written


def test_a_block_ends_where_it_ends() -> None:
    assert code_block("SELECT 1", "sql") == "```sql\nSELECT 1\n```"
    assert code_block("````", "").splitlines()[0] == "`````"
