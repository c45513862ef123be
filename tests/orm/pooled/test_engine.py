"""The engine through connection poolers: both locks, whatever a session of the server was set to."""

from tests.orm.connection.test_server_engine import (
    connections,
    fleet_server,
    test_an_administrator_sees_who_it_is,
    test_in_postgresql_it_does_not_even_hold_for_the_next_transaction,
    test_the_server_refuses_what_our_gate_lets_through,
    test_what_turns_it_off_holds_at_most_until_the_next_checkout,
)


__all__ = [
    "connections",
    "fleet_server",
    "test_an_administrator_sees_who_it_is",
    "test_in_postgresql_it_does_not_even_hold_for_the_next_transaction",
    "test_the_server_refuses_what_our_gate_lets_through",
    "test_what_turns_it_off_holds_at_most_until_the_next_checkout",
]
