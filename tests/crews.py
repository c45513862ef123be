"""The pirates on a server, for tests: statements that every kind of server understands."""

CREWS = 500
"""More than two pages of them; each has two members."""

_CREWS = ", ".join(f"({n}, 'Crew {n}', NULL)" for n in range(1, CREWS + 1))
_PIRATES = ", ".join(f"({n}, 'Pirate {n}', 'Cook', false, {(n + 1) // 2})" for n in range(1, 2 * CREWS + 1))

TABLES = (
    "CREATE TABLE pirate_crew (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, ship_name VARCHAR(40))",
    """CREATE TABLE pirates (
        id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, role VARCHAR(40) NOT NULL,
        devil_fruit_user BOOLEAN NOT NULL, pirate_crew_id INTEGER NOT NULL REFERENCES pirate_crew (id)
    )""",
    "CREATE INDEX pirates_crew ON pirates (pirate_crew_id)",
    f"INSERT INTO pirate_crew VALUES {_CREWS}",  # noqa: S608  numbers
    f"INSERT INTO pirates VALUES {_PIRATES}",  # noqa: S608  likewise
)
"""Makes the tables of the models that ship, and their rows."""
