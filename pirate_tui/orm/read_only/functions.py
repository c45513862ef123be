"""Functions that do something when a query calls them, and that no read-only transaction keeps from it.

Those of the servers themselves and of what is commonly installed beside them; nobody knows what a database's own do.
"""

import re
from collections.abc import Iterator, Sequence

from pirate_tui.orm.read_only.tokens import SqlText, Token, TokenKind


EXECUTING = r"""
    dblink\w* | (?:query|cursor|table|schema|database)_to_xml\w* | ts_stat | ts_rewrite | crosstab\w* | connectby
    | xpath_table | xslt_process | run_command_on_\w+ | pg_background_\w+
"""
"""PostgreSQL's that execute what stands in a string, here or on another server."""

ACTING = {
    SqlText.POSTGRESQL: rf"""{EXECUTING}
    | nextval | setval | lo_(?!get$)\w+ | lowrite
    | pg_notify | pg_(?:try_)?advisory_\w+ | pg_(?:terminate|cancel)_backend
    | pg_(?:create|drop|copy)_\w+ | pg_replication_(?:origin|slot)_\w+ | pg_logical_(?:emit_message|slot_\w+)
    | pg_sync_replication_slots | pg_export_snapshot | pg_backup_\w+ | pg_(?:start|stop)_backup
    | pg_switch_(?:wal|xlog) | pg_(?:wal|xlog)_replay_(?:pause|resume) | pg_promote
    | pg_reload_conf | pg_rotate_logfile\w* | pg_logfile_\w+ | pg_log_\w+ | pg_file_\w+ | pg_read_(?:binary_)?file\w*
    | txid_current | pg_current_xact_id | pg_nextoid | pg_stop_making_pinned_objects | binary_upgrade_\w+
    | pg_import_system_collations | pg_(?:set|clear|restore)_\w*stats | pg_stat_(?:\w*reset\w*|force_next_flush)
    | brin_(?:de)?summarize\w* | gin_clean_pending_list | pg_truncate_visibility_map | heap_force_\w+
    | pg_prewarm | autoprewarm_\w+ | pg_buffercache_evict\w* | postgres_fdw_disconnect\w*
    """,
    SqlText.MYSQL: r"""
    spider_\w+ | mroonga_command | sys_(?:exec|eval|set|bineval) | nextval | setval
    | load_file | get_lock | release_(?:all_)?locks? | service_(?:get|release)_\w+
    | (?:master|source)_(?:pos|gtid)_wait | wait_(?:for|until)_\w+ | wsrep_sync_wait_upto_gtid
    | (?:group_replication|asynchronous_connection_failover|audit_log|version_tokens)_\w+
    | keyring_\w+ | (?:set|read|mysql)_firewall_\w+ | audit_api_\w+ | gen_dictionary_(?:load|drop)
    | masking_dictionary\w* | load_rewrite_rules
    """,
}
"""https://www.postgresql.org/docs/current/functions-admin.html, https://mariadb.com/kb/en/miscellaneous-functions/

What only waits (`pg_sleep`) is none: the time limit ends it.
"""

KNOWN = {sql: re.compile(names, re.IGNORECASE | re.VERBOSE) for sql, names in ACTING.items()}

SET_CONFIG, LAST_INSERT_ID = "set_config", "last_insert_id"
"""What they do depends on what they are given."""

CUSTOM = re.compile(r"[^\W\d][\w$]*(?:\.[^\W\d][\w$]*)+|search_path|timezone", re.IGNORECASE | re.ASCII)
"""Settings that a transaction may set for itself: those with a dot mean something to the database's own code alone
(row-level security); the others say what a name or a time is taken for
(https://www.postgresql.org/docs/current/runtime-config-custom.html)."""


def acting(tokens: Sequence[Token], sql: SqlText) -> str:
    """The name of a function that acts and that is called; empty where there is none."""
    return next((name for name, given in _calls(tokens) if _acts(name, given, sql)), "")


def settings_by_parameter(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The parameters that name what `set_config` sets: what they hold is looked at when it is sent."""
    firsts = (_setting(given) for name, given in _calls(tokens) if name.lower() == SET_CONFIG)
    return tuple(first.text for first in firsts if first is not None and first.kind is TokenKind.PARAMETER)


def may_act(name: str, sql: SqlText) -> bool:
    """May a function of that name act? That of some depends on what they are given."""
    return name.lower() in {SET_CONFIG, LAST_INSERT_ID} or KNOWN[sql].fullmatch(name) is not None


def may_set(name: object) -> bool:
    """May a transaction set this for itself?"""
    return isinstance(name, str) and CUSTOM.fullmatch(name) is not None


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """The functions that are called, each with what stands behind its parenthesis."""
    for at, token in enumerate(tokens[:-1]):
        if token.kind in {TokenKind.WORD, TokenKind.NAME} and tokens[at + 1].text == "(":
            name = token.text if token.kind is TokenKind.WORD else token.text[1:-1]
            yield name, tokens[at + 2 :]


def _acts(name: str, given: Sequence[Token], sql: SqlText) -> bool:
    if name.lower() == SET_CONFIG:
        setting = _setting(given)
        return setting is None or (setting.kind is TokenKind.STRING and not may_set(setting.text[1:-1]))
    if name.lower() == LAST_INSERT_ID:
        return not given or given[0].text != ")"
    return KNOWN[sql].fullmatch(name) is not None


def _setting(given: Sequence[Token]) -> Token | None:
    """The first argument of `set_config`, where it is a string or a parameter, and nothing more than cast."""
    behind = [token.word for token in given[1:5]]
    is_cast = behind[:2] == [":", ":"] and given[3].kind is TokenKind.WORD and behind[3:] == [","]
    is_known = bool(given) and given[0].kind in {TokenKind.STRING, TokenKind.PARAMETER}
    return given[0] if is_known and (behind[:1] == [","] or is_cast) else None
