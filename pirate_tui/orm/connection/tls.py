"""Convert the TLS options of a URL to those of the drivers.

TLS that is required and not available is an error, never a plain connection.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean, reason_of


Options: TypeAlias = Mapping[str, str | tuple[str, ...]]

MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""libpq's modes (https://www.postgresql.org/docs/current/libpq-ssl.html), for every driver."""

WORDS = dict.fromkeys(("true", "yes", "on", "1"), "require") | dict.fromkeys(("false", "no", "off", "0"), "disable")
"""Other spellings of the modes."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "mode": ("sslmode", "ssl"),
    "ca": ("sslrootcert", "ssl_ca"),
    "certificate": ("sslcert", "ssl_cert"),
    "key": ("sslkey", "ssl_key"),
    "checks_host": ("ssl_check_hostname",),
}
"""libpq's names of the options, and MySQL's."""


CIPHER = "SHOW STATUS LIKE 'Ssl_cipher'"
"""With an empty value on a connection that is not encrypted
(https://mariadb.com/kb/en/secure-connections-overview/)."""


class Tls(NamedTuple):
    """The TLS options of a URL."""

    mode: str | None
    """One of libpq's modes; None for the driver's default."""
    ca: str | None
    """The file of the certificate authorities; None for those of the system."""
    certificate: str | None
    """The file of the client certificate."""
    key: str | None
    """The file of its key, where it is not in the same one."""
    left: Options
    """The other options of the URL."""

    @property
    def is_wanted(self) -> bool:
        """Whether a connection without TLS is an error."""
        return self.mode in {"require", "verify-ca", "verify-full"}

    @property
    def is_negotiable(self) -> bool:
        """Whether TLS is used only if the server supports it."""
        return self.mode in {"allow", "prefer"}

    def as_libpq(self) -> dict[str, str]:
        """Return the options by libpq's names, for psycopg."""
        named = {"sslmode": self.mode, "sslrootcert": self.ca, "sslcert": self.certificate, "sslkey": self.key}
        return {name: value for name, value in named.items() if value is not None}

    def context(self) -> ssl.SSLContext:
        """Return the options as an SSL context, for other drivers; raise `StartupError` for an invalid file."""
        try:
            context = ssl.create_default_context(cafile=None if self.ca == "system" else self.ca)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except OSError as error:
            files = ", ".join(clean(one) for one in (self.ca, self.certificate, self.key) if one is not None)
            raise StartupError(WRONG_USE, f"{files}: {reason_of(error)}") from error
        context.check_hostname = self.mode == "verify-full"
        if self.mode == "require" and self.ca is None:
            context.verify_mode = ssl.CERT_NONE
        return context


def tls_of(options: Options) -> Tls:
    """Parse the TLS options of a URL; raise `StartupError` for an invalid mode."""
    parts = {part: _given(options, names) for part, names in NAMES.items()}
    ca, certificate = parts["ca"], parts["certificate"]
    mode = parts["mode"]
    if mode is not None:
        mode = WORDS.get(mode.lower(), mode.lower())
    elif ca is not None:
        mode = "verify-ca" if WORDS.get(str(parts["checks_host"]).lower()) == "disable" else "verify-full"
    elif certificate is not None:
        mode = "require"
    if mode not in {None, *MODES}:
        raise StartupError(WRONG_USE, f"no such sslmode: {clean(str(mode))}; use one of {', '.join(MODES)}")
    known = {name for names in NAMES.values() for name in names}
    return Tls(mode, ca, certificate, parts["key"], {name: one for name, one in options.items() if name not in known})


def encrypted(connect: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Wrap asyncmy's connect so that a connection without TLS is closed, and raises as a failed handshake does."""

    async def creator(*arguments: Any, **options: Any) -> Any:
        try:
            connection = await connect(*arguments, **options)
        except Exception as error:
            cause = error.__cause__
            if not isinstance(cause, ssl.SSLError):
                raise
            has_none = cause.reason == "WRONG_VERSION_NUMBER"  # the server's answer is no handshake, but an error
            raise ssl.SSLError("the server has none" if has_none else str(cause)) from error
        async with connection.cursor() as cursor:
            await cursor.execute(CIPHER)
            status = await cursor.fetchone()
        if not status or not status[1]:
            connection.close()
            raise ssl.SSLError("the connection is not encrypted")
        return connection

    return creator


def _given(options: Options, names: tuple[str, ...]) -> str | None:
    """Return the value of the option that has one of these names; raise `StartupError` for several values."""
    values = {options[name] for name in names if name in options}
    if len(values) > 1 or any(isinstance(value, tuple) for value in values):
        raise StartupError(WRONG_USE, f"the URL sets {' and '.join(names)} more than once; set it once")
    return str(values.pop()) if values else None
