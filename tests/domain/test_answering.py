"""What the title says of the server that answers."""

import pytest

from pirate_tui.domain.answering import AnsweringServer


@pytest.mark.parametrize(
    ("server", "shown"),
    [
        (AnsweringServer(), ""),
        (AnsweringServer("b:6602/shop"), ""),
        (AnsweringServer(is_pooled=True), "pooler"),
        (AnsweringServer(is_standby=True), "standby"),
        (AnsweringServer(is_standby=True, lag=0.0), "standby, 0 s behind"),
        (AnsweringServer(is_standby=True, lag=7203.4), "standby, 7,203 s behind"),
        (AnsweringServer(is_pooled=True, is_standby=True, lag=2.6), "pooler · standby, 3 s behind"),
        (AnsweringServer(is_standby=True, is_cut_off=True), "standby, not receiving"),
    ],
)
def test_pooler_and_standby_are_said_and_the_lag_where_it_is_known(server: AnsweringServer, shown: str) -> None:
    assert str(server) == shown
