"""What the tests of a server directly require, through connection poolers: browsing and cancels."""

from tests.orm.connection.test_connect_listeners import (
    test_a_listener_for_another_database_is_named_in_one_line,
    test_a_listener_that_raises_is_named_in_one_line,
)
from tests.orm.connection.test_server_cancel import (
    test_a_cancel_frees_the_screen_and_the_server,
    test_a_cancel_while_it_connects_is_heard_at_once,
    test_a_stop_never_meets_the_next_question,
    test_everything_ends_at_once_while_a_query_runs,
    test_the_server_stops_what_takes_too_long,
)
from tests.orm.connection.test_servers import (
    test_a_value_that_an_enum_has_not_is_said_with_a_way_out,
    test_numbers_that_no_column_can_hold_are_compared_all_the_same,
    test_rows_are_listed_and_a_relationship_is_opened,
    test_what_a_relationship_leads_to_is_read_page_by_page_in_another_order,
)
from tests.orm.live.test_server_instances import (
    database,
    error,
    test_each_statement_is_told_with_its_rows_and_its_cause,
    test_every_way_of_loading_costs_the_same_on_each,
    test_nothing_stays_in_a_transaction_while_a_person_thinks,
    test_parameters_are_told_as_the_driver_takes_them,
    test_the_statement_that_was_never_sent_is_told,
    test_what_is_said_of_each_attribute_is_what_the_plain_access_does,
    test_what_opening_costs_and_gives_by_each_strategy,
)
from tests.orm.reflection.test_servers import (
    reflected,
    test_a_column_of_any_type_is_shown_and_loaded,
    test_tables_and_views_are_listed_and_everything_in_them_can_be_opened,
)
from tests.orm.reflection.test_several_schemas import test_foreign_keys_are_followed_across_schemas
from tests.orm.test_model_schemas import (
    open_in,
    test_a_schema_that_is_not_there_is_an_error_with_those_that_are,
    test_it_goes_before_the_search_path_of_the_url_and_the_user,
    test_models_are_read_in_the_schema_that_is_named,
    test_what_the_schema_does_not_have_is_found_in_public,
)


__all__ = [
    "database",
    "error",
    "open_in",
    "reflected",
    "test_a_cancel_frees_the_screen_and_the_server",
    "test_a_cancel_while_it_connects_is_heard_at_once",
    "test_a_column_of_any_type_is_shown_and_loaded",
    "test_a_listener_for_another_database_is_named_in_one_line",
    "test_a_listener_that_raises_is_named_in_one_line",
    "test_a_schema_that_is_not_there_is_an_error_with_those_that_are",
    "test_a_stop_never_meets_the_next_question",
    "test_a_value_that_an_enum_has_not_is_said_with_a_way_out",
    "test_each_statement_is_told_with_its_rows_and_its_cause",
    "test_every_way_of_loading_costs_the_same_on_each",
    "test_everything_ends_at_once_while_a_query_runs",
    "test_foreign_keys_are_followed_across_schemas",
    "test_it_goes_before_the_search_path_of_the_url_and_the_user",
    "test_models_are_read_in_the_schema_that_is_named",
    "test_nothing_stays_in_a_transaction_while_a_person_thinks",
    "test_numbers_that_no_column_can_hold_are_compared_all_the_same",
    "test_parameters_are_told_as_the_driver_takes_them",
    "test_rows_are_listed_and_a_relationship_is_opened",
    "test_tables_and_views_are_listed_and_everything_in_them_can_be_opened",
    "test_the_server_stops_what_takes_too_long",
    "test_the_statement_that_was_never_sent_is_told",
    "test_what_a_relationship_leads_to_is_read_page_by_page_in_another_order",
    "test_what_is_said_of_each_attribute_is_what_the_plain_access_does",
    "test_what_opening_costs_and_gives_by_each_strategy",
    "test_what_the_schema_does_not_have_is_found_in_public",
]
