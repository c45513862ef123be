"""Define what is set in each session of PostgreSQL, how that is verified, and how a transaction sets it by itself.

A connection pooler lends one session to many clients. It refuses most startup parameters, or ignores them; what is set
must then be set at the beginning of each transaction (https://www.pgbouncer.org/features.html).
"""

import re
from collections.abc import Mapping


SETTINGS = {
    "default_transaction_read_only": "on",
    "extra_float_digits": "3",
    "standard_conforming_strings": "on",
    "synchronize_seqscans": "off",
}
"""Settings of each session. Without the second, a number as text may differ; without the third a backslash could hide
the end of a string from us; without the last, rows that have no order of their own would begin anywhere
(https://www.postgresql.org/docs/current/runtime-config-compatible.html)."""

OPTION = re.compile(r"(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\s\\])*)\s*")
"""A setting in libpq's `options` (https://www.postgresql.org/docs/current/libpq-connect.html)."""


SEARCH_PATH = "search_path"
"""The setting of the schemas in which names without one are found. It is a list, which SET takes only as identifiers
(https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH)."""


class SettingsIgnored(ConnectionError):  # noqa: N818  named for what a server did
    """A server has accepted a connection, but not the settings that it was opened with."""

    def __init__(self) -> None:
        super().__init__("the server ignores the settings that keep a session read-only")


def settings_of(time_limit: float, schema: str | None = None) -> dict[str, str]:
    """Return the settings of a session whose statements may take so many seconds.

    Names without a schema are found in `schema`, then in `public`, where types and functions of extensions are.
    """
    path = {} if schema is None else {SEARCH_PATH: f"{_identifier(schema)}, public"}
    return {**SETTINGS, "statement_timeout": f"{time_limit * 1000:.0f}", **path}


def of_transaction(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the same settings as they hold within one transaction that has set them."""
    own = {name: value for name, value in settings.items() if name != "default_transaction_read_only"}
    return {"transaction_read_only": "on", **own}


def setting_locally(settings: Mapping[str, str], own: Mapping[str, str]) -> str:
    """Return what follows BEGIN in the same message: the transaction reads only, and has these and the URL's settings.

    The latter as `options` would set them, and the search path: SET would take `a,b` for one name of it.
    """
    ours = of_transaction(settings)
    whole = {name: ours.pop(name) for name in (SEARCH_PATH,) if name in ours} | dict(own)
    local = [f"SET LOCAL {name} = {_quoted(value)}" for name, value in ours.items()]
    calls = (f"pg_catalog.set_config({_quoted(name)}, {_quoted(value)}, true)" for name, value in whole.items())
    return "; ".join([*local, f"SELECT {', '.join(calls)}"] if whole else local)


def in_force(settings: Mapping[str, str], pid: int | None = None) -> str:
    """Return a query for one row if the settings are in force, and the session is that of `pid`; else for none.

    A pooler tells its clients numbers of its own for a process.
    """
    pairs = ", ".join(f"({_quoted(name)}, {_quoted(value)})" for name, value in settings.items())
    is_same = "" if pid is None else f" AND pg_catalog.pg_backend_pid() = {pid:d}"
    found = f"SELECT count(*) FROM pg_catalog.pg_settings WHERE (name, setting) IN ({pairs})"  # noqa: S608  ours, quoted
    return f"{found} HAVING count(*) = {len(settings)}{is_same}"


def as_option(name: str, value: str) -> str:
    """Return a setting as libpq's `options` have it, in which a blank ends a value."""
    return f"-c {name}=" + re.sub(r"([\s\\])", r"\\\1", value)


def settings_in(options: str) -> dict[str, str]:
    """Return the settings in the value of libpq's `options`."""
    found = OPTION.findall(options)
    return {name.replace("-", "_"): re.sub(r"\\(.)", r"\1", value) for name, value in found}


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(value: str) -> str:
    """Return a string constant that is read the same way whatever `standard_conforming_strings` is."""
    doubled = value.replace("'", "''")
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in value else f"'{doubled}'"
