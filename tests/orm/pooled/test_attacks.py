"""The attacks of `tests/orm/read_only`, through connection poolers: nothing more gets through them."""

from tests.orm.read_only.test_attacks import (
    attacked,
    connections,
    test_no_query_that_sqlalchemy_has_built_does_more,
    test_no_statement_gets_through,
    test_what_functions_of_the_database_write_is_refused_by_the_server,
)
from tests.orm.read_only.test_code_of_models import (
    test_a_class_whose_listener_writes_is_read_all_the_same,
    test_what_a_listener_writes,
    test_what_a_property_does_to_its_session_is_taken_back,
    test_what_a_property_writes,
    test_what_is_only_there_when_a_select_is_compiled_is_seen,
)
from tests.orm.read_only.test_row_level_security import (
    beginning,
    tenants,
    test_a_tenant_is_set_and_its_rows_are_read,
    test_what_else_a_listener_sets_is_refused,
)
from tests.orm.read_only.test_safety import harmless, test_it_reads_and_nothing_that_it_reads_acts


__all__ = [
    "attacked",
    "beginning",
    "connections",
    "harmless",
    "tenants",
    "test_a_class_whose_listener_writes_is_read_all_the_same",
    "test_a_tenant_is_set_and_its_rows_are_read",
    "test_it_reads_and_nothing_that_it_reads_acts",
    "test_no_query_that_sqlalchemy_has_built_does_more",
    "test_no_statement_gets_through",
    "test_what_a_listener_writes",
    "test_what_a_property_does_to_its_session_is_taken_back",
    "test_what_a_property_writes",
    "test_what_else_a_listener_sets_is_refused",
    "test_what_functions_of_the_database_write_is_refused_by_the_server",
    "test_what_is_only_there_when_a_select_is_compiled_is_seen",
]
