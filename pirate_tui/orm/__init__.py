"""SQLAlchemy: the only layer that does IO. What leaves it is frozen; ORM objects never do."""
