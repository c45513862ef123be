"""What was typed as DATABASE -> the server that is meant, with a driver that can be awaited."""

from typing import NamedTuple

from sqlalchemy import URL


class Server(NamedTuple):
    """A database on a server, and how it is reached; its repr hides the password, as that of `URL` does."""

    url: URL
    """With an async driver."""
    notes: tuple[str, ...] = ()
    """What is to be said before the screen starts: the driver that was chosen, a password that others can read."""
    wants_tls: bool = False
    """Is a connection that is not encrypted an error?"""

    @property
    def name(self) -> str:
        """What to call it, also in errors: `db:5432/shop`."""
        port = self.url.port or DEFAULT_PORTS[self.url.get_backend_name()]
        host = self.url.host or "localhost"
        return f"{f'[{host}]' if ':' in host else host}:{port}/{self.url.database or ''}"


DEFAULT_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}
"""By SQLAlchemy's names of the back ends."""
