"""Parse the hosts of a URL that names several."""

import os
import re
from urllib.parse import quote

from sqlalchemy import URL

from pirate_tui.domain.failure import WRONG_USE, StartupError


DEFAULT_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}
"""The ports by SQLAlchemy's names of the backends."""

HIGHEST_PORT = 65535

HOST_AND_PORT = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+))(?::(\d{1,5}))?")
"""A host of several: an IPv6 address stands in brackets, and the port may be missing."""

FORM = "use driver://user@host:port/database, with %40 for an @ in a name"

SEVERAL = f"invalid URL; {FORM}, or several as host:port,host:port"


def several_named(hosts: str, ports: object) -> str:
    """Return several hosts as shown, each with its port where all have one."""
    names = [f"[{name}]" if ":" in name else name for name in hosts.split(",")]
    numbers = ports.split(",") if isinstance(ports, str) else []
    if len(numbers) != len(names):
        return hosts
    return ",".join(f"{name}:{number}" for name, number in zip(names, numbers, strict=True))


def with_one_host(rest: str, scheme: str) -> str:
    """Return the part behind `://` with libpq's list of hosts, `a:6601,b:6602`, as options, which SQLAlchemy reads.

    See https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS.
    """
    end = min((place for mark in "/?" if (place := rest.find(mark)) >= 0), default=len(rest))
    user, at, hosts = rest[:end].rpartition("@")
    if "," not in hosts:
        return rest
    path, _, query = rest[end:].partition("?")
    names, ports = _split(hosts, scheme.partition("+")[0])
    return f"{user}{at}{path or '/'}?host={quote(names, safe=',:')}&port={ports}{'&' if query else ''}{query}"


def with_hosts_as_options(url: URL) -> URL:
    """Return a URL for asyncmy with its hosts, and their ports, in one option each, as libpq has them.

    Raises `StartupError` for hosts that are named twice, or not so that all have a port.
    """
    hosts = ",".join(_texts(url.query.get("host", ())))
    if not hosts or url.get_backend_name() == "postgresql":  # whose drivers, and SQLAlchemy, take both forms
        return url
    if url.host:
        raise StartupError(WRONG_USE, "the URL has a host and ?host=; name the hosts once, as host:port,host:port")
    given = ",".join(_texts(url.query.get("port", ())))
    names, ports = (hosts, given) if given else _split(hosts, url.get_backend_name())
    if names.count(",") != ports.count(",") or not all(map(_is_port, ports.split(","))):
        raise StartupError(WRONG_USE, SEVERAL)
    if "," in names:
        return url.update_query_dict({"host": names, "port": ports})
    return url.difference_update_query(["host", "port"]).set(host=names, port=int(ports))


def _split(hosts: str, backend: str) -> tuple[str, str]:
    """Return the names and the ports of hosts, with a comma in between."""
    pairs = [HOST_AND_PORT.fullmatch(host) for host in hosts.split(",")]
    if not all(pairs):
        raise StartupError(WRONG_USE, SEVERAL)
    port = (os.environ.get("PGPORT") if backend == "postgresql" else None) or DEFAULT_PORTS[backend]
    names = ",".join(pair[1] or pair[2] for pair in pairs if pair)
    return names, ",".join(pair[3] or str(port) for pair in pairs if pair)


def _texts(option: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of an option, which may be given several times."""
    return (option,) if isinstance(option, str) else option


def _is_port(text: str) -> bool:
    return text.isdecimal() and 0 < int(text) <= HIGHEST_PORT
