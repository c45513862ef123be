"""Recognize functions with side effects that no read-only transaction prevents.

They are those of the servers themselves and of common extensions; a database's own functions are unknown.
"""

import re
from collections.abc import Iterator, Sequence

from pirate_tui.orm.read_only.tokens import SqlText, Token, TokenKind


EXECUTING = r"""
    dblink\w* | (?:query|cursor|table|schema|database)_to_xml\w* | ts_stat | ts_rewrite | crosstab\w* | connectby
    | xpath_table | xslt_process | run_command_on_\w+ | pg_background_\w+
"""
"""PostgreSQL's functions that execute a string, here or on another server."""

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

Functions that only wait (`pg_sleep`) are left out: the time limit ends them.
"""

SET_CONFIG, LAST_INSERT_ID = "set_config", "last_insert_id"
"""Functions whose effect depends on their arguments."""

CUSTOM = re.compile(r"[^\W\d][\w$]*(?:\.[^\W\d][\w$]*)+|search_path|timezone", re.IGNORECASE | re.ASCII)
"""Settings that a transaction may set for itself: those with a dot mean something to the database's own code alone
(row-level security); the others change how a name or a time is interpreted
(https://www.postgresql.org/docs/current/runtime-config-custom.html)."""


def acting(tokens: Sequence[Token], sql: SqlText) -> str:
    """Return the name of a called function that has side effects; empty where there is none."""
    return next((name for name, arguments in _calls(tokens) if _acts(name, arguments, sql)), "")


def settings_by_parameter(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return the parameters that name what `set_config` sets; their values are checked when they are sent."""
    firsts = (_setting(arguments) for name, arguments in _calls(tokens) if name.lower() == SET_CONFIG)
    return tuple(first.text for first in firsts if first is not None and first.kind is TokenKind.PARAMETER)


def may_act(name: str, sql: SqlText) -> bool:
    """Whether a function of that name has side effects, if only with some arguments."""
    return name.lower() in {SET_CONFIG, LAST_INSERT_ID} or _is_known(name, sql)


def may_set(name: object) -> bool:
    """Whether a transaction may set this for itself."""
    return isinstance(name, str) and CUSTOM.fullmatch(name) is not None


def _is_known(name: str, sql: SqlText) -> bool:
    return re.fullmatch(ACTING[sql], name, re.IGNORECASE | re.VERBOSE) is not None


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """Yield the name of each called function, with the tokens after its parenthesis."""
    for at, token in enumerate(tokens[:-1]):
        if token.kind in {TokenKind.WORD, TokenKind.NAME} and tokens[at + 1].text == "(":
            name = token.text if token.kind is TokenKind.WORD else token.text[1:-1]
            yield name, tokens[at + 2 :]


def _acts(name: str, arguments: Sequence[Token], sql: SqlText) -> bool:
    if name.lower() == SET_CONFIG:
        setting = _setting(arguments)
        return setting is None or (setting.kind is TokenKind.STRING and not may_set(setting.text[1:-1]))
    if name.lower() == LAST_INSERT_ID:
        return not arguments or arguments[0].text != ")"
    return _is_known(name, sql)


def _setting(arguments: Sequence[Token]) -> Token | None:
    """Return the first argument of `set_config` if it is a string or a parameter, with at most a cast; else None."""
    behind = [token.word for token in arguments[1:5]]
    is_cast = behind[:2] == [":", ":"] and arguments[3].kind is TokenKind.WORD and behind[3:] == [","]
    is_known = bool(arguments) and arguments[0].kind in {TokenKind.STRING, TokenKind.PARAMETER}
    return arguments[0] if is_known and (behind[:1] == [","] or is_cast) else None
