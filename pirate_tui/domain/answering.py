"""Describe the server that answers: which of several hosts, through a pooler, a standby with its lag."""

from typing import NamedTuple


class AnsweringServer(NamedTuple):
    """What is known of the server that answers; of a file, nothing."""

    name: str = ""
    """Its host, port and database, as `b:6602/shop`, where several hosts were given; empty otherwise."""
    is_pooled: bool = False
    """Whether a connection pooler is in between."""
    is_standby: bool = False
    """Whether it is a copy that follows a primary."""
    lag: float | None = None
    """Seconds that a standby was behind when it was last queried; None where that is not known."""
    is_cut_off: bool = False
    """Whether a standby received nothing from its primary when it was last queried."""

    def __str__(self) -> str:
        """Return what the title says of it beside its name: `pooler · standby, 3 s behind`."""
        standby = "standby" if self.is_standby else ""
        if standby and self.is_cut_off:
            standby = "standby, not receiving"
        elif standby and self.lag is not None:
            standby = f"standby, {self.lag:,.0f} s behind"
        return " · ".join(filter(None, ("pooler" if self.is_pooled else "", standby)))
