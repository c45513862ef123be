"""SQL that writes, acts, or hides that it does: what a session sends, and what a database's own code does.

Each is tried on real servers, with the database compared before and after.
"""

from collections.abc import Iterable
from typing import Any

from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.read_only import SqlText
from tests.orm.schemas import is_postgresql
from tests.servers import is_mysql, read, read_only_variable


EVERYWHERE = (
    "INSERT INTO ships VALUES (9, 'x')",
    "UPDATE ships SET name = 'x'",
    "DELETE FROM ships",
    "TRUNCATE TABLE ships",
    "DROP TABLE ships",
    "CREATE TABLE t (x INT)",
    "CREATE TEMPORARY TABLE t (x INT)",
    "CREATE VIEW v AS SELECT 1",
    "CREATE INDEX i ON ships (name)",
    "ALTER TABLE ships ADD x INT",
    "SET SESSION TRANSACTION READ WRITE",
    "SELECT 1; INSERT INTO ships VALUES (9, 'x')",
    "COMMIT",
    "ROLLBACK",
    "  -- SELECT\n DELETE FROM ships",
    "/* SELECT */ DELETE FROM ships",
    "EXPLAIN ANALYZE DELETE FROM ships",
    "explain\nanalyze update ships set name = 'x'",
    "SELECT * FROM ships FOR UPDATE",
    "SELECT * FROM (SELECT * FROM ships FOR UPDATE) AS locked",
    "PREPARE p FROM 'DELETE FROM ships'",
    "EXECUTE p",
    "CALL something()",
    "",
    "selected",
    "PRAGMA journal_mode = wal",
)
"""Both servers have them, or neither."""

HIDING = (
    """SELECT '"'; DELETE FROM ships; SELECT '"'""",
    """SELECT 1 -- "\n; DELETE FROM ships -- \"""",
    """SELECT 1 /* " */; DELETE FROM ships /* " */""",
    "SELECT `a`; DELETE FROM ships",
    """SELECT '; DELETE FROM ships; SELECT "'"; DELETE FROM ships""",
    "SELECT 1\x00; DELETE FROM ships",
    "SELECT '\\'; DELETE FROM ships; -- '",
    "SELECT '\\''; DELETE FROM ships; -- '",
)
"""What looks like a string, a name or a comment, and is none; in some of them only by some servers' settings."""

ON_POSTGRESQL = (
    "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1",
    "explain analyze verbose create table t as select 1",
    "EXPLAIN (ANALYZE) CREATE TABLE t AS SELECT 1",
    "EXPLAIN (ANALYZE true, FORMAT JSON) SELECT 1 AS x INTO t",
    "EXPLAIN ANALYSE CREATE MATERIALIZED VIEW t AS SELECT 1",
    "EXPLAIN /* SELECT */ ANALYZE\nCREATE TABLE t AS SELECT 1",
    "EXPLAIN ANALYZE EXECUTE p",
    "EXPLAIN ANALYZE DECLARE c CURSOR FOR SELECT 1",
    "EXPLAIN (ANALYZE) (CREATE TABLE t AS SELECT 1)",
    "WITH gone AS (DELETE FROM ships RETURNING id) SELECT id FROM gone",
    "WITH gone AS MATERIALIZED (UPDATE ships SET name = 'x' RETURNING id) SELECT id FROM gone",
    "WITH a AS (SELECT 1) INSERT INTO ships SELECT 9, 'x'",
    "SELECT * FROM (WITH a AS (INSERT INTO ships VALUES (9, 'x') RETURNING id) SELECT id FROM a) AS b",
    "SELECT * INTO copied FROM ships",
    "SELECT 1.INTO copied",
    "SELECT $1INTO copied",
    "SELECT 'a'INTO copied",
    'SELECT id AS "x"INTO copied FROM ships',
    'EXPLAIN ANALYZE SELECT id AS "x"INTO copied FROM ships',
    'SELECT * FROM "ships"FOR UPDATE',
    "SELECT * FROM ships FOR NO KEY UPDATE",
    "SELECT * FROM ships FOR KEY SHARE",
    "SET default_transaction_read_only = off",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SET TRANSACTION READ WRITE",
    "SET LOCAL transaction_read_only = off",
    "SET LOCAL app.tenant = 'x'; DELETE FROM ships",
    "SET ROLE postgres",
    "SET LOCAL statement_timeout = 0",
    "RESET ALL",
    "COPY ships TO '/tmp/{mark}'",
    "COPY (SELECT 1) TO PROGRAM 'touch /tmp/{mark}'",
    "VACUUM",
    "ANALYZE ships",
    "NOTIFY ships",
    "LISTEN ships",
    "LOCK TABLE ships IN ACCESS SHARE MODE",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    "DO $$ BEGIN DELETE FROM ships; END $$",
    "CHECKPOINT",
    'SELECT $$"$$; DELETE FROM ships; SELECT $$"$$',
    "SELECT a$b$ ; DELETE FROM ships; SELECT c$b$",
    "SELECT 1$$'$$; DELETE FROM ships; SELECT $$'$$",
    "SELECT E'a'\n'\\''; DELETE FROM ships; SELECT ''",
    "SELECT 1 --\r; DELETE FROM ships",
    "SELECT 1 /* /* */ ' */ ; DELETE FROM ships /* ' */",
    "SELECT lo_create(0); SELECT 1",
    'SELECT U&"lo\\005fcreate"(0)',
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT set_config('app.tenant' || '', 'x', true)",
    "SELECT set_config('app.tenant'::text || '', 'x', true)",
    "SELECT set_config(name, 'off', false) FROM pg_settings WHERE name = 'default_transaction_read_only'",
    """SELECT pg_catalog."set_config" ('default_transaction_read_only', 'off', false)""",
    "SELECT set_config /* ; */ ('default_transaction_read_only', 'off', false)",
    "SHOW application_name; DELETE FROM ships",
    "SAVEPOINT a; DELETE FROM ships",
)

CALLS_ON_POSTGRESQL = (
    "lo_create(0)",
    "lo_from_bytea(0, 'x')",
    "pg_catalog.lo_creat(-1)",
    '"lo_create" (0)',
    "lo_import('/etc/hostname')",
    "nextval('numbers')",
    "setval('numbers', 99)",
    "pg_advisory_lock(7)",
    "pg_try_advisory_xact_lock_shared(7)",
    "pg_notify('ships', 'x')",
    "query_to_xml('select lo_create(0)', true, true, '')",
    "query_to_xml('select pg_advisory_lock(7)', true, true, '')",
    "query_to_xml('select set_config(''default_transaction_read_only'', ''off'', false)', true, true, '')",
    "query_to_xml($q$select dblink_exec('{dblink}', 'insert into ships values (9, ''x'')')$q$, true, true, '')",
    "query_to_xmlschema('select lo_create(0)', true, true, '')",
    "query_to_xml_and_xmlschema('select lo_create(0)', true, true, '')",
    "cursor_to_xml('c', 1, true, true, '')",
    "table_to_xml('ships', true, true, '')",
    "database_to_xml(true, true, '')",
    "ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery where lo_create(0) > 0')",
    "(SELECT count(*) FROM ts_stat('select to_tsvector(lo_create(0)::text)'))",
    "dblink_exec('{dblink}', 'insert into ships values (9, ''x'')')",
    "(SELECT count(*) FROM dblink('{dblink}', 'select lo_create(0)') AS t (x oid))",
    "(SELECT count(*) FROM crosstab('select 1, 2, lo_create(0)') AS t (a int, b oid))",
    "pg_replication_origin_create('{mark}')",
    "pg_create_physical_replication_slot('{mark}', true)",
    "pg_import_system_collations('public'::regnamespace)",
    "pg_logical_emit_message(false, 'ships', 'x')",
    "pg_log_backend_memory_contexts(pg_backend_pid())",
    "pg_export_snapshot()",
    "pg_backup_start('x', true)",
    "pg_switch_wal()",
    "pg_create_restore_point('x')",
    "txid_current()",
    "pg_current_xact_id()",
    "pg_stat_force_next_flush()",
    "pg_stat_reset()",
    "pg_reload_conf()",
    "pg_rotate_logfile()",
    "pg_cancel_backend(0)",
    "pg_terminate_backend(0)",
    "pg_read_file('/etc/hostname')",
    "pg_file_write('/tmp/{mark}', 'x', false)",
)
"""Built in, or commonly installed: refused wherever a statement calls them, also one that SQLAlchemy has built."""

ON_MYSQL = (
    "EXPLAIN INSERT INTO ships VALUES (9, 'x')",
    "ANALYZE FORMAT=JSON DELETE FROM ships",
    "ANALYZE TABLE ships",
    "ANALYZE UPDATE ships SET name = 'x'",
    "SELECT * FROM ships INTO OUTFILE '/tmp/{mark}'",
    "SELECT name FROM ships LIMIT 1 INTO DUMPFILE '/tmp/{mark}'",
    "SELECT 1 INTO/**/OUTFILE '/tmp/{mark}'",
    "SELECT 1 INTO/*x*/DUMPFILE '/tmp/{mark}'",
    "SELECT 1 INTO /*!50000 OUTFILE '/tmp/{mark}' */",
    "SELECT 1 INTO -- why\n OUTFILE '/tmp/{mark}'",
    "SELECT 1.INTO OUTFILE '/tmp/{mark}'",
    "SELECT 1e5INTO OUTFILE '/tmp/{mark}'",
    "SELECT * FROM `ships`FOR UPDATE",
    "SELECT id `x`INTO @x FROM ships",
    "SELECT 1 INTO @x",
    "SELECT @x := 5",
    "SELECT * FROM ships LOCK IN SHARE MODE",
    "SELECT * FROM ships PROCEDURE ANALYSE()",
    "SELECT NEXT VALUE FOR numbers",
    "/*! DELETE FROM ships */",
    "/*M! DELETE FROM ships */",
    "/*!50000 SET SESSION TRANSACTION READ WRITE */",
    "/*!*/ SELECT 1",
    "/*M!100000 SELECT*/ 1",
    "SELECT 1 --\xa0; DELETE FROM ships",
    "SELECT 1 -- \\'\n; DELETE FROM ships",
    "SELECT '\\\\'; DELETE FROM ships; -- '",
    "SET autocommit = 1",
    "SET @x = 5",
    "SET GLOBAL max_connections = 149",
    "SET STATEMENT max_statement_time = 0 FOR DELETE FROM ships",
    "START TRANSACTION READ WRITE",
    "REPLACE INTO ships VALUES (9, 'x')",
    "WITH a AS (SELECT 9 AS id) UPDATE ships, a SET ships.name = 'x'",
    "LOCK TABLES ships WRITE",
    "HANDLER ships OPEN",
    "DO get_lock('{mark}', 0)",
    "FLUSH TABLES",
    "KILL 1",
    "EXECUTE IMMEDIATE 'DELETE FROM ships'",
    "BEGIN NOT ATOMIC DELETE FROM ships; END",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE ships",
    "SHOW TABLES; DELETE FROM ships",
)

CALLS_ON_MYSQL = (
    "get_lock('{mark}', 0)",
    "release_lock('{mark}')",
    "release_all_locks()",
    "load_file('/etc/hostname')",
    "last_insert_id(77)",
    "master_pos_wait('x', 1, 0)",
    "master_gtid_wait('0-1-1', 0)",
    "nextval(numbers)",
    "setval(numbers, 99)",
    "`get_lock` ('{mark}', 0)",
)

TABLES = (
    "CREATE TABLE ships (id INTEGER PRIMARY KEY, name VARCHAR(100))",
    "INSERT INTO ships VALUES (1, 'Pequod'), (2, 'Rachel')",
)

SEQUENCE = "CREATE SEQUENCE numbers"
"""Which MySQL does not have."""

EXTENSIONS = ("CREATE EXTENSION dblink", "CREATE EXTENSION tablefunc")

BODIES_ON_POSTGRESQL = {
    "inserts": "INSERT INTO ships VALUES (9, 'x')",
    "counts": "PERFORM nextval('numbers')",
    "tables": "CREATE TEMPORARY TABLE t (x INT)",
    "switches": "SET LOCAL transaction_read_only = off; INSERT INTO ships VALUES (9, 'x')",
    "copies": "COPY ships TO '/tmp/{mark}'",
    "runs": "COPY ships TO PROGRAM 'cat > /tmp/{mark}'",
    "asks": "PERFORM dblink_exec('{dblink}', 'insert into ships values (9, ''x'')')",
    "objects": "PERFORM lo_create(0)",
    "locks": "PERFORM pg_advisory_lock(7)",
    "exports": "PERFORM pg_export_snapshot()",
    "origins": "PERFORM pg_replication_origin_create('{mark}')",
    "executes": "PERFORM query_to_xml('select lo_create(0)', true, true, '')",
}
"""What functions of a database's own do when they are called, and views that call them when they are read."""

STOPPED_BY_POSTGRESQL = ("inserts", "counts", "tables", "switches")
"""What a read-only transaction stops, whoever the user is."""

BODIES_ON_MYSQL = {
    "inserts": "INSERT INTO ships VALUES (9, 'x')",
    "counts": "SET @n = nextval(numbers)",
    "switches": "SET SESSION {variable} = 0",
    "settings": "SET GLOBAL max_connections = 149",
    "locks": "SET @n = get_lock('{mark}', 0)",
}

STOPPED_BY_MYSQL = ("inserts", "counts")

COUNTS = frozenset({"counts", "SELECT next_not_cached_value FROM numbers"})
"""What of these needs a sequence."""


def statements(server: Server) -> list[str]:
    """All that a session may try to send."""
    sql = sql_of(server)
    own, calls = {
        SqlText.POSTGRESQL: (ON_POSTGRESQL, CALLS_ON_POSTGRESQL),
        SqlText.MYSQL: (ON_MYSQL, CALLS_ON_MYSQL),
    }[sql]
    return [marked(one, server) for one in (*EVERYWHERE, *HIDING, *own, *(f"SELECT {call}" for call in calls))]


def bodies(server: Server) -> dict[str, str]:
    """What the database's own functions do, by their names."""
    known = BODIES_ON_POSTGRESQL if is_postgresql(server) else BODIES_ON_MYSQL
    return {name: marked(known[name], server) for name in possible(server, known)}


def possible(server: Server, known: Iterable[str]) -> list[str]:
    """Those of them that the server can do."""
    return [one for one in known if one not in COUNTS or not is_mysql(server)]


def made_first(server: Server) -> list[str]:
    """Two ships, and what else the attacks need."""
    extensions = EXTENSIONS if is_postgresql(server) else ()
    return [*TABLES, *([] if is_mysql(server) else [SEQUENCE]), *extensions]


def making(server: Server) -> list[str]:
    """What the attacks need, and for each body functions and views that call it, by either's rights."""
    own = _on_postgresql if is_postgresql(server) else _on_mysql
    made = [statement for name, body in bodies(server).items() for statement in own(name, body)]
    return [*made_first(server), *made]


def _on_postgresql(name: str, body: str) -> list[str]:
    made = f"RETURNS INT LANGUAGE plpgsql AS $f$ BEGIN {body}; RETURN 1; END $f$"
    return [
        f"CREATE FUNCTION f_{name}() {made}",
        f"CREATE FUNCTION g_{name}() {made} SECURITY DEFINER",
        _view(f"v_{name}", f"f_{name}"),
        _view(f"w_{name}", f"g_{name}"),
    ]


def _on_mysql(name: str, body: str) -> list[str]:
    returns, made = "RETURNS INT NOT DETERMINISTIC", f"BEGIN {body}; RETURN 1; END"
    return [
        f"CREATE FUNCTION f_{name}() {returns} {made}",
        f"CREATE FUNCTION g_{name}() {returns} SQL SECURITY INVOKER {made}",
        _view(f"v_{name}", f"f_{name}"),
        _view(f"w_{name}", f"f_{name}", "SQL SECURITY INVOKER"),
    ]


def _view(name: str, function: str, security: str = "") -> str:
    return f"CREATE {security} VIEW {name} AS SELECT id, {function}() AS x FROM ships"  # noqa: S608  names of ours


def calls(server: Server) -> list[str]:
    """What calls the functions of the database's own."""
    known = bodies(server)
    functions = [f"SELECT {kind}_{name}()" for name in known for kind in "fg"]
    return functions + [f"SELECT x FROM {kind}_{name}" for name in known for kind in "vw"]  # noqa: S608  names of ours


def marked(text: str, server: Server) -> str:
    """With names of our own in it, so that others on the same server are not in the way."""
    url = server.url
    parts = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    dblink = " ".join(f"{name}={value}" for name, value in parts.items() if value is not None)
    text = text.replace("{variable}", read_only_variable(server))
    return text.replace("{mark}", mark(server)).replace("{dblink}", dblink)


def mark(server: Server) -> str:
    """The name of what the attacks make on the server, outside of the database."""
    return f"by_{server.url.database}"


def sql_of(server: Server) -> SqlText:
    return SqlText.POSTGRESQL if is_postgresql(server) else SqlText.MYSQL


HELD_BY_POSTGRESQL = (
    "SELECT relname, relkind, relfilenode FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT proname, prosrc, proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2",
    "SELECT * FROM ships ORDER BY id",
    "SELECT last_value, is_called FROM numbers",
    "SELECT oid FROM pg_largeobject_metadata ORDER BY 1",
    "SELECT count(*) FROM pg_collation",
    "SELECT roname FROM pg_replication_origin WHERE roname = '{mark}'",
    "SELECT slot_name FROM pg_replication_slots WHERE slot_name = '{mark}'",
    "SELECT size FROM pg_stat_file('/tmp/{mark}', true)",
    (
        "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    ),
    (
        "SELECT setconfig::text FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase "
        "WHERE datname = current_database()"
    ),
    "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY 1",
)

HELD_BY_MYSQL = (
    "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = database() ORDER BY 1",
    (
        "SELECT routine_name, sha2(routine_definition, 256) FROM information_schema.routines "
        "WHERE routine_schema = database() ORDER BY 1"
    ),
    "SELECT index_name FROM information_schema.statistics WHERE table_schema = database() ORDER BY 1",
    "SELECT * FROM ships ORDER BY id",
    "SELECT next_not_cached_value FROM numbers",
    "SELECT @@global.max_connections",
    "SELECT is_used_lock('{mark}')",
    "SELECT load_file('/tmp/{mark}')",
)


async def held(server: Server) -> list[Any]:
    """What the database holds, and what of it the server does: rows, tables, settings, files, locks."""
    return [(one, await read(server, marked(one, server))) for one in asked_for(server)]


def asked_for(server: Server) -> list[str]:
    """The statements that ask what it holds."""
    return possible(server, HELD_BY_POSTGRESQL if is_postgresql(server) else HELD_BY_MYSQL)
